//! The rows of the ledger: head, tiles, leaves, and the audit rows that they stand for.
//!
//! [`record`] is the last thing in a transaction, for all of the changes in it. The head row is locked last, so that it is held for no longer
//! than the commit takes; whoever holds it knows the size of the log, so sequence numbers are gapless and in commit
//! order. See docs of `tlog` for the tree.

mod adopt;
mod append;
#[cfg(feature = "bench")]
pub(super) mod bench;
mod checkpoint;
mod disclosed;
mod erase;
mod head;
mod read;
mod tile;
mod whole;

use std::mem;

use daybook_verify::changed::changed_fields;
use jiff::Timestamp;
use serde_json::Value;

pub use adopt::{AdoptedTo, Batch, count_unadopted};
pub(super) use append::Ends;
use append::{Appending, Committed, New};
pub use checkpoint::{AnchorState, LogKey, Published, find_checkpoint, list_anchors, list_checkpoints, list_log_keys};
pub(super) use checkpoint::{insert_log_key, retire_log_key};
pub use disclosed::{Disclosed, list_disclosed};
pub use erase::{Erased, Passed};
pub(super) use erase::{erase, lock_entry};
pub use head::{Head, find_head};
pub(super) use head::{create_head, rename_head};
pub use read::{
    Stored, find_bounds, find_ledger_row, list_entries, list_entries_about, list_leaves, list_ledger_rows, list_naming,
};
pub use tile::read_tiles;
pub use whole::{
    Onlooker, StoredCheckpoint, StoredEntry, StoredHead, find_unknown_row, list_stored_checkpoints, list_stored_keys,
    list_surplus_tiles, next_stored_entry, read_stored_entries, read_stored_head, tile_name,
};

use super::Store;
use super::change::Receipt;
use super::db::{Bind, Session};
use super::error::StoreError;
use crate::model::actor::Actor;
use crate::model::entry::Draft;
use crate::model::leaf::{self, Part, Parts};
use crate::model::random;

/// An entry that wants nothing but its place and its time. Whatever can be wrong with it has been found: secrets are gone,
/// and its parts have their digests.
pub(super) struct Entry {
    changed_by: Option<String>,
    changed_by_api_key: Option<String>,
    object_id: String,
    before: Option<String>,
    after: Option<String>,
    leaf: Committed<'static>,
}

const AUDIT: &str = r#""LiteLLM_AuditLog""#;

const AUDIT_COLUMNS: [&str; 9] = [
    "id",
    "updated_at",
    "changed_by",
    "changed_by_api_key",
    "action",
    "table_name",
    "object_id",
    "before_value",
    "updated_values",
];

impl Entry {
    /// The row of the audit table.
    fn row(&mut self, at: Timestamp) -> Vec<Bind> {
        vec![
            Bind::from(self.leaf.audit_id.as_str()),
            Bind::Time(at),
            Bind::OptionalText(self.changed_by.take()),
            Bind::OptionalText(self.changed_by_api_key.take()),
            Bind::from(self.leaf.action),
            Bind::from(self.leaf.table),
            Bind::Text(mem::take(&mut self.object_id)),
            Bind::Json(self.before.take()),
            Bind::Json(self.after.take()),
        ]
    }
}

/// Whether drafts can go on the record: what [`prepare`] would refuse of them, in a fraction of its time.
pub(super) fn check(drafts: &[Draft]) -> Result<(), StoreError> {
    for draft in drafts {
        for (part, row) in [(Part::Before, &draft.before), (Part::After, &draft.after)] {
            if let Some(row) = row {
                leaf::check_part(part, row).map_err(|error| StoreError::Unrecordable(error.to_string()))?;
            }
        }
    }
    Ok(())
}

/// What the drafts of a change become.
pub(super) fn prepare(store: &Store, actor: &Actor, drafts: Vec<Draft>) -> Result<Vec<Entry>, StoreError> {
    if drafts.is_empty() {
        return Ok(Vec::new());
    }
    let redacted = |mut value: Value| {
        store.redactor.redact(&mut value);
        value
    };
    let context = redacted(actor.context.to_json());
    let actor = redacted(Value::Object(actor.to_row()));
    let now = store.clock.now();
    let prepared = drafts.into_iter().map(|draft| {
        let audit_id = random::new_ordered_id(store.random.as_ref(), now);
        let before = draft.before.map(|row| redacted(Value::Object(row)));
        let after = draft.after.map(|row| redacted(Value::Object(row)));
        let object = store.redactor.redact_text(&draft.object_id).into_owned();
        let text = |name: &str| actor[name].as_str().map(str::to_owned);
        let json = |value: &Option<Value>| value.as_ref().map(Value::to_string);
        let changed_fields = changed_fields(before.as_ref(), after.as_ref());
        Ok(Entry {
            changed_by: text("changed_by"),
            changed_by_api_key: text("changed_by_api_key"),
            object_id: object.clone(),
            before: json(&before),
            after: json(&after),
            leaf: New {
                audit_id,
                action: draft.action.as_str(),
                table: draft.table,
                parts: Parts {
                    actor: actor.clone(),
                    object: Value::String(object),
                    before,
                    after,
                    context: context.clone(),
                },
                changed_fields,
            }
            .commit(store)
            .map_err(|error| StoreError::Unrecordable(error.to_string()))?,
        })
    });
    prepared.collect()
}

/// Puts entries on the record: audit rows, ledger rows, tiles, head. Nothing is visible before the commit.
pub(super) async fn record(
    store: &Store,
    session: &mut Session,
    mut entries: Vec<Entry>,
) -> Result<Vec<Receipt>, StoreError> {
    if entries.is_empty() {
        return Ok(Vec::new());
    }
    #[cfg(feature = "bench")]
    if !store.ledger {
        return bench::record_rows_alone(store, session, entries).await;
    }
    let mut appending = Appending::begin(store, session).await?;
    let at = appending.at();
    let rows = entries.iter_mut().map(|entry| entry.row(at)).collect();
    for entry in entries {
        appending.add(entry.leaf).map_err(|error| StoreError::Unrecordable(error.to_string()))?;
    }
    appending.finish(session, rows).await
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes();
    if !digits.len().is_multiple_of(2) {
        return None;
    }
    digits
        .chunks_exact(2)
        .map(|pair| Some((char::from(pair[0]).to_digit(16)? * 16 + char::from(pair[1]).to_digit(16)?) as u8))
        .collect()
}
