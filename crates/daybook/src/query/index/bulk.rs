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
    /// By the number of the member among the values of [`Field::Changed`], then by bucket.
    numbers: Vec<BTreeMap<u32, Vec<u32>>>,
    of_organization: Vec<u32>,
}

/// The positions of each value. Values have numbers, in the order in which they came.
#[derive(Debug, Default)]
struct Lists {
    numbers: HashMap<Box<str>, usize>,
    values: Vec<Value>,
    /// Which value came last.
    last: usize,
}

#[derive(Debug)]
struct Value {
    text: Box<str>,
    positions: Vec<u32>,
    /// Which one came after this one the last time. Rows are alike, so that most often it does again: nothing is to be looked up
    /// then.
    next: usize,
}

impl Take for Facts {
    fn value(&mut self, field: Field, value: &str) {
        self.values[field as usize].push(value, self.position);
        if field == Field::Organization && !value.is_empty() && self.of_organization.last() != Some(&self.position) {
            self.of_organization.push(self.position);
        }
    }

    fn changed(&mut self, member: &str, number: Option<f64>) {
        let place = self.values[Field::Changed as usize].push(member, self.position);
        let Some(number) = number else { return };
        if self.numbers.len() <= place {
            self.numbers.resize_with(place + 1, BTreeMap::new);
        }
        self.numbers[place].entry(number::bucket(number)).or_default().push(self.position);
    }
}

impl Lists {
    /// Gives the number of the value.
    fn push(&mut self, text: &str, position: u32) -> usize {
        let likely = self.values.get(self.last).map_or(0, |last| last.next);
        let number = match self.values.get(likely) {
            Some(value) if *value.text == *text => likely,
            _ => self.find(text),
        };
        if let Some(last) = self.values.get_mut(self.last) {
            last.next = number;
        }
        self.last = number;
        let positions = &mut self.values[number].positions;
        if positions.last() != Some(&position) {
            positions.push(position);
        }
        number
    }

    fn find(&mut self, text: &str) -> usize {
        match self.numbers.get(text) {
            Some(number) => *number,
            None => {
                let number = self.values.len();
                self.numbers.insert(text.into(), number);
                self.values.push(Value { text: text.into(), positions: Vec::new(), next: number });
                number
            }
        }
    }

    fn finish(mut self, rows: u64) -> Dictionary {
        self.values.sort_unstable_by(|one, other| one.text.cmp(&other.text));
        Dictionary::of(self.values.iter_mut().map(|value| {
            let positions = std::mem::take(&mut value.positions);
            (&*value.text, Postings::of(positions, rows))
        }))
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
        let members = facts.values[Field::Changed as usize].values.iter().map(|member| member.text.clone());
        let numbers = members.zip(facts.numbers).filter(|(_, buckets)| !buckets.is_empty()).map(|(member, buckets)| {
            let of = |(bucket, positions)| Some((bucket, Postings::of(positions, rows)?));
            (member, buckets.into_iter().filter_map(of).collect())
        });
        segment.numbers = numbers.collect();
        for (field, lists) in segment.fields.iter_mut().zip(facts.values) {
            *field = lists.finish(rows);
        }
        segment.of_organization = facts.of_organization.into_iter().collect();
        segment.of_organization.optimize();
        (segment, late)
    }
}
