//! The hashes of RFC 6962, section 2.1. Leaf and node hashes start with different bytes, so that nobody can pass an
//! inner node off as a leaf.

use std::fmt;

use sha2::{Digest, Sha256};

use crate::text;

/// Length of a [`struct@Hash`] in bytes.
pub const HASH_LEN: usize = 32;

/// The root of the tree without leaves: SHA-256 of nothing.
pub const EMPTY_ROOT: Hash = Hash([
    0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24, 0x27, 0xae, 0x41,
    0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55,
]);

/// A SHA-256 hash: of a leaf, of an inner node, or the root of a tree. `Debug` writes lower-case hex.
///
/// Hashes of a log are public, so comparing them takes no constant time.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash([u8; HASH_LEN]);

impl Hash {
    /// Takes bytes that are a hash already; nothing is hashed.
    pub const fn from_bytes(bytes: [u8; HASH_LEN]) -> Self {
        Self(bytes)
    }

    /// The bytes, as they are concatenated in a tile.
    pub const fn to_bytes(self) -> [u8; HASH_LEN] {
        self.0
    }

    /// Takes a slice that is a hash already; `None` unless it has 32 bytes.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// The standard base64 form with padding, as it stands in checkpoints and proofs: 44 characters.
    pub fn to_base64(self) -> String {
        text::to_base64(&self.0)
    }

    /// Reads the form that [`to_base64`](Self::to_base64) writes; `None` for everything else, other base64 forms of the
    /// same bytes included.
    pub fn from_base64(text: &str) -> Option<Self> {
        Self::from_slice(&text::from_base64(text)?)
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// The hash of a leaf: SHA-256(0x00 || leaf).
pub fn leaf_hash(leaf: &[u8]) -> Hash {
    Hash(Sha256::new().chain_update([0x00]).chain_update(leaf).finalize().into())
}

/// The hash of an inner node: SHA-256(0x01 || left || right).
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    Hash(Sha256::new().chain_update([0x01]).chain_update(left.0).chain_update(right.0).finalize().into())
}
