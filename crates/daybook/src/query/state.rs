//! What an object was at an instant, as the log tells it.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::AuditLog;
use crate::model::entry::Action;
use crate::model::question::{Column, Direction, Filter, Page, Question, Sort};
use crate::model::row::{Row, RowExt as _};
use crate::store::{Session, StoreError};

/// An object at an instant.
#[derive(Clone, Debug, PartialEq)]
pub struct Then {
    /// Its fields; `None` when it had been deleted.
    pub state: Option<Row>,
    /// The last entry up to then.
    pub entry: Row,
    /// How many entries there are up to then.
    pub entries: i64,
}

/// The object that a filter names, at an instant or now. `None` when the log has no entry about it up to then.
///
/// The last entry says it all: what stood before the change with what the change put over it is the whole object.
pub async fn state(
    log: &AuditLog,
    session: &mut Session,
    filter: Filter,
    as_of: Option<Timestamp>,
) -> Result<Option<Then>, StoreError> {
    if !can_exist(&filter) {
        return Ok(None);
    }
    let until = match (filter.until, as_of) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    };
    let question = Question {
        filter: Filter { until, ..filter },
        sort: Sort { column: Column::UpdatedAt, direction: Direction::Descending },
        page: Page { number: 1, size: 1 },
    };
    let answer = log.list(session, &question).await?;
    let entries = answer.total;
    Ok(answer.entries.into_iter().next().map(|entry| Then { state: after(&entry), entry, entries }))
}

/// Whether there can be an object that is called as this filter says. No text in the log has a NUL, which PostgreSQL neither
/// stores nor takes in a question.
pub fn can_exist(filter: &Filter) -> bool {
    !filter.table_name.iter().chain(&filter.object_id).any(|name| name.contains('\0'))
}

/// The object after an entry.
fn after(entry: &Row) -> Option<Row> {
    if entry.text("action") == Some(Action::Deleted.as_str()) {
        return None;
    }
    let mut state = entry.object("before_value").cloned().unwrap_or_default();
    state.extend(entry.object("updated_values").cloned().unwrap_or_default());
    Some(state)
}

impl Then {
    /// The body of the response.
    pub fn to_json(&self) -> Value {
        json!({
            "exists": self.state.is_some(),
            "state": self.state,
            "entries": self.entries,
            "last_entry": self.entry,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::row;

    #[test]
    fn an_object_is_what_the_last_change_made_of_it() {
        let entry = |action: &str, before: Value, after: Value| {
            row! { "action": action, "before_value": before, "updated_values": after }
        };
        let created = entry("created", Value::Null, json!({"a": 1, "b": null}));
        assert_eq!(after(&created), Some(row! { "a": 1, "b": null }));
        let updated = entry("updated", json!({"a": 1, "b": 2}), json!({"a": null}));
        assert_eq!(after(&updated), Some(row! { "a": null, "b": 2 }));
        assert_eq!(after(&entry("deleted", json!({"a": 1}), json!({}))), None);
    }
}
