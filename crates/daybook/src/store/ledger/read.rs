//! What the ledger holds of entries.

use std::collections::HashMap;

use crate::model::row::{Row, RowExt as _};
use crate::store::audit;
use crate::store::db::{Bind, Dialect, Session, Sql};
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

/// What the columns of the audit row are called beside those of the ledger.
const SHOWN: &str = "row.";

/// A ledger row as stored, and its audit row as a reader sees it, unless that is gone.
pub type Stored = (Row, Option<Row>);

/// What the ledger holds of the entries of a range of sequence numbers, in their order, and what a reader sees of them.
pub async fn list_entries(session: &mut Session, from: i64, to: i64) -> Result<Vec<Stored>, StoreError> {
    let mut sql = entries(session);
    sql.push_with(" WHERE l.seq >= ? AND l.seq < ? ORDER BY l.seq", [Bind::Int(from), Bind::Int(to)]);
    Ok(session.objects(sql).await?.into_iter().map(parted).collect())
}

/// The entries that are about an entry of the log: what was taken out of it.
pub async fn list_entries_about(session: &mut Session, audit_id: &str) -> Result<Vec<Stored>, StoreError> {
    let mut sql = entries(session);
    let object = session.dialect().by_bytes(r#"a."object_id""#);
    sql.push_with(&format!(" WHERE {object} = ?"), [Bind::from(audit_id)]);
    if session.dialect() == Dialect::Postgres && audit_id.len() <= audit::LONGEST_INDEXED {
        sql.push(&format!(r#" AND octet_length(a."object_id") <= {}"#, audit::LONGEST_INDEXED));
    }
    sql.push_with(r#" AND a."table_name" = ? ORDER BY l.seq"#, [Bind::from("LiteLLM_AuditLog")]);
    Ok(session.objects(sql).await?.into_iter().map(parted).collect())
}

/// The entries of a range of sequence numbers in which any of some texts stands anywhere, in their order.
pub async fn list_naming(
    session: &mut Session,
    texts: &[String],
    from: i64,
    to: i64,
) -> Result<Vec<Stored>, StoreError> {
    let dialect = session.dialect();
    let mut sql = entries(session);
    sql.push_with(" WHERE l.seq >= ? AND l.seq < ? AND (", [Bind::Int(from), Bind::Int(to)]);
    let (before, after) = (dialect.raw_json(r#"a."before_value""#), dialect.raw_json(r#"a."updated_values""#));
    let places = [r#"a."changed_by""#, r#"a."object_id""#, "l.actor", "l.context", &before, &after];
    let mut first = true;
    for text in texts {
        for place in places {
            if !first {
                sql.push(" OR ");
            }
            first = false;
            let placeholder = sql.bind(text.as_str());
            sql.push(&dialect.holds(place, &placeholder));
        }
    }
    sql.push(") ORDER BY l.seq");
    Ok(session.objects(sql).await?.into_iter().map(parted).collect())
}

/// The lowest and the highest sequence number that is there; `None` for an empty ledger.
pub async fn find_bounds(session: &mut Session) -> Result<Option<(i64, i64)>, StoreError> {
    let dialect = session.dialect();
    let object = dialect.object(&[("first", "min(seq)"), ("last", "max(seq)")]);
    let sql = session.sql(format!("SELECT {object} FROM {}", dialect.own("ledger")));
    let row = session.objects(sql).await?.pop().unwrap_or_default();
    Ok(row.int("first").zip(row.int("last")))
}

/// The ledger as `l` with the audit table as `a`, up to the conditions.
fn entries(session: &Session) -> Sql {
    let dialect = session.dialect();
    let ledger = COLUMNS.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let shown = audit::columns(dialect).into_iter().map(|(name, value)| (format!("{SHOWN}{name}"), value));
    let members: Vec<(String, String)> = ledger.chain(shown).collect();
    let members: Vec<(&str, &str)> = members.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let mut sql = session.sql(format!("SELECT {} FROM {} AS l", dialect.object(&members), dialect.own("ledger")));
    sql.push(r#" LEFT JOIN "LiteLLM_AuditLog" AS a ON a."id" = l.audit_id"#);
    sql
}

fn parted(mut row: Row) -> Stored {
    let names: Vec<String> = row.keys().filter(|name| name.starts_with(SHOWN)).cloned().collect();
    let mut audit = Row::new();
    for name in names {
        if let Some(value) = row.remove(&name) {
            audit.insert(name[SHOWN.len()..].to_owned(), value);
        }
    }
    let shown = audit.text("id").is_some().then(|| audit::read(&audit));
    (row, shown)
}

/// The ledger row of an entry by its audit id: its columns as stored. `None` for a row that is not in the log (LiteLLM
/// wrote it) and for an unknown id.
pub async fn find_ledger_row(session: &mut Session, audit_id: &str) -> Result<Option<Row>, StoreError> {
    let dialect = session.dialect();
    let mut sql = session.sql(format!("SELECT {} FROM {} AS l ", dialect.object(COLUMNS), dialect.own("ledger")));
    sql.push_with("WHERE l.audit_id = ?", [Bind::from(audit_id)]);
    Ok(session.objects(sql).await?.pop())
}

/// The ledger rows of some entries, by their audit ids. One that is not in the log is left out.
pub async fn list_ledger_rows(session: &mut Session, audit_ids: &[String]) -> Result<HashMap<String, Row>, StoreError> {
    let dialect = session.dialect();
    let mut sql = session.sql(format!("SELECT {} FROM {} AS l WHERE ", dialect.object(COLUMNS), dialect.own("ledger")));
    let list = sql.bind(Bind::Texts(audit_ids.to_vec()));
    sql.push(&dialect.any_of("l.audit_id", &list));
    let rows = session.objects(sql).await?.into_iter();
    Ok(rows.filter_map(|row| Some((row.text("audit_id")?.to_owned(), row))).collect())
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
