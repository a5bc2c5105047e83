//! What the ledger holds of entries.

use crate::model::row::{Row, RowExt as _};
use crate::model::table;
use crate::store::db::{Bind, Lock, Session};
use crate::store::error::StoreError;

const COLUMNS: &[(&str, &str)] = &[
    ("seq", "l.seq"),
    ("audit_id", "l.audit_id"),
    ("leaf", "l.leaf"),
    ("salts", "l.salts"),
    ("context", "l.context"),
    ("actor", "l.actor"),
    ("changed_fields", "l.changed_fields"),
];

/// What the ledger holds of the entries of a range of sequence numbers, in their order: the columns of the ledger row as
/// stored, and `row`, the audit row as a reader sees it.
pub async fn list_entries(session: &mut Session, from: i64, to: i64) -> Result<Vec<(Row, Option<Row>)>, StoreError> {
    let dialect = session.dialect();
    let mut sql = session.sql(format!("SELECT {} FROM {} AS l ", dialect.object(COLUMNS), dialect.own("ledger")));
    sql.push_with("WHERE l.seq >= ? AND l.seq < ? ORDER BY l.seq", [Bind::Int(from), Bind::Int(to)]);
    let ledger = session.objects(sql).await?;
    let mut entries = Vec::with_capacity(ledger.len());
    for row in ledger {
        let id = row.text("audit_id").unwrap_or_default();
        let audit = session.row(&table::AUDIT_LOG, &crate::store::by("id", id), Lock::No).await?;
        entries.push((row, audit));
    }
    Ok(entries)
}

/// The ledger row of an entry by its audit id: its columns as stored. `None` for a row that is not in the log (LiteLLM
/// wrote it) and for an unknown id.
pub async fn find_ledger_row(session: &mut Session, audit_id: &str) -> Result<Option<Row>, StoreError> {
    let dialect = session.dialect();
    let mut sql = session.sql(format!("SELECT {} FROM {} AS l ", dialect.object(COLUMNS), dialect.own("ledger")));
    sql.push_with("WHERE l.audit_id = ?", [Bind::from(audit_id)]);
    Ok(session.objects(sql).await?.pop())
}

/// The leaf texts of a range of sequence numbers, in their order, as they were hashed. A missing one is an error: the
/// caller counts on their positions.
pub async fn list_leaves(session: &mut Session, from: u64, to: u64) -> Result<Vec<String>, StoreError> {
    let number = |n: u64| i64::try_from(n).map_err(|_| StoreError::Corrupt("the log is too long".to_owned()));
    let dialect = session.dialect();
    let object = dialect.object(&[("seq", "seq"), ("leaf", "leaf")]);
    let mut sql = session.sql(format!("SELECT {object} FROM {} ", dialect.own("ledger")));
    sql.push_with("WHERE seq >= ? AND seq < ? ORDER BY seq", [Bind::Int(number(from)?), Bind::Int(number(to)?)]);
    let mut leaves = Vec::new();
    for (row, seq) in session.objects(sql).await?.into_iter().zip(from..) {
        match (row.int("seq"), row.text("leaf")) {
            (Some(found), Some(leaf)) if u64::try_from(found) == Ok(seq) => leaves.push(leaf.to_owned()),
            _ => return Err(StoreError::Corrupt(format!("entry {seq} is not in the ledger"))),
        }
    }
    if leaves.len() as u64 != to.saturating_sub(from) {
        return Err(StoreError::Corrupt(format!("entry {} is not in the ledger", from + leaves.len() as u64)));
    }
    Ok(leaves)
}
