//! The head: the one row that every recorded change locks last.

use jiff::Timestamp;
use tlog::{Hash, TreeHead};

use crate::model::row::{Row, RowExt as _};
use crate::model::secret::hex;
use crate::store::db::{Bind, Session, Sql};
use crate::store::error::StoreError;

/// The state of the log: how many entries it has, and the root of their tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    pub origin: String,
    pub size: u64,
    pub root: Hash,
    pub last_at: Timestamp,
}

impl Head {
    /// What a checkpoint says of it.
    pub fn tree(&self) -> TreeHead {
        TreeHead { size: self.size, root: self.root }
    }
}

const HEAD: &[(&str, &str)] = &[("origin", "origin"), ("size", "size"), ("root", "root"), ("last_at", "last_at")];

fn parse_head(row: &Row) -> Result<Head, StoreError> {
    let corrupt = || StoreError::Corrupt("the head of the log cannot be read".to_owned());
    let root = row.text("root").and_then(parse_hash).ok_or_else(corrupt)?;
    Ok(Head {
        origin: row.text("origin").ok_or_else(corrupt)?.to_owned(),
        size: row.int("size").and_then(|size| u64::try_from(size).ok()).ok_or_else(corrupt)?,
        root,
        last_at: row.time("last_at").ok_or_else(corrupt)?,
    })
}

pub(super) async fn lock_head(session: &mut Session) -> Result<Head, StoreError> {
    let dialect = session.dialect();
    let lock = dialect.for_update();
    let sql = format!("SELECT {} FROM {} WHERE id = 1{lock}", dialect.object(HEAD), dialect.own("head"));
    let sql = session.sql(sql);
    let rows = session.objects(sql).await?;
    parse_head(rows.first().ok_or_else(|| StoreError::Corrupt("the log has no head".to_owned()))?)
}

/// The head as the last commit left it; `None` before the first start.
pub async fn find_head(session: &mut Session) -> Result<Option<Head>, StoreError> {
    let dialect = session.dialect();
    let sql = session.sql(format!("SELECT {} FROM {} WHERE id = 1", dialect.object(HEAD), dialect.own("head")));
    session.objects(sql).await?.first().map(parse_head).transpose()
}

/// Makes the empty log, unless it is there.
pub(in crate::store) async fn create_head(
    session: &mut Session,
    origin: &str,
    at: Timestamp,
) -> Result<(), StoreError> {
    let mut sql =
        session.sql(format!("INSERT INTO {} (id, origin, size, root, last_at) ", session.dialect().own("head")));
    sql.push_with(
        "VALUES (1, ?, 0, ?, ?) ON CONFLICT (id) DO NOTHING",
        [Bind::from(origin), Bind::Text(hash_text(tlog::EMPTY_ROOT)), Bind::Time(at)],
    );
    session.execute(sql).await?;
    Ok(())
}

/// The statement that moves the head: one row, or none when somebody else has moved it.
pub(super) fn write_head(sql: &mut Sql, old: &Head, size: u64, root: Hash, at: Timestamp) -> Result<(), StoreError> {
    let number = |size: u64| i64::try_from(size).map_err(|_| StoreError::Corrupt("the log is too long".to_owned()));
    sql.push(&format!("UPDATE {} SET ", sql.dialect.own("head")));
    sql.push_with(
        "size = ?, root = ?, last_at = ? WHERE id = 1 AND size = ?",
        [Bind::Int(number(size)?), Bind::Text(hash_text(root)), Bind::Time(at), Bind::Int(number(old.size)?)],
    );
    Ok(())
}

/// Gives the log another name; the head as it was comes back, locked.
pub(in crate::store) async fn rename_head(session: &mut Session, origin: &str) -> Result<Head, StoreError> {
    let head = lock_head(session).await?;
    let mut sql = session.sql(format!("UPDATE {} SET ", session.dialect().own("head")));
    sql.push_with("origin = ? WHERE id = 1", [Bind::from(origin)]);
    match session.execute(sql).await? {
        1 => Ok(head),
        _ => Err(StoreError::Corrupt("the log has no head".to_owned())),
    }
}

fn parse_hash(text: &str) -> Option<Hash> {
    Some(Hash::from_bytes(super::unhex(text)?.try_into().ok()?))
}

fn hash_text(hash: Hash) -> String {
    hex(&hash.to_bytes())
}
