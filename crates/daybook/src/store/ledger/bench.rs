//! The log as the program that measures needs it: not written at all, or written in bulk. Frozen, folded and stored by the
//! same code as ever.

use daybook_verify::changed::changed_fields;
use jiff::Timestamp;
use serde_json::{Value, json};
use tlog::{Frontier, Hash};

use super::head::{Head, lock_head, write_head};
use super::tile::{read_frontier, write_tile};
use super::{AUDIT, AUDIT_COLUMNS, Entry};
use crate::model::actor::Context;
use crate::model::leaf::{self, Facts, Part, Parts, Salts};
use crate::model::random;
use crate::model::random::{Random, SeededRandom, random_bytes};
use crate::store::Store;
use crate::store::change::Receipt;
use crate::store::db::{Bind, Dialect, Session};
use crate::store::error::StoreError;

/// What [`super::record`] does, without leaf, tiles and head: the audit rows alone, redacted as ever.
pub(super) async fn record_rows_alone(
    store: &Store,
    session: &mut Session,
    mut entries: Vec<Entry>,
) -> Result<Vec<Receipt>, StoreError> {
    let at = store.clock.now();
    let rows = entries.iter_mut().map(|entry| entry.row(at)).collect();
    session.insert_values(AUDIT, &AUDIT_COLUMNS, rows).await?;
    // Nobody counts here, so there is no sequence.
    Ok(entries.into_iter().map(|entry| Receipt { audit_id: entry.leaf.audit_id, seq: 0 }).collect())
}

/// An audit row that is to become an entry.
#[derive(Clone, Debug)]
pub struct BulkRow {
    pub id: String,
    /// Never before that of the row before it.
    pub at: Timestamp,
    pub changed_by: String,
    pub changed_by_api_key: String,
    pub action: &'static str,
    pub table: &'static str,
    pub object_id: String,
    pub before: Option<Value>,
    pub after: Option<Value>,
}

/// An entry that is ready to be written.
#[derive(Debug)]
pub struct Frozen {
    /// Without its values, which are texts already.
    row: BulkRow,
    before: Option<String>,
    after: Option<String>,
    seq: u64,
    leaf: String,
    salts: String,
    actor: String,
    context: String,
    changed_fields: String,
    hash: Hash,
}

impl BulkRow {
    /// Freezes the leaf of entry `seq`. Its salts are drawn by its number, so that the same rows make the same tree.
    pub fn freeze(mut self, seq: u64) -> Result<Frozen, StoreError> {
        let text = |value: &Option<Value>| value.as_ref().map(Value::to_string);
        let (before, after) = (text(&self.before), text(&self.after));
        let random = SeededRandom::new(seq);
        let actor = json!({
            "changed_by": self.changed_by,
            "changed_by_api_key": self.changed_by_api_key,
            "authenticated": self.changed_by,
            "authenticated_user_id": self.changed_by,
            "asserted": null,
            "verdict": "none",
        });
        let context = Context {
            request_id: random::new_id(&random),
            method: "POST".to_owned(),
            route: "/team/update".to_owned(),
            address: Some("10.0.0.1".to_owned()),
            user_agent: Some("litellm/1.0".to_owned()),
        };
        let parts = Parts {
            actor,
            object: Value::String(self.object_id.clone()),
            before: self.before.take(),
            after: self.after.take(),
            context: context.to_json(),
        };
        let mut salts = Salts::new(std::array::from_fn(|_| random_bytes(&random as &dyn Random)));
        // As in a log that is in use: a salt that hides nothing is not kept.
        Part::ALL.into_iter().filter(|part| parts.get(*part).is_none()).for_each(|part| salts.erase(part));
        let facts = Facts { action: self.action, at: self.at, id: &self.id, seq, table: self.table };
        let leaf = leaf::freeze(facts, &parts, &salts).map_err(|error| StoreError::Unrecordable(error.to_string()))?;
        let fields = changed_fields(parts.before.as_ref(), parts.after.as_ref());
        Ok(Frozen {
            seq,
            hash: tlog::leaf_hash(leaf.as_bytes()),
            leaf,
            salts: salts.to_json().to_string(),
            actor: parts.actor.to_string(),
            context: parts.context.to_string(),
            changed_fields: json!(fields).to_string(),
            before,
            after,
            row: self,
        })
    }
}

