//! Entry bundles of C2SP tlog-tiles: the leaves themselves, 256 to a bundle, beside the tiles of level 0 that hold their
//! hashes. A bundle is each leaf behind its length in two bytes, big-endian.

use std::num::NonZeroU8;

use crate::path;
use crate::tile::{TILE_WIDTH, end_of};

/// The longest leaf that a bundle can hold, in bytes.
pub const MAX_LEAF_LEN: usize = u16::MAX as usize;

/// The entry bundle of a tree of one particular size: its place, and how much of it there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bundle {
    /// Index from 0; its first leaf is `256 * n`.
    pub n: u64,
    /// Number of leaves if it is partial, `None` if it is full.
    pub partial: Option<NonZeroU8>,
}

/// Why leaves are no bundle, or bytes not the bundle that they should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BundleError {
    /// The bundle has room for another number of leaves.
    #[error("the bundle has another number of leaves than {expected}")]
    Width {
        /// Leaves that it must have.
        expected: usize,
    },
    /// A leaf is longer than [`MAX_LEAF_LEN`].
    #[error("leaf {0} of the bundle is too long")]
    LeafTooLong(usize),
    /// The bytes end within a leaf or its length.
    #[error("the bundle ends within leaf {0}")]
    Truncated(usize),
}

impl Bundle {
    /// Bundle `n` as it is in a tree of `size` leaves; `None` if that tree does not reach it.
    pub fn in_tree(n: u64, size: u64) -> Option<Self> {
        let partial = end_of(n, size, 0)?;
        Some(Self { n, partial })
    }

    /// Number of leaves, 1 to 256.
    pub fn width(self) -> usize {
        self.partial.map_or(TILE_WIDTH, |width| usize::from(width.get()))
    }

    /// The C2SP path, relative to the log's prefix: `tile/entries/x001/x234/067`, with `.p/112` when it is partial.
    pub fn path(self) -> String {
        format!("tile/entries/{}", path::format(self.n, self.partial))
    }

    /// Reads a path that [`path`](Self::path) writes. `None` for everything else.
    pub fn from_path(path: &str) -> Option<Self> {
        let (n, partial) = path::parse(path.strip_prefix("tile/entries/")?)?;
        Some(Self { n, partial })
    }

    /// The bytes of this bundle with these leaves.
    ///
    /// # Errors
    ///
    /// [`BundleError`]: too few or too many leaves, or a leaf that is too long.
    pub fn format<B: AsRef<[u8]>>(self, leaves: impl IntoIterator<Item = B>) -> Result<Vec<u8>, BundleError> {
        let expected = self.width();
        let mut bytes = Vec::new();
        let mut count = 0;
        for leaf in leaves {
            let leaf = leaf.as_ref();
            let length = u16::try_from(leaf.len()).map_err(|_| BundleError::LeafTooLong(count))?;
            if count == expected {
                return Err(BundleError::Width { expected });
            }
            bytes.extend(length.to_be_bytes());
            bytes.extend(leaf);
            count += 1;
        }
        if count == expected { Ok(bytes) } else { Err(BundleError::Width { expected }) }
    }

    /// The leaves in the bytes of this bundle. They are not checked against any hash.
    ///
    /// # Errors
    ///
    /// [`BundleError`]: too few or too many leaves, or bytes that end within one.
    pub fn parse(self, mut bytes: &[u8]) -> Result<Vec<&[u8]>, BundleError> {
        let expected = self.width();
        let mut leaves = Vec::with_capacity(expected);
        while !bytes.is_empty() {
            let count = leaves.len();
            if count == expected {
                return Err(BundleError::Width { expected });
            }
            let cut = bytes.split_first_chunk().and_then(|(length, rest)| {
                let length = u16::from_be_bytes(*length);
                rest.split_at_checked(usize::from(length))
            });
            let (leaf, rest) = cut.ok_or(BundleError::Truncated(count))?;
            leaves.push(leaf);
            bytes = rest;
        }
        if leaves.len() == expected { Ok(leaves) } else { Err(BundleError::Width { expected }) }
    }
}

/// The bundles of a tree of `size` leaves, from left to right. Made while it is iterated.
pub fn bundles(size: u64) -> impl Iterator<Item = Bundle> {
    let width = TILE_WIDTH as u64;
    (0..size.div_ceil(width)).filter_map(move |n| Bundle::in_tree(n, size))
}
