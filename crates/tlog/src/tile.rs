//! Tile coordinates of C2SP tlog-tiles: which tiles a tree of a given size has, their widths and their paths. No hashes
//! here.
//!
//! A tile at level 0 holds 256 consecutive leaf hashes. A tile at level `l` holds 256 consecutive roots of full tiles of
//! level `l - 1`, so each of its hashes stands for 256^l leaves. The last tile of a level may be partial; a partial tile
//! is a prefix of what stands at the same place later, and is never hashed into the level above.

use std::num::NonZeroU8;

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
        let mut index = format!("{:03}", self.n % 1000);
        let mut rest = self.n / 1000;
        while rest > 0 {
            index.insert_str(0, &format!("x{:03}/", rest % 1000));
            rest /= 1000;
        }
        match partial {
            None => format!("tile/{}/{index}", self.level),
            Some(width) => format!("tile/{}/{index}.p/{width}", self.level),
        }
    }

    /// This tile as it was, or will be, in a tree of `size` leaves; `None` if that tree does not reach it.
    pub fn in_tree(self, size: u64) -> Option<Tile> {
        let full = full_tiles(size, self.level);
        let partial = if self.n < full {
            None
        } else if self.n == full {
            Some(partial_width(size, self.level)?)
        } else {
            return None;
        };
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

/// Number of hashes at a level, in all its tiles. Levels past the last have none; a plain shift would overflow there.
fn hashes_at(size: u64, level: u32) -> u64 {
    level.checked_mul(8).and_then(|bits| size.checked_shr(bits)).unwrap_or(0)
}
