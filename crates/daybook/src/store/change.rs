//! The only way to write.
//!
//! A [`Change`] is a transaction that somebody named asks for. Each of its write methods leaves the draft of an audit
//! entry; when the work is done the drafts become rows of `LiteLLM_AuditLog` and leaves of the ledger, and everything is
//! committed at once. An entry that cannot be written takes the change down with it. There is no other method that
//! writes a business row, so a write that is not recorded cannot be expressed.
//!
//! Columns of [`Kind::Sealed`] are encrypted on the way in and opened on the way out, here and nowhere else: what a change
//! compares and records is the plain value (secrets redacted as everywhere), what the database holds is ciphertext, and a
//! value that does not change keeps the one that it has. docs/adr/0003.

mod erase;
mod follow;
mod group;
mod log;
mod seat;

pub(super) use group::{Groups, groups};
pub use log::{LOG_KEY, ORIGIN};

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;

use self::group::Company;
use self::seat::{Held, Outcome, Verdict, Work};
use super::Store;
use super::db::{Lock, Session};
use super::error::StoreError;
use super::ledger;
use super::reference::Reference;
use super::sealing::Sealer;
use crate::model::actor::Actor;
use crate::model::entry::{Action, BOOKKEEPING, Draft};
use crate::model::random;
use crate::model::redact::Redactor;
use crate::model::row::{Row, RowExt as _};
use crate::model::sealed::{self, SealingKey};
use crate::model::table::{Kind, Table};
use crate::model::time;

/// An entry that is on the record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The audit id, a version 4 UUID.
    pub audit_id: String,
    /// Position in the log, from 0.
    pub seq: i64,
}

/// What the work gave, and the entries that it left, in their order.
#[derive(Clone, Debug)]
pub struct Recorded<T> {
    pub value: T,
    pub receipts: Vec<Receipt>,
}

/// What an update did.
#[derive(Clone, Debug)]
pub struct Updated {
    pub before: Row,
    /// The row as it now is; equal to `before` when nothing of substance was asked for.
    pub now: Row,
}

/// A transaction in which everything written is recorded.
#[derive(Debug)]
pub struct Change {
    store: Store,
    actor: Actor,
    session: Held,
    now: Timestamp,
    drafts: Vec<Draft>,
    /// The foreign keys on each table that this change has taken rows from.
    references: HashMap<&'static str, Arc<[Reference]>>,
}

impl Store {
    /// Runs `work` in one transaction with its audit entries and their leaves. All of it is there afterwards, or none.
    ///
    /// Changes that come at the same time share the transaction and its commit, one after the other in it, each as if it
    /// were alone ([`group`]).
    ///
    /// `work` may run up to three times: when two changes wait for each other, when it takes long while others wait for it,
    /// or when the transaction is lost that it shared, it starts again by itself.
    pub fn change<T, E, F>(&self, actor: &Actor, work: F) -> impl Future<Output = Result<Recorded<T>, E>> + use<T, E, F>
    where
        E: From<StoreError>,
        F: AsyncFn(&mut Change) -> Result<T, E>,
    {
        // Owned, so that the future is `Send` for every lifetime of the caller's borrows.
        let (store, actor) = (self.clone(), actor.clone());
        async move {
            if let Some(reason) = store.refuses_changes() {
                return Err(StoreError::unavailable(reason).into());
            }
            let mut attempts = 3;
            let mut company = Company::Welcome;
            loop {
                attempts -= 1;
                match attempt(&store, &actor, &work, company).await {
                    Ok(recorded) => return Ok(recorded),
                    Err((_, Try::Another)) if attempts > 0 => company = Company::Alone,
                    Err((error, _)) => return Err(error),
                }
            }
        }
    }
}

/// Whether it makes sense to try again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Try {
    Another,
    NoMore,
}

/// One place in one group, up to what became of it.
async fn attempt<T, E, F>(store: &Store, actor: &Actor, work: &F, company: Company) -> Result<Recorded<T>, (E, Try)>
where
    E: From<StoreError>,
    F: AsyncFn(&mut Change) -> Result<T, E>,
{
    let mut seat = group::join(store, company);
    let turn = async {
        // Without a turn there is a verdict.
        let session = seat.called().await?;
        let mut change = Change {
            store: store.clone(),
            actor: actor.clone(),
            session,
            now: store.clock.now(),
            drafts: Vec::new(),
            references: HashMap::new(),
        };
        let done = tokio::select! {
            biased;
            done = work(&mut change) => done,
            () = seat.recalled() => return None,
        };
        let Change { session, actor, drafts, .. } = change;
        let done = done.and_then(|value| {
            if store.audit {
                ledger::check(&drafts)?;
            }
            Ok(value)
        });
        session.give_back(match done {
            Ok(_) => Outcome::Done(Box::new(Work { actor, drafts })),
            Err(_) => Outcome::Failed,
        });
        Some(done)
    };
    // What comes after the work has bounds of its own, and a commit has none: one that is cut off may have happened.
    let Ok(outcome) = tokio::time::timeout(store.timeout, turn).await else {
        return Err((StoreError::unavailable("the database did not answer in time").into(), Try::NoMore));
    };
    match (seat.verdict().await, outcome) {
        (Verdict::Committed(receipts), Some(Ok(value))) => Ok(Recorded { value, receipts }),
        (Verdict::Committed(_) | Verdict::Settled, Some(Err(error))) => Err((error, Try::NoMore)),
        (Verdict::Again(_), Some(Err(error))) => Err((error, Try::Another)),
        (Verdict::Again(error), _) => Err((error.into(), Try::Another)),
        (Verdict::Refused(error), _) => Err((error.into(), Try::NoMore)),
        (Verdict::Committed(_) | Verdict::Settled, _) => {
            Err((StoreError::Corrupt("a change was committed that was not made".to_owned()).into(), Try::NoMore))
        }
    }
}

