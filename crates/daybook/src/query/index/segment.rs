//! Entries as the index keeps them: columns of postings over positions, in the order of time.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::atomic::{self, AtomicUsize};

use roaring::RoaringBitmap;

use super::dictionary::{self, Dictionary, Moved, text_bytes};
use super::number;
use super::postings::{Postings, Set, bitmap_bytes};
use super::times::Times;

/// An entry's id: sixteen bytes for a UUID in its usual form, which is what nearly all are.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Id {
    Uuid(u128),
    Other(Box<str>),
}

impl Id {
    pub fn new(text: &str) -> Id {
        uuid(text).map_or_else(|| Id::Other(text.into()), Id::Uuid)
    }

    pub fn text(&self) -> String {
        match self {
            Id::Other(text) => text.to_string(),
            Id::Uuid(bits) => {
                let hex = format!("{bits:032x}");
                [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
            }
        }
    }
}

impl Ord for Id {
    fn cmp(&self, other: &Id) -> Ordering {
        match (self, other) {
            // The form is of fixed width, so the numbers are in the order of the texts.
            (Id::Uuid(one), Id::Uuid(other)) => one.cmp(other),
            _ => self.text().cmp(&other.text()),
        }
    }
}

impl PartialOrd for Id {
    fn partial_cmp(&self, other: &Id) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The bits of a UUID whose text is exactly the usual one, so that the text can be had back.
fn uuid(text: &str) -> Option<u128> {
    let bytes = text.as_bytes();
    if bytes.len() != 36 {
        return None;
    }
    let mut bits = 0_u128;
    for (index, byte) in bytes.iter().enumerate() {
        let digit = match byte {
            b'-' if matches!(index, 8 | 13 | 18 | 23) => continue,
            _ if matches!(index, 8 | 13 | 18 | 23) => return None,
            b'0'..=b'9' => byte - b'0',
            b'a'..=b'f' => byte - b'a' + 10,
            _ => return None,
        };
        bits = bits << 4 | u128::from(digit);
    }
    Some(bits)
}

/// What of an entry can be asked for. The first five are sorted by, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    ChangedBy,
    ChangedByApiKey,
    Action,
    TableName,
    ObjectId,
    /// The text at `team_id` of either side; an entry may have two.
    Team,
    /// The text at `token` of either side.
    Token,
    /// The text at `organization_id` of either side.
    Organization,
    /// The names of members that have changed.
    Changed,
}

impl Field {
    pub const ALL: [Field; 9] = [
        Field::ChangedBy,
        Field::ChangedByApiKey,
        Field::Action,
        Field::TableName,
        Field::ObjectId,
        Field::Team,
        Field::Token,
        Field::Organization,
        Field::Changed,
    ];
}

/// An entry as it is read for the index.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Milliseconds since 1970.
    pub at: i64,
    /// `None`: not in the log.
    pub seq: Option<u64>,
    pub id: Id,
    /// The values of each of [`Field::ALL`].
    pub values: [Vec<Box<str>>; 9],
    /// The numbers that changed members have after the change.
    pub numbers: Vec<(Box<str>, f64)>,
}

/// Segments of more entries than this are merged by several threads.
const LONG: u64 = 1 << 20;

/// What entries are ordered by: the instant, then the sequence number (without one first), then the id.
pub type Key = (i64, Option<u64>, Id);

impl Entry {
    pub fn key(&self) -> Key {
        (self.at, self.seq, self.id.clone())
    }
}

/// Consecutive positions with consecutive sequence numbers, or with none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    pub start: u32,
    pub seq: Option<u64>,
}

/// Entries in the order of [`Key`]; the position of an entry is its place in that order.
#[derive(Clone, Debug, Default)]
pub struct Segment {
    pub(super) times: Times,
    pub(super) ids: Vec<u128>,
    /// Ids that are no UUIDs; the place in `ids` is zero then.
    pub(super) other_ids: BTreeMap<u32, Box<str>>,
    pub(super) runs: Vec<Run>,
    pub(super) fields: [Dictionary; 9],
    /// By member, then by [`number::bucket`].
    pub(super) numbers: BTreeMap<Box<str>, BTreeMap<u32, Postings>>,
    /// Entries that name an organization, by a text that is not empty.
    pub(super) of_organization: RoaringBitmap,
}

impl Segment {
    pub fn len(&self) -> u32 {
        u32::try_from(self.times.len()).unwrap_or(u32::MAX)
    }

    pub fn field(&self, field: Field) -> &Dictionary {
        &self.fields[field as usize]
    }

