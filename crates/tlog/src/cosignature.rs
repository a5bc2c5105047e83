//! C2SP cosignature/v1: a witness says that at some time it saw no larger checkpoint of this log, and that all it ever
//! saw are consistent.

use std::fmt;

use crate::checkpoint::SignedCheckpoint;
use crate::key::{KeyError, KeyType, SEED_LEN, SignerKey, VerifierKey};
use crate::note::NoteSignature;

/// The last second that a cosignature can name.
pub const MAX_TIMESTAMP: u64 = i64::MAX as u64;

/// The secret key of a witness (type 0x04), with its name. Wiped from memory when it is dropped; `Debug` shows the
/// public half only.
#[derive(Clone)]
pub struct CosignerKey(SignerKey);

impl CosignerKey {
    /// A key from a seed: 32 bytes from a cryptographic source, which the caller has. It must be a key of its own, since
    /// what is signed says neither its name nor that of another cosigner.
    ///
    /// # Errors
    ///
    /// [`KeyError::Name`].
    pub fn from_seed(name: &str, seed: &[u8; SEED_LEN]) -> Result<Self, KeyError> {
        SignerKey::with_type(name, KeyType::CosignatureV1, seed).map(Self)
    }

    /// The public half, whose vkey has type 0x04.
    pub fn verifier(&self) -> &VerifierKey {
        self.0.verifier()
    }

    /// Cosigns a checkpoint at a time in seconds since 1970. That the log's signature holds, and that the tree is
    /// consistent with all that this witness has cosigned before, is the caller's to check first.
    ///
    /// `None` for a time after [`MAX_TIMESTAMP`].
    pub fn cosign(&self, checkpoint: &SignedCheckpoint, timestamp: u64) -> Option<NoteSignature> {
        if timestamp > MAX_TIMESTAMP {
            return None;
        }
        let signature = self.0.sign(message(timestamp, checkpoint.note().text()).as_bytes());
        let bytes = [&timestamp.to_be_bytes()[..], &signature].concat();
        Some(NoteSignature::new(self.verifier(), bytes))
    }
}

impl fmt::Debug for CosignerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CosignerKey({})", self.verifier())
    }
}

/// The time of a cosignature, if the key made it.
pub(crate) fn verify(key: &VerifierKey, text: &str, signature: &[u8]) -> Option<u64> {
    let (timestamp, signature) = signature.split_first_chunk()?;
    let timestamp = u64::from_be_bytes(*timestamp);
    let holds = timestamp <= MAX_TIMESTAMP && key.accepts(message(timestamp, text).as_bytes(), signature);
    holds.then_some(timestamp)
}

fn message(timestamp: u64, text: &str) -> String {
    format!("cosignature/v1\ntime {timestamp}\n{text}")
}
