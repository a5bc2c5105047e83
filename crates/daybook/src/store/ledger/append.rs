//! New leaves at the end of the log.

use jiff::Timestamp;
use serde_json::{Value, json};
use tlog::Frontier;

use super::head::{Head, lock_head, write_head};
use super::tile::{read_frontier, write_tile};
use crate::model::leaf::{self, Facts, LeafError, Part, Parts, Salts};
use crate::model::random;
use crate::store::Store;
use crate::store::change::Receipt;
use crate::store::db::Session;
use crate::store::error::StoreError;

/// An entry that gets a place in the log.
pub(super) struct New<'a> {
    pub audit_id: String,
    pub action: &'a str,
    pub table: &'a str,
    pub parts: Parts,
    pub changed_fields: Vec<String>,
}

/// The end of the log, held: nobody else appends until the transaction ends.
pub(super) struct Appending<'a> {
    store: &'a Store,
    head: Head,
    at: Timestamp,
    tree: Frontier,
    rows: Vec<Value>,
    receipts: Vec<Receipt>,
}

impl<'a> Appending<'a> {
    pub async fn begin(store: &'a Store, session: &mut Session) -> Result<Appending<'a>, StoreError> {
        let head = lock_head(session).await?;
        // Never backwards: a clock that was set back must not reorder the log.
        let at = store.clock.now().max(head.last_at);
        let tree = read_frontier(session, head.size).await?;
        if tree.root() != head.root {
            return Err(StoreError::Corrupt("the root of the stored tree is not the one in the head".to_owned()));
        }
        Ok(Appending { store, head, at, tree, rows: Vec::new(), receipts: Vec::new() })
    }

    /// The time of every entry that is added.
    pub fn at(&self) -> Timestamp {
        self.at
    }

    /// Freezes the leaf. An entry that has none is not added, and nothing else is changed by that.
    pub fn add(&mut self, new: New<'_>) -> Result<(), LeafError> {
        let size = self.tree.size();
        let seq = i64::try_from(size).map_err(|_| LeafError::Sequence(size))?;
        let mut salts = Salts::new(std::array::from_fn(|_| random::random_bytes(self.store.random.as_ref())));
        // A salt that hides nothing would be a byte that nobody checks.
        Part::ALL.into_iter().filter(|part| new.parts.get(*part).is_none()).for_each(|part| salts.erase(part));
        let facts = Facts { action: new.action, at: self.at, id: &new.audit_id, seq: size, table: new.table };
        let text = leaf::freeze(facts, &new.parts, &salts)?;
        self.tree.append(tlog::leaf_hash(text.as_bytes()));
        self.rows.push(json!({
            "seq": seq,
            "audit_id": new.audit_id,
            "leaf": text,
            "salts": salts.to_json().to_string(),
            "context": new.parts.context.to_string(),
            "actor": new.parts.actor.to_string(),
            "changed_fields": Value::from(new.changed_fields).to_string(),
        }));
        self.receipts.push(Receipt { audit_id: new.audit_id, seq });
        Ok(())
    }

    /// Writes ledger rows, tiles and head.
    pub async fn finish(mut self, session: &mut Session) -> Result<Vec<Receipt>, StoreError> {
        let count = self.rows.len() as u64;
        if count == 0 {
            return Ok(self.receipts);
        }
        let own = session.dialect().own("ledger");
        let columns = ["seq", "audit_id", "leaf", "salts", "context", "actor", "changed_fields"];
        let written = session.insert(&own, &columns, Value::Array(self.rows)).await?;
        if written != count {
            return Err(StoreError::Corrupt(format!("{count} entries became {written} leaves")));
        }
        for (tile, hashes) in self.tree.take_dirty() {
            write_tile(session, tile, hashes).await?;
        }
        write_head(session, &self.head, self.tree.size(), self.tree.root(), self.at).await?;
        Ok(self.receipts)
    }
}
