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

    /// The positions of a range, ascending.
    pub fn within(&self, range: Range<u32>) -> Box<dyn Iterator<Item = u32> + '_> {
        match self {
            Set::Few(list) => {
                let start = list.partition_point(|position| *position < range.start);
                Box::new(list[start..].iter().copied().take_while(move |position| *position < range.end))
            }
            Set::Many(set) => Box::new(set.range(range)),
        }
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

/// Sets of which no two have a position in common: what they hold together is counted without being made.
#[derive(Clone, Debug)]
pub struct Apart<'a>(Vec<Set<'a>>);

impl<'a> Apart<'a> {
    /// More bitmaps than this are united: each is gone through by itself else.
    const MOST: usize = 4;

    pub fn one(set: Set<'a>) -> Apart<'a> {
        Apart(vec![set])
    }

    /// No two of the sets may have a position in common.
    pub fn of(sets: Vec<Set<'a>>) -> Apart<'a> {
        let sets = sets.into_iter().filter(|set| !set.is_empty());
        let (mut bitmaps, lists): (Vec<Set<'a>>, Vec<Set<'a>>) = sets.partition(|set| matches!(set, Set::Many(_)));
        if bitmaps.len() > Apart::MOST {
            bitmaps.extend(lists);
            return Apart::one(Set::union(bitmaps));
        }
        let listed = Set::union(lists);
        if !listed.is_empty() || bitmaps.is_empty() {
            bitmaps.push(listed);
        }
        Apart(bitmaps)
    }

    pub fn len(&self) -> u64 {
        self.0.iter().map(Set::len).sum()
    }

    pub fn is_empty(&self) -> bool {
        self.0.iter().all(Set::is_empty)
    }

    /// Whether this is a list, which is gone through as it is.
    fn is_list(&self) -> bool {
        matches!(self.0.as_slice(), [] | [Set::Few(_)])
    }

    fn contains(&self, position: u32) -> bool {
        self.0.iter().any(|set| set.contains(position))
    }

    fn count(&self, range: &Range<u32>) -> u64 {
        self.0.iter().map(|set| set.count(range)).sum()
    }

    fn count_of(&self, other: &Set<'_>, range: &Range<u32>) -> u64 {
        self.0.iter().map(|set| set.count_of(other, range)).sum()
    }

    pub fn united(self) -> Set<'a> {
        Set::union(self.0)
    }

    /// Those of another set that are in one of these.
    pub fn filter<'b>(self, set: Set<'b>) -> Set<'b>
    where
        'a: 'b,
    {
        match set {
            Set::Few(list) => {
                let found = list.iter().copied().filter(|position| self.contains(*position));
                Set::Few(found.collect::<Vec<_>>().into())
            }
            set => set.and(self.united()),
        }
    }

    fn make(&self, range: Range<u32>) -> RoaringBitmap {
        let mut made = RoaringBitmap::new();
        for set in &self.0 {
            match set {
                Set::Few(_) => made.extend(set.within(range.clone())),
                Set::Many(set) if made.is_empty() => made = clipped(set, range.clone()),
                Set::Many(set) => made |= clipped(set, range.clone()),
            }
        }
        made
    }
}

/// Positions of some sets, those that are in others, too, or those that are not: counted, and made as far as they are wanted.
#[derive(Clone, Debug)]
struct Lazy<'a> {
    some: Apart<'a>,
    /// The others, and whether it is to be in them.
    others: Option<(Apart<'a>, bool)>,
}

/// A container of a bitmap has so many positions.
const CONTAINER: u32 = 1 << 16;

