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

    pub fn into_bitmap(self) -> Cow<'a, RoaringBitmap> {
        match self {
            Set::Few(list) => Cow::Owned(list.iter().copied().collect()),
            Set::Many(set) => set,
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
            (Set::Many(one), Set::Many(other)) => count_both(one, other, range),
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

/// How many positions of a range two bitmaps have in common. What they have in common is not made: that takes ten times as long.
fn count_both(one: &RoaringBitmap, other: &RoaringBitmap, range: &Range<u32>) -> u64 {
    let within = |set: &RoaringBitmap| {
        set.min().is_none_or(|min| min >= range.start) && set.max().is_none_or(|max| max < range.end)
    };
    if within(one) || within(other) {
        return one.intersection_len(other);
    }
    let (few, many) = if one.len() <= other.len() { (one, other) } else { (other, one) };
    clipped(few, range.clone()).intersection_len(many)
}

fn clipped(set: &RoaringBitmap, range: Range<u32>) -> RoaringBitmap {
    let mut clipped = RoaringBitmap::new();
    clipped.insert_range(range);
    clipped &= set;
    clipped
}

/// The positions of one bitmap that are in another one, too, or those that are not: counted, and made as far as they are wanted.
#[derive(Clone, Debug)]
struct Two<'a> {
    one: Cow<'a, RoaringBitmap>,
    other: Cow<'a, RoaringBitmap>,
    within: bool,
}

/// A container of a bitmap has so many positions.
const CONTAINER: u32 = 1 << 16;

impl Two<'_> {
    fn count(&self, range: &Range<u32>) -> u64 {
        let common = count_both(&self.one, &self.other, range);
        if self.within { common } else { self.one.range_cardinality(range.clone()) - common }
    }

    fn make(&self, range: Range<u32>) -> RoaringBitmap {
        let mut set = clipped(&self.one, range);
        if self.within {
            set &= self.other.as_ref();
        } else {
            set -= self.other.as_ref();
        }
        set
    }

    /// Member number `index` of the `length` that lie in a range, and those after it. The containers before it are counted, from
    /// whichever end is nearer.
    fn from(&self, range: Range<u32>, index: u64, length: u64) -> impl Iterator<Item = u32> + '_ {
        let (first, end) = (range.start / CONTAINER, range.end.div_ceil(CONTAINER));
        let within = move |number: u32| {
            let start = number * CONTAINER;
            start.max(range.start)..start.saturating_add(CONTAINER).min(range.end)
        };
        let (mut number, mut before);
        if index <= length / 2 {
            (number, before) = (first, 0);
            while number < end {
                let here = self.count(&within(number));
                if before + here > index {
                    break;
                }
                (number, before) = (number + 1, before + here);
            }
        } else {
            (number, before) = (end, length);
            while before > index && number > first {
                number -= 1;
                before -= self.count(&within(number));
            }
        }
        (number..end).flat_map(move |number| self.make(within(number))).skip(index.saturating_sub(before) as usize)
    }
}

/// The positions that a question finds in one segment: of those in a range some, or all.
#[derive(Clone, Debug)]
pub struct Hits<'a> {
    range: Range<u32>,
    of: Of<'a>,
    len: u64,
}

