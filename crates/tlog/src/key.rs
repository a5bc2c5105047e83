//! Keys of signed notes as C2SP writes them: the public one (vkey) and the secret one (skey, the form of Go's
//! `sumdb/note`).
//!
//! A key has a name and an id of four bytes, and a signature line says both, so that a verifier finds the key. The id is
//! a hash of name, type and key, but so short that it proves nothing: only the key does.

use std::fmt;

use ed25519_dalek::Signer as _;
use sha2::{Digest, Sha256};
use zeroize::{Zeroize as _, Zeroizing};

use crate::text;

/// Length of the seed of a secret key in bytes.
pub const SEED_LEN: usize = 32;

/// What a key signs, as the byte before it in a vkey.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyType {
    /// 0x01: Ed25519 over the text of the note. What a log signs with.
    Ed25519,
    /// 0x04: Ed25519 over a time and the text of a checkpoint. What a witness signs with.
    CosignatureV1,
}

impl KeyType {
    fn byte(self) -> u8 {
        match self {
            Self::Ed25519 => 0x01,
            Self::CosignatureV1 => 0x04,
        }
    }
}

/// Why a text is no key, or a key cannot have these parts. It never holds anything of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Not `name+id+key`, or a part in a form that nobody writes.
    #[error("the key is not in the form name+id+key")]
    Malformed,
    /// The name is empty, or has a space, a control character or a plus sign.
    #[error("the name of a key is not empty and has no space, control character or plus sign")]
    Name,
    /// A type that this crate does not know.
    #[error("keys of type {0:#04x} are not supported")]
    Type(u8),
    /// The id is not that of this name, type and key: a part was altered, or mistyped.
    #[error("the key does not fit its id")]
    Id,
    /// The key is no point of the curve in its one encoding, or one under which anything can be made to look signed.
    #[error("the public key is no sound Ed25519 key")]
    Weak,
}

/// A public key with its name. `Display` writes the vkey: `example.com/log+530d903a+AekyeR...`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    key_type: KeyType,
    id: u32,
    key: ed25519_dalek::VerifyingKey,
}

impl VerifierKey {
    /// A key from its parts. The id follows from them.
    ///
    /// # Errors
    ///
    /// [`KeyError::Name`], [`KeyError::Weak`].
    pub fn new(name: &str, key_type: KeyType, public_key: &[u8; 32]) -> Result<Self, KeyError> {
        if !is_key_name(name) {
            return Err(KeyError::Name);
        }
        let key = ed25519_dalek::VerifyingKey::from_bytes(public_key).map_err(|_| KeyError::Weak)?;
        // A point can have a second encoding, which RFC 8032 does not allow.
        if key.is_weak() || key.to_edwards().compress().as_bytes() != public_key {
            return Err(KeyError::Weak);
        }
        Ok(Self { name: name.to_owned(), key_type, id: key_id(name, key_type, public_key), key })
    }

    /// Reads a vkey, in the one form that `Display` writes: lower-case hex, padded base64.
    ///
    /// # Errors
    ///
    /// [`KeyError`].
    pub fn parse(vkey: &str) -> Result<Self, KeyError> {
        let (name, id, key) = split_key(vkey)?;
        let key = text::from_base64(key).ok_or(KeyError::Malformed)?;
        let (key_type, key) = split_type(&key)?;
        let key = Self::new(name, key_type, key)?;
        if key.id == id { Ok(key) } else { Err(KeyError::Id) }
    }

    /// The name, by custom a URL without its scheme; for a log, its origin.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The id, as the big-endian number that it is written as.
    pub fn id(&self) -> u32 {
        self.id
    }

    /// What it signs.
    pub fn key_type(&self) -> KeyType {
        self.key_type
    }

    /// The Ed25519 public key.
    pub fn public_key(&self) -> [u8; 32] {
        self.key.to_bytes()
    }

    /// Whether these 64 bytes are the Ed25519 signature of the message. Strict: no signature has a second form that is
    /// taken as well.
    pub(crate) fn accepts(&self, message: &[u8], signature: &[u8]) -> bool {
        let signature = ed25519_dalek::Signature::from_slice(signature);
        signature.is_ok_and(|signature| self.key.verify_strict(message, &signature).is_ok())
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = [&[self.key_type.byte()][..], self.key.as_bytes()].concat();
        write!(f, "{}+{:08x}+{}", self.name, self.id, text::to_base64(&key))
    }
}

/// A secret key that signs notes (type 0x01), with its name. Wiped from memory when it is dropped; `Debug` shows the
/// public half only.
#[derive(Clone)]
pub struct SignerKey {
    verifier: VerifierKey,
    secret: ed25519_dalek::SigningKey,
}

impl SignerKey {
    /// A key from a seed. The seed is the secret: 32 bytes from a cryptographic source, which the caller has.
    ///
    /// # Errors
    ///
    /// [`KeyError::Name`].
    pub fn from_seed(name: &str, seed: &[u8; SEED_LEN]) -> Result<Self, KeyError> {
        Self::with_type(name, KeyType::Ed25519, seed)
    }

