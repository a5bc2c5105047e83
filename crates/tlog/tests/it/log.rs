//! A log in memory for the other tests: leaf n is the number n, and the tiles are those that [`Frontier`] writes.

use std::collections::BTreeMap;

use tlog::{Frontier, Hash, TileId, TreeHead, leaf_hash, tree_root};

pub struct Log {
    frontier: Frontier,
    rows: BTreeMap<TileId, Vec<u8>>,
}

pub fn leaf(n: u64) -> [u8; 8] {
    n.to_be_bytes()
}

pub fn hash_of(n: u64) -> Hash {
    leaf_hash(&leaf(n))
}

impl Log {
    pub fn of(size: u64) -> Self {
        let mut log = Self { frontier: Frontier::new(), rows: BTreeMap::new() };
        log.grow(size);
        log
    }

    pub fn grow(&mut self, size: u64) {
        for n in self.frontier.size()..size {
            self.frontier.append(hash_of(n));
        }
        self.rows.extend(self.frontier.take_dirty());
    }

    pub fn head(&self) -> TreeHead {
        TreeHead { size: self.frontier.size(), root: self.frontier.root() }
    }

    pub fn head_at(&self, size: u64) -> TreeHead {
        TreeHead { size, root: tree_root(size, self.read()).unwrap() }
    }

    pub fn read<'a>(&'a self) -> impl Fn(TileId) -> Option<&'a [u8]> + Copy {
        |id| self.rows.get(&id).map(Vec::as_slice)
    }
}
