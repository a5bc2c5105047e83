//! The positions that bear a value: ascending, in the form that takes the least memory for how many there are.

use std::borrow::Cow;
use std::ops::Range;

use roaring::RoaringBitmap;

/// Ascending positions, none twice. A list takes four bytes each; a bitmap less, once a value is in every two-thousandth
/// row or so (a container of 65,536 positions costs some 90 bytes by itself).
#[derive(Clone, Debug)]
pub enum Postings {
    One(u32),
    Few(Vec<u32>),
    Many(RoaringBitmap),
}

/// The share of all positions from which on a bitmap is smaller.
const DENSE: u64 = 2048;

/// Below this a list is never worth replacing.
const ALWAYS_FEW: u64 = 64;

impl Postings {
    /// Adds a position greater than all others. The same one again changes nothing.
    pub fn push(&mut self, position: u32) {
        match self {
            Postings::One(only) if *only == position => {}
            Postings::One(only) => *self = Postings::Few(vec![*only, position]),
            Postings::Few(list) if list.last() == Some(&position) => {}
            Postings::Few(list) if list.len() < 4096 => list.push(position),
            Postings::Few(list) => {
                // Ascending by how it was made, so this cannot fail.
                let mut set: RoaringBitmap = list.iter().copied().collect();
                set.insert(position);
                *self = Postings::Many(set);
            }
            Postings::Many(set) => {
                set.insert(position);
            }
        }
    }

    pub fn iter(&self) -> Box<dyn Iterator<Item = u32> + '_> {
        match self {
            Postings::One(only) => Box::new(std::iter::once(*only)),
            Postings::Few(list) => Box::new(list.iter().copied()),
            Postings::Many(set) => Box::new(set.iter()),
        }
    }

    /// The smallest form among `rows` positions. `None` of nothing.
    pub fn of(ascending: Vec<u32>, rows: u64) -> Option<Postings> {
        let len = ascending.len() as u64;
        match ascending.as_slice() {
            [] => None,
            [only] => Some(Postings::One(*only)),
            _ if len > ALWAYS_FEW && len > rows / DENSE => {
                let mut set: RoaringBitmap = ascending.into_iter().collect();
                set.optimize();
                Some(Postings::Many(set))
            }
            _ => {
                let mut list = ascending;
                list.shrink_to_fit();
                Some(Postings::Few(list))
            }
        }
    }

    /// Bytes of memory, roughly, beside the value itself.
    pub fn bytes(&self) -> usize {
        match self {
            Postings::One(_) => 0,
            Postings::Few(list) => list.capacity() * 4 + 16,
            Postings::Many(set) => bitmap_bytes(set),
        }
    }

    pub fn as_set(&self) -> Set<'_> {
        match self {
            Postings::One(only) => Set::Few(std::slice::from_ref(only).into()),
            Postings::Few(list) => Set::Few(list.as_slice().into()),
            Postings::Many(set) => Set::Many(Cow::Borrowed(set)),
        }
    }
}

/// Bytes of memory of a bitmap, roughly: what the containers hold is as long there as in a file; each has a head beside it.
pub fn bitmap_bytes(set: &RoaringBitmap) -> usize {
    let containers = set.min().zip(set.max()).map_or(0, |(min, max)| (max >> 16) - (min >> 16) + 1);
    set.serialized_size() + containers as usize * 48 + 16
}

