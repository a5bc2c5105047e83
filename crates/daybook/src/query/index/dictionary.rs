//! The values of one field, and the positions that bear each.

use std::collections::{BTreeMap, btree_map};
use std::iter::Peekable;
use std::ops::Range;

use roaring::RoaringBitmap;

use super::postings::{Postings, Set};

/// Values in the order of their bytes, each with its positions.
#[derive(Clone, Debug)]
pub enum Dictionary {
    /// Of an open segment: values come, and grow.
    Open(BTreeMap<Box<str>, Postings>),
    /// Of a sealed one.
    Sealed(Packed),
}

/// Values and positions end to end, so that neither takes more than its own bytes and two ends.
#[derive(Clone, Debug, Default)]
pub struct Packed {
    texts: String,
    /// Where the text of each value ends.
    text_ends: Vec<u64>,
    positions: Vec<u32>,
    /// Where the positions of each value end; there are none of a value that has a bitmap.
    position_ends: Vec<u64>,
    bitmaps: BTreeMap<u32, RoaringBitmap>,
}

impl Default for Dictionary {
    fn default() -> Dictionary {
        Dictionary::Open(BTreeMap::new())
    }
}

impl Dictionary {
    /// The positions that bear a value.
    pub fn get(&self, value: &str) -> Set<'_> {
        match self {
            Dictionary::Open(values) => values.get(value).map_or_else(Set::empty, Postings::as_set),
            Dictionary::Sealed(packed) => packed.find(value).map_or_else(Set::empty, |number| packed.set(number)),
        }
    }

    /// Adds a position that is greater than all others. A dictionary that is sealed takes none.
    pub fn push(&mut self, value: &str, position: u32) {
        if let Dictionary::Sealed(packed) = self {
            *self = Dictionary::Open(packed.values().map(|(value, set)| (value.into(), set.to_postings())).collect());
        }
        if let Dictionary::Open(values) = self {
            match values.get_mut(value) {
                Some(postings) => postings.push(position),
                None => drop(values.insert(value.into(), Postings::One(position))),
            }
        }
    }

    pub fn iter(&self) -> Iter<'_> {
        match self {
            Dictionary::Open(values) => Iter::Open(values.iter()),
            Dictionary::Sealed(packed) => packed.values(),
        }
    }

    /// A sealed one, of values in their order.
    pub fn of<'a>(values: impl Iterator<Item = (&'a str, Option<Postings>)>) -> Dictionary {
        let mut packed = Packed::default();
        values.for_each(|(value, postings)| packed.push(value, postings));
        packed.shrink();
        Dictionary::Sealed(packed)
    }

    /// One dictionary of several, whose positions have moved.
    pub fn merge(sources: &[&Dictionary], moved: &[Moved], rows: u64) -> Dictionary {
        let mut packed = Packed::default();
        merge(sources.iter().map(|source| source.iter()), moved, |value, positions| {
            packed.push(value, Postings::of(positions, rows));
        });
        packed.shrink();
        Dictionary::Sealed(packed)
    }

    /// Bytes of memory, roughly.
    pub fn bytes(&self) -> usize {
        match self {
            Dictionary::Open(values) => {
                // A node of a B-tree is two thirds full, more or less.
                let entry = (size_of::<Box<str>>() + size_of::<Postings>()) * 3 / 2;
                values.iter().map(|(value, postings)| entry + text_bytes(value) + postings.bytes()).sum()
            }
            Dictionary::Sealed(packed) => packed.bytes(),
        }
    }

    /// The sealed form.
    pub fn pack(&self) -> std::borrow::Cow<'_, Packed> {
        match self {
            Dictionary::Sealed(packed) => std::borrow::Cow::Borrowed(packed),
            Dictionary::Open(values) => {
                let mut packed = Packed::default();
                for (value, postings) in values {
                    packed.push(value, Some(postings.clone()));
                }
                std::borrow::Cow::Owned(packed)
            }
        }
    }
}

/// Bytes of memory of a text of its own.
pub fn text_bytes(text: &str) -> usize {
    text.len().next_multiple_of(16) + 16
}

/// What a [`Packed`] is made of, for a file.
pub struct Pieces<'a> {
    pub texts: &'a str,
    pub text_ends: &'a [u64],
    pub positions: &'a [u32],
    pub position_ends: &'a [u64],
    pub bitmaps: &'a BTreeMap<u32, RoaringBitmap>,
}

