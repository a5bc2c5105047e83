//! The index of the audit log, in memory: postings of positions for each value of each column, so that a total is a
//! cardinality and a page a look-up of ranks, whatever the filter and however deep the page.
//!
//! [`Index`] is the data: entries go in by [`Index::apply`], questions are answered with ids. It reads nothing by itself;
//! [`super::live`] keeps it up to the log and [`super::ask`] puts the database's part to it.
//!
//! Entries lie in segments, each in the order of time. New ones go to an open segment; when that is long enough it is
//! sealed, and sealed ones are merged so that there are never many ([`Index::due`]). A row that comes late (one that LiteLLM
//! wrote, or one that is replaced because a part was erased) goes to another open segment, and the place that it had is dead.

mod answer;
mod bulk;
mod dictionary;
pub mod find;
mod members;
mod number;
mod postings;
pub mod read;
pub mod segment;
pub mod snapshot;
mod times;

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use roaring::RoaringBitmap;

#[cfg(test)]
use answer::Counted;
pub use bulk::Bulk;
pub use find::{Doubt, Looked};

pub use postings::bitmap_bytes;

use postings::Hits;
use segment::{Entry, Id, Segment, Slice};

use crate::model::question::{Column, Filter};

/// An open segment is sealed at this length.
const SEALED_AT: u32 = 1 << 16;

/// So many open segments at most: rows come late by little, or seldom.
const OPEN: usize = 6;

/// A sealed segment is merged with the next smaller one unless it is this much longer.
const TIER: u64 = 4;

/// A segment of more entries is not made by a bulk load, which holds all that goes into one twice.
const LONG: u64 = 1 << 24;

#[derive(Clone, Debug)]
struct Part {
    segment: Arc<Segment>,
    /// Positions whose entries are gone, or elsewhere by now.
    dead: RoaringBitmap,
    sealed: bool,
    /// Of a sealed one, reckoned once.
    bytes: usize,
}

impl Part {
    fn alive(&self) -> u64 {
        u64::from(self.segment.len()) - self.dead.len()
    }
}

/// The data of the index.
#[derive(Clone, Debug)]
pub struct Index {
    /// Sealed ones first, the longest first.
    parts: Vec<Part>,
    sealed_at: u32,
}

impl Default for Index {
    fn default() -> Index {
        Index { parts: Vec::new(), sealed_at: SEALED_AT }
    }
}

/// Segments to be made one, away from the index: see [`Index::due`].
#[derive(Debug)]
pub struct Merge {
    parts: Vec<Part>,
}

/// What became of a [`Merge`].
#[derive(Debug)]
pub struct Merged {
    of: Vec<Part>,
    part: Part,
}

impl Index {
    /// How many entries there are.
    pub fn len(&self) -> u64 {
        self.parts.iter().map(Part::alive).sum()
    }

    /// Bytes of memory, roughly.
    pub fn bytes(&self) -> usize {
        let of = |part: &Part| if part.sealed { part.bytes } else { part.segment.bytes() };
        self.parts.iter().map(of).sum()
    }

    /// Puts an entry in; what was known of the same row is replaced.
    pub fn apply(&mut self, entry: &Entry) {
        self.forget(entry.at, &entry.id);
        self.add(entry);
    }

    /// Puts an entry in of whose row nothing is known.
    pub fn add(&mut self, entry: &Entry) {
        let key = entry.key();
        let after = |part: &Part| !part.sealed && part.segment.last_key().is_none_or(|last| last < key);
        let found = self.parts.iter().position(after);
        let place = found.unwrap_or_else(|| self.open());
        let part = &mut self.parts[place];
        Arc::make_mut(&mut part.segment).push(entry);
        if part.segment.len() >= self.sealed_at {
            self.seal(place);
        }
    }

    /// A row that is no more, or no more what it was.
    pub fn forget(&mut self, at: i64, id: &Id) {
        for part in &mut self.parts {
            part.dead.extend(part.segment.find(at, id));
        }
    }

    pub fn contains(&self, at: i64, id: &Id) -> bool {
        self.parts.iter().any(|part| part.segment.find(at, id).any(|position| !part.dead.contains(position)))
    }

    /// A place for entries that none of the open segments can take: a new one, or one for all of them.
    fn open(&mut self) -> usize {
        if self.parts.iter().filter(|part| !part.sealed).count() >= OPEN {
            let (open, sealed): (Vec<Part>, Vec<Part>) =
                std::mem::take(&mut self.parts).into_iter().partition(|part| !part.sealed);
            self.parts = sealed;
            let merged = Merge { parts: open }.run().part;
            let place = self.parts.len();
            let long = merged.segment.len() >= self.sealed_at;
            self.parts.push(Part { sealed: false, ..merged });
            if long {
                self.seal(place);
            }
        }
        self.parts.push(Part { segment: Arc::default(), dead: RoaringBitmap::new(), sealed: false, bytes: 0 });
        self.parts.len() - 1
    }

    fn seal(&mut self, place: usize) {
        let part = &mut self.parts[place];
        let segment = Segment::merge(&[(&part.segment, &part.dead)]);
        *part = Part { bytes: segment.bytes(), segment: Arc::new(segment), dead: RoaringBitmap::new(), sealed: true };
        self.sort();
    }

    fn sort(&mut self) {
        self.parts.sort_by_key(|part| (!part.sealed, std::cmp::Reverse(part.segment.len())));
    }