impl Change {
    /// The instant of the change. Every row that it writes bears the same one.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// [`Self::now`] in the wire form, for a row.
    pub fn now_text(&self) -> String {
        time::wire(self.now)
    }

    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    /// For the questions of `store/`: it sees what this change has written.
    pub fn session(&mut self) -> &mut Session {
        &mut self.session
    }

    /// Reads what [`Self::session`] finds in encrypted columns.
    pub fn sealer(&self) -> &Sealer {
        &self.store.sealer
    }

    /// A fresh UUID.
    pub fn new_id(&self) -> String {
        random::new_id(self.store.random.as_ref())
    }

    /// A fresh raw virtual key.
    pub fn new_key(&self) -> String {
        random::new_key(self.store.random.as_ref())
    }

    /// The form in which a secret is stored for LiteLLM's data plane: see [`crate::model::sealed`].
    pub fn seal(&self, key: &SealingKey, text: &str) -> String {
        sealed::seal(key, text, self.store.random.as_ref())
    }

    /// Makes other changes that lock the same name wait for this one: what a unique column would do, for values that
    /// LiteLLM's tables keep unique by convention only (an alias, an e-mail address).
    pub async fn lock_name(&mut self, name: &str) -> Result<(), StoreError> {
        self.session.lock_name(name).await
    }

    /// The row whose columns equal `key`, held until the change ends; its encrypted values are open.
    pub async fn find(&mut self, table: &'static Table, key: &Row) -> Result<Option<Row>, StoreError> {
        Ok(self.find_stored(table, key).await?.map(|row| self.opened(table, &row)))
    }

    /// [`Self::find`] as the database holds it.
    async fn find_stored(&mut self, table: &'static Table, key: &Row) -> Result<Option<Row>, StoreError> {
        self.session.row(table, key, Lock::ForUpdate).await
    }

    /// A row of the database as the rules and the record have it.
    fn opened(&self, table: &Table, row: &Row) -> Row {
        self.store.sealer.open(table, row.clone())
    }

    /// Inserts a row. Leaves `created`.
    pub async fn insert(&mut self, table: &'static Table, row: Row) -> Result<Row, StoreError> {
        self.insert_as(Action::Created, table, row).await
    }

    /// [`Self::insert`] under another verb: where LiteLLM says `updated` of an update that had to make the row.
    pub async fn insert_as(&mut self, action: Action, table: &'static Table, row: Row) -> Result<Row, StoreError> {
        let row = self.store.sealer.seal(table, self.known(table, row), &Row::new(), self.store.random.as_ref())?;
        let row = self.session.insert_row(table, &row).await?;
        let row = self.opened(table, &row);
        self.drafts.push(Draft { action, ..Draft::created(table, &row) });
        Ok(row)
    }

    /// Sets columns of a row. Leaves `updated`, unless nothing but bookkeeping would change: then nothing is written.
    pub async fn update(
        &mut self,
        table: &'static Table,
        key: &Row,
        values: Row,
    ) -> Result<Option<Updated>, StoreError> {
        self.update_as(Action::Updated, table, key, values).await
    }

    /// [`Self::update`] under another verb: blocked, unblocked, rotated.
    pub async fn update_as(
        &mut self,
        action: Action,
        table: &'static Table,
        key: &Row,
        values: Row,
    ) -> Result<Option<Updated>, StoreError> {
        let Some(stored) = self.find_stored(table, key).await? else { return Ok(None) };
        let before = self.opened(table, &stored);
        let values = self.known(table, values);
        let substance = values.iter().any(|(name, value)| {
            !BOOKKEEPING.contains(&name.as_str())
                && !same_value(table.kind(name), before.get(name).unwrap_or(&serde_json::Value::Null), value)
        });
        if !substance {
            return Ok(Some(Updated { now: before.clone(), before }));
        }
        let now = self.set(table, action, key, &before, values, &stored).await?;
        Ok(Some(Updated { before, now }))
    }

