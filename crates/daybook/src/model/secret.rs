//! Virtual keys and passwords: how they are recognised, hashed and shown.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use super::random::{Random, random_bytes};

/// What LiteLLM writes in `changed_by_api_key` for the master key; a filter by it finds rows of both kinds.
pub const MASTER_KEY_NAME: &str = "litellm_proxy_master_key";

/// Lower-case hexadecimal SHA-256 of a raw key, LiteLLM's `token` column.
pub fn hash_key(raw: &str) -> String {
    hex(&Sha256::digest(raw.as_bytes()))
}

/// SHA-256 of a text, as bytes.
pub fn hash_bytes(text: &str) -> [u8; 32] {
    Sha256::digest(text.as_bytes()).into()
}

/// The `token` that a request names: a raw `sk-` key is hashed, anything else is taken for the hash.
pub fn token_of(key: &str) -> String {
    if key.starts_with("sk-") { hash_key(key) } else { key.to_owned() }
}

/// `sk-...` and the last four characters; `sk-...` alone for a key shorter than 16 characters (LiteLLM's `key_name`).
pub fn key_name(raw: &str) -> String {
    let length = raw.chars().count();
    if length < 16 {
        return "sk-...".to_owned();
    }
    format!("sk-...{}", raw.chars().skip(length - 4).collect::<String>())
}

/// Equality of two hashes in a time that does not depend on where they differ.
pub fn same_hash(left: &str, right: &str) -> bool {
    left.as_bytes().ct_eq(right.as_bytes()).into()
}

/// `scrypt:` and base64 of a 16-byte salt and the 32-byte hash (N 16384, r 8, p 1), the form LiteLLM verifies.
pub fn hash_password(password: &str, random: &(impl Random + ?Sized)) -> String {
    let salt: [u8; 16] = random_bytes(random);
    let mut stored = salt.to_vec();
    stored.extend(scrypt_hash(password, &salt));
    format!("scrypt:{}", STANDARD.encode(stored))
}

/// Whether a password is the one that `stored` was made of; false for any form of stored value that LiteLLM does not
/// verify. Older releases of it stored a bare SHA-256 in hexadecimal, which it still accepts.
pub fn verify_password(password: &str, stored: &str) -> bool {
    let Some(encoded) = stored.strip_prefix("scrypt:") else {
        let sha256 = stored.len() == 64 && stored.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        return sha256 && same_hash(&hash_key(password), stored);
    };
    let Ok(bytes) = STANDARD.decode(encoded) else { return false };
    if bytes.len() != 48 {
        return false;
    }
    scrypt_hash(password, &bytes[..16]).ct_eq(&bytes[16..]).into()
}

fn scrypt_hash(password: &str, salt: &[u8]) -> [u8; 32] {
    let params = scrypt::Params::new(14, 8, 1).expect("constant parameters within scrypt's bounds");
    let mut hash = [0; 32];
    scrypt::scrypt(password.as_bytes(), salt, &params, &mut hash).expect("32 bytes is a length scrypt can give");
    hash
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::random::SeededRandom;

    #[test]
    fn the_documented_master_key_has_the_documented_hash() {
        assert_eq!(hash_key("sk-1234"), "88dc28d0f030c55ed4ab77ed8faf098196cb1c05df778539800c9f1243fe6b4b");
    }

    #[test]
    fn a_short_key_shows_none_of_its_characters() {
        assert_eq!(key_name("sk-short"), "sk-...");
        assert_eq!(key_name("sk-7Pizs3tQcHBsSfR1yVKmkg"), "sk-...Kmkg");
    }

    #[test]
    fn a_password_is_recognised_by_its_hash_and_another_is_not() {
        let stored = hash_password("Correct-Horse-Battery-9", &SeededRandom::new(1));
        assert!(verify_password("Correct-Horse-Battery-9", &stored));
        assert!(!verify_password("correct-horse-battery-9", &stored));
        assert!(!verify_password("x", "scrypt:"));
        assert!(!verify_password("x", "sha256:abc"));
    }

    #[test]
    fn what_litellm_stored_is_verified_as_litellm_verifies_it() {
        // Made with Python's `hashlib.scrypt(b"Correct-Horse-Battery-9", salt=bytes(range(16)), n=16384, r=8, p=1, dklen=32)`.
        let scrypt = "scrypt:AAECAwQFBgcICQoLDA0OD1ajZgHGdr2RGIV3QqSXrCLtAmQnoQn7Usgb8+M1HvVo";
        let sha256 = "a94d145be3c2eb6a0991fef5bb2d99afad8e75266e4aeb37f710243cb8d9782c";
        for stored in [scrypt, sha256] {
            assert!(verify_password("Correct-Horse-Battery-9", stored), "{stored}");
            assert!(!verify_password("Correct-Horse-Battery-8", stored), "{stored}");
        }
        assert!(!verify_password("Correct-Horse-Battery-9", "Correct-Horse-Battery-9"), "a plain password is no hash");
    }
}
