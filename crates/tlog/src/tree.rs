//! The tree as a database keeps it. What changes in a growing tree is its right edge, the last and not yet full tile of
//! each level; what is to the left of it is full and final.
//!
//! The edge is the size written in base 256: the tile of level `l` has as many hashes as the digit `l` says. When a tile
//! becomes full it is folded into one hash of the next level, and its digit is 0 again. So the edge never holds a full
//! tile, and holds all that is needed to append and to compute the root.

use std::collections::BTreeMap;
use std::mem;

use crate::hash::{EMPTY_ROOT, HASH_LEN, Hash, node_hash};
use crate::tile::{LEVELS, TILE_WIDTH, TileId, full_tiles, partial_width};

/// The largest tree that can be restored, 2^63 - 1 leaves: what signed 64-bit columns, and Go's `tlog`, can hold. It also
/// leaves [`Frontier::append`] more room than can ever be used up.
pub const MAX_SIZE: u64 = i64::MAX as u64;

/// Why stored tiles are not the right edge of a tree of the given size.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TreeError {
    /// The size is above [`MAX_SIZE`].
    #[error("a tree of {0} leaves is larger than any log")]
    TooLarge(u64),
    /// A tile that [`Frontier::edge_tiles`] names was not given.
    #[error("tile {} is missing", .0.path(None))]
    Missing(TileId),
    /// A tile was given that [`Frontier::edge_tiles`] does not name, or one was given twice.
    #[error("tile {} is not expected here, or comes twice", .0.path(None))]
    Unexpected(TileId),
    /// A tile does not have exactly the hashes that it has in a tree of this size.
    #[error("tile {} has {actual} bytes, not {expected}", .id.path(None))]
    Length {
        /// Where the tile stands.
        id: TileId,
        /// Bytes it must have, 32 for each hash.
        expected: usize,
        /// Bytes it has.
        actual: usize,
    },
}

/// The right edge of a tree: enough to append leaves and to know the root. `Default` is the tree without leaves.
///
/// It also collects the tile rows that have changed since it was restored (or since [`take_dirty`](Self::take_dirty)).
/// After a rollback throw it away and restore again, or go back to a clone taken before.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    /// By level, the hashes of the partial tile. Each has fewer than 256; the last is not empty.
    edge: Vec<Vec<Hash>>,
    /// The size at which the stored rows equalled this frontier.
    stored_size: u64,
    /// Tiles that became full since then, in the order in which they did.
    completed: Vec<(TileId, Vec<u8>)>,
}

impl Frontier {
    /// The tree without leaves.
    pub fn new() -> Self {
        Self::default()
    }

    /// The tile rows to read in order to [`restore`](Self::restore) a tree of `size` leaves: for every level whose last
    /// tile is partial, that tile. Lowest level first.
    ///
    /// A level that ends with a full tile has nothing here, since that tile is already a hash of the level above. So
    /// there are at most eight rows, for size 65,536 a single one (level 2, one hash), and for size 0 none.
    pub fn edge_tiles(size: u64) -> Vec<TileId> {
        edge_widths(size).map(|(id, _)| id).collect()
    }

    /// Takes up a tree of `size` leaves from the rows that [`edge_tiles`](Self::edge_tiles) names, in any order.
    ///
    /// Each row must have exactly the hashes that it has at this size. To go back to an earlier size, cut the rows of
    /// the later tree down to `id.in_tree(size)` hashes: partial tiles are prefixes.
    ///
    /// Any 32 bytes are a hash, so an altered row is not noticed here. Compare [`root`](Self::root) with the stored
    /// root afterwards.
    ///
    /// # Errors
    ///
    /// [`TreeError`], if the rows cannot be the right edge of such a tree.
    pub fn restore<B: AsRef<[u8]>>(size: u64, rows: impl IntoIterator<Item = (TileId, B)>) -> Result<Self, TreeError> {
        if size > MAX_SIZE {
            return Err(TreeError::TooLarge(size));
        }
        let mut wanted: BTreeMap<TileId, usize> = edge_widths(size).collect();
        let levels = wanted.keys().last().map_or(0, |id| usize::from(id.level) + 1);
        let mut edge = vec![Vec::new(); levels];

        for (id, bytes) in rows {
            let width = wanted.remove(&id).ok_or(TreeError::Unexpected(id))?;
            let bytes = bytes.as_ref();
            if bytes.len() != width * HASH_LEN {
                return Err(TreeError::Length { id, expected: width * HASH_LEN, actual: bytes.len() });
            }
            let (hashes, _) = bytes.as_chunks::<HASH_LEN>();
            edge[usize::from(id.level)] = hashes.iter().copied().map(Hash::from_bytes).collect();
        }
        match wanted.into_keys().next() {
            Some(id) => Err(TreeError::Missing(id)),
            None => Ok(Self { size, edge, stored_size: size, completed: Vec::new() }),
        }
    }

