//! The tree recomputed from its leaves, twice: its tiles, and by another way its root at any size.

use tlog::{EMPTY_ROOT, Hash, TILE_WIDTH, TileId, node_hash};

/// A tile as it must be.
#[derive(Clone, Debug)]
pub struct Recomputed {
    pub id: TileId,
    pub hashes: Vec<u8>,
}

#[derive(Debug, Default)]
pub(super) struct Tree {
    size: u64,
    /// Roots of perfect subtrees with their heights, which fall from the bottom to the top.
    peaks: Vec<(u32, Hash)>,
    /// By level, the number of full tiles and the hashes of the one that is not.
    levels: Vec<(u64, Vec<Hash>)>,
    complete: Vec<Recomputed>,
}

impl Tree {
    pub(super) fn size(&self) -> u64 {
        self.size
    }

    pub(super) fn push(&mut self, leaf: Hash) {
        self.size += 1;
        let mut peak = (0, leaf);
        while let Some((height, left)) = self.peaks.pop_if(|(height, _)| *height == peak.0) {
            peak = (height + 1, node_hash(&left, &peak.1));
        }
        self.peaks.push(peak);

        let mut hash = leaf;
        for level in 0.. {
            if self.levels.len() == level {
                self.levels.push((0, Vec::with_capacity(TILE_WIDTH)));
            }
            let (n, hashes) = &mut self.levels[level];
            hashes.push(hash);
            if hashes.len() < TILE_WIDTH {
                return;
            }
            hash = perfect(hashes);
            let id = TileId { level: u8::try_from(level).unwrap_or(u8::MAX), n: *n };
            self.complete.push(Recomputed { id, hashes: row(hashes) });
            *n += 1;
            hashes.clear();
        }
    }

    /// The root over what has been pushed.
    pub(super) fn root(&self) -> Hash {
        let peaks = self.peaks.iter().rev().map(|(_, root)| *root);
        peaks.reduce(|right, left| node_hash(&left, &right)).unwrap_or(EMPTY_ROOT)
    }

    /// The tiles that have become full since the last call.
    pub(super) fn take_complete(&mut self) -> Vec<Recomputed> {
        std::mem::take(&mut self.complete)
    }

    /// The tiles of the right edge, which are not full.
    pub(super) fn edge(&self) -> Vec<Recomputed> {
        let levels = (0_u8..).zip(&self.levels).filter(|(_, (_, hashes))| !hashes.is_empty());
        levels.map(|(level, (n, hashes))| Recomputed { id: TileId { level, n: *n }, hashes: row(hashes) }).collect()
    }
}

/// The root over a full tile.
fn perfect(hashes: &[Hash]) -> Hash {
    match hashes {
        [hash] => *hash,
        _ => {
            let (left, right) = hashes.split_at(hashes.len() / 2);
            node_hash(&perfect(left), &perfect(right))
        }
    }
}

fn row(hashes: &[Hash]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| hash.to_bytes()).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a panic is how a test reports a failure")]

    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;
    use tlog::{Frontier, leaf_hash};

    proptest! {
        #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

        #[test]
        fn tiles_and_roots_are_those_of_the_growing_tree(size in 0_u64..70_000) {
            let (mut tree, mut frontier) = (Tree::default(), Frontier::new());
            let mut tiles = BTreeMap::new();
            for n in 0..size {
                let leaf = leaf_hash(&n.to_be_bytes());
                tree.push(leaf);
                frontier.append(leaf);
                if n % 997 == 0 {
                    prop_assert_eq!(tree.root(), frontier.root());
                    tiles.extend(tree.take_complete().into_iter().map(|tile| (tile.id, tile.hashes)));
                }
            }
            let rest = tree.take_complete().into_iter().chain(tree.edge());
            tiles.extend(rest.map(|tile| (tile.id, tile.hashes)));
            prop_assert_eq!(tree.root(), frontier.root());
            prop_assert_eq!(tiles, frontier.dirty_tiles().into_iter().collect::<BTreeMap<_, _>>());
        }
    }
}
