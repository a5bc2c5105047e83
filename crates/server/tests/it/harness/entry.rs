//! An audit entry as the log holds it.

use daybook::model::row::{Row, RowExt as _};
use serde_json::Value;

/// The audit row with what only the ledger keeps.
#[derive(Clone, Debug)]
pub struct Entry {
    pub seq: i64,
    pub id: String,
    pub action: String,
    pub table: String,
    pub object_id: String,
    pub changed_by: String,
    pub changed_by_api_key: String,
    /// Null for something new.
    pub before: Value,
    pub updated: Value,
    /// Principal, asserted name and verdict.
    pub actor: Value,
    /// Request id, method, route, address.
    pub context: Value,
}

impl Entry {
    pub(super) fn new(ledger: &Row, row: Row) -> Entry {
        let text = |name: &str| row.text(name).unwrap_or_default().to_owned();
        let kept = |name: &str| serde_json::from_str(ledger.text(name).unwrap()).unwrap();
        Entry {
            seq: ledger.int("seq").unwrap(),
            id: text("id"),
            action: text("action"),
            table: text("table_name"),
            object_id: text("object_id"),
            changed_by: text("changed_by"),
            changed_by_api_key: text("changed_by_api_key"),
            before: row.value("before_value"),
            updated: row.value("updated_values"),
            actor: kept("actor"),
            context: kept("context"),
        }
    }

    /// `created LiteLLM_TeamTable`
    pub fn name(&self) -> String {
        format!("{} {}", self.action, self.table)
    }
}
