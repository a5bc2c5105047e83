//! A question to the audit log: which entries, in which order, which page of them. Says nothing of how it is answered.
//!
//! What is asked for is an intersection of conditions, each a union of equalities or a range of time. An empty list is no
//! condition. The order is total: the column that was asked for, then the instant, the sequence and the id, all in one
//! direction, so that pages neither overlap nor leave anything out.

use jiff::Timestamp;

/// A column that can be sorted by, which is every column of an entry; in the order of a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    Id,
    UpdatedAt,
    ChangedBy,
    ChangedByApiKey,
    Action,
    TableName,
    ObjectId,
    BeforeValue,
    UpdatedValues,
}

impl Column {
    pub const ALL: [Column; 9] = [
        Column::Id,
        Column::UpdatedAt,
        Column::ChangedBy,
        Column::ChangedByApiKey,
        Column::Action,
        Column::TableName,
        Column::ObjectId,
        Column::BeforeValue,
        Column::UpdatedValues,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Column::Id => "id",
            Column::UpdatedAt => "updated_at",
            Column::ChangedBy => "changed_by",
            Column::ChangedByApiKey => "changed_by_api_key",
            Column::Action => "action",
            Column::TableName => "table_name",
            Column::ObjectId => "object_id",
            Column::BeforeValue => "before_value",
            Column::UpdatedValues => "updated_values",
        }
    }

    pub fn parse(text: &str) -> Option<Column> {
        Column::ALL.into_iter().find(|column| column.as_str() == text)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    Ascending,
    Descending,
}

impl Direction {
    pub fn reversed(self) -> Direction {
        match self {
            Direction::Ascending => Direction::Descending,
            Direction::Descending => Direction::Ascending,
        }
    }
}

/// The order of the answer. Texts go by their bytes; a missing value is the greatest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sort {
    pub column: Column,
    pub direction: Direction,
}

impl Default for Sort {
    /// Newest first.
    fn default() -> Sort {
        Sort { column: Column::UpdatedAt, direction: Direction::Descending }
    }
}

/// A page, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    pub number: i64,
    pub size: i64,
}

impl Page {
    /// How many entries stand before the page.
    pub fn offset(self) -> i64 {
        self.number.saturating_sub(1).saturating_mul(self.size).max(0)
    }

    /// How many pages `total` entries fill.
    pub fn count(self, total: i64) -> i64 {
        let whole = total / self.size.max(1);
        whole + i64::from(total % self.size.max(1) > 0)
    }
}

impl Default for Page {
    fn default() -> Page {
        Page { number: 1, size: 10 }
    }
}

/// One text, wherever an entry may name something by it: equality with any of a union of columns.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Search {
    /// Against `id`, `changed_by` and `object_id`.
    pub texts: Vec<String>,
    /// Against `changed_by_api_key`.
    pub api_keys: Vec<String>,
    /// Hashes of raw keys that were searched for: against `object_id` and the object's `token`.
    pub key_hashes: Vec<String>,
}

impl Search {
    pub fn is_empty(&self) -> bool {
        self.texts.is_empty() && self.api_keys.is_empty() && self.key_hashes.is_empty()
    }
}

/// The part of the log that is about some organizations: entries that name one of them, entries about their teams and those
/// teams' keys and members, and about the rows that the organizations refer to. An entry that names another organization
/// is not about a team of these, whoever has the team now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    /// Against the text at `organization_id` of `before_value` or of `updated_values`.
    pub organizations: Vec<String>,
    /// Against the text at `team_id` of either, and the `object_id` of a team's entry.
    pub teams: Vec<String>,
    /// Against the `object_id` of a budget's entry.
    pub budgets: Vec<String>,
    /// Against the `object_id` of the entry of an object permission.
    pub object_permissions: Vec<String>,
}

/// Which entries. All conditions must hold; of the values of one condition any.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Filter {
    pub changed_by: Vec<String>,
    pub changed_by_api_key: Vec<String>,
    pub action: Vec<String>,
    pub table_name: Vec<String>,
    pub object_id: Vec<String>,
    /// The text at `team_id` of `before_value` or of `updated_values`.
    pub team_id: Vec<String>,
    /// The text at `token` of `before_value` or of `updated_values`.
    pub key_hash: Vec<String>,
    /// The first instant that counts.
    pub from: Option<Timestamp>,
    /// The last instant that counts.
    pub until: Option<Timestamp>,
    pub search: Search,
    pub scope: Option<Scope>,
    /// Names of members that the change gave another value (top level of the row), as the log has them. A row that is not in
    /// the log has none.
    pub changed_field: Vec<String>,
    /// Bounds on the number that one of [`Self::changed_field`] had after the change; all of them must hold of one field.
    pub after: Vec<Bound>,
    /// What must not be so.
    pub not: Excluded,
    /// Words that must all stand in `before_value` or `updated_values`: see [`Words`].
    pub words: Option<Words>,
    /// Entries of the log whose sequence number is greater.
    pub after_seq: Option<i64>,
    /// Entries of the log whose sequence number is smaller.
    pub before_seq: Option<i64>,
}

/// A bound on a number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bound {
    pub comparison: Comparison,
    pub number: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    Greater,
    AtLeast,
    Less,
    AtMost,
}

impl Bound {
    pub fn holds(self, number: f64) -> bool {
        match self.comparison {
            Comparison::Greater => number > self.number,
            Comparison::AtLeast => number >= self.number,
            Comparison::Less => number < self.number,
            Comparison::AtMost => number <= self.number,
        }
    }
}

/// Values that an entry must not have; of each list none. Members of [`Filter`] of the same name say what they are compared
/// with: an entry without a team is not about any team, so it stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Excluded {
    pub changed_by: Vec<String>,
    pub changed_by_api_key: Vec<String>,
    pub action: Vec<String>,
    pub table_name: Vec<String>,
    pub object_id: Vec<String>,
    pub team_id: Vec<String>,
    pub key_hash: Vec<String>,
    pub changed_field: Vec<String>,
}

/// A text that is searched for in the values of entries of the log: runs of letters and digits, lower case, in any order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words(pub Vec<String>);

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Question {
    pub filter: Filter,
    pub sort: Sort,
    pub page: Page,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_counted_up_and_a_page_past_every_number_has_an_offset() {
        let page = Page { number: 3, size: 10 };
        assert_eq!((page.offset(), page.count(0), page.count(20), page.count(21)), (20, 0, 2, 3));
        assert_eq!(Page { number: i64::MAX, size: 100 }.offset(), i64::MAX);
    }
}
