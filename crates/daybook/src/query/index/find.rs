//! Which entries of a segment a filter finds.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use roaring::RoaringBitmap;

use super::number;
use super::postings::{Apart, Hits, Set};
use super::segment::{Field, Id, Segment};
use crate::model::question::{Bound, Excluded, Filter, Scope, Search};
use crate::model::table;
use crate::model::time;

/// What a question needs from the database before the index can answer it.
#[derive(Clone, Debug, Default)]
pub struct Looked {
    /// Entries of the log with this sequence number and greater ones are not asked for: whoever asks does not see them yet.
    pub visible: Option<u64>,
    /// The instants and ids of entries whose id is searched for.
    pub ids: Vec<(i64, Id)>,
    /// The sequence numbers of entries that have the words.
    pub words: Option<Arc<RoaringBitmap>>,
    /// Of entries that were in doubt: whether the bounds hold.
    pub numbers: HashMap<Id, bool>,
}

/// Entries of which the index knows too little, by their ids.
pub type Doubt = HashSet<Id>;

/// The entries that a filter finds. Those in doubt are added to `doubt` and left out.
pub fn find<'a>(
    segment: &'a Segment,
    dead: &'a RoaringBitmap,
    filter: &Filter,
    looked: &'a Looked,
    doubt: &mut Doubt,
) -> Hits<'a> {
    let start = filter.from.map_or(0, |from| segment.before(time::trunc_ms(from).as_millisecond()));
    let end = filter.until.map_or(segment.len(), |until| segment.before(time::trunc_ms(until).as_millisecond() + 1));
    if start >= end {
        return Hits::none();
    }
    let range = start..end;
    let mut wanted: Vec<Apart<'a>> = Vec::new();
    for (field, values) in [
        (Field::ChangedBy, &filter.changed_by),
        (Field::ChangedByApiKey, &filter.changed_by_api_key),
        (Field::Action, &filter.action),
        (Field::TableName, &filter.table_name),
        (Field::ObjectId, &filter.object_id),
        (Field::Team, &filter.team_id),
        (Field::Token, &filter.key_hash),
    ] {
        if !values.is_empty() {
            wanted.push(any(segment, field, values));
        }
    }
    if !filter.changed_field.is_empty() {
        wanted.push(if filter.after.is_empty() {
            any(segment, Field::Changed, &filter.changed_field)
        } else {
            Apart::one(within_bounds(segment, &filter.changed_field, &filter.after, looked, doubt))
        });
    }
    if !filter.search.is_empty() {
        wanted.push(Apart::one(searched(segment, &filter.search, looked)));
    }
    if let Some(scope) = &filter.scope {
        wanted.push(Apart::one(within(segment, scope)));
    }
    if let Some(words) = &looked.words {
        wanted.push(Apart::one(numbered(segment, words)));
    }
    if filter.after_seq.is_some() || filter.before_seq.is_some() {
        wanted.push(Apart::one(between(segment, filter.after_seq, filter.before_seq)));
    }
    let mut unwanted = excluded(segment, &filter.not);
    unwanted.retain(|set| !set.is_empty());
    if let Some(visible) = looked.visible.filter(|visible| segment.last_seq().is_some_and(|last| last >= *visible)) {
        unwanted.push(between(segment, i64::try_from(visible).ok().map(|visible| visible - 1), None));
    }
    if !dead.is_empty() {
        unwanted.push(Set::Many(Cow::Borrowed(dead)));
    }
    let unwanted = Set::union(unwanted);
    // The fewest first: each further condition then looks at fewer.
    wanted.sort_by_key(Apart::len);
    // The last condition of all is not applied, when that would be work: most often the number is all that is wanted of what it
    // leaves, and a few of them.
    let last = match unwanted.is_empty() {
        true if wanted.len() > 1 => wanted.pop().map(|last| (last, true)),
        true => None,
        false if wanted.is_empty() => return Hits::all_but(range, unwanted.into_bitmap()),
        false => Some((Apart::one(unwanted), false)),
    };
    let mut rest = wanted.into_iter();
    let Some(first) = rest.next() else { return Hits::all_but(range, Cow::Owned(RoaringBitmap::new())) };
    let some = match rest.len() {
        0 => first,
        _ => Apart::one(rest.fold(first.united(), |set, other| if set.is_empty() { set } else { other.filter(set) })),
    };
    Hits::of(range, some, last)
}

/// The entries that bear one of the values.
fn any<'a>(segment: &'a Segment, field: Field, values: &[String]) -> Apart<'a> {
    let different: BTreeSet<&String> = values.iter().collect();
    let sets = different.into_iter().map(|value| segment.postings(field, value)).collect();
    match field {
        // An entry has one of each.
        Field::ChangedBy | Field::ChangedByApiKey | Field::Action | Field::TableName | Field::ObjectId => {
            Apart::of(sets)
        }
        Field::Team | Field::Token | Field::Organization | Field::Changed => Apart::one(Set::union(sets)),
    }
}

