//! An audit entry: what one change did to one object.

use serde_json::Value;

use super::row::{Row, RowExt as _};
use super::table::Table;

/// The verbs that LiteLLM's audit log knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    Created,
    Updated,
    Deleted,
    Blocked,
    Unblocked,
    Rotated,
    /// Daybook's own: parts of an entry were taken out of the log.
    Erased,
}

impl Action {
    pub const ALL: [Action; 7] = [
        Action::Created,
        Action::Updated,
        Action::Deleted,
        Action::Blocked,
        Action::Unblocked,
        Action::Rotated,
        Action::Erased,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Action::Created => "created",
            Action::Updated => "updated",
            Action::Deleted => "deleted",
            Action::Blocked => "blocked",
            Action::Unblocked => "unblocked",
            Action::Rotated => "rotated",
            Action::Erased => "erased",
        }
    }
}

/// Columns that change by themselves: a change of these alone is not an update.
pub const BOOKKEEPING: &[&str] = &["updated_at", "updated_by", "settings_updated_at", "last_active"];

/// An entry that is not yet on the record: what happened, without the who, the when and the sequence.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    pub action: Action,
    pub table: &'static str,
    pub object_id: String,
    pub before: Option<Row>,
    pub after: Option<Row>,
    /// Names of the members that differ, sorted; every member for a created or deleted row.
    pub changed_fields: Vec<String>,
}

impl Draft {
    pub fn created(table: &Table, row: &Row) -> Draft {
        Draft {
            action: Action::Created,
            table: table.name,
            object_id: object_id(table, row),
            before: None,
            after: Some(row.clone()),
            changed_fields: sorted(row.keys().cloned()),
        }
    }

    pub fn deleted(table: &Table, row: &Row) -> Draft {
        Draft {
            action: Action::Deleted,
            table: table.name,
            object_id: object_id(table, row),
            before: Some(row.clone()),
            after: Some(Row::new()),
            changed_fields: sorted(row.keys().cloned()),
        }
    }

    /// `after` holds the table's identity and every member that differs, so that `before` overlaid with it is the row
    /// after the change.
    pub fn changed(table: &Table, action: Action, before: &Row, now: &Row) -> Draft {
        let changed = differing(before, now);
        let mut after = Row::new();
        for name in table.identity.iter().copied().chain(changed.iter().map(String::as_str)) {
            if let Some(value) = now.get(name) {
                after.insert(name.to_owned(), value.clone());
            }
        }
        if matches!(action, Action::Blocked | Action::Unblocked) {
            after.insert("blocked".to_owned(), now.value("blocked"));
        }
        Draft {
            action,
            table: table.name,
            object_id: object_id(table, before),
            before: Some(before.clone()),
            after: Some(after),
            changed_fields: changed,
        }
    }
}

/// The primary key as text; several columns are joined by a colon.
pub fn object_id(table: &Table, row: &Row) -> String {
    let parts: Vec<String> = table
        .primary_key
        .iter()
        .map(|column| match row.get(*column) {
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
            None => String::new(),
        })
        .collect();
    parts.join(":")
}

/// Members whose values differ, sorted by name.
pub fn differing(before: &Row, now: &Row) -> Vec<String> {
    sorted(now.iter().filter(|(name, value)| before.get(*name) != Some(value)).map(|(name, _)| name.clone()))
}

fn sorted(names: impl Iterator<Item = String>) -> Vec<String> {
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::table;
    use crate::row;

    #[test]
    fn before_overlaid_with_after_is_the_row_after_the_change() {
        let before = row! { "team_id": "t", "max_budget": 5.0, "models": ["a"], "blocked": false };
        let now = row! { "team_id": "t", "max_budget": null, "models": ["a"], "blocked": false };
        let draft = Draft::changed(&table::TEAMS, Action::Updated, &before, &now);
        assert_eq!(draft.after, Some(row! { "team_id": "t", "max_budget": null }));
        assert_eq!(draft.changed_fields, ["max_budget"]);
        let mut overlaid = before.clone();
        overlaid.extend(draft.after.unwrap());
        assert_eq!(overlaid, now);
    }

    #[test]
    fn a_membership_is_identified_by_both_of_its_columns() {
        let row = row! { "user_id": "u", "team_id": "t" };
        assert_eq!(Draft::created(&table::TEAM_MEMBERSHIPS, &row).object_id, "u:t");
    }
}