    pub(crate) fn with_type(name: &str, key_type: KeyType, seed: &[u8; SEED_LEN]) -> Result<Self, KeyError> {
        let secret = ed25519_dalek::SigningKey::from_bytes(seed);
        let verifier = VerifierKey::new(name, key_type, secret.verifying_key().as_bytes())?;
        Ok(Self { verifier, secret })
    }

    /// Reads an skey: `PRIVATE+KEY+name+id+key`, in the one form that [`to_skey`](Self::to_skey) writes.
    ///
    /// # Errors
    ///
    /// [`KeyError`], with [`KeyError::Type`] for anything but type 0x01.
    pub fn parse(skey: &str) -> Result<Self, KeyError> {
        let (name, id, key) = split_key(skey.strip_prefix("PRIVATE+KEY+").ok_or(KeyError::Malformed)?)?;
        let key = Zeroizing::new(text::from_base64(key).ok_or(KeyError::Malformed)?);
        let (key_type, seed) = split_type(&key)?;
        if key_type != KeyType::Ed25519 {
            return Err(KeyError::Type(key_type.byte()));
        }
        let key = Self::from_seed(name, seed)?;
        if key.verifier.id == id { Ok(key) } else { Err(KeyError::Id) }
    }

    /// The skey, as Go's `sumdb/note` reads and writes it. It is the secret itself.
    pub fn to_skey(&self) -> Zeroizing<String> {
        let mut key = [0; 1 + SEED_LEN];
        key[0] = self.verifier.key_type.byte();
        key[1..].copy_from_slice(self.secret.as_bytes());
        let base64 = Zeroizing::new(text::to_base64(&key));
        key.zeroize();
        Zeroizing::new(format!("PRIVATE+KEY+{}+{:08x}+{}", self.verifier.name, self.verifier.id, base64.as_str()))
    }

    /// The public half.
    pub fn verifier(&self) -> &VerifierKey {
        &self.verifier
    }

    /// The Ed25519 signature of a message. It is deterministic: the same message gives the same 64 bytes.
    pub(crate) fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.secret.sign(message).to_bytes()
    }
}

impl fmt::Debug for SignerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SignerKey({})", self.verifier)
    }
}

/// Whether a key may have this name, and a line of a note say it.
pub(crate) fn is_key_name(name: &str) -> bool {
    text::is_line(name) && !name.contains(|c: char| c == '+' || c.is_whitespace())
}

fn key_id(name: &str, key_type: KeyType, public_key: &[u8]) -> u32 {
    let hash = Sha256::new().chain_update(name).chain_update([b'\n', key_type.byte()]).chain_update(public_key);
    let [a, b, c, d, ..]: [u8; 32] = hash.finalize().into();
    u32::from_be_bytes([a, b, c, d])
}

/// `name+id+key`. Base64 may have plus signs too, names may not.
fn split_key(key: &str) -> Result<(&str, u32, &str), KeyError> {
    let mut parts = key.splitn(3, '+');
    let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(KeyError::Malformed);
    };
    let lower_hex = id.len() == 8 && id.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let id = lower_hex.then(|| u32::from_str_radix(id, 16).ok()).flatten();
    Ok((name, id.ok_or(KeyError::Malformed)?, key))
}

fn split_type(key: &[u8]) -> Result<(KeyType, &[u8; 32]), KeyError> {
    let (byte, key) = key.split_first().ok_or(KeyError::Malformed)?;
    let key_type = match byte {
        0x01 => KeyType::Ed25519,
        0x04 => KeyType::CosignatureV1,
        _ => return Err(KeyError::Type(*byte)),
    };
    Ok((key_type, key.try_into().map_err(|_| KeyError::Malformed)?))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a panic is how a test reports a failure")]

    use super::*;

    /// RFC 8032, section 7.1, test 2. Its message is no note, so only here can it be signed.
    #[test]
    fn signatures_are_those_of_rfc_8032_and_have_no_second_form() {
        let seed = hex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");
        let key = SignerKey::from_seed("a", &seed.try_into().unwrap()).unwrap();
        let signature = key.sign(&[0x72]);
        let expected = [
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da",
            "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
        ];
        assert_eq!(signature.to_vec(), hex(&expected.concat()));
        assert!(key.verifier.accepts(&[0x72], &signature));
        assert!(!key.verifier.accepts(&[0x73], &signature));

        // The second half is a number modulo the order of the group. Adding that order must not give another signature.
        let order = hex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
        let mut other = signature;
        let mut carry = 0;
        for (byte, add) in other[32..].iter_mut().zip(order) {
            let sum = u16::from(*byte) + u16::from(add) + carry;
            [*byte, _] = sum.to_le_bytes();
            carry = sum >> 8;
        }
        assert!(!key.verifier.accepts(&[0x72], &other));
    }

    fn hex(text: &str) -> Vec<u8> {
        let (pairs, _) = text.as_bytes().as_chunks::<2>();
        pairs.iter().map(|pair| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
    }
}