    /// Number of leaves, which is also the index that the next leaf will have.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Adds a leaf, given by its [`leaf_hash`](crate::leaf_hash), at the end.
    pub fn append(&mut self, leaf: Hash) {
        self.size += 1;
        let mut hash = leaf;
        for level in 0..LEVELS {
            let index = usize::from(level);
            if index == self.edge.len() {
                self.edge.push(Vec::with_capacity(TILE_WIDTH));
            }
            let tile = &mut self.edge[index];
            tile.push(hash);
            if tile.len() < TILE_WIDTH {
                return;
            }
            hash = perfect_root(tile);
            let id = TileId { level, n: full_tiles(self.size, level) - 1 };
            self.completed.push((id, to_row(&mem::take(tile))));
        }
    }

    /// The tile rows that must be written for the database to hold this tree, ordered by [`TileId`] (so that all writers
    /// touch rows in one order): those that became full, in full, and the changed partial ones. A row that exists under
    /// the same id holds a prefix of the new one and is overwritten.
    pub fn dirty_tiles(&self) -> Vec<(TileId, Vec<u8>)> {
        let mut rows = self.completed.clone();
        rows.extend(self.dirty_edge());
        rows.sort_unstable_by_key(|(id, _)| *id);
        rows
    }

    /// The same rows as [`dirty_tiles`](Self::dirty_tiles), which count as written from now on.
    pub fn take_dirty(&mut self) -> Vec<(TileId, Vec<u8>)> {
        let rows = self.dirty_tiles();
        self.completed.clear();
        self.stored_size = self.size;
        rows
    }

    /// A partial tile is as stored when both its place and its width are those at the stored size.
    fn dirty_edge(&self) -> impl Iterator<Item = (TileId, Vec<u8>)> {
        edge_widths(self.size)
            .filter(|(id, width)| {
                let stored = id.in_tree(self.stored_size);
                stored.is_none_or(|stored| stored.width() != *width)
            })
            .filter_map(|(id, _)| Some((id, to_row(self.edge.get(usize::from(id.level))?))))
    }

    /// The RFC 6962 root at the current size.
    ///
    /// RFC 6962 splits n leaves at the largest power of two below n. Done all the way down, this leaves a row of perfect
    /// subtrees, one for each binary digit 1 of n, largest first, joined from the right. Eight binary digits are one
    /// tile of the edge, so a partial tile is up to eight of these subtrees.
    pub fn root(&self) -> Hash {
        let mut right: Option<Hash> = None;
        for tile in &self.edge {
            let mut rest = tile.as_slice();
            while !rest.is_empty() {
                let smallest = 1 << rest.len().trailing_zeros();
                let (left, subtree) = rest.split_at(rest.len() - smallest);
                let subtree = perfect_root(subtree);
                right = Some(right.map_or(subtree, |right| node_hash(&subtree, &right)));
                rest = left;
            }
        }
        right.unwrap_or(EMPTY_ROOT)
    }
}

/// The RFC 6962 root recomputed from all leaf hashes in order, in constant memory. It shares nothing with [`Frontier`]
/// but the node hash, so that one can check the other.
pub fn root_of_leaves(leaves: impl IntoIterator<Item = Hash>) -> Hash {
    // Perfect subtrees as (height, root); heights fall strictly from the bottom of the stack to its top.
    let mut stack: Vec<(u32, Hash)> = Vec::new();
    for leaf in leaves {
        let mut subtree = (0, leaf);
        while let Some((height, left)) = stack.pop_if(|(height, _)| *height == subtree.0) {
            subtree = (height + 1, node_hash(&left, &subtree.1));
        }
        stack.push(subtree);
    }
    stack.into_iter().map(|(_, root)| root).rev().reduce(|right, left| node_hash(&left, &right)).unwrap_or(EMPTY_ROOT)
}

/// Id and width of the partial tile of each level that has one.
fn edge_widths(size: u64) -> impl Iterator<Item = (TileId, usize)> {
    (0..LEVELS).filter_map(move |level| {
        let width = partial_width(size, level)?;
        let n = full_tiles(size, level);
        Some((TileId { level, n }, usize::from(width.get())))
    })
}

/// The root over 2^k hashes.
pub(crate) fn perfect_root(hashes: &[Hash]) -> Hash {
    match hashes {
        [] => EMPTY_ROOT,
        [hash] => *hash,
        _ => {
            let (left, right) = hashes.split_at(hashes.len() / 2);
            node_hash(&perfect_root(left), &perfect_root(right))
        }
    }
}

fn to_row(hashes: &[Hash]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| hash.to_bytes()).collect()
}
