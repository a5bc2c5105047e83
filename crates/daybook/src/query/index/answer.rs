//! Answers: totals, pages in any order, numbers by time and by value.
//!
//! Everything is reckoned in ascending order of the whole answer; a descending page is the mirror image of an ascending one.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::iter::Peekable;
use std::ops::Range;

use super::Index;
use super::dictionary::Iter;
use super::find::{Doubt, Looked};
use super::postings::{Hits, Set};
use super::segment::{Field, Id, Key, Segment};
use crate::model::question::{Column, Direction, Filter, Question};

/// A page.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    pub total: u64,
    /// In the order of the answer.
    pub ids: Vec<Id>,
}

/// How often a value occurs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted {
    /// The most frequent values, equally frequent ones in the order of their bytes.
    pub values: Vec<(String, u64)>,
    /// How many values there are.
    pub distinct: u64,
}

type Hit<'a> = (&'a Segment, Hits<'a>);

/// A run that is walked: the sequence number of its first position, its positions, and those of them that are left.
type Open<'a> = (u64, Range<u32>, &'a Segment, Box<dyn Iterator<Item = u32> + 'a>);

impl Index {
    /// How many entries a filter finds.
    pub fn count(&self, filter: &Filter, looked: &Looked, doubt: &mut Doubt) -> u64 {
        self.hits(filter, looked, doubt).iter().map(|(_, hits)| hits.len()).sum()
    }

    /// The page that a question asks for. No ids when it sorts by something that is not held here: see [`field`].
    pub fn page(&self, question: &Question, looked: &Looked, doubt: &mut Doubt) -> Found {
        let hits = self.hits(&question.filter, looked, doubt);
        let total: u64 = hits.iter().map(|(_, hits)| hits.len()).sum();
        let offset = u64::try_from(question.page.offset()).unwrap_or(0);
        let length = u64::try_from(question.page.size).unwrap_or(0).min(total.saturating_sub(offset));
        if length == 0 {
            return Found { total, ids: Vec::new() };
        }
        let descending = question.sort.direction == Direction::Descending;
        let low = if descending { total - offset - length } else { offset };
        let mut ids = match field(question.sort.column) {
            None if question.sort.column == Column::UpdatedAt => take(&hits, low, length),
            None if question.sort.column == Column::Id => by_id(&hits, low, length),
            None => Vec::new(),
            Some(field) => by_value(&made(hits), field, low..low + length, total),
        };
        if descending {
            ids.reverse();
        }
        Found { total, ids }
    }

    /// The instants of the first entry and of the last, in milliseconds.
    pub fn bounds(&self, filter: &Filter, looked: &Looked, doubt: &mut Doubt) -> Option<(i64, i64)> {
        let hits = self.hits(filter, looked, doubt);
        let at = |index: fn(u64) -> u64| {
            hits.iter().filter_map(move |(segment, hits)| {
                hits.from(index(hits.len())).next().map(|position| segment.time(position))
            })
        };
        Some((at(|_| 0).min()?, at(|length| length - 1).max()?))
    }

    /// How many entries are in each of the spans between the instants: from one, up to the next without it.
    pub fn histogram(&self, filter: &Filter, instants: &[i64], looked: &Looked, doubt: &mut Doubt) -> Vec<u64> {
        let mut counts = vec![0; instants.len().saturating_sub(1)];
        for (segment, hits) in self.hits(filter, looked, doubt) {
            let places: Vec<u32> = instants.iter().map(|instant| segment.before(*instant)).collect();
            for (count, ends) in counts.iter_mut().zip(places.windows(2)) {
                *count += hits.count(&(ends[0]..ends[1]));
            }
        }
        counts
    }

    /// The most frequent values of some fields, at most `limit` of each.
    pub fn facets(
        &self,
        filter: &Filter,
        fields: &[Field],
        limit: usize,
        looked: &Looked,
        doubt: &mut Doubt,
    ) -> Vec<Counted> {
        let hits = made(self.hits(filter, looked, doubt));
        let marks: Vec<Marks> = hits.iter().map(Marks::of).collect();
        fields.iter().map(|field| facet(&hits, &marks, *field, limit)).collect()
    }