/// Positions that fulfil a condition: borrowed from the postings as long as nothing has to be combined.
#[derive(Clone, Debug)]
pub enum Set<'a> {
    Few(Cow<'a, [u32]>),
    Many(Cow<'a, RoaringBitmap>),
}

impl<'a> Set<'a> {
    pub fn empty() -> Set<'a> {
        Set::Few(Vec::new().into())
    }

    pub fn of(set: RoaringBitmap) -> Set<'a> {
        Set::Many(Cow::Owned(set))
    }

    /// As an open segment has them; there is at least one.
    pub fn to_postings(&self) -> Postings {
        match self {
            Set::Few(list) => match list.as_ref() {
                [only] => Postings::One(*only),
                list => Postings::Few(list.to_vec()),
            },
            Set::Many(set) => Postings::Many(set.clone().into_owned()),
        }
    }

    pub fn len(&self) -> u64 {
        match self {
            Set::Few(list) => list.len() as u64,
            Set::Many(set) => set.len(),
        }
    }

    pub fn is_empty(&self) -> bool {
        match self {
            Set::Few(list) => list.is_empty(),
            Set::Many(set) => set.is_empty(),
        }
    }

    pub fn contains(&self, position: u32) -> bool {
        match self {
            Set::Few(list) => list.binary_search(&position).is_ok(),
            Set::Many(set) => set.contains(position),
        }
    }

    /// The union of all; borrowed when there is one alone.
    pub fn union(mut sets: Vec<Set<'a>>) -> Set<'a> {
        sets.retain(|set| !set.is_empty());
        if sets.len() < 2 {
            return sets.pop().unwrap_or_else(Set::empty);
        }
        // Lists are sorted together: one position at a time would look for its place each time.
        let mut listed: Vec<u32> = Vec::new();
        let mut union = RoaringBitmap::new();
        for set in &sets {
            match set {
                Set::Few(list) => listed.extend_from_slice(list),
                Set::Many(set) => union |= set.as_ref(),
            }
        }
        listed.sort_unstable();
        listed.dedup();
        if union.is_empty() && listed.len() < 4096 {
            return Set::Few(listed.into());
        }
        let mut others = RoaringBitmap::new();
        // Ascending and none twice, so all of them are taken.
        let _ = others.append(listed);
        union |= others;
        Set::of(union)
    }

    pub fn and(self, other: Set<'a>) -> Set<'a> {
        match (self, other) {
            (Set::Few(list), other) | (other, Set::Few(list)) => {
                Set::Few(list.iter().copied().filter(|position| other.contains(*position)).collect::<Vec<_>>().into())
            }
            (Set::Many(one), Set::Many(other)) => Set::of(one.as_ref() & other.as_ref()),
        }
    }

    pub fn without(self, other: &Set<'_>) -> Set<'a> {
        if other.is_empty() {
            return self;
        }
        match (self, other) {
            (Set::Few(list), other) => {
                Set::Few(list.iter().copied().filter(|position| !other.contains(*position)).collect::<Vec<_>>().into())
            }
            (Set::Many(set), Set::Few(list)) => {
                let mut set = set.into_owned();
                list.iter().for_each(|position| {
                    set.remove(*position);
                });
                Set::of(set)
            }
            (Set::Many(set), Set::Many(other)) => Set::of(set.as_ref() - other.as_ref()),
        }
    }

    /// How many members lie in the range.
    pub fn count(&self, range: &Range<u32>) -> u64 {
        if range.is_empty() {
            return 0;
        }
        match self {
            Set::Few(list) => {
                (list.partition_point(|position| *position < range.end)
                    - list.partition_point(|position| *position < range.start)) as u64
            }
            Set::Many(set) => set.range_cardinality(range.clone()),
        }
    }

    /// How many members that lie in the range are in another set, too.
    pub fn count_of(&self, other: &Set<'_>, range: &Range<u32>) -> u64 {
        match (self, other) {
            (Set::Few(list), many) | (many, Set::Few(list)) => {
                let start = list.partition_point(|position| *position < range.start);
                let end = list.partition_point(|position| *position < range.end);
                list[start..end.max(start)].iter().filter(|position| many.contains(**position)).count() as u64
            }
            (Set::Many(one), Set::Many(other)) => {
                let within = |set: &RoaringBitmap| {
                    set.min().is_none_or(|min| min >= range.start) && set.max().is_none_or(|max| max < range.end)
                };
                match within(one) || within(other) {
                    true => one.intersection_len(other),
                    false => (one.as_ref() & other.as_ref()).range_cardinality(range.clone()),
                }
            }
        }
    }

    /// How many members are smaller.
    pub fn rank(&self, position: u32) -> u64 {
        self.count(&(0..position))
    }

    /// Member number `index` of all, from 0, and those after it.
    pub fn from(&self, index: u64) -> Box<dyn Iterator<Item = u32> + '_> {
        match self {
            Set::Few(list) => Box::new(list.iter().copied().skip(usize::try_from(index).unwrap_or(usize::MAX))),
            Set::Many(set) => match u32::try_from(index).ok().and_then(|index| set.select(index)) {
                None => Box::new(std::iter::empty()),
                Some(first) => Box::new(set.range(first..)),
            },
        }
    }
}

/// The positions that a question finds in one segment: of those in a range some, or all.
#[derive(Clone, Debug)]
pub struct Hits<'a> {
    range: Range<u32>,
    of: Of<'a>,
}

