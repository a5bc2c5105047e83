//! Instants in order, in four bytes each.

/// Instants in one block.
const BLOCK: usize = 1 << 12;

/// Milliseconds since 1970, ascending. Blocks have a first instant and distances from it; one that reaches over more than
/// fifty days, which is as far as four bytes go, has its instants as they are.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Times {
    blocks: Vec<Block>,
}

#[derive(Clone, Debug, PartialEq)]
enum Block {
    Near { first: i64, after: Vec<u32> },
    Far(Vec<i64>),
}

impl Block {
    fn len(&self) -> usize {
        match self {
            Block::Near { after, .. } => after.len(),
            Block::Far(times) => times.len(),
        }
    }

    fn get(&self, index: usize) -> i64 {
        match self {
            Block::Near { first, after } => first + i64::from(after[index]),
            Block::Far(times) => times[index],
        }
    }

    fn before(&self, at: i64) -> usize {
        match self {
            Block::Near { first, after } => after.partition_point(|after| first + i64::from(*after) < at),
            Block::Far(times) => times.partition_point(|time| *time < at),
        }
    }

    fn push(&mut self, at: i64) {
        match self {
            Block::Near { first, after } => match at.checked_sub(*first).and_then(|after| u32::try_from(after).ok()) {
                Some(distance) => after.push(distance),
                None => {
                    let mut times: Vec<i64> = after.iter().map(|after| *first + i64::from(*after)).collect();
                    times.push(at);
                    *self = Block::Far(times);
                }
            },
            Block::Far(times) => times.push(at),
        }
    }

    fn bytes(&self) -> usize {
        match self {
            Block::Near { after, .. } => after.capacity() * 4,
            Block::Far(times) => times.capacity() * 8,
        }
    }
}

impl Times {
    /// Adds an instant that is not before any other.
    pub fn push(&mut self, at: i64) {
        match self.blocks.last_mut().filter(|block| block.len() < BLOCK) {
            Some(block) => block.push(at),
            None => self.blocks.push(Block::Near { first: at, after: vec![0] }),
        }
    }

    pub fn len(&self) -> usize {
        let full = self.blocks.len().saturating_sub(1) * BLOCK;
        full + self.blocks.last().map_or(0, Block::len)
    }

    /// # Panics
    ///
    /// When there are not so many.
    pub fn get(&self, index: usize) -> i64 {
        self.blocks[index / BLOCK].get(index % BLOCK)
    }

    /// How many are earlier.
    pub fn before(&self, at: i64) -> usize {
        let block = self.blocks.partition_point(|block| block.get(0) < at).saturating_sub(1);
        block * BLOCK + self.blocks.get(block).map_or(0, |block| block.before(at))
    }

    pub fn iter(&self) -> impl Iterator<Item = i64> + '_ {
        self.blocks.iter().flat_map(|block| (0..block.len()).map(|index| block.get(index)))
    }

    /// Bytes of memory, roughly.
    pub fn bytes(&self) -> usize {
        self.blocks.iter().map(|block| block.bytes() + size_of::<Block>()).sum()
    }
}

impl FromIterator<i64> for Times {
    fn from_iter<I: IntoIterator<Item = i64>>(ascending: I) -> Times {
        let mut times = Times::default();
        ascending.into_iter().for_each(|at| times.push(at));
        times
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn times_are_those_that_were_put_in(
            steps in prop::collection::vec((0_usize..3_000, prop_oneof![0_i64..3, Just(4_294_967_290), any::<u32>().prop_map(i64::from)]), 0..8),
            first in -10_000_000_000_000_i64..10_000_000_000_000,
        ) {
            let mut all = Vec::new();
            let mut at = first;
            for (count, step) in steps {
                for _ in 0..count {
                    all.push(at);
                    at += step;
                }
            }
            let times: Times = all.iter().copied().collect();
            prop_assert_eq!(times.len(), all.len());
            prop_assert!(times.iter().eq(all.iter().copied()));
            for index in (0..all.len()).step_by(97) {
                prop_assert_eq!(times.get(index), all[index]);
                for at in [all[index] - 1, all[index], all[index] + 1] {
                    prop_assert_eq!(times.before(at), all.partition_point(|time| *time < at));
                }
            }
            prop_assert_eq!(times.before(i64::MAX), all.len());
        }
    }
}