    /// The positions that bear a value.
    pub fn postings(&self, field: Field, value: &str) -> Set<'_> {
        self.field(field).get(value)
    }

    pub fn time(&self, position: u32) -> i64 {
        self.times.get(position as usize)
    }

    pub fn id(&self, position: u32) -> Id {
        match self.other_ids.get(&position) {
            Some(text) => Id::Other(text.clone()),
            None => Id::Uuid(self.ids[position as usize]),
        }
    }

    pub fn seq(&self, position: u32) -> Option<u64> {
        let run = self.runs.partition_point(|run| run.start <= position).checked_sub(1)?;
        let Run { start, seq } = self.runs[run];
        Some(seq? + u64::from(position - start))
    }

    pub fn key(&self, position: u32) -> Key {
        (self.time(position), self.seq(position), self.id(position))
    }

    pub fn last_key(&self) -> Option<Key> {
        self.len().checked_sub(1).map(|last| self.key(last))
    }

    /// Runs as ranges of positions, with the sequence number of their first.
    pub fn runs(&self) -> impl Iterator<Item = (Range<u32>, Option<u64>)> + '_ {
        let ends = self.runs.iter().skip(1).map(|run| run.start).chain([self.len()]);
        self.runs.iter().zip(ends).map(|(run, end)| (run.start..end, run.seq))
    }

    /// The greatest sequence number.
    pub fn last_seq(&self) -> Option<u64> {
        self.runs().filter_map(|(range, first)| Some(first? + u64::from(range.end - range.start) - 1)).max()
    }

    /// How many entries are of an earlier millisecond.
    pub fn before(&self, at: i64) -> u32 {
        self.times.before(at) as u32
    }

    /// The positions of a row: there are several when it was replaced, and all but one of them are dead.
    pub fn find<'a>(&'a self, at: i64, id: &'a Id) -> impl Iterator<Item = u32> + 'a {
        (self.before(at)..self.len()).take_while(move |position| self.time(*position) == at).filter(move |position| {
            match (id, self.other_ids.is_empty()) {
                (Id::Uuid(bits), true) => self.ids[*position as usize] == *bits,
                _ => self.id(*position) == *id,
            }
        })
    }

    /// Adds an entry after all others.
    pub fn push(&mut self, entry: &Entry) {
        let position = self.len();
        self.place(position, entry.at, entry.seq, &entry.id);
        for (dictionary, values) in self.fields.iter_mut().zip(&entry.values) {
            values.iter().for_each(|value| dictionary.push(value, position));
        }
        if entry.values[Field::Organization as usize].iter().any(|value| !value.is_empty()) {
            self.of_organization.insert(position);
        }
        for (member, value) in &entry.numbers {
            if !self.numbers.contains_key(member) {
                self.numbers.insert(member.clone(), BTreeMap::new());
            }
            let buckets = self.numbers.entry(member.clone()).or_default();
            buckets
                .entry(number::bucket(*value))
                .and_modify(|postings| postings.push(position))
                .or_insert(Postings::One(position));
        }
    }

    pub(super) fn place(&mut self, position: u32, at: i64, seq: Option<u64>, id: &Id) {
        self.times.push(at);
        match id {
            Id::Uuid(bits) => self.ids.push(*bits),
            Id::Other(text) => {
                self.ids.push(0);
                self.other_ids.insert(position, text.clone());
            }
        }
        let continues = self.runs.last().is_some_and(|run| match (run.seq, seq) {
            (Some(start), Some(seq)) => start + u64::from(position - run.start) == seq,
            (None, None) => true,
            _ => false,
        });
        if !continues {
            self.runs.push(Run { start: position, seq });
        }
    }

    /// The positions between the first and the last whose sequence numbers are in a range, and those between them whose are not.
    pub fn with_seqs(&self, seqs: &Range<u64>) -> Option<(Range<u32>, RoaringBitmap)> {
        let overlap = |(positions, first): (Range<u32>, Option<u64>)| {
            let first = first?;
            let place = |seq: u64| positions.start + seq.saturating_sub(first).min(positions.len() as u64) as u32;
            let found = place(seqs.start)..place(seqs.end);
            (!found.is_empty()).then_some(found)
        };
        let mut found = self.runs().filter_map(overlap);
        let mut range = found.next()?;
        let mut others = RoaringBitmap::new();
        for next in found {
            others.insert_range(range.end..next.start);
            range.end = next.end;
        }
        Some((range, others))
    }

    /// One segment of several, without the entries that are dead. Nothing is read anew.
    pub fn merge(parts: &[(&Segment, &RoaringBitmap)]) -> Segment {
        let slices: Vec<Slice<'_>> = parts
            .iter()
            .map(|(segment, dead)| Slice { segment, dead: Cow::Borrowed(*dead), range: 0..segment.len() })
            .collect();
        Segment::of_slices(&slices)
    }

    /// One segment of ranges of several.
    pub fn of_slices(parts: &[Slice<'_>]) -> Segment {
        let total =
            parts.iter().map(|part| part.range.len() - part.dead.range_cardinality(part.range.clone()) as usize);
        let mut merged = Segment { ids: Vec::with_capacity(total.sum()), ..Segment::default() };
        let mut moved: Vec<Moved> =
            parts.iter().map(|part| Moved { start: part.range.start, to: vec![u32::MAX; part.range.len()] }).collect();
        let mut next: Vec<u32> = parts.iter().map(|part| part.alive(part.range.start)).collect();
        let key = |part: &Slice<'_>, position: u32| part.range.contains(&position).then(|| part.segment.key(position));
        let mut keys: Vec<Option<Key>> = parts.iter().zip(&next).map(|(part, next)| key(part, *next)).collect();
        while let Some(least) =
            (0..parts.len()).filter(|part| keys[*part].is_some()).min_by(|one, other| keys[*one].cmp(&keys[*other]))
        {
            // As long as the part stays the least, its keys alone are looked at.
            let bound =
                (0..parts.len()).filter(|part| *part != least).filter_map(|part| keys[part].as_ref()).min().cloned();
            while let Some((at, seq, id)) = keys[least].take_if(|key| bound.as_ref().is_none_or(|bound| *key <= *bound))
            {
                let part = &parts[least];
                let position = merged.len();
                merged.place(position, at, seq, &id);
                moved[least].to[(next[least] - part.range.start) as usize] = position;
                next[least] = part.alive(next[least] + 1);
                keys[least] = key(part, next[least]);
            }
        }
        let rows = u64::from(merged.len());
        for (field, dictionary) in merge_fields(parts, &moved, rows) {
            merged.fields[field as usize] = dictionary;
        }
        let members: std::collections::BTreeSet<&Box<str>> =
            parts.iter().flat_map(|part| part.segment.numbers.keys()).collect();
        let none = BTreeMap::new();
        for member in members {
            let sources = parts.iter().map(|part| part.segment.numbers.get(member).unwrap_or(&none));
            let walks = sources.map(|buckets| buckets.iter().map(|(bucket, postings)| (*bucket, postings.as_set())));
            let mut buckets = Vec::new();
            dictionary::merge(walks, &moved, |bucket, positions| {
                buckets.extend(Postings::of(positions, rows).map(|postings| (bucket, postings)));
            });
            if !buckets.is_empty() {
                // From a sorted list: full nodes.
                merged.numbers.insert(member.clone(), buckets.into_iter().collect());
            }
        }
        let mut named: Vec<u32> = Vec::new();
        for (part, moved) in parts.iter().zip(&moved) {
            named.extend(moved.follow(&Set::Many(Cow::Borrowed(&part.segment.of_organization))));
        }
        named.sort_unstable();
        merged.of_organization = named.into_iter().collect();
        merged.of_organization.optimize();
        merged.runs.shrink_to_fit();
        merged
    }

    /// Bytes of memory, roughly.
    pub fn bytes(&self) -> usize {
        // A node of a B-tree is two thirds full, more or less.
        let entry = |key: usize| (key + size_of::<Postings>()) * 3 / 2;
        let numbers: usize =
            self.numbers.values().flatten().map(|(_, postings)| entry(size_of::<u32>()) + postings.bytes()).sum();
        self.times.bytes()
            + self.ids.capacity() * 16
            + self.other_ids.values().map(|id| text_bytes(id) + 48).sum::<usize>()
            + self.runs.capacity() * size_of::<Run>()
            + self.fields.iter().map(Dictionary::bytes).sum::<usize>()
            + numbers
            + bitmap_bytes(&self.of_organization)
    }
}