fn excluded<'a>(segment: &'a Segment, not: &Excluded) -> Vec<Set<'a>> {
    [
        (Field::ChangedBy, &not.changed_by),
        (Field::ChangedByApiKey, &not.changed_by_api_key),
        (Field::Action, &not.action),
        (Field::TableName, &not.table_name),
        (Field::ObjectId, &not.object_id),
        (Field::Team, &not.team_id),
        (Field::Token, &not.key_hash),
        (Field::Changed, &not.changed_field),
    ]
    .into_iter()
    .flat_map(|(field, values)| values.iter().map(move |value| segment.postings(field, value)))
    .collect()
}

fn searched<'a>(segment: &'a Segment, search: &Search, looked: &Looked) -> Set<'a> {
    let mut sets = Vec::new();
    let ids: Vec<u32> = looked.ids.iter().flat_map(|(at, id)| segment.find(*at, id)).collect();
    sets.push(Set::of(ids.into_iter().collect()));
    for text in &search.texts {
        sets.push(segment.postings(Field::ChangedBy, text));
        sets.push(segment.postings(Field::ObjectId, text));
    }
    for hash in &search.key_hashes {
        sets.push(segment.postings(Field::ObjectId, hash));
        sets.push(segment.postings(Field::Token, hash));
    }
    sets.extend(search.api_keys.iter().map(|key| segment.postings(Field::ChangedByApiKey, key)));
    Set::union(sets)
}

/// See [`Scope`].
fn within<'a>(segment: &'a Segment, scope: &Scope) -> Set<'a> {
    let any = |field: Field, values: &[String]| self::any(segment, field, values).united();
    let of_table =
        |table: &str, ids: &[String]| any(Field::ObjectId, ids).and(segment.postings(Field::TableName, table));
    let of_nobody_else = Set::Many(Cow::Borrowed(&segment.of_organization));
    Set::union(vec![
        any(Field::Organization, &scope.organizations),
        any(Field::Team, &scope.teams).without(&of_nobody_else),
        of_table(table::TEAMS.name, &scope.teams).without(&of_nobody_else),
        of_table(table::BUDGETS.name, &scope.budgets),
        of_table(table::OBJECT_PERMISSIONS.name, &scope.object_permissions),
    ])
}

/// The entries with these sequence numbers.
fn numbered<'a>(segment: &Segment, seqs: &'a RoaringBitmap) -> Set<'a> {
    let (mut same, mut positions) = (RoaringBitmap::new(), RoaringBitmap::new());
    let mut alone = None;
    for (range, first) in segment.runs() {
        // Greater ones are of no entry that is in the set.
        let Some(first) = first.and_then(|first| u32::try_from(first).ok()) else { continue };
        if first == range.start {
            // Nothing is to be moved, and nothing copied when there is nothing else.
            alone = match same.is_empty() {
                true => Some(range.clone()),
                false => None,
            };
            same.insert_range(range);
            continue;
        }
        let last = first.saturating_add(range.end - range.start - 1);
        let moved = seqs.range(first..=last).map(|seq| range.start + (seq - first));
        // Runs are in the order of positions, so that each goes to the end.
        let _ = positions.append(moved);
    }
    match alone {
        Some(range)
            if positions.is_empty()
                && seqs.min().is_none_or(|min| min >= range.start)
                && seqs.max().is_none_or(|max| max < range.end) =>
        {
            Set::Many(Cow::Borrowed(seqs))
        }
        _ => Set::of((seqs & same) | positions),
    }
}

fn between<'a>(segment: &Segment, after: Option<i64>, before: Option<i64>) -> Set<'a> {
    // From here on, and up to here.
    let from = after.map_or(0, |after| u64::try_from(after.saturating_add(1)).unwrap_or(0));
    let until = before.map_or(u64::MAX, |before| u64::try_from(before).unwrap_or(0));
    let mut positions = RoaringBitmap::new();
    for (range, first) in segment.runs() {
        let Some(first) = first else { continue };
        let end = first + u64::from(range.end - range.start);
        let (low, high) = (first.max(from), end.min(until));
        if low < high {
            positions.insert_range(range.start + (low - first) as u32..range.start + (high - first) as u32);
        }
    }
    Set::of(positions)
}

/// The entries that gave one of the members a number within all bounds.
fn within_bounds<'a>(
    segment: &'a Segment,
    members: &[String],
    bounds: &[Bound],
    looked: &Looked,
    doubt: &mut Doubt,
) -> Set<'a> {
    let Some((range, doubtful)) = number::buckets(bounds) else { return Set::empty() };
    let mut sets: Vec<Set<'a>> = Vec::new();
    let mut confirmed = RoaringBitmap::new();
    for buckets in members.iter().filter_map(|member| segment.numbers.get(member.as_str())) {
        for (bucket, postings) in buckets.range(range.clone()) {
            if !doubtful.contains(bucket) {
                sets.push(postings.as_set());
                continue;
            }
            for position in postings.iter() {
                let id = segment.id(position);
                match looked.numbers.get(&id) {
                    Some(true) => drop(confirmed.insert(position)),
                    Some(false) => {}
                    None => drop(doubt.insert(id)),
                }
            }
        }
    }
    sets.push(Set::of(confirmed));
    Set::union(sets)
}