impl Lazy<'_> {
    fn count(&self, range: &Range<u32>) -> u64 {
        let Some((others, within)) = &self.others else { return self.some.count(range) };
        let common = others.0.iter().map(|other| self.some.count_of(other, range)).sum();
        if *within { common } else { self.some.count(range) - common }
    }

    fn make(&self, range: Range<u32>) -> RoaringBitmap {
        let mut set = self.some.make(range.clone());
        match &self.others {
            None => {}
            Some((Apart(others), within)) => match (others.as_slice(), within) {
                ([Set::Many(other)], true) => set &= other.as_ref(),
                ([Set::Many(other)], false) => set -= other.as_ref(),
                (_, true) => set &= Apart(others.clone()).make(range),
                (_, false) => set -= Apart(others.clone()).make(range),
            },
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
    Lazy(Lazy<'a>),
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

    /// Those of some sets that are in others, or not. Of bitmaps that is not made.
    pub fn of(range: Range<u32>, some: Apart<'a>, others: Option<(Apart<'a>, bool)>) -> Hits<'a> {
        let of = match others.filter(|(others, within)| *within || !others.is_empty()) {
            None if some.0.len() < 2 => Of::Set(some.united()),
            Some((others, true)) if some.is_list() => Of::Set(others.filter(some.united())),
            Some((others, true)) if others.is_list() => Of::Set(some.filter(others.united())),
            Some((others, false)) if some.is_list() => Of::Set(some.united().without(&others.united())),
            others => Of::Lazy(Lazy { some, others }),
        };
        Hits::new(range, of)
    }

    /// The same, made: worth it for whoever asks very often.
    pub fn made(self) -> Hits<'a> {
        match &self.of {
            Of::Lazy(lazy) => Hits { of: Of::Set(Set::of(lazy.make(self.range.clone()))), ..self },
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
            Of::Lazy(lazy) => lazy.count(&range),
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
            Of::Lazy(Lazy { some, others: None }) => some.count_of(other, &self.range),
            Of::Lazy(_) => self.clone().made().count_of(other),
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
            (Of::Lazy(_), _) => self.clone().made().has_any_of(other),
        }
    }

    /// Those that are also in a set.
    pub fn within(&self, other: Set<'a>) -> Hits<'a> {
        match &self.of {
            Of::AllBut(unwanted) => {
                let unwanted = Apart::one(Set::Many(unwanted.clone()));
                Hits::of(self.range.clone(), Apart::one(other), Some((unwanted, false)))
            }
            Of::Set(set) => Hits::of(self.range.clone(), Apart::one(set.clone()), Some((Apart::one(other), true))),
            Of::Lazy(_) => self.clone().made().within(other),
        }
    }

    /// Sets the bit of every hit.
    pub fn mark(&self, bits: &mut [u64]) {
        let word = |position: u32| (position as usize / 64, 1_u64 << (position % 64));
        match &self.of {
            Of::AllBut(unwanted) => {
                let Range { start, end } = self.range;
                let whole = start.div_ceil(64)..end / 64;
                let edges = match whole.start < whole.end {
                    true => [start..whole.start * 64, whole.end * 64..end],
                    false => [start..end, 0..0],
                };
                edges.into_iter().flatten().map(word).for_each(|(at, bit)| bits[at] |= bit);
                if whole.start < whole.end {
                    bits[whole.start as usize..whole.end as usize].fill(u64::MAX);
                }
                unwanted.range(self.range.clone()).map(word).for_each(|(at, bit)| bits[at] &= !bit);
            }
            Of::Set(set) => set.within(self.range.clone()).map(word).for_each(|(at, bit)| bits[at] |= bit),
            Of::Lazy(_) => self.clone().made().mark(bits),
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
            Of::Lazy(lazy) => Box::new(lazy.from(self.range.clone(), index, self.len)),
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

    #[test]
    fn many_sets_that_are_apart_are_united() {
        let sets = |count: u32| (0..count).map(|nth| Set::of((0..900).map(|at| at * 7 + nth).collect())).collect();
        for count in 0..=7 {
            let apart = Apart::of(sets(count));
            assert_eq!(
                (apart.len(), apart.0.len()),
                (u64::from(count) * 900, [1, 1, 2, 3, 4, 1, 1, 1][count as usize])
            );
            let hits = Hits::of(0..7000, apart, None);
            let expected: Vec<u32> = (0..6300).filter(|at| at % 7 < count).collect();
            assert_eq!(hits.from(0).collect::<Vec<u32>>(), expected);
        }
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
            let set = |set: &RoaringBitmap| Apart::one(Set::of(set.clone()));
            // The same in pieces that are apart, of which one is a list.
            let pieces = |set: &RoaringBitmap| {
                let piece = |rest: u32| set.iter().filter(move |at| at % 7 % 3 == rest).collect::<Vec<u32>>();
                let bitmap = |rest: u32| Set::of(piece(rest).into_iter().collect());
                Apart::of(vec![bitmap(0), Set::Few(piece(1).into()), bitmap(2)])
            };
            let all_but = Hits::all_but(range.clone(), Cow::Borrowed(&other));
            let two = Hits::of(range.clone(), set(&one), Some((set(&other), within)));
            prop_assert!(matches!(two.of, Of::Lazy(_)) || !within && other.is_empty());
            let made = two.clone().made();
            prop_assert!(matches!(made.of, Of::Set(_)));
            let alone = Hits::of(range.clone(), set(&one), None);
            let some = Hits::of(range.clone(), pieces(&one), None);
            let some_of = Hits::of(range.clone(), pieces(&one), Some((pieces(&other), within)));
            let both: Vec<u32> = range.clone().filter(|at| one.contains(*at) && other.contains(*at) == within).collect();
            let all: Vec<u32> = range.clone().filter(|at| one.contains(*at)).collect();
            let loops: [(&Hits<'_>, Vec<u32>); 6] = [
                (&all_but, range.clone().filter(|at| !other.contains(*at)).collect()),
                (&two, both.clone()),
                (&made, both.clone()),
                (&some_of, both),
                (&some, all.clone()),
                (&alone, all),
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
                let mut bits = vec![0; END.div_ceil(64) as usize];
                hits.mark(&mut bits);
                prop_assert!((0..END).filter(|at| bits[*at as usize / 64] >> (at % 64) & 1 == 1).eq(expected.iter().copied()));
                let third = Set::of(one.clone());
                let common: Vec<u32> = expected.iter().copied().filter(|at| one.contains(*at)).collect();
                prop_assert_eq!(hits.count_of(&third), common.len() as u64);
                prop_assert_eq!(hits.has_any_of(&third), !common.is_empty());
                prop_assert_eq!(hits.within(third.clone()).from(0).collect::<Vec<u32>>(), common);
            }
        }
    }
}