    /// At most `limit` entries of the log from a sequence number on, in the order of the log.
    pub fn poll(&self, filter: &Filter, from: u64, limit: usize, looked: &Looked, doubt: &mut Doubt) -> Vec<(u64, Id)> {
        let hits = self.hits(filter, looked, doubt);
        let mut runs: Vec<(u64, Range<u32>, &Hit<'_>)> = Vec::new();
        for hit in &hits {
            for (range, first) in hit.0.runs() {
                let Some(first) = first else { continue };
                let skipped = from.saturating_sub(first);
                if skipped < u64::from(range.end - range.start) {
                    runs.push((first + skipped, range.start + skipped as u32..range.end, hit));
                }
            }
        }
        runs.sort_by_key(|(first, ..)| *first);
        // An entry that was replaced leaves a gap in its old run, so runs reach into each other. A run is opened when the
        // entries that are out have come up to where it begins.
        let mut waiting = runs.into_iter().peekable();
        let mut open: Vec<Open<'_>> = Vec::new();
        let mut next: BinaryHeap<Reverse<(u64, usize, u32)>> = BinaryHeap::new();
        let mut entries = Vec::new();
        loop {
            let reached = next.peek().map(|Reverse((seq, ..))| *seq);
            if let Some((first, range, (segment, hits))) =
                waiting.next_if(|(first, ..)| reached.is_none_or(|reached| *first <= reached))
            {
                let mut positions = hits.from(hits.count(&(0..range.start)));
                if let Some(position) = positions.next().filter(|position| *position < range.end) {
                    next.push(Reverse((first + u64::from(position - range.start), open.len(), position)));
                    open.push((first, range, segment, positions));
                }
                continue;
            }
            let Some(Reverse((seq, run, position))) = next.pop() else { return entries };
            if entries.len() == limit {
                return entries;
            }
            let (first, range, segment, positions) = &mut open[run];
            entries.push((seq, segment.id(position)));
            if let Some(position) = positions.next().filter(|position| *position < range.end) {
                next.push(Reverse((*first + u64::from(position - range.start), run, position)));
            }
        }
    }
}

fn made(hits: Vec<Hit<'_>>) -> Vec<Hit<'_>> {
    hits.into_iter().map(|(segment, hits)| (segment, hits.made())).collect()
}

/// The hits of a segment, a bit a position: whoever looks at one position after the other finds them ten times as quickly as in a
/// bitmap of containers.
enum Marks {
    All,
    Some(Vec<u64>),
}

impl Marks {
    fn of(hit: &Hit<'_>) -> Marks {
        if is_all(hit) {
            return Marks::All;
        }
        let mut bits = vec![0; hit.0.len().div_ceil(64) as usize];
        hit.1.mark(&mut bits);
        Marks::Some(bits)
    }

    /// How many of a list of positions are hits.
    fn count(&self, list: &[u32]) -> u64 {
        match self {
            Marks::All => list.len() as u64,
            Marks::Some(bits) => list.iter().map(|at| bits[*at as usize / 64] >> (at % 64) & 1).sum(),
        }
    }
}

/// A value that so many entries bear that they are not counted unless it may be among the first.
struct Frequent<'a> {
    /// Entries that bear it, hits or not.
    all: u64,
    value: &'a str,
    sets: Vec<(usize, Set<'a>)>,
}

/// The most frequent values of a field among hits.
fn facet(hits: &[Hit<'_>], marks: &[Marks], field: Field, limit: usize) -> Counted {
    let mut distinct = 0;
    let mut most = BinaryHeap::new();
    let mut offer = |count: u64, value| {
        if most.len() < limit || most.peek().is_some_and(|Reverse((least, _))| *least <= count) {
            most.push(Reverse((count, Reverse(value))));
            if most.len() > limit {
                most.pop();
            }
        }
        // What the next one must come up to.
        if most.len() < limit { 0 } else { most.peek().map_or(0, |Reverse((least, _))| *least) }
    };
    let mut frequent: Vec<Frequent<'_>> = Vec::new();
    let mut walk = Values::new(hits, field, Direction::Ascending);
    while let Some((value, sets)) = walk.next() {
        let listed = sets.iter().map(|(part, set)| match set {
            Set::Few(list) => Some(marks[*part].count(list)),
            Set::Many(_) => None,
        });
        match listed.sum::<Option<u64>>() {
            Some(0) => {}
            Some(count) => {
                distinct += 1;
                offer(count, value);
            }
            None if sets.iter().any(|(part, set)| is_all(&hits[*part]) || hits[*part].1.has_any_of(set)) => {
                distinct += 1;
                let all = sets.iter().map(|(_, set)| set.len()).sum();
                frequent.push(Frequent { all, value, sets: sets.to_vec() });
            }
            None => {}
        }
    }
    // The most frequent ones of all first, until none of the others can come in any more.
    frequent.sort_unstable_by_key(|one| (Reverse(one.all), one.value));
    let mut least = 0;
    for Frequent { all, value, sets } in frequent {
        if all < least {
            break;
        }
        least = offer(count(hits, &sets), value);
    }
    let values = most.into_sorted_vec().into_iter();
    Counted { values: values.map(|Reverse((count, Reverse(value)))| (value.to_owned(), count)).collect(), distinct }
}

/// The field that a column is sorted by; none of the other columns is held here.
pub fn field(column: Column) -> Option<Field> {
    match column {
        Column::ChangedBy => Some(Field::ChangedBy),
        Column::ChangedByApiKey => Some(Field::ChangedByApiKey),
        Column::Action => Some(Field::Action),
        Column::TableName => Some(Field::TableName),
        Column::ObjectId => Some(Field::ObjectId),
        Column::Id | Column::UpdatedAt | Column::BeforeValue | Column::UpdatedValues => None,
    }
}

/// The hits in a window of the order by value, then by key.
fn by_value(hits: &[Hit<'_>], field: Field, window: Range<u64>, total: u64) -> Vec<Id> {
    // From whichever end is nearer.
    let from_the_end = window.start > total / 2;
    let direction = if from_the_end { Direction::Descending } else { Direction::Ascending };
    let mut walk = Values::new(hits, field, direction);
    let mut passed = 0;
    let mut groups: Vec<Vec<Id>> = Vec::new();
    while let Some((_, sets)) = walk.next() {
        let length = count(hits, sets);
        let start = if from_the_end { total - passed - length } else { passed };
        let (low, high) = (window.start.max(start), window.end.min(start + length));
        if low < high {
            groups.push(take(&of_value(hits, sets), low - start, high - low));
        }
        passed += length;
        if if from_the_end { total - passed <= window.start } else { passed >= window.end } {
            break;
        }
    }
    if from_the_end {
        groups.reverse();
    }
    groups.concat()
}

/// Hits number `low` to `low + length` in the order of ids. No order of ids is kept: all are looked at, and those from the nearer end
/// to the page are held.
fn by_id(hits: &[Hit<'_>], low: u64, length: u64) -> Vec<Id> {
    let total = hits.iter().map(|(_, found)| found.len()).sum::<u64>() as usize;
    let (low, length) = (low as usize, length as usize);
    // Some may be no UUIDs, and those stand among the others by their texts.
    if hits.iter().any(|(segment, _)| !segment.other_ids.is_empty()) {
        return window(total, low, length, |take| each(hits, |segment, at| take(segment.id(at))));
    }
    let ids = window(total, low, length, |take| each(hits, |segment, at| take(segment.ids[at as usize])));
    ids.into_iter().map(Id::Uuid).collect()
}

/// Hands over the position of every hit.
fn each(hits: &[Hit<'_>], mut take: impl FnMut(&Segment, u32)) {
    for hit in hits {
        match Marks::of(hit) {
            Marks::All => (0..hit.0.len()).for_each(|at| take(hit.0, at)),
            Marks::Some(words) => {
                for (word, mut bits) in words.into_iter().enumerate() {
                    while bits != 0 {
                        take(hit.0, word as u32 * 64 + bits.trailing_zeros());
                        bits &= bits - 1;
                    }
                }
            }
        }
    }
}

/// A stretch of the ascending order of the `total` things that `all` hands over.
fn window<T: Ord + Clone>(total: usize, low: usize, length: usize, all: impl Fn(&mut dyn FnMut(T))) -> Vec<T> {
    if low <= total / 2 {
        let mut least = Least::new(low + length);
        all(&mut |one| least.offer(one));
        return least.stretch(low, length);
    }
    // From the end: the same with the order turned round.
    let after = total - low - length;
    let mut least = Least::new(after + length);
    all(&mut |one| least.offer(Reverse(one)));
    least.stretch(after, length).into_iter().rev().map(|Reverse(one)| one).collect()
}

/// The least of what it is offered.
struct Least<T> {
    count: usize,
    held: Vec<T>,
    /// There are enough that are less than this one.
    bound: Option<T>,
}

impl<T: Ord + Clone> Least<T> {
    fn new(count: usize) -> Least<T> {
        Least { count, held: Vec::new(), bound: None }
    }

    fn offer(&mut self, one: T) {
        if self.bound.as_ref().is_some_and(|bound| one >= *bound) {
            return;
        }
        self.held.push(one);
        if self.held.len() == (2 * self.count).max(1024) {
            let (_, bound, _) = self.held.select_nth_unstable(self.count);
            self.bound = Some(bound.clone());
            self.held.truncate(self.count);
        }
    }

    /// Number `low` to `low + length` of them, in their order. The others are in none: there may be millions.
    fn stretch(mut self, low: usize, length: usize) -> Vec<T> {
        let low = low.min(self.held.len());
        if low > 0 && low < self.held.len() {
            self.held.select_nth_unstable(low);
        }
        let mut rest = self.held.split_off(low);
        if length < rest.len() {
            rest.select_nth_unstable(length);
            rest.truncate(length);
        }
        rest.sort_unstable();
        rest
    }
}

/// The hits that bear a value.
fn of_value<'a>(hits: &[Hit<'a>], sets: &[(usize, Set<'a>)]) -> Vec<Hit<'a>> {
    sets.iter().map(|(part, set)| (hits[*part].0, hits[*part].1.within(set.clone()))).collect()
}

/// Whether the hits are all that the segment has.
fn is_all((segment, hits): &Hit<'_>) -> bool {
    hits.is_everything(segment.len())
}

/// How many hits bear a value.
fn count(hits: &[Hit<'_>], sets: &[(usize, Set<'_>)]) -> u64 {
    let of = |(part, set): &(usize, Set<'_>)| {
        if is_all(&hits[*part]) { set.len() } else { hits[*part].1.count_of(set) }
    };
    sets.iter().map(of).sum()
}

/// The values of a field over all segments, in order, with their positions by segment.
struct Values<'a> {
    walks: Vec<Peekable<Walk<'a>>>,
    direction: Direction,
    found: Vec<(usize, Set<'a>)>,
}

enum Walk<'a> {
    Up(Iter<'a>),
    Down(std::iter::Rev<Iter<'a>>),
}

impl<'a> Iterator for Walk<'a> {
    type Item = (&'a str, Set<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Walk::Up(walk) => walk.next(),
            Walk::Down(walk) => walk.next(),
        }
    }
}

impl<'a> Values<'a> {
    fn new(hits: &[Hit<'a>], field: Field, direction: Direction) -> Values<'a> {
        let walk = |(segment, _): &Hit<'a>| {
            let all = segment.field(field).iter();
            match direction {
                Direction::Ascending => Walk::Up(all).peekable(),
                Direction::Descending => Walk::Down(all.rev()).peekable(),
            }
        };
        Values { walks: hits.iter().map(walk).collect(), direction, found: Vec::new() }
    }

    fn next(&mut self) -> Option<(&'a str, &[(usize, Set<'a>)])> {
        let heads = self.walks.iter_mut().filter_map(|walk| walk.peek().map(|(value, _)| *value));
        let value = match self.direction {
            Direction::Ascending => heads.min(),
            Direction::Descending => heads.max(),
        }?;
        self.found.clear();
        for (part, walk) in self.walks.iter_mut().enumerate() {
            if let Some((_, set)) = walk.next_if(|(have, _)| *have == value) {
                self.found.push((part, set));
            }
        }
        Some((value, &self.found))
    }
}

/// Hits number `low` to `low + length` in the order of keys, over all segments.
fn take(hits: &[Hit<'_>], low: u64, length: u64) -> Vec<Id> {
    if let [(segment, found)] = hits {
        return found.from(low).take(length as usize).map(|position| segment.id(position)).collect();
    }
    let mut parts: Vec<(Range<Key>, &Hit<'_>)> = Vec::with_capacity(hits.len());
    for hit in hits {
        let (segment, found) = hit;
        let first = found.from(0).next();
        let last = found.len().checked_sub(1).and_then(|last| found.from(last).next());
        if let (Some(first), Some(last)) = (first, last) {
            parts.push((segment.key(first)..segment.key(last), hit));
        }
    }
    parts.sort_by(|(one, _), (other, _)| one.start.cmp(&other.start));
    if parts.windows(2).all(|pair| pair[0].0.end < pair[1].0.start) {
        let mut skipped = low;
        let mut ids = Vec::new();
        for (_, (segment, found)) in parts {
            let wanted = length - ids.len() as u64;
            let here = found.len();
            if wanted > 0 && skipped < here {
                ids.extend(found.from(skipped).take(wanted as usize).map(|position| segment.id(position)));
            }
            skipped = skipped.saturating_sub(here);
        }
        return ids;
    }
    // The last instant before which no more than `low` hits lie.
    let before = |at: i64| parts.iter().map(|(_, (segment, found))| found.count(&(0..segment.before(at)))).sum::<u64>();
    let mut first = parts.iter().map(|(keys, _)| keys.start.0).min().unwrap_or(0);
    let mut end = parts.iter().map(|(keys, _)| keys.end.0).max().unwrap_or(0) + 1;
    while end - first > 1 {
        let middle = first + (end - first) / 2;
        if before(middle) <= low { first = middle } else { end = middle }
    }
    let mut skipped = low - before(first);
    let mut walks: Vec<_> = parts
        .iter()
        .map(|(_, (segment, found))| {
            let start = found.count(&(0..segment.before(first)));
            found.from(start).map(|position| (segment.key(position), position)).peekable()
        })
        .collect();
    let mut ids = Vec::new();
    while (ids.len() as u64) < length {
        let least = (0..walks.len()).filter_map(|part| walks[part].peek().map(|(key, _)| (key.clone(), part))).min();
        let Some(((_, _, id), part)) = least else { break };
        walks[part].next();
        if skipped > 0 {
            skipped -= 1;
        } else {
            ids.push(id);
        }
    }
    ids
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn a_window_is_a_stretch_of_the_order(
            mut all in prop::collection::vec(0..3000_u32, 1..6000), low: prop::sample::Index, length in 0..700_usize,
        ) {
            let low = low.index(all.len());
            let length = length.min(all.len() - low);
            let found = window(all.len(), low, length, |take| all.iter().copied().for_each(take));
            all.sort_unstable();
            prop_assert_eq!(found, all[low..low + length].to_vec());
        }
    }
}