#[derive(Clone, Debug)]
enum Of<'a> {
    /// All but these. Nothing has to be made for that, however many they are of.
    AllBut(Cow<'a, RoaringBitmap>),
    Set(Set<'a>),
    Two(Two<'a>),
}

impl<'a> Hits<'a> {
    fn new(range: Range<u32>, of: Of<'a>) -> Hits<'a> {
        let mut hits = Hits { range, of, len: 0 };
        hits.len = hits.count(&hits.range);
        hits
    }

    pub fn none() -> Hits<'a> {
        Hits::new(0..0, Of::Set(Set::empty()))
    }

    pub fn all_but(range: Range<u32>, unwanted: Cow<'a, RoaringBitmap>) -> Hits<'a> {
        Hits::new(range, Of::AllBut(unwanted))
    }

    /// Those of one set that are in another one, or not. Of two bitmaps that is not made.
    pub fn of(range: Range<u32>, set: Set<'a>, other: Option<(Set<'a>, bool)>) -> Hits<'a> {
        let of = match (set, other) {
            (Set::Many(one), Some((Set::Many(other), within))) => Of::Two(Two { one, other, within }),
            (set, Some((other, true))) => Of::Set(set.and(other)),
            (set, Some((other, false))) => Of::Set(set.without(&other)),
            (set, None) => Of::Set(set),
        };
        Hits::new(range, of)
    }

    /// The same, made: worth it for whoever asks very often.
    pub fn made(self) -> Hits<'a> {
        match &self.of {
            Of::Two(two) => Hits { of: Of::Set(Set::of(two.make(self.range.clone()))), ..self },
            _ => self,
        }
    }

    pub fn len(&self) -> u64 {
        self.len
    }

    /// How many lie in a range.
    pub fn count(&self, range: &Range<u32>) -> u64 {
        let range = range.start.max(self.range.start)..range.end.min(self.range.end);
        if range.is_empty() {
            return 0;
        }
        match &self.of {
            Of::AllBut(unwanted) if unwanted.is_empty() => u64::from(range.end - range.start),
            Of::AllBut(unwanted) => u64::from(range.end - range.start) - unwanted.range_cardinality(range),
            Of::Set(set) => set.count(&range),
            Of::Two(two) => two.count(&range),
        }
    }

    /// Whether these are all positions of a segment of this length.
    pub fn is_everything(&self, length: u32) -> bool {
        self.len == u64::from(length)
    }

    /// How many of another set are hits too.
    pub fn count_of(&self, other: &Set<'_>) -> u64 {
        match &self.of {
            Of::AllBut(unwanted) if unwanted.is_empty() => other.count(&self.range),
            Of::AllBut(unwanted) => {
                other.count(&self.range) - Set::Many(Cow::Borrowed(unwanted)).count_of(other, &self.range)
            }
            Of::Set(set) => set.count_of(other, &self.range),
            Of::Two(_) => self.clone().made().count_of(other),
        }
    }

    /// Whether one of another set is a hit.
    pub fn has_any_of(&self, other: &Set<'_>) -> bool {
        let Range { start, end } = self.range;
        let mut others = other.from(other.rank(start)).take_while(|position| *position < end);
        match (&self.of, other) {
            (Of::AllBut(unwanted), _) => others.any(|position| !unwanted.contains(position)),
            (Of::Set(Set::Many(set)), Set::Many(other)) if set.is_disjoint(other) => false,
            (Of::Set(set), other) if set.len() < other.len() => self.from(0).any(|position| other.contains(position)),
            (Of::Set(set), _) => others.any(|position| set.contains(position)),
            (Of::Two(_), _) => self.clone().made().has_any_of(other),
        }
    }

    /// Those that are also in a set.
    pub fn within(&self, other: Set<'a>) -> Hits<'a> {
        match &self.of {
            Of::AllBut(unwanted) if unwanted.is_empty() => Hits::of(self.range.clone(), other, None),
            Of::AllBut(unwanted) => Hits::of(self.range.clone(), other, Some((Set::Many(unwanted.clone()), false))),
            Of::Set(set) => Hits::of(self.range.clone(), set.clone(), Some((other, true))),
            Of::Two(_) => self.clone().made().within(other),
        }
    }

    /// Hit number `index`, from 0, and those after it.
    pub fn from(&self, index: u64) -> Box<dyn Iterator<Item = u32> + '_> {
        let Range { start, end } = self.range;
        match &self.of {
            Of::AllBut(unwanted) => {
                // The position that has `index` hits before it: their number rises with the position.
                let first = partition(start, end, |position| self.count(&(start..position + 1)) <= index);
                Box::new((first..end).filter(move |position| !unwanted.contains(*position)))
            }
            Of::Set(set) => Box::new(set.from(set.rank(start) + index).take_while(move |position| *position < end)),
            Of::Two(two) => Box::new(two.from(self.range.clone(), index, self.len)),
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Over several containers: some full, some empty, some in between.
    const END: u32 = 5 * CONTAINER + 1000;

    fn bitmap() -> impl Strategy<Value = RoaringBitmap> {
        let stretch = (0..END, 0..2 * CONTAINER, 1..5000_usize);
        prop::collection::vec(stretch, 0..6).prop_map(|stretches| {
            let mut set = RoaringBitmap::new();
            for (start, length, step) in stretches {
                set.extend((start..(start + length).min(END)).step_by(step.saturating_sub(3000).max(1)));
            }
            set.optimize();
            set
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn hits_that_are_not_made_are_those_that_a_loop_finds(
            one in bitmap(), other in bitmap(), ends in (0..=END, 0..=END), within: bool,
            part in (0..=END, 0..=END), index in any::<prop::sample::Index>(),
        ) {
            let range = ends.0.min(ends.1)..ends.0.max(ends.1);
            let part = part.0.min(part.1)..part.0.max(part.1);
            let set = |set: &RoaringBitmap| Set::of(set.clone());
            let all_but = Hits::all_but(range.clone(), Cow::Borrowed(&other));
            let two = Hits::of(range.clone(), set(&one), Some((set(&other), within)));
            prop_assert!(matches!(two.of, Of::Two(_)));
            let made = two.clone().made();
            prop_assert!(matches!(made.of, Of::Set(_)));
            let alone = Hits::of(range.clone(), set(&one), None);
            let loops: [(&Hits<'_>, Vec<u32>); 4] = [
                (&all_but, range.clone().filter(|at| !other.contains(*at)).collect()),
                (&two, range.clone().filter(|at| one.contains(*at) && other.contains(*at) == within).collect()),
                (&made, range.clone().filter(|at| one.contains(*at) && other.contains(*at) == within).collect()),
                (&alone, range.clone().filter(|at| one.contains(*at)).collect()),
            ];
            for (hits, expected) in &loops {
                prop_assert_eq!(hits.len(), expected.len() as u64);
                let of_part = expected.iter().filter(|at| part.contains(*at)).count();
                prop_assert_eq!(hits.count(&part), of_part as u64);
                for start in [0, 1, expected.len() / 3, index.index(expected.len() + 1), expected.len().saturating_sub(2)] {
                    let rest: Vec<u32> = hits.from(start as u64).take(50).collect();
                    let some: Vec<u32> = expected.iter().skip(start).take(50).copied().collect();
                    prop_assert_eq!(rest, some, "from {}", start);
                }
                prop_assert_eq!(hits.from(expected.len() as u64).next(), None);
                prop_assert_eq!(hits.is_everything(END), expected.len() == END as usize);
                let third = set(&one);
                let common: Vec<u32> = expected.iter().copied().filter(|at| one.contains(*at)).collect();
                prop_assert_eq!(hits.count_of(&third), common.len() as u64);
                prop_assert_eq!(hits.has_any_of(&third), !common.is_empty());
                prop_assert_eq!(hits.within(third.clone()).from(0).collect::<Vec<u32>>(), common);
            }
        }
    }
}
