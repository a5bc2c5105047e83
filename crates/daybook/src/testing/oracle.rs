//! Questions to the audit log, answered by a loop over the entries: what the database, and whatever else answers, is held
//! against.

use std::collections::BTreeMap;

use crate::model::facet::{Facet, Values};
use crate::model::histogram::{Division, Grid};
use crate::model::question::{Column, Direction, Filter, Question, Scope, Words};
use crate::model::row::{Row, RowExt as _};
use crate::model::table::{BUDGETS, OBJECT_PERMISSIONS, TEAMS, Table};
use crate::model::words;

/// An entry as a reader sees it, and what the log has of it.
#[derive(Clone, Debug)]
pub struct Known {
    pub row: Row,
    /// Its place in the log; `None` for a row that LiteLLM wrote and nobody has adopted.
    pub seq: Option<i64>,
    /// Empty for a row that is not in the log.
    pub changed_fields: Vec<String>,
}

impl Known {
    /// The texts at a member of either value.
    fn members(&self, name: &str) -> Vec<&str> {
        let objects = ["before_value", "updated_values"].into_iter().filter_map(|column| self.row.object(column));
        objects.filter_map(|object| object.text(name)).collect()
    }

    fn has_words(&self, words: &Words) -> bool {
        let own = words::of_values(self.row.get("before_value"), self.row.get("updated_values"));
        self.seq.is_some() && words.0.iter().all(|word| own.contains(word))
    }

    /// Whether one of the fields has changed, to a number within the bounds of the filter.
    fn changed(&self, filter: &Filter) -> bool {
        let after = self.row.object("updated_values");
        let number = |name: &str| after.and_then(|after| after.float(name));
        let within =
            |name: &str| filter.after.iter().all(|bound| number(name).is_some_and(|number| bound.holds(number)));
        self.changed_fields.iter().any(|name| filter.changed_field.contains(name) && within(name))
    }

    fn values(&self, facet: Facet) -> Vec<String> {
        let column = |name: &str| vec![self.row.text(name).unwrap().to_owned()];
        let mut values = match facet {
            Facet::ChangedBy => column("changed_by"),
            Facet::ChangedByApiKey => column("changed_by_api_key"),
            Facet::Action => column("action"),
            Facet::TableName => column("table_name"),
            Facet::ObjectId => column("object_id"),
            Facet::TeamId => self.members("team_id").into_iter().map(str::to_owned).collect(),
            Facet::KeyHash => self.members("token").into_iter().map(str::to_owned).collect(),
            Facet::ChangedField => self.changed_fields.clone(),
        };
        values.sort();
        values.dedup();
        values
    }
}

/// Whether an entry is one that a filter asks for.
pub fn holds(filter: &Filter, known: &Known) -> bool {
    let row = &known.row;
    let is = |name: &str, values: &[String]| values.iter().any(|value| row.text(name) == Some(value));
    let member =
        |name: &str, values: &[String]| known.members(name).iter().any(|text| values.iter().any(|value| value == text));
    let at = row.time("updated_at").unwrap();
    let search = &filter.search;
    let found = ["id", "changed_by", "object_id"].iter().any(|name| is(name, &search.texts))
        || is("changed_by_api_key", &search.api_keys)
        || is("object_id", &search.key_hashes)
        || member("token", &search.key_hashes);
    let not = &filter.not;
    (filter.changed_by.is_empty() || is("changed_by", &filter.changed_by))
        && (filter.changed_by_api_key.is_empty() || is("changed_by_api_key", &filter.changed_by_api_key))
        && (filter.action.is_empty() || is("action", &filter.action))
        && (filter.table_name.is_empty() || is("table_name", &filter.table_name))
        && (filter.object_id.is_empty() || is("object_id", &filter.object_id))
        && (filter.team_id.is_empty() || member("team_id", &filter.team_id))
        && (filter.key_hash.is_empty() || member("token", &filter.key_hash))
        && filter.from.is_none_or(|from| at >= from)
        && filter.until.is_none_or(|until| at <= until)
        && (search.is_empty() || found)
        && filter.scope.as_ref().is_none_or(|scope| is_in(scope, known))
        && (filter.changed_field.is_empty() || known.changed(filter))
        && filter.words.as_ref().is_none_or(|words| known.has_words(words))
        && filter.after_seq.is_none_or(|bound| known.seq.is_some_and(|seq| seq > bound))
        && filter.before_seq.is_none_or(|bound| known.seq.is_some_and(|seq| seq < bound))
        && !is("changed_by", &not.changed_by)
        && !is("changed_by_api_key", &not.changed_by_api_key)
        && !is("action", &not.action)
        && !is("table_name", &not.table_name)
        && !is("object_id", &not.object_id)
        && !member("team_id", &not.team_id)
        && !member("token", &not.key_hash)
        && !known.changed_fields.iter().any(|name| not.changed_field.contains(name))
}

