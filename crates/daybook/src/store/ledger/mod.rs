//! The rows of the ledger: head, tiles, leaves, and the audit rows that they stand for.
//!
//! [`record`] is the last thing in a change's transaction. The head row is locked last, so that it is held for no longer
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

use daybook_verify::changed::changed_fields;
use jiff::Timestamp;
use serde_json::Value;

pub use adopt::{AdoptedTo, Batch, count_unadopted};
use append::{Appending, New};
pub use checkpoint::{AnchorState, LogKey, Published, find_checkpoint, list_anchors, list_checkpoints, list_log_keys};
pub(super) use checkpoint::{insert_log_key, retire_log_key};
pub use disclosed::{Disclosed, list_disclosed};
pub use erase::{Erased, Passed};
pub(super) use erase::{erase, lock_entry};
pub use head::{Head, find_head};
pub(super) use head::{create_head, rename_head};
pub use read::{Stored, find_bounds, find_ledger_row, list_entries, list_entries_about, list_leaves, list_naming};
pub use tile::read_tiles;
pub use whole::{
    Onlooker, StoredCheckpoint, StoredEntry, StoredHead, find_unknown_row, list_stored_checkpoints, list_stored_keys,
    list_surplus_tiles, next_stored_entry, read_stored_entries, read_stored_head, tile_name,
};

use super::Store;
use super::change::Receipt;
use super::db::Session;
use super::error::StoreError;
use crate::model::actor::Actor;
use crate::model::entry::Draft;
use crate::model::leaf::Parts;
use crate::model::random;
use crate::model::row::Row;
use crate::model::table;
use crate::model::time;

/// Puts drafts on the record: audit rows, ledger rows, tiles, head. Nothing is visible before the commit.
pub(super) async fn record(
    store: &Store,
    session: &mut Session,
    actor: &Actor,
    drafts: &[Draft],
) -> Result<Vec<Receipt>, StoreError> {
    if drafts.is_empty() {
        return Ok(Vec::new());
    }
    #[cfg(feature = "bench")]
    if !store.ledger {
        return bench::record_rows_alone(store, session, actor, drafts).await;
    }
    let mut appending = Appending::begin(store, session).await?;
    let mut rows = Vec::with_capacity(drafts.len());
    for draft in drafts {
        let (row, new) = entry(store, appending.at(), actor, draft);
        rows.push(Value::Object(session.encode(&table::AUDIT_LOG, &row)));
        appending.add(new).map_err(|error| StoreError::Unrecordable(error.to_string()))?;
    }
    let columns: Vec<&str> = table::AUDIT_LOG.columns.iter().map(|(name, _)| *name).collect();
    let written = session.insert(r#""LiteLLM_AuditLog""#, &columns, Value::Array(rows)).await?;
    if written != drafts.len() as u64 {
        return Err(StoreError::Corrupt(format!("{} entries became {written} audit rows", drafts.len())));
    }
    appending.finish(session).await
}

/// What a draft becomes: a row of the audit table, and what the ledger holds of it. Secrets are gone from both.
fn entry<'a>(store: &Store, at: Timestamp, actor: &Actor, draft: &'a Draft) -> (Row, New<'a>) {
    let audit_id = random::new_id(store.random.as_ref());
    let redacted = |mut value: Value| {
        store.redactor.redact(&mut value);
        value
    };
    let before = draft.before.clone().map(|row| redacted(Value::Object(row)));
    let after = draft.after.clone().map(|row| redacted(Value::Object(row)));
    let context = redacted(actor.context.to_json());
    let actor = redacted(Value::Object(actor.to_row()));
    let object = store.redactor.redact_text(&draft.object_id).into_owned();
    let action = draft.action.as_str();
    let row = crate::row! {
        "id": audit_id,
        "updated_at": time::wire(at),
        "changed_by": actor["changed_by"],
        "changed_by_api_key": actor["changed_by_api_key"],
        "action": action,
        "table_name": draft.table,
        "object_id": object,
        "before_value": before,
        "updated_values": after,
    };
    let changed_fields = changed_fields(before.as_ref(), after.as_ref());
    let parts = Parts { actor, object: Value::String(object), before, after, context };
    (row, New { audit_id, action, table: draft.table, parts, changed_fields })
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
