//! Questions to the audit log: [`parse`] reads the parameters of `GET /audit`, [`list`] and [`find`] answer.
//!
//! The server and the mountable router both go through here, so that they understand and answer alike.

mod actions;
mod ask;
pub mod dates;
mod form;
mod index;
mod live;
mod parse;

pub use form::Item;
pub use live::{AuditLog, State, Status};
pub use parse::{Rejected, parse};
use serde_json::{Value, json};

use crate::model::question::{Page, Question};
use crate::model::row::{Row, RowExt as _};
use crate::store::{Session, StoreError, audit};

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