    /// Removes a row, after the rows that the database would let go with it. Leaves `deleted`. `None` when there is no such
    /// row.
    pub async fn delete(&mut self, table: &'static Table, key: &Row) -> Result<Option<Row>, StoreError> {
        let Some(before) = self.find(table, key).await? else { return Ok(None) };
        self.remove(table, key, &before).await?;
        Ok(Some(before))
    }

    /// Removes a row and keeps a copy of it in LiteLLM's archive table, with `more` columns set. Leaves `deleted`: the
    /// copy is the same object.
    pub async fn archive(
        &mut self,
        table: &'static Table,
        key: &Row,
        archive: &'static Table,
        more: Row,
    ) -> Result<Option<Row>, StoreError> {
        let Some(before) = self.find(table, key).await? else { return Ok(None) };
        self.copy(&before, archive, more).await?;
        self.remove(table, key, &before).await?;
        Ok(Some(before))
    }

    /// Replaces a row's primary key, keeping a copy of the row as it was in the archive table. Leaves `rotated`.
    pub async fn rotate(
        &mut self,
        table: &'static Table,
        key: &Row,
        values: Row,
        archive: &'static Table,
        more: Row,
    ) -> Result<Option<Updated>, StoreError> {
        let Some(before) = self.find(table, key).await? else { return Ok(None) };
        self.copy(&before, archive, more).await?;
        let values = self.known(table, values);
        let now = self.set(table, Action::Rotated, key, &before, values, &Row::new()).await?;
        Ok(Some(Updated { before, now }))
    }

    async fn copy(&mut self, row: &Row, archive: &'static Table, more: Row) -> Result<(), StoreError> {
        let mut copy = row.clone();
        copy.insert("id".to_owned(), self.new_id().into());
        copy.insert("deleted_at".to_owned(), self.now_text().into());
        copy.insert("deleted_by".to_owned(), self.actor.principal.name().into());
        copy.insert("deleted_by_api_key".to_owned(), self.actor.changed_by_api_key().into());
        copy.insert("litellm_changed_by".to_owned(), self.actor.asserted.clone().into());
        copy.extend(more);
        // Columns that only the live table has are not part of the archive.
        let copy = self.known(archive, copy);
        let copy = self.store.sealer.seal(archive, copy, &Row::new(), self.store.random.as_ref())?;
        self.session.insert_row(archive, &copy).await?;
        Ok(())
    }

    /// For `document.rs`, which says by itself what an entry shows of a row.
    pub(super) async fn write_new_row(&mut self, table: &'static Table, row: Row) -> Result<Row, StoreError> {
        let row = self.known(table, row);
        self.session.insert_row(table, &row).await
    }

    /// See [`Self::write_new_row`].
    pub(super) async fn write_row(&mut self, table: &'static Table, key: &Row, values: Row) -> Result<Row, StoreError> {
        let values = self.known(table, values);
        self.session.set_row(table, key, &values).await
    }

    /// See [`Self::write_new_row`].
    pub(super) async fn erase_row(&mut self, table: &'static Table, key: &Row) -> Result<(), StoreError> {
        self.session.remove_row(table, key).await.map(|_| ())
    }

    /// See [`Self::write_new_row`].
    pub(super) fn draft(&mut self, draft: Draft) {
        self.drafts.push(draft);
    }

    pub(super) fn redactor(&self) -> &Redactor {
        &self.store.redactor
    }

    /// Leaves out columns that this database does not have: an older LiteLLM made it.
    fn known(&self, table: &Table, row: Row) -> Row {
        match self.store.columns.get(table.name) {
            Some(columns) => row.into_iter().filter(|(name, _)| columns.contains(name)).collect(),
            None => row,
        }
    }
}

/// Equality of a stored and a wanted value: a whole float equals the integer, times are compared as instants.
fn same_value(kind: Option<Kind>, stored: &serde_json::Value, wanted: &serde_json::Value) -> bool {
    use serde_json::Value;
    match (stored, wanted) {
        (Value::Number(left), Value::Number(right)) => left == right || left.as_f64() == right.as_f64(),
        (Value::String(left), Value::String(right)) if kind == Some(Kind::Time) => {
            match (time::parse(left), time::parse(right)) {
                (Some(left), Some(right)) => time::trunc_ms(left) == time::trunc_ms(right),
                _ => left == right,
            }
        }
        (left, right) => left == right,
    }
}

/// The key of a row by one column.
pub fn by(column: &str, value: &str) -> Row {
    let mut key = Row::new();
    key.insert(column.to_owned(), value.into());
    key
}

/// The primary key of a row that was read.
pub fn key_of(table: &Table, row: &Row) -> Row {
    table.primary_key.iter().map(|column| ((*column).to_owned(), row.value(column))).collect()
}
