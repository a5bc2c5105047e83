//! Questions to the audit log: [`parse`] reads the parameters of `GET /audit`, [`list`] and [`find`] answer. [`histogram`],
//! [`facets`] and [`poll`] answer of the same filter when, what and in which order.
//!
//! The server and the mountable router both go through here, so that they understand and answer alike.

mod actions;
mod ask;
mod cursor;
pub mod dates;
mod form;
mod index;
mod known;
mod live;
mod parse;
mod state;
mod survey;

pub use cursor::{Cursor, Polled, past_the_end, poll};
pub use form::Item;
pub use live::{AuditLog, STRETCH, State, Status, look_at_file};
pub use parse::{Rejected, parse};
use serde_json::{Value, json};
pub use state::{Then, can_exist, state};
pub use survey::{Survey, division, facet_limit, facets, grid, histogram};

use crate::model::question::{Filter, Page, Question};
use crate::model::row::{Row, RowExt as _};
use crate::store::{Session, Store, StoreError, audit, text};

/// A page of entries, and how many there are in all.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// Entries as a reader sees them: LiteLLM's nine columns in their order.
    pub entries: Vec<Row>,
    pub total: i64,
    pub page: Page,
}

impl Answer {
    /// The body of the response.
    pub fn to_json(self) -> Value {
        json!({
            "audit_logs": self.entries,
            "total": self.total,
            "page": self.page.number,
            "page_size": self.page.size,
            "total_pages": self.page.count(self.total),
        })
    }
}

/// The entries that a question asks for. The total and the page are of the session's one snapshot.
pub async fn list(session: &mut Session, question: &Question) -> Result<Answer, StoreError> {
    let total = audit::count(session, &question.filter).await?;
    let entries = audit::page(session, question, total).await?;
    Ok(Answer { entries, total, page: question.page })
}

/// A session in which the words of every entry that is there now can be searched for, if the filter asks for any: the given one,
/// or a later one.
pub async fn caught_up(store: &Store, session: Session, filter: &Filter) -> Result<Session, StoreError> {
    if filter.words.is_none() {
        return Ok(session);
    }
    drop(session);
    text::catch_up_in_time(store).await?;
    store.read().await
}

/// The entry with this id.
pub async fn find(session: &mut Session, id: &str) -> Result<Option<Row>, StoreError> {
    audit::find(session, id).await
}

/// What the response says when the database does not answer.
pub const UNREADABLE: &str = "The audit log cannot be read at the moment.";

/// What the response to an unknown id says.
pub fn not_found(id: &str) -> String {
    format!("Audit log with ID {id} not found")
}

/// The teams that an entry is about.
pub fn teams_of(entry: &Row) -> Vec<&str> {
    let team = |name| entry.object(name).and_then(|value| value.text("team_id"));
    ["before_value", "updated_values"].into_iter().filter_map(team).collect()
}

#[cfg(test)]
mod tests;
