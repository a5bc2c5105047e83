//! Entries with everything that is disclosed of them: what an auditor gets, and what a verification reads.

use serde_json::Value;

use crate::model::row::{Row, RowExt as _};
use crate::model::time;
use crate::store::db::Session;
use crate::store::error::StoreError;
use crate::store::ledger::read::list_entries;

/// An entry: its leaf, and what shows that the leaf is about what a reader sees.
#[derive(Clone, Debug, PartialEq)]
pub struct Disclosed {
    pub seq: u64,
    /// The text that was hashed.
    pub leaf: String,
    /// The audit row as a reader sees it, its time in the fixed form; `None` when it is gone.
    pub row: Option<Row>,
    pub actor: Value,
    pub context: Value,
    /// The salts of the parts that were not erased.
    pub salts: Value,
}

/// The entries of a range of sequence numbers, in their order. One that is not there is an error: the caller counts on
/// their positions.
pub async fn list_disclosed(session: &mut Session, from: u64, to: u64) -> Result<Vec<Disclosed>, StoreError> {
    let number = |n: u64| i64::try_from(n).map_err(|_| StoreError::Corrupt("the log is too long".to_owned()));
    let stored = list_entries(session, number(from)?, number(to)?).await?;
    let mut entries = Vec::with_capacity(stored.len());
    for ((ledger, row), seq) in stored.into_iter().zip(from..) {
        if ledger.int("seq").and_then(|found| u64::try_from(found).ok()) != Some(seq) {
            return Err(missing(seq));
        }
        entries.push(Disclosed {
            seq,
            leaf: ledger.text("leaf").unwrap_or_default().to_owned(),
            row: row.map(fixed_time),
            actor: parsed(&ledger, "actor"),
            context: parsed(&ledger, "context"),
            salts: parsed(&ledger, "salts"),
        });
    }
    let found = entries.len() as u64;
    if found == to.saturating_sub(from) { Ok(entries) } else { Err(missing(from + found)) }
}

fn missing(seq: u64) -> StoreError {
    StoreError::Corrupt(format!("entry {seq} is not in the ledger"))
}

fn fixed_time(mut row: Row) -> Row {
    if let Some(at) = row.time("updated_at") {
        row.insert("updated_at".to_owned(), time::fixed(at).into());
    }
    row
}

/// What the ledger keeps as JSON text. Text that is none is shown as it is, for a verifier to refuse.
fn parsed(stored: &Row, name: &str) -> Value {
    let text = stored.text(name).unwrap_or("null");
    serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned()))
}
