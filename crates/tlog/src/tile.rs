//! Tile coordinates of C2SP tlog-tiles: which tiles a tree of a given size has, their widths and their paths. No hashes
//! here.
//!
//! A tile at level 0 holds 256 consecutive leaf hashes. A tile at level `l` holds 256 consecutive roots of full tiles of
//! level `l - 1`, so each of its hashes stands for 256^l leaves. The last tile of a level may be partial; a partial tile
//! is a prefix of what stands at the same place later, and is never hashed into the level above.

use std::cmp::Ordering;
use std::num::NonZeroU8;

use crate::{path, text};

/// Hashes in a full tile.
pub const TILE_WIDTH: usize = 256;

/// Levels that a tree with a 64-bit size can have: 0 to 7.
pub const LEVELS: u8 = 8;

/// The place of a tile in the tree. Ordered by level, then from left to right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TileId {
    /// 0 for leaf hashes, one more for every folding of full tiles.
    pub level: u8,
    /// Index within the level, from 0.
    pub n: u64,
}

impl TileId {
    /// The C2SP path, relative to the log's prefix: `tile/0/x001/x234/067`, with `.p/112` when it is a partial tile of
    /// 112 hashes. `None` names the full tile.
    pub fn path(self, partial: Option<NonZeroU8>) -> String {
        format!("tile/{}/{}", self.level, path::format(self.n, partial))
    }

    /// This tile as it was, or will be, in a tree of `size` leaves; `None` if that tree does not reach it.
    pub fn in_tree(self, size: u64) -> Option<Tile> {
        let partial = end_of(self.n, size, self.level)?;
        Some(Tile { id: self, partial })
    }
}

/// A tile of a tree of one particular size: its place, and how much of it there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tile {
    /// Where it stands.
    pub id: TileId,
    /// Number of hashes if it is partial, `None` if it is full.
    pub partial: Option<NonZeroU8>,
}

impl Tile {
    /// Number of hashes, 1 to 256.
    pub fn width(self) -> usize {
        self.partial.map_or(TILE_WIDTH, |width| usize::from(width.get()))
    }

    /// The C2SP path, see [`TileId::path`].
    pub fn path(self) -> String {
        self.id.path(self.partial)
    }

    /// Reads a path that [`path`](Self::path) writes, with a level up to 63 as in the specification. `None` for
    /// everything else: leading zeros, a group too many, a width of 0 or 256, an index past 64 bits, a slash at the end.
    ///
    /// Whether a tree has such a tile is another question: [`TileId::in_tree`].
    pub fn from_path(path: &str) -> Option<Self> {
        let (level, rest) = path.strip_prefix("tile/")?.split_once('/')?;
        let level = u8::try_from(text::decimal(level)?).ok().filter(|level| *level < 64)?;
        let (n, partial) = path::parse(rest)?;
        Some(Self { id: TileId { level, n }, partial })
    }
}

/// Number of full tiles at `level` in a tree of `size` leaves: floor(size / 256^(level+1)).
pub fn full_tiles(size: u64, level: u8) -> u64 {
    hashes_at(size, u32::from(level) + 1)
}

/// Width of the partial tile at `level` in a tree of `size` leaves: floor(size / 256^level) mod 256, `None` for 0 (then
/// the level ends with a full tile or is empty).
pub fn partial_width(size: u64, level: u8) -> Option<NonZeroU8> {
    let [width, ..] = hashes_at(size, u32::from(level)).to_le_bytes();
    NonZeroU8::new(width)
}

/// Every tile of a tree of `size` leaves, by level, then from left to right. Made while it is iterated, so a huge size
/// costs nothing by itself.
pub fn tiles(size: u64) -> impl Iterator<Item = Tile> {
    (0..LEVELS).flat_map(move |level| {
        let full = full_tiles(size, level);
        let end = full + u64::from(partial_width(size, level).is_some());
        (0..end).filter_map(move |n| TileId { level, n }.in_tree(size))
    })
}

/// Whether tile `n` of a level is full (`Some(None)`), partial, or outside of a tree of `size` leaves (`None`).
pub(crate) fn end_of(n: u64, size: u64, level: u8) -> Option<Option<NonZeroU8>> {
    let full = full_tiles(size, level);
    match n.cmp(&full) {
        Ordering::Less => Some(None),
        Ordering::Equal => partial_width(size, level).map(Some),
        Ordering::Greater => None,
    }
}

/// Number of hashes at a level, in all its tiles. Levels past the last have none; a plain shift would overflow there.
fn hashes_at(size: u64, level: u32) -> u64 {
    level.checked_mul(8).and_then(|bits| size.checked_shr(bits)).unwrap_or(0)
}
