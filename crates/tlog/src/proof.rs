//! Making inclusion and consistency proofs, and roots of earlier trees, from tiles.
//!
//! Each hash of a proof is the root over a range of leaves. A range falls into perfect subtrees, one for each binary
//! digit 1 of its length, and the leaves of a perfect subtree of height `h` are 2^(h mod 8) neighbours in one tile of
//! level `h / 8`. So what to read is known before anything is read: at most two tiles a level.
//!
//! Tiles are believed here. Whoever got them from a stranger checks the proof that comes of them against a signed root
//! ([`verify_inclusion`](crate::verify_inclusion), [`verify_consistency`](crate::verify_consistency)).

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::slice;

use crate::hash::{EMPTY_ROOT, HASH_LEN, Hash, node_hash};
use crate::tile::{TILE_WIDTH, Tile, TileId};
use crate::tree::perfect_root;

/// Why a proof or a root cannot be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// The tree has no such leaf.
    #[error("there is no leaf {index} in a tree of {size}")]
    Index {
        /// Index asked for.
        index: u64,
        /// Leaves of the tree.
        size: u64,
    },
    /// The older tree would be larger than the newer one.
    #[error("a tree of {from} leaves is no prefix of one of {to}")]
    Sizes {
        /// Leaves of the older tree.
        from: u64,
        /// Leaves of the newer tree.
        to: u64,
    },
    /// The reader had nothing for a tile that is needed.
    #[error("{} is missing", .0.path())]
    Missing(Tile),
    /// A tile is shorter than in a tree of this size, longer than a full tile, or no whole number of hashes.
    #[error("{} has {bytes} bytes", .tile.path())]
    Length {
        /// The tile that was asked for.
        tile: Tile,
        /// Bytes that the reader gave.
        bytes: usize,
    },
}

/// The tiles that [`inclusion_proof`] reads, in the order of their ids. At most two a level.
///
/// # Errors
///
/// [`ProofError::Index`].
pub fn inclusion_tiles(index: u64, size: u64) -> Result<Vec<Tile>, ProofError> {
    Ok(tiles_of(&inclusion_ranges(index, size)?, size))
}

/// The proof that leaf `index` is in the tree of `size` leaves: RFC 6962's PATH, from the leaf's sibling up to the
/// child of the root. For a tree of one leaf it is empty.
///
/// `read` gets each of [`inclusion_tiles`] once, by its id, and gives the tile's hashes one after the other. It may give
/// more hashes than the tree of this size has there: the row of a tree that has grown since serves as well.
///
/// # Errors
///
/// [`ProofError`]: no such leaf, or a tile that is missing or of the wrong length.
pub fn inclusion_proof<B: AsRef<[u8]>>(
    index: u64,
    size: u64,
    read: impl FnMut(TileId) -> Option<B>,
) -> Result<Vec<Hash>, ProofError> {
    hashes_of(&inclusion_ranges(index, size)?, size, read)
}

/// The tiles that [`consistency_proof`] reads, in the order of their ids. At most two a level.
///
/// # Errors
///
/// [`ProofError::Sizes`].
pub fn consistency_tiles(from: u64, to: u64) -> Result<Vec<Tile>, ProofError> {
    Ok(tiles_of(&consistency_ranges(from, to)?, to))
}

/// The proof that the tree of `from` leaves is a prefix of the tree of `to` leaves: RFC 6962's PROOF. Empty from a size
/// to itself, and from no leaves.
///
/// `read` works as for [`inclusion_proof`], with [`consistency_tiles`].
///
/// # Errors
///
/// [`ProofError`]: `from` above `to`, or a tile that is missing or of the wrong length.
pub fn consistency_proof<B: AsRef<[u8]>>(
    from: u64,
    to: u64,
    read: impl FnMut(TileId) -> Option<B>,
) -> Result<Vec<Hash>, ProofError> {
    hashes_of(&consistency_ranges(from, to)?, to, read)
}

/// The tiles that [`tree_root`] reads, in the order of their ids: the partial tile of each level, the same places as
/// [`Frontier::edge_tiles`](crate::Frontier::edge_tiles).
pub fn root_tiles(size: u64) -> Vec<Tile> {
    tiles_of(slice::from_ref(&(0..size)), size)
}

/// The root that the tree had, or has, at `size` leaves. `read` works as for [`inclusion_proof`], with [`root_tiles`].
///
/// # Errors
///
/// [`ProofError`]: a tile is missing or of the wrong length.
pub fn tree_root<B: AsRef<[u8]>>(size: u64, read: impl FnMut(TileId) -> Option<B>) -> Result<Hash, ProofError> {
    let root = hashes_of(slice::from_ref(&(0..size)), size, read)?;
    Ok(root.first().copied().unwrap_or(EMPTY_ROOT))
}