/// The fields of several segments, whose positions have moved. Of long segments by several threads.
fn merge_fields(parts: &[Slice<'_>], moved: &[Moved], rows: u64) -> Vec<(Field, Dictionary)> {
    let next = AtomicUsize::new(0);
    let work = || {
        let fields = std::iter::from_fn(|| Field::ALL.get(next.fetch_add(1, atomic::Ordering::Relaxed)).copied());
        let merge = |field| {
            let sources: Vec<&Dictionary> = parts.iter().map(|part| part.segment.field(field)).collect();
            (field, Dictionary::merge(&sources, moved, rows))
        };
        fields.map(merge).collect::<Vec<_>>()
    };
    let threads = match rows > LONG {
        true => std::thread::available_parallelism().map_or(1, std::num::NonZero::get).min(4),
        false => 1,
    };
    std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
        let mut made = work();
        for other in others {
            made.extend(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        made
    })
}

/// Entries of a segment at a range of positions.
#[derive(Debug)]
pub struct Slice<'a> {
    pub segment: &'a Segment,
    /// Positions whose entries are left out.
    pub dead: Cow<'a, RoaringBitmap>,
    pub range: Range<u32>,
}

impl Slice<'_> {
    /// The first position from `position` on that is not dead, or the end of the range.
    fn alive(&self, mut position: u32) -> u32 {
        while position < self.range.end && self.dead.contains(position) {
            position += 1;
        }
        position
    }
}