#[derive(Clone, Debug)]
enum Of<'a> {
    /// All but these. Nothing has to be made for that, however many they are of.
    AllBut(&'a RoaringBitmap),
    Set(Set<'a>),
}

impl<'a> Hits<'a> {
    pub fn none() -> Hits<'a> {
        Hits { range: 0..0, of: Of::Set(Set::empty()) }
    }

    pub fn all_but(range: Range<u32>, dead: &'a RoaringBitmap) -> Hits<'a> {
        Hits { range, of: Of::AllBut(dead) }
    }

    pub fn of(range: Range<u32>, set: Set<'a>) -> Hits<'a> {
        Hits { range, of: Of::Set(set) }
    }

    pub fn len(&self) -> u64 {
        self.count(&self.range)
    }

    /// How many lie in a range.
    pub fn count(&self, range: &Range<u32>) -> u64 {
        let range = range.start.max(self.range.start)..range.end.min(self.range.end);
        if range.is_empty() {
            return 0;
        }
        match &self.of {
            Of::AllBut(dead) if dead.is_empty() => u64::from(range.end - range.start),
            Of::AllBut(dead) => u64::from(range.end - range.start) - dead.range_cardinality(range),
            Of::Set(set) => set.count(&range),
        }
    }

    /// Whether these are all positions of a segment of this length.
    pub fn is_everything(&self, length: u32) -> bool {
        self.range == (0..length) && matches!(&self.of, Of::AllBut(dead) if dead.is_empty())
    }

    /// How many of another set are hits too.
    pub fn count_of(&self, other: &Set<'_>) -> u64 {
        match &self.of {
            Of::AllBut(dead) if dead.is_empty() => other.count(&self.range),
            Of::AllBut(dead) => other.count(&self.range) - Set::Many(Cow::Borrowed(dead)).count_of(other, &self.range),
            Of::Set(set) => set.count_of(other, &self.range),
        }
    }

    /// Whether one of another set is a hit.
    pub fn has_any_of(&self, other: &Set<'_>) -> bool {
        let Range { start, end } = self.range;
        let mut others = other.from(other.rank(start)).take_while(|position| *position < end);
        match (&self.of, other) {
            (Of::AllBut(dead), _) => others.any(|position| !dead.contains(position)),
            (Of::Set(Set::Many(set)), Set::Many(other)) if set.is_disjoint(other) => false,
            (Of::Set(set), other) if set.len() < other.len() => self.from(0).any(|position| other.contains(position)),
            (Of::Set(set), _) => others.any(|position| set.contains(position)),
        }
    }

    /// Those that are also in a set.
    pub fn within(&self, other: Set<'a>) -> Hits<'a> {
        let set = match &self.of {
            Of::AllBut(dead) => other.without(&Set::Many(Cow::Borrowed(*dead))),
            Of::Set(set) => set.clone().and(other),
        };
        Hits { range: self.range.clone(), of: Of::Set(set) }
    }

    /// Hit number `index`, from 0, and those after it.
    pub fn from(&self, index: u64) -> Box<dyn Iterator<Item = u32> + '_> {
        let Range { start, end } = self.range;
        match &self.of {
            Of::AllBut(dead) => {
                // The position that has `index` hits before it: their number rises with the position.
                let first = partition(start, end, |position| self.count(&(start..position + 1)) <= index);
                Box::new((first..end).filter(move |position| !dead.contains(*position)))
            }
            Of::Set(set) => Box::new(set.from(set.rank(start) + index).take_while(move |position| *position < end)),
        }
    }
}

/// The first position of a range for which the condition does not hold, when it holds up to some point.
fn partition(mut start: u32, mut end: u32, holds: impl Fn(u32) -> bool) -> u32 {
    while start < end {
        let middle = start + (end - start) / 2;
        if holds(middle) { start = middle + 1 } else { end = middle }
    }
    start
}