/// The ranges of leaves whose roots are the inclusion proof.
fn inclusion_ranges(index: u64, size: u64) -> Result<Vec<Range<u64>>, ProofError> {
    if index >= size {
        return Err(ProofError::Index { index, size });
    }
    let (mut start, mut end) = (0, size);
    let mut ranges = Vec::new();
    while let Some(middle) = split(start, end) {
        if index < middle {
            ranges.push(middle..end);
            end = middle;
        } else {
            ranges.push(start..middle);
            start = middle;
        }
    }
    ranges.reverse();
    Ok(ranges)
}

/// The ranges of leaves whose roots are the consistency proof.
fn consistency_ranges(from: u64, to: u64) -> Result<Vec<Range<u64>>, ProofError> {
    if from > to {
        return Err(ProofError::Sizes { from, to });
    }
    let (mut start, mut end) = (0, to);
    let mut ranges = Vec::new();
    while from != 0 && from != end {
        let Some(middle) = split(start, end) else { break };
        if from <= middle {
            ranges.push(middle..end);
            end = middle;
        } else {
            ranges.push(start..middle);
            start = middle;
        }
    }
    // What is left ends where the older tree ends. If it also starts there, it is the older tree, whose root is known.
    if from != 0 && start != 0 {
        ranges.push(start..end);
    }
    ranges.reverse();
    Ok(ranges)
}

/// Where RFC 6962 splits a range of more than one leaf: after the largest power of two below its length.
fn split(start: u64, end: u64) -> Option<u64> {
    let below = (end - start).checked_sub(1)?;
    Some(start + (1 << below.checked_ilog2()?))
}

/// 2^height leaves from a multiple of 2^height on.
#[derive(Clone, Copy)]
struct Subtree {
    height: u32,
    start: u64,
}

impl Subtree {
    /// The perfect subtrees that make up a range, the largest first.
    fn of(range: &Range<u64>) -> impl DoubleEndedIterator<Item = Self> + use<> {
        let Range { start, end } = *range;
        let length = end - start;
        (0..u64::BITS).rev().filter(move |height| length >> height & 1 == 1).map(move |height| {
            // The larger ones stand before it.
            let before = length.checked_shr(height + 1).and_then(|n| n.checked_shl(height + 1)).unwrap_or(0);
            Self { height, start: start + before }
        })
    }

    fn tile(self) -> TileId {
        // A height below 64 is a level below 8.
        let level = (self.height / 8) as u8;
        TileId { level, n: self.first() / TILE_WIDTH as u64 }
    }

    /// Its first hash, counted within the level of its tile.
    fn first(self) -> u64 {
        self.start >> (self.height / 8 * 8)
    }

    fn root(self, tile: &[u8]) -> Option<Hash> {
        let offset = (self.first() % TILE_WIDTH as u64) as usize;
        let (hashes, _) = tile.as_chunks::<HASH_LEN>();
        let hashes = hashes.get(offset..offset + (1 << (self.height % 8)))?;
        let hashes: Vec<Hash> = hashes.iter().copied().map(Hash::from_bytes).collect();
        Some(perfect_root(&hashes))
    }
}

fn tiles_of(ranges: &[Range<u64>], size: u64) -> Vec<Tile> {
    let ids: BTreeSet<TileId> = ranges.iter().flat_map(Subtree::of).map(Subtree::tile).collect();
    ids.into_iter().filter_map(|id| id.in_tree(size)).collect()
}

/// The root over each range; for an empty range, none.
fn hashes_of<B: AsRef<[u8]>>(
    ranges: &[Range<u64>],
    size: u64,
    mut read: impl FnMut(TileId) -> Option<B>,
) -> Result<Vec<Hash>, ProofError> {
    let mut rows = BTreeMap::new();
    for tile in tiles_of(ranges, size) {
        let row = read(tile.id).ok_or(ProofError::Missing(tile))?;
        let bytes = row.as_ref().len();
        if bytes % HASH_LEN != 0 || !(tile.width()..=TILE_WIDTH).contains(&(bytes / HASH_LEN)) {
            return Err(ProofError::Length { tile, bytes });
        }
        rows.insert(tile.id, row);
    }
    // Every tile that a subtree asks for has been read above, at its full width.
    let root = |subtree: Subtree| rows.get(&subtree.tile()).and_then(|row| subtree.root(row.as_ref()));
    let join = |range| Subtree::of(range).filter_map(root).rev().reduce(|right, left| node_hash(&left, &right));
    Ok(ranges.iter().filter_map(join).collect())
}