impl Store {
    /// Appends entries in one transaction.
    pub async fn append_in_bulk(&self, entries: Vec<Frozen>) -> Result<(), StoreError> {
        let Some(last_at) = entries.last().map(|entry| entry.row.at) else { return Ok(()) };
        let mut session = self.db.write().await?;
        let head = lock_head(&mut session).await?;
        let in_order = entries.iter().zip(head.size..).all(|(entry, seq)| entry.seq == seq)
            && entries.iter().map(|entry| entry.row.at).is_sorted()
            && entries.first().is_none_or(|first| first.row.at >= head.last_at);
        if !in_order {
            return Err(StoreError::Corrupt("entries in bulk are not in order".to_owned()));
        }
        let hashes: Vec<Hash> = entries.iter().map(|entry| entry.hash).collect();
        let rows = rows_a_statement(session.dialect());
        let mut entries = entries.into_iter().peekable();
        while entries.peek().is_some() {
            insert_entries(&mut session, entries.by_ref().take(rows).collect()).await?;
        }
        extend(&mut session, &head, hashes, last_at).await?;
        session.commit().await
    }

    /// Appends leaves without their entries, in one transaction: a tree of any size to make proofs in.
    pub async fn append_leaves_in_bulk(&self, leaves: Vec<Hash>) -> Result<(), StoreError> {
        let mut session = self.db.write().await?;
        let head = lock_head(&mut session).await?;
        extend(&mut session, &head, leaves, head.last_at).await?;
        session.commit().await
    }
}

async fn extend(session: &mut Session, head: &Head, leaves: Vec<Hash>, at: Timestamp) -> Result<(), StoreError> {
    let mut tree: Frontier = read_frontier(session, head.size).await?;
    leaves.into_iter().for_each(|leaf| tree.append(leaf));
    for (tile, hashes) in tree.take_dirty() {
        let mut sql = session.sql("");
        write_tile(&mut sql, tile, hashes)?;
        session.execute(sql).await?;
    }
    let mut sql = session.sql("");
    write_head(&mut sql, head, tree.size(), tree.root(), at)?;
    match session.execute(sql).await? {
        1 => Ok(()),
        _ => Err(StoreError::Corrupt("the head of the log moved under its lock".to_owned())),
    }
}

/// One text, so that the statement is prepared once. PostgreSQL takes up to 65,535 values; SQLite looks through all names of a
/// statement for each value that is bound, so that twice the rows take four times as long.
fn rows_a_statement(dialect: Dialect) -> usize {
    match dialect {
        Dialect::Sqlite => 32,
        Dialect::Postgres => 512,
    }
}

async fn insert_entries(session: &mut Session, entries: Vec<Frozen>) -> Result<(), StoreError> {
    let dialect = session.dialect();
    let json = if dialect == Dialect::Postgres { "::jsonb" } else { "" };
    let mut audit = session.sql(
        "INSERT INTO \"LiteLLM_AuditLog\" (id, updated_at, changed_by, changed_by_api_key, action, table_name, \
         object_id, before_value, updated_values) VALUES ",
    );
    let mut ledger = session.sql(format!(
        "INSERT INTO {} (seq, audit_id, leaf, salts, context, actor, changed_fields) VALUES ",
        dialect.own("ledger")
    ));
    let count = entries.len() as u64;
    for (index, entry) in entries.into_iter().enumerate() {
        let separator = if index == 0 { "" } else { ", " };
        let Frozen { row, before, after, seq, leaf, salts, actor, context, changed_fields, .. } = entry;
        audit.push_with(
            &format!("{separator}(?, ?, ?, ?, ?, ?, ?, ?{json}, ?{json})"),
            [
                Bind::from(row.id.as_str()),
                Bind::Time(row.at),
                Bind::Text(row.changed_by),
                Bind::Text(row.changed_by_api_key),
                Bind::from(row.action),
                Bind::from(row.table),
                Bind::Text(row.object_id),
                Bind::OptionalText(before),
                Bind::OptionalText(after),
            ],
        );
        let seq = i64::try_from(seq).map_err(|_| StoreError::Corrupt("the log is too long".to_owned()))?;
        ledger.push_with(
            &format!("{separator}(?, ?, ?, ?, ?, ?, ?)"),
            [
                Bind::Int(seq),
                Bind::Text(row.id),
                Bind::Text(leaf),
                Bind::Text(salts),
                Bind::Text(context),
                Bind::Text(actor),
                Bind::Text(changed_fields),
            ],
        );
    }
    // The ledger first, as a change does it.
    let written = (session.execute(ledger).await?, session.execute(audit).await?);
    if written != (count, count) {
        return Err(StoreError::Corrupt(format!("{count} entries became {written:?} rows")));
    }
    Ok(())
}
