//! Values that LiteLLM's data plane must be able to read, and nobody else: its own encryption of stored secrets.
//!
//! NaCl's secretbox (XSalsa20, Poly1305) under the SHA-256 of the salt key or, without one, of the master key: a nonce of 24
//! bytes and the box behind it, in url-safe base64.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE;
use crypto_secretbox::aead::Aead as _;
use crypto_secretbox::{Key, KeyInit as _, Nonce, XSalsa20Poly1305};

use super::random::{Random, random_bytes};
use super::secret::hash_bytes;

/// What stands before an encrypted callback variable, so that LiteLLM knows it from a plain one.
pub const CALLBACK_PREFIX: &str = "litellm_enc::";

const NONCE: usize = 24;

/// The salt key or the master key. Its `Debug` form does not show it.
#[derive(Clone)]
pub struct SealingKey(Key);

impl SealingKey {
    pub fn new(key: &str) -> SealingKey {
        SealingKey(Key::from(hash_bytes(key)))
    }
}

impl std::fmt::Debug for SealingKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[redacted]")
    }
}

/// Encrypts a text, each time differently.
pub fn seal(key: &SealingKey, text: &str, random: &(impl Random + ?Sized)) -> String {
    let nonce: [u8; NONCE] = random_bytes(random);
    let sealed = XSalsa20Poly1305::new(&key.0)
        .encrypt(Nonce::from_slice(&nonce), text.as_bytes())
        .expect("a text in memory is far below the length that the cipher refuses");
    URL_SAFE.encode([nonce.as_slice(), &sealed].concat())
}

/// The text that [`seal`], or LiteLLM, has encrypted under this key; `None` for anything else.
pub fn open(key: &SealingKey, sealed: &str) -> Option<String> {
    let bytes = URL_SAFE.decode(sealed).ok()?;
    let (nonce, sealed) = bytes.split_at_checked(NONCE)?;
    let text = XSalsa20Poly1305::new(&key.0).decrypt(Nonce::from_slice(nonce), sealed).ok()?;
    String::from_utf8(text).ok()
}

/// Whether a text has the form of an encrypted one, whatever its key: long enough for a nonce and a tag.
pub fn looks_sealed(text: &str) -> bool {
    const TAG: usize = 16;
    // The length first: most texts are short.
    text.len() >= (NONCE + TAG) * 4 / 3 && URL_SAFE.decode(text).is_ok_and(|bytes| bytes.len() >= NONCE + TAG)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::random::SeededRandom;

    #[test]
    fn what_litellm_has_encrypted_can_be_read() {
        let recorded = "JRqHhvkhlr5I9fq3HZaegdMx66eI-80XFUY_lZ7Jla9yeVjogsvxXQvq";
        assert_eq!(open(&SealingKey::new("sk-salt"), recorded).as_deref(), Some("pk"));
    }

    #[test]
    fn a_sealed_text_opens_with_its_key_alone() {
        let random = SeededRandom::new(1);
        let (salt, other) = (&SealingKey::new("salt"), &SealingKey::new("other"));
        for text in ["", "secret", "gr\u{fc}\u{df}e \u{1f511}"] {
            let sealed = seal(salt, text, &random);
            assert_eq!(open(salt, &sealed).as_deref(), Some(text));
            assert_eq!(open(other, &sealed), None);
            assert_ne!(sealed, seal(salt, text, &random));
            assert!(looks_sealed(&sealed) && !looks_sealed(text));
        }
        for nonsense in ["", "AAAA", "not base64"] {
            assert_eq!(open(salt, nonsense), None);
        }
    }
}
