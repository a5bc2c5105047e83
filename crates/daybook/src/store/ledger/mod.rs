//! The rows of the ledger: head, tiles, leaves, and the audit rows that they stand for.
//!
//! [`record`] is the last thing in a change's transaction. The head row is locked last, so that it is held for no longer
//! than the commit takes; whoever holds it knows the size of the log, so sequence numbers are gapless and in commit
//! order. See docs of `tlog` for the tree.

#[cfg(feature = "bench")]
pub(super) mod bench;
mod checkpoint;
mod head;
mod read;
mod tile;

use jiff::Timestamp;
use serde_json::{Value, json};
use tlog::Hash;

pub use checkpoint::{AnchorState, LogKey, Published, find_checkpoint, list_anchors, list_checkpoints, list_log_keys};
pub(super) use checkpoint::{insert_log_key, retire_log_key};
pub use head::{Head, find_head};
pub(super) use head::{create_head, rename_head};
use head::{lock_head, write_head};
pub use read::{find_ledger_row, list_entries, list_leaves};
pub use tile::read_tiles;
use tile::{read_frontier, write_tile};

use super::Store;
use super::change::Receipt;
use super::db::Session;
use super::error::StoreError;
use crate::model::actor::Actor;
use crate::model::entry::Draft;
use crate::model::leaf::{self, Facts, Parts, Salts};
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
    let head = lock_head(session).await?;
    // Never backwards: a clock that was set back must not reorder the log.
    let at = store.clock.now().max(head.last_at);
    let mut tree = read_frontier(session, head.size).await?;
    if tree.root() != head.root {
        return Err(StoreError::Corrupt("the root of the stored tree is not the one in the head".to_owned()));
    }
    let mut recording = Recording { store, actor, at, audit_rows: Vec::new(), ledger_rows: Vec::new() };
    let mut receipts = Vec::with_capacity(drafts.len());
    for (draft, seq) in drafts.iter().zip(head.size..) {
        let (receipt, leaf) = recording.add(draft, seq)?;
        tree.append(leaf);
        receipts.push(receipt);
    }
    let Recording { audit_rows, ledger_rows, .. } = recording;
    insert_rows(session, audit_rows, ledger_rows).await?;
    for (tile, hashes) in tree.take_dirty() {
        write_tile(session, tile, hashes).await?;
    }
    let size = head.size + drafts.len() as u64;
    write_head(session, &head, size, tree.root(), at).await?;
    Ok(receipts)
}

struct Recording<'a> {
    store: &'a Store,
    actor: &'a Actor,
    at: Timestamp,
    audit_rows: Vec<Row>,
    ledger_rows: Vec<Value>,
}

impl Recording<'_> {
    fn add(&mut self, draft: &Draft, seq: u64) -> Result<(Receipt, Hash), StoreError> {
        let unrecordable = |error: &dyn std::fmt::Display| StoreError::Unrecordable(error.to_string());
        let random = self.store.random.as_ref();
        let audit_id = random::new_id(random);
        let redacted = |row: &Option<Row>| {
            row.clone().map(|row| {
                let mut value = Value::Object(row);
                self.store.redactor.redact(&mut value);
                value
            })
        };
        let (before, after) = (redacted(&draft.before), redacted(&draft.after));
        let mut actor = Value::Object(self.actor.to_row());
        self.store.redactor.redact(&mut actor);
        let mut context = self.actor.context.to_json();
        self.store.redactor.redact(&mut context);
        let object_id = self.store.redactor.redact_text(&draft.object_id).into_owned();

        let parts = Parts {
            actor: actor.clone(),
            object: Value::String(object_id.clone()),
            before: before.clone(),
            after: after.clone(),
            context: context.clone(),
        };
        let salts = Salts::new(std::array::from_fn(|_| random::random_bytes(random)));
        let action = draft.action.as_str();
        let facts = Facts { action, at: self.at, id: &audit_id, seq, table: draft.table };
        let text = leaf::freeze(facts, &parts, &salts).map_err(|error| unrecordable(&error))?;
        let hash = tlog::leaf_hash(text.as_bytes());

        self.audit_rows.push(crate::row! {
            "id": audit_id,
            "updated_at": time::wire(self.at),
            "changed_by": actor["changed_by"],
            "changed_by_api_key": actor["changed_by_api_key"],
            "action": action,
            "table_name": draft.table,
            "object_id": object_id,
            "before_value": before,
            "updated_values": after,
        });
        let seq = i64::try_from(seq).map_err(|error| unrecordable(&error))?;
        self.ledger_rows.push(json!({
            "seq": seq,
            "audit_id": audit_id,
            "leaf": text,
            "salts": salts.to_json().to_string(),
            "context": context.to_string(),
            "actor": actor.to_string(),
            "changed_fields": Value::from(draft.changed_fields.clone()).to_string(),
        }));
        Ok((Receipt { audit_id, seq }, hash))
    }
}

async fn insert_rows(session: &mut Session, audit: Vec<Row>, ledger: Vec<Value>) -> Result<(), StoreError> {
    let count = audit.len() as u64;
    let encoded = audit.iter().map(|row| Value::Object(session.encode(&table::AUDIT_LOG, row))).collect();
    let columns: Vec<&str> = table::AUDIT_LOG.columns.iter().map(|(name, _)| *name).collect();
    let written = session.insert(r#""LiteLLM_AuditLog""#, &columns, Value::Array(encoded)).await?;
    let own = session.dialect().own("ledger");
    let columns = ["seq", "audit_id", "leaf", "salts", "context", "actor", "changed_fields"];
    let written_too = session.insert(&own, &columns, Value::Array(ledger)).await?;
    if (written, written_too) != (count, count) {
        return Err(StoreError::Corrupt(format!("{count} entries became {written} audit rows, {written_too} leaves")));
    }
    Ok(())
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