impl Packed {
    pub fn pieces(&self) -> Pieces<'_> {
        let Packed { texts, text_ends, positions, position_ends, bitmaps } = self;
        Pieces { texts, text_ends, positions, position_ends, bitmaps }
    }

    /// `None` when the pieces do not belong together.
    pub fn of_pieces(
        texts: String,
        text_ends: Vec<u64>,
        positions: Vec<u32>,
        position_ends: Vec<u64>,
        bitmaps: BTreeMap<u32, RoaringBitmap>,
    ) -> Option<Packed> {
        let whole =
            |ends: &[u64], length: usize| ends.is_sorted() && ends.last().copied().unwrap_or(0) == length as u64;
        let fits = text_ends.len() == position_ends.len()
            && whole(&text_ends, texts.len())
            && whole(&position_ends, positions.len())
            && text_ends.iter().all(|end| texts.is_char_boundary(*end as usize))
            && bitmaps.keys().all(|number| (*number as usize) < text_ends.len());
        fits.then_some(Packed { texts, text_ends, positions, position_ends, bitmaps })
    }

    fn len(&self) -> usize {
        self.text_ends.len()
    }

    /// Adds a value that is greater than all others.
    fn push(&mut self, value: &str, postings: Option<Postings>) {
        match postings {
            None => return,
            Some(Postings::One(only)) => self.positions.push(only),
            Some(Postings::Few(list)) => self.positions.extend(list),
            Some(Postings::Many(set)) => drop(self.bitmaps.insert(self.len() as u32, set)),
        }
        self.texts.push_str(value);
        self.text_ends.push(self.texts.len() as u64);
        self.position_ends.push(self.positions.len() as u64);
    }

    fn shrink(&mut self) {
        self.texts.shrink_to_fit();
        self.text_ends.shrink_to_fit();
        self.positions.shrink_to_fit();
        self.position_ends.shrink_to_fit();
    }

    fn text(&self, number: usize) -> &str {
        &self.texts[between(&self.text_ends, number)]
    }

    fn set(&self, number: usize) -> Set<'_> {
        let listed = between(&self.position_ends, number);
        if listed.is_empty() {
            // No value is without positions.
            if let Some(set) = self.bitmaps.get(&(number as u32)) {
                return Set::Many(std::borrow::Cow::Borrowed(set));
            }
        }
        Set::Few(self.positions[listed].into())
    }

    fn find(&self, value: &str) -> Option<usize> {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low + (high - low) / 2;
            match self.text(middle).cmp(value) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Equal => return Some(middle),
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        None
    }

    fn values(&self) -> Iter<'_> {
        Iter::Sealed(self, 0..self.len())
    }

    fn bytes(&self) -> usize {
        self.texts.capacity()
            + (self.text_ends.capacity() + self.position_ends.capacity()) * 8
            + self.positions.capacity() * 4
            + self.bitmaps.values().map(|set| super::postings::bitmap_bytes(set) + 48).sum::<usize>()
    }
}

/// What lies between the end before an item and its own.
fn between(ends: &[u64], number: usize) -> Range<usize> {
    let start = number.checked_sub(1).map_or(0, |before| ends[before]);
    start as usize..ends[number] as usize
}

/// Values in their order, from either end.
#[derive(Clone, Debug)]
pub enum Iter<'a> {
    Open(btree_map::Iter<'a, Box<str>, Postings>),
    Sealed(&'a Packed, Range<usize>),
}

impl<'a> Iterator for Iter<'a> {
    type Item = (&'a str, Set<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Iter::Open(values) => values.next().map(|(value, postings)| (&**value, postings.as_set())),
            Iter::Sealed(packed, numbers) => numbers.next().map(|number| (packed.text(number), packed.set(number))),
        }
    }
}

impl DoubleEndedIterator for Iter<'_> {
    fn next_back(&mut self) -> Option<Self::Item> {
        match self {
            Iter::Open(values) => values.next_back().map(|(value, postings)| (&**value, postings.as_set())),
            Iter::Sealed(packed, numbers) => {
                numbers.next_back().map(|number| (packed.text(number), packed.set(number)))
            }
        }
    }
}

/// Where a range of positions has moved.
#[derive(Debug)]
pub struct Moved {
    pub start: u32,
    /// By place in the range; `u32::MAX`: it is left out.
    pub to: Vec<u32>,
}

impl Moved {
    /// Where these have moved, as far as they are in the range and not left out.
    pub fn follow<'a>(&'a self, set: &'a Set<'_>) -> impl Iterator<Item = u32> + 'a {
        let end = self.start + self.to.len() as u32;
        let moved = set.within(self.start..end).map(|old| self.to[(old - self.start) as usize]);
        moved.filter(|new| *new != u32::MAX)
    }
}

/// Hands over every key of the sources in order, with the positions that it has in all of them by where they have moved; not
/// a key of which none is left.
pub fn merge<'a, K: Ord + Copy>(
    sources: impl Iterator<Item = impl Iterator<Item = (K, Set<'a>)>>,
    moved: &[Moved],
    mut merged: impl FnMut(K, Vec<u32>),
) {
    let mut walks: Vec<Peekable<_>> = sources.map(Iterator::peekable).collect();
    while let Some(key) = walks.iter_mut().filter_map(|walk| walk.peek().map(|(key, _)| *key)).min() {
        let mut positions: Vec<u32> = Vec::new();
        for (part, walk) in walks.iter_mut().enumerate() {
            if let Some((_, set)) = walk.next_if(|(have, _)| *have == key) {
                positions.extend(moved[part].follow(&set));
            }
        }
        // Each part's are ascending, and so are all when no part reaches into another.
        if !positions.is_sorted() {
            positions.sort_unstable();
        }
        if !positions.is_empty() {
            merged(key, positions);
        }
    }
}
