use std::collections::BTreeMap;
use std::sync::LazyLock;

use ct_merkle::mem_backed_tree::MemoryBackedTree;
use proptest::prelude::*;
use sha2::Sha256;
use tlog::{Frontier, HASH_LEN, Hash, TileId, leaf_hash, root_of_leaves, tiles};

const LARGEST: usize = 70_000;

/// Leaf hashes, and by size the root that `ct-merkle` gives.
static ORACLE: LazyLock<(Vec<Hash>, Vec<Hash>)> = LazyLock::new(|| {
    let mut tree: MemoryBackedTree<Sha256, [u8; 8]> = MemoryBackedTree::new();
    let root = |tree: &MemoryBackedTree<_, _>| Hash::from_bytes((*tree.root().as_bytes()).into());
    let mut leaves = Vec::new();
    let mut roots = vec![root(&tree)];
    for n in 0..LARGEST as u64 {
        leaves.push(leaf_hash(&n.to_be_bytes()));
        tree.push(n.to_be_bytes());
        roots.push(root(&tree));
    }
    (leaves, roots)
});

/// The table of tiles and the head. Nothing else survives a transaction.
#[derive(Default)]
struct Database {
    rows: BTreeMap<TileId, Vec<u8>>,
    size: u64,
}

impl Database {
    /// The frontier at any size up to the present one.
    fn frontier_at(&self, size: u64) -> Frontier {
        let rows = Frontier::edge_tiles(size).into_iter().map(|id| {
            let width = id.in_tree(size).unwrap().width();
            (id, &self.rows[&id][..width * HASH_LEN])
        });
        Frontier::restore(size, rows).unwrap()
    }

    fn frontier(&self) -> Frontier {
        let rows = Frontier::edge_tiles(self.size).into_iter().map(|id| (id, &self.rows[&id]));
        Frontier::restore(self.size, rows).unwrap()
    }

    fn write(&mut self, frontier: &mut Frontier) {
        let dirty = frontier.dirty_tiles();
        assert!(dirty.is_sorted_by(|(a, _), (b, _)| a < b));
        assert_eq!(dirty, frontier.take_dirty());
        assert_eq!(frontier.dirty_tiles(), []);
        for (id, new) in dirty {
            let old = self.rows.insert(id, new).unwrap_or_default();
            let new = &self.rows[&id];
            assert!(new.starts_with(&old) && new.len() > old.len());
        }
        self.size = frontier.size();
    }

    /// Appends in one transaction.
    fn append(&mut self, leaves: &[Hash]) {
        let mut frontier = self.frontier();
        leaves.iter().for_each(|leaf| frontier.append(*leaf));
        self.write(&mut frontier);
    }

    /// The rows are exactly the tiles of the tree, each hash by definition the root over its leaves.
    fn assert_tiles(&self) {
        let found: Vec<_> = self.rows.iter().map(|(id, row)| (*id, row.len())).collect();
        let expected: Vec<_> = tiles(self.size).map(|tile| (tile.id, tile.width() * HASH_LEN)).collect();
        assert_eq!(found, expected);
        for (id, row) in &self.rows {
            let span = 256_usize.pow(id.level.into());
            for (i, hash) in row.chunks(HASH_LEN).enumerate() {
                let start = (id.n as usize * 256 + i) * span;
                let leaves = &ORACLE.0[start..start + span];
                assert_eq!(hash, root_of_leaves(leaves.iter().copied()).to_bytes());
            }
        }
    }
}

#[test]
fn every_small_tree_has_the_root_of_the_oracle() {
    let (leaves, roots) = &*ORACLE;
    let mut frontier = Frontier::new();
    for size in 0..=600 {
        assert_eq!(frontier.root(), roots[size], "frontier of {size}");
        let recomputed = root_of_leaves(leaves[..size].iter().copied());
        assert_eq!(recomputed, roots[size], "leaves of {size}");
        frontier.append(leaves[size]);
    }
}

#[test]
fn trees_around_full_tiles_have_the_root_of_the_oracle() {
    let (leaves, roots) = &*ORACLE;
    for size in [255, 256, 257, 511, 512, 513, 65_535, 65_536, 65_537, LARGEST] {
        let mut database = Database::default();
        database.append(&leaves[..size]);
        assert_eq!(database.frontier().root(), roots[size], "{size}");
        assert_eq!(root_of_leaves(leaves[..size].iter().copied()), roots[size]);
        database.assert_tiles();
    }
}

#[test]
fn restoring_after_every_append_is_the_same_as_never() {
    let (leaves, roots) = &*ORACLE;
    for start in [0, 65_000] {
        let mut never = Frontier::new();
        let (mut database, mut other) = (Database::default(), Database::default());
        database.append(&leaves[..start]);
        leaves[..start].iter().for_each(|leaf| never.append(*leaf));
        other.write(&mut never);
        for size in start + 1..start + 1_100 {
            database.append(&leaves[size - 1..size]);
            never.append(leaves[size - 1]);
            other.write(&mut never);
            assert_eq!(database.frontier(), never);
            assert_eq!(never.root(), roots[size]);
        }
        assert_eq!(database.rows, other.rows);
        database.assert_tiles();
    }
}

#[test]
fn one_leaf_touches_only_the_tiles_that_it_changes() {
    let (leaves, _) = &*ORACLE;
    let touched = |size: usize| {
        let mut frontier = Frontier::new();
        leaves[..size].iter().for_each(|leaf| frontier.append(*leaf));
        frontier.take_dirty();
        frontier.append(leaves[size]);
        let ids = frontier.take_dirty().into_iter();
        ids.map(|(id, row)| (id.level, id.n, row.len() / HASH_LEN)).collect::<Vec<_>>()
    };
    assert_eq!(touched(0), [(0, 0, 1)]);
    assert_eq!(touched(254), [(0, 0, 255)]);
    assert_eq!(touched(255), [(0, 0, 256), (1, 0, 1)]);
    assert_eq!(touched(256), [(0, 1, 1)]);
    assert_eq!(touched(511), [(0, 1, 256), (1, 0, 2)]);
    assert_eq!(touched(65_535), [(0, 255, 256), (1, 0, 256), (2, 0, 1)]);
}

#[test]
fn the_edge_has_only_partial_tiles() {
    let edge = |size| {
        let ids = Frontier::edge_tiles(size).into_iter();
        ids.map(|id| (id.level, id.n)).collect::<Vec<_>>()
    };
    assert_eq!(edge(0), []);
    assert_eq!(edge(255), [(0, 0)]);
    assert_eq!(edge(256), [(1, 0)]);
    assert_eq!(edge(257), [(0, 1), (1, 0)]);
    assert_eq!(edge(65_536), [(2, 0)]);
    assert_eq!(edge(70_000), [(0, 273), (1, 1), (2, 0)]);
    assert_eq!(edge(u64::MAX).len(), 8);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_tree_in_any_transactions_has_the_root_of_the_oracle(
        cuts in prop::collection::vec(0..=LARGEST, 1..12),
        earlier in 0..=LARGEST,
    ) {
        let (leaves, roots) = &*ORACLE;
        let mut cuts = cuts;
        cuts.sort_unstable();
        let mut database = Database::default();
        let mut start = 0;
        for end in cuts {
            database.append(&leaves[start..end]);
            prop_assert_eq!(database.frontier().root(), roots[end]);
            start = end;
        }
        prop_assert_eq!(root_of_leaves(leaves[..start].iter().copied()), roots[start]);

        let earlier = earlier.min(start);
        prop_assert_eq!(database.frontier_at(earlier as u64).root(), roots[earlier]);
    }
}