fn is_in(scope: &Scope, known: &Known) -> bool {
    let row = &known.row;
    let one_of = |values: &[String], text: &str| values.iter().any(|value| value == text);
    let organizations = known.members("organization_id");
    let is_row = |table: &Table, ids: &[String]| {
        row.text("table_name") == Some(table.name) && row.text("object_id").is_some_and(|id| one_of(ids, id))
    };
    let of_team =
        known.members("team_id").into_iter().any(|id| one_of(&scope.teams, id)) || is_row(&TEAMS, &scope.teams);
    organizations.iter().any(|id| one_of(&scope.organizations, id))
        || (of_team && organizations.is_empty())
        || is_row(&BUDGETS, &scope.budgets)
        || is_row(&OBJECT_PERMISSIONS, &scope.object_permissions)
}

/// The entries that a filter asks for.
pub fn matching<'a>(filter: &Filter, known: &'a [Known]) -> Vec<&'a Known> {
    known.iter().filter(|known| holds(filter, known)).collect()
}

/// The entries that a question asks for, in order, all pages of them. Of the JSON columns it knows only where null stands.
pub fn answer<'a>(question: &Question, known: &'a [Known]) -> Vec<&'a Row> {
    let mut found = matching(&question.filter, known);
    found.sort_by_key(|known| {
        let row = &known.row;
        let name = question.sort.column.as_str();
        // The wire form of a time does not sort as time does.
        let text = row.text(name).filter(|_| question.sort.column != Column::UpdatedAt);
        let first = (row.value(name).is_null(), text);
        (first, row.time("updated_at"), known.seq, row.text("id"))
    });
    if question.sort.direction == Direction::Descending {
        found.reverse();
    }
    found.into_iter().map(|known| &known.row).collect()
}

/// The buckets of a division, and how many entries each has.
pub fn histogram(filter: &Filter, division: Division, known: &[Known]) -> (Grid, Vec<i64>) {
    let times: Vec<_> = matching(filter, known).iter().map(|known| known.row.time("updated_at").unwrap()).collect();
    let first = filter.from.or(times.iter().min().copied());
    let last = filter.until.or(times.iter().max().copied());
    let grid = match first.zip(last) {
        Some((first, last)) => Grid::new(division, first, last),
        None => Grid::new(division, jiff::Timestamp::MAX, jiff::Timestamp::MIN),
    };
    let count = |(from, until)| times.iter().filter(|at| (from..until).contains(*at)).count() as i64;
    let counts = grid.buckets().map(count).collect();
    (grid, counts)
}

/// The most frequent values.
pub fn facet(filter: &Filter, facet: Facet, limit: usize, known: &[Known]) -> Values {
    let mut counts: BTreeMap<String, i64> = BTreeMap::new();
    for known in matching(filter, known) {
        for value in known.values(facet) {
            *counts.entry(value).or_default() += 1;
        }
    }
    let distinct = counts.len() as i64;
    let mut most: Vec<(String, i64)> = counts.into_iter().collect();
    // Stable: equal counts stay in the order of their bytes.
    most.sort_by_key(|(_, count)| -count);
    most.truncate(limit);
    Values { most, distinct }
}

/// The entries of the log that a filter asks for, in its order.
pub fn stretch<'a>(filter: &Filter, known: &'a [Known]) -> Vec<(i64, &'a Row)> {
    let mut found: Vec<(i64, &Row)> =
        matching(filter, known).into_iter().filter_map(|known| Some((known.seq?, &known.row))).collect();
    found.sort_by_key(|(seq, _)| *seq);
    found
}