    /// Seals everything, for a snapshot or after a bulk load.
    pub fn seal_all(&mut self) {
        while let Some(place) = self.parts.iter().position(|part| !part.sealed) {
            if self.parts[place].alive() == 0 {
                self.parts.remove(place);
            } else {
                self.seal(place);
            }
        }
    }

    /// Takes in what a [`Bulk`] has made; nothing is known of any of its rows.
    pub fn take_in(&mut self, segment: Segment, late: &[Entry]) {
        if segment.len() > 0 {
            let bytes = segment.bytes();
            self.parts.push(Part { segment: Arc::new(segment), dead: RoaringBitmap::new(), sealed: true, bytes });
            self.sort();
        }
        late.iter().for_each(|entry| self.add(entry));
    }

    /// Takes over the entries of another index; no row is in both.
    pub fn absorb(&mut self, other: Index) {
        self.parts.extend(other.parts);
    }

    /// The same in few segments.
    pub fn compacted(mut self) -> Index {
        self.seal_all();
        let mut parts = self.parts;
        parts.sort_by_key(|part| part.segment.last_key());
        let mut compacted = Index::default();
        let mut group: Vec<Part> = Vec::new();
        for part in parts {
            if group.iter().map(Part::alive).sum::<u64>() + part.alive() > LONG {
                compacted.parts.push(Merge { parts: std::mem::take(&mut group) }.run().part);
            }
            group.push(part);
        }
        if !group.is_empty() {
            compacted.parts.push(Merge { parts: group }.run().part);
        }
        compacted.sort();
        compacted
    }

    /// The entries of the log with these numbers, in one segment; `None` unless all of them are there.
    pub fn cut(&self, seqs: &Range<u64>) -> Option<Segment> {
        let slices = self.parts.iter().filter_map(|part| {
            let (range, others) = part.segment.with_seqs(seqs)?;
            let dead = match others.is_empty() {
                true => Cow::Borrowed(&part.dead),
                false => Cow::Owned(others | &part.dead),
            };
            Some(Slice { segment: &part.segment, dead, range })
        });
        let cut = Segment::of_slices(&slices.collect::<Vec<_>>());
        (u64::from(cut.len()) == seqs.end - seqs.start).then_some(cut)
    }

    /// What should be merged. The work takes time and is done elsewhere; the index goes on meanwhile.
    pub fn due(&self) -> Option<Merge> {
        let sealed: Vec<&Part> = self.parts.iter().filter(|part| part.sealed).collect();
        // The shortest two that are of a size, or one in which much is dead.
        let pair = sealed.windows(2).rev().find(|pair| pair[0].alive() < TIER * pair[1].alive());
        let worn = || sealed.iter().find(|part| part.dead.len() * 4 > u64::from(part.segment.len()));
        match (pair, worn()) {
            (Some(pair), _) => Some(Merge { parts: vec![pair[0].clone(), pair[1].clone()] }),
            (None, Some(worn)) => Some(Merge { parts: vec![(*worn).clone()] }),
            (None, None) => None,
        }
    }

    /// What has to be made anew so that nothing of dead entries is left.
    pub fn stale(&mut self) -> Vec<Merge> {
        while let Some(place) = self.parts.iter().position(|part| !part.sealed && !part.dead.is_empty()) {
            self.seal(place);
        }
        let stale = self.parts.iter().filter(|part| !part.dead.is_empty());
        stale.map(|part| Merge { parts: vec![part.clone()] }).collect()
    }

    /// Puts the outcome of a merge in the place of what it was made of. What has died meanwhile is dead there, too.
    pub fn install(&mut self, merged: Merged) {
        let Merged { of, mut part } = merged;
        let same = |part: &Part, old: &Part| Arc::ptr_eq(&part.segment, &old.segment);
        if !of.iter().all(|old| self.parts.iter().any(|part| same(part, old))) {
            return;
        }
        for old in &of {
            for now in self.parts.iter().filter(|part| same(part, old)) {
                for position in &now.dead - &old.dead {
                    let (at, id) = (now.segment.time(position), now.segment.id(position));
                    part.dead.extend(part.segment.find(at, &id));
                }
            }
        }
        self.parts.retain(|part| !of.iter().any(|old| same(part, old)));
        self.parts.push(part);
        self.sort();
    }

    /// The entries that a filter finds, part by part. Those of which too little is known are in `doubt`, and left out.
    fn hits<'a>(&'a self, filter: &Filter, looked: &'a Looked, doubt: &mut Doubt) -> Vec<(&'a Segment, Hits<'a>)> {
        let find = |part: &'a Part| (&*part.segment, find::find(&part.segment, &part.dead, filter, looked, doubt));
        self.parts.iter().map(find).filter(|(_, hits)| hits.len() > 0).collect()
    }
}

impl Merge {
    /// Makes one segment of several.
    pub fn run(self) -> Merged {
        let parts: Vec<(&Segment, &RoaringBitmap)> =
            self.parts.iter().map(|part| (&*part.segment, &part.dead)).collect();
        let segment = Segment::merge(&parts);
        let part =
            Part { bytes: segment.bytes(), segment: Arc::new(segment), dead: RoaringBitmap::new(), sealed: true };
        Merged { of: self.parts, part }
    }
}

/// Whether the index has the order by a column.
pub fn sortable(column: Column) -> bool {
    matches!(column, Column::UpdatedAt | Column::Id) || answer::field(column).is_some()
}

#[cfg(test)]
mod tests;
