//! Entries about the log itself: what was erased, which keys sign, which name it has.

use serde_json::Value;

use crate::leaf::{Leaf, Part};

/// The table that entries about keys of the log name.
pub const LOG_KEY: &str = "daybook_log_key";
/// The table that entries about the log's name name.
pub const HEAD: &str = "daybook_head";
/// What such an entry says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Statement {
    /// Parts of an earlier entry were taken out of the log.
    Erased { seq: u64, id: String, parts: Vec<Part> },
    /// A key signs from now on.
    KeyAdded { vkey: String, size: u64, added_at: String },
    /// A key signs no more.
    KeyRetired { vkey: String, retired_at: String },
    /// The log has another name and a first key under it.
    NewOrigin { before: String, size: u64, origin: String, vkey: String, at: String, previous: Option<String> },
    /// An entry of this kind that says something else.
    Unreadable,
}

impl Statement {
    /// What an entry says of the log's keys and name; `None` for all others. Its values must have been checked against the
    /// leaf.
    pub(crate) fn read(leaf: &Leaf, before: &Value, after: &Value) -> Option<Statement> {
        let read = match (leaf.table.as_str(), leaf.action.as_str()) {
            (LOG_KEY, "created") => (|| {
                let text = |name: &str| after[name].as_str().map(str::to_owned);
                let size = after["size"].as_u64()?;
                Some(Statement::KeyAdded { vkey: text("vkey")?, size, added_at: text("added_at")? })
            })(),
            (LOG_KEY, "deleted") => (|| {
                let vkey = before["vkey"].as_str()?.to_owned();
                Some(Statement::KeyRetired { vkey, retired_at: after["retired_at"].as_str()?.to_owned() })
            })(),
            (HEAD, _) => new_origin(before, after),
            _ => return None,
        };
        Some(read.unwrap_or(Statement::Unreadable))
    }
}

fn new_origin(before: &Value, after: &Value) -> Option<Statement> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    Some(Statement::NewOrigin {
        before: text(&before["origin"])?,
        size: before["size"].as_u64()?,
        origin: text(&after["origin"])?,
        vkey: text(&after["vkey"])?,
        at: text(&after["at"])?,
        previous: text(&after["previous_checkpoint"]),
    })
}
