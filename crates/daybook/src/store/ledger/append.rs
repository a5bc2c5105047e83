//! New leaves at the end of the log.

use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use serde_json::Value;
use tlog::{Frontier, Hash};

use super::head::{Head, lock_head, write_head};
use super::tile::{read_frontier, write_tile};
use super::{AUDIT, AUDIT_COLUMNS};
use crate::model::leaf::{self, Digests, Facts, LeafError, Part, Parts, Salts};
use crate::model::random;
use crate::store::Store;
use crate::store::change::Receipt;
use crate::store::db::{Bind, Script, Session};
use crate::store::error::StoreError;

/// An entry that gets a place in the log.
pub(super) struct New<'a> {
    pub audit_id: String,
    pub action: &'a str,
    pub table: &'a str,
    pub parts: Parts,
    pub changed_fields: Vec<String>,
}

impl<'a> New<'a> {
    /// Draws the salts and commits to the parts: all of the leaf that depends on the entry alone.
    pub fn commit(self, store: &Store) -> Result<Committed<'a>, LeafError> {
        let mut salts = Salts::new(std::array::from_fn(|_| random::random_bytes(store.random.as_ref())));
        // A salt that hides nothing would be a byte that nobody checks.
        Part::ALL.into_iter().filter(|part| self.parts.get(*part).is_none()).for_each(|part| salts.erase(part));
        Ok(Committed {
            audit_id: self.audit_id,
            action: self.action,
            table: self.table,
            digests: digests(store, &self.parts, &salts)?,
            salts: salts.to_json().to_string(),
            context: self.parts.context.to_string(),
            actor: self.parts.actor.to_string(),
            changed_fields: Value::from(self.changed_fields).to_string(),
        })
    }
}

fn digests(store: &Store, parts: &Parts, salts: &Salts) -> Result<Digests, LeafError> {
    #[cfg(feature = "bench")]
    if !store.ledger {
        return Ok(Digests::default());
    }
    #[cfg(not(feature = "bench"))]
    let _ = store;
    Digests::of(parts, salts)
}

/// An entry that is committed to and has no place yet.
pub(super) struct Committed<'a> {
    pub audit_id: String,
    pub action: &'a str,
    pub table: &'a str,
    digests: Digests,
    salts: String,
    context: String,
    actor: String,
    changed_fields: String,
}

const COLUMNS: [&str; 7] = ["seq", "audit_id", "leaf", "salts", "context", "actor", "changed_fields"];

/// The right edge of the tree as this process last wrote it, by its root: it need not be read again as long as nobody else has
/// appended. A root is of one tree only, so it does not matter whether that transaction was committed.
#[derive(Debug, Default)]
pub(in crate::store) struct Ends(Mutex<Option<(Hash, Frontier)>>);

impl Ends {
    fn take(&self, head: &Head) -> Option<Frontier> {
        let (root, tree) = self.0.lock().unwrap_or_else(PoisonError::into_inner).take()?;
        (root == head.root && tree.size() == head.size).then_some(tree)
    }

    fn keep(&self, root: Hash, tree: Frontier) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((root, tree));
    }
}

/// The end of the log, held: nobody else appends until the transaction ends.
pub(super) struct Appending<'a> {
    store: &'a Store,
    head: Head,
    at: Timestamp,
    tree: Frontier,
    rows: Vec<Vec<Bind>>,
    receipts: Vec<Receipt>,
}

impl<'a> Appending<'a> {
    pub async fn begin(store: &'a Store, session: &mut Session) -> Result<Appending<'a>, StoreError> {
        let head = lock_head(session).await?;
        // Never backwards: a clock that was set back must not reorder the log.
        let at = store.clock.now().max(head.last_at);
        let tree = match store.ends.take(&head) {
            Some(tree) => tree,
            None => {
                let tree = read_frontier(session, head.size).await?;
                if tree.root() != head.root {
                    return Err(StoreError::Corrupt(
                        "the root of the stored tree is not the one in the head".to_owned(),
                    ));
                }
                tree
            }
        };
        Ok(Appending { store, head, at, tree, rows: Vec::new(), receipts: Vec::new() })
    }

    /// The time of every entry that is added.
    pub fn at(&self) -> Timestamp {
        self.at
    }

    /// Freezes the leaf. An entry that has none is not added, and nothing else is changed by that.
    pub fn add(&mut self, entry: Committed<'_>) -> Result<(), LeafError> {
        let size = self.tree.size();
        let seq = i64::try_from(size).map_err(|_| LeafError::Sequence(size))?;
        let facts = Facts { action: entry.action, at: self.at, id: &entry.audit_id, seq: size, table: entry.table };
        let text = leaf::freeze_digests(facts, &entry.digests)?;
        self.tree.append(tlog::leaf_hash(text.as_bytes()));
        self.rows.push(vec![
            Bind::Int(seq),
            Bind::from(entry.audit_id.as_str()),
            Bind::Text(text),
            Bind::Text(entry.salts),
            Bind::Text(entry.context),
            Bind::Text(entry.actor),
            Bind::Text(entry.changed_fields),
        ]);
        self.receipts.push(Receipt { audit_id: entry.audit_id, seq });
        Ok(())
    }

    /// Writes ledger rows, audit rows (none of those that are there already), tiles and head.
    pub async fn finish(mut self, session: &mut Session, audit: Vec<Vec<Bind>>) -> Result<Vec<Receipt>, StoreError> {
        let count = self.rows.len() as u64;
        if count == 0 {
            return Ok(self.receipts);
        }
        let own = session.dialect().own("ledger");
        let mut script = Script::new(session.dialect());
        let mut wanted = 0;
        // The ledger first, where they come one by one: a row of the audit table that is not in it by then has come past the
        // log.
        for (table, columns, rows) in [(own.as_str(), &COLUMNS[..], self.rows), (AUDIT, &AUDIT_COLUMNS[..], audit)] {
            let count = rows.len() as u64;
            if count == 1 {
                script.statement().push_insert(table, columns, rows);
                wanted += 1;
            } else if session.insert_values(table, columns, rows).await? != count {
                return Err(StoreError::Corrupt(format!("not every one of {count} entries became a row of {table}")));
            }
        }
        for (tile, hashes) in self.tree.take_dirty() {
            write_tile(script.statement(), tile, hashes)?;
            wanted += 1;
        }
        let root = self.tree.root();
        write_head(script.statement(), &self.head, self.tree.size(), root, self.at)?;
        wanted += 1;
        let written = session.execute_all(script).await?;
        if written != wanted {
            return Err(StoreError::Corrupt(format!(
                "{written} of {wanted} rows were written: the head of the log moved under its lock, or a row was kept back"
            )));
        }
        self.store.ends.keep(root, self.tree);
        Ok(self.receipts)
    }
}
