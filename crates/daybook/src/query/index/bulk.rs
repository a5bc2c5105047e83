//! A segment of very many entries, made at once: nothing can be asked of it before it is whole, so that values need no order on
//! the way and positions no form but a list.

use std::collections::{BTreeMap, HashMap};

use super::dictionary::Dictionary;
use super::number;
use super::postings::Postings;
use super::read::{self, Take};
use super::segment::{Entry, Field, Id, Key, Segment};
use crate::store::audit::feed::Fed;

/// Takes rows, and makes a segment of them.
#[derive(Debug, Default)]
pub struct Bulk {
    segment: Segment,
    last: Option<Key>,
    facts: Facts,
    /// Rows that are not in order.
    late: Vec<Entry>,
}

/// What the rows say, by position.
#[derive(Debug, Default)]
struct Facts {
    position: u32,
    values: [Lists; 9],
    numbers: HashMap<Box<str>, BTreeMap<u32, Vec<u32>>>,
    of_organization: Vec<u32>,
}

/// The positions of each value.
#[derive(Debug, Default)]
struct Lists {
    numbers: HashMap<Box<str>, u32>,
    lists: Vec<Vec<u32>>,
}

impl Take for Facts {
    fn value(&mut self, field: Field, value: &str) {
        let list = self.values[field as usize].of(value);
        if list.last() != Some(&self.position) {
            list.push(self.position);
        }
        if field == Field::Organization && !value.is_empty() && self.of_organization.last() != Some(&self.position) {
            self.of_organization.push(self.position);
        }
    }

    fn number(&mut self, member: &str, value: f64) {
        let buckets = match self.numbers.get_mut(member) {
            Some(buckets) => buckets,
            None => self.numbers.entry(member.into()).or_default(),
        };
        let list = buckets.entry(number::bucket(value)).or_default();
        if list.last() != Some(&self.position) {
            list.push(self.position);
        }
    }
}

impl Lists {
    fn of(&mut self, value: &str) -> &mut Vec<u32> {
        let next = self.lists.len() as u32;
        let number = match self.numbers.get(value) {
            Some(number) => *number,
            None => {
                self.numbers.insert(value.into(), next);
                self.lists.push(Vec::new());
                next
            }
        };
        &mut self.lists[number as usize]
    }

    fn finish(mut self, rows: u64) -> Dictionary {
        let mut values: Vec<(Box<str>, u32)> = self.numbers.into_iter().collect();
        values.sort_unstable();
        let lists = values.iter().map(|(value, number)| {
            let list = std::mem::take(&mut self.lists[*number as usize]);
            (&**value, Postings::of(list, rows))
        });
        Dictionary::of(lists)
    }
}

impl Bulk {
    pub fn push(&mut self, row: Fed) {
        let key = (row.at, row.seq, Id::new(&row.id));
        if self.last.as_ref().is_some_and(|last| *last >= key) {
            self.late.push(read::entry(row));
            return;
        }
        self.facts.position = self.segment.len();
        self.segment.place(self.facts.position, key.0, key.1, &key.2);
        read::facts(&row, &mut self.facts);
        self.last = Some(key);
    }

    /// The segment, and the entries that did not fit into its order.
    pub fn finish(self) -> (Segment, Vec<Entry>) {
        let Bulk { mut segment, facts, late, .. } = self;
        let rows = u64::from(segment.len());
        segment.ids.shrink_to_fit();
        for (field, lists) in segment.fields.iter_mut().zip(facts.values) {
            *field = lists.finish(rows);
        }
        let postings = |list: Vec<u32>| Postings::of(list, rows);
        segment.numbers = facts
            .numbers
            .into_iter()
            .map(|(member, buckets)| {
                let of = |(bucket, list)| Some((bucket, postings(list)?));
                (member, buckets.into_iter().filter_map(of).collect())
            })
            .collect();
        segment.of_organization = facts.of_organization.into_iter().collect();
        segment.of_organization.optimize();
        (segment, late)
    }
}
