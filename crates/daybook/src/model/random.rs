//! Randomness is passed in, so that tests can seed it.

use std::sync::Mutex;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;

/// A source of random bytes.
pub trait Random: Send + Sync {
    fn fill(&self, bytes: &mut [u8]);
}

/// `N` random bytes.
pub fn random_bytes<const N: usize>(random: &(impl Random + ?Sized)) -> [u8; N] {
    let mut bytes = [0; N];
    random.fill(&mut bytes);
    bytes
}

/// A version 4 UUID, LiteLLM's form of every generated id.
pub fn new_id(random: &(impl Random + ?Sized)) -> String {
    uuid::Builder::from_random_bytes(random_bytes(random)).into_uuid().to_string()
}

/// A version 7 UUID (RFC 9562): the instant in milliseconds, then random bits. Those of rows that come one after the other are neighbours,
/// so that an index of them grows at its end, where it is in memory, and not at a place of each row's own.
pub fn new_ordered_id(random: &(impl Random + ?Sized), now: Timestamp) -> String {
    let millis = u64::try_from(now.as_millisecond()).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &random_bytes(random)).into_uuid().to_string()
}

/// A raw virtual key: `sk-` and 16 random bytes in url-safe base64, LiteLLM's form.
pub fn new_key(random: &(impl Random + ?Sized)) -> String {
    format!("sk-{}", URL_SAFE_NO_PAD.encode(random_bytes::<16>(random)))
}

/// The operating system's generator.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemRandom;

impl Random for SystemRandom {
    #[allow(clippy::disallowed_methods)] // the one place that asks the system
    fn fill(&self, bytes: &mut [u8]) {
        getrandom::fill(bytes).expect("the operating system has randomness; without it no key can be made");
    }
}

/// A reproducible sequence for tests: SHA-256 over a seed and a counter.
#[derive(Debug)]
pub struct SeededRandom {
    seed: u64,
    counter: Mutex<u64>,
}

impl SeededRandom {
    pub fn new(seed: u64) -> Self {
        SeededRandom { seed, counter: Mutex::new(0) }
    }
}

impl Random for SeededRandom {
    fn fill(&self, bytes: &mut [u8]) {
        use sha2::{Digest as _, Sha256};
        let mut counter = self.counter.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        for chunk in bytes.chunks_mut(32) {
            let block = Sha256::digest([self.seed.to_be_bytes(), counter.to_be_bytes()].concat());
            chunk.copy_from_slice(&block[..chunk.len()]);
            *counter += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordered_ids_are_uuids_in_the_order_of_time() {
        let random = SeededRandom::new(1);
        let at = |millis| new_ordered_id(&random, Timestamp::from_millisecond(millis).unwrap());
        // RFC 9562, appendix A.6: 1645557742000 is 017F22E2-79B0.
        let example = at(1_645_557_742_000);
        assert!(example.starts_with("017f22e2-79b0-7"), "{example}");
        let uuid = uuid::Uuid::parse_str(&example).unwrap();
        assert_eq!((uuid.get_version_num(), uuid.get_variant()), (7, uuid::Variant::RFC4122));
        assert_ne!(at(1_645_557_742_000), example);
        assert!(example < at(1_645_557_742_001) && at(1_645_557_742_001) < at(4_102_444_800_000));
        assert!(at(-1).starts_with("00000000-0000-7"));
    }
}
