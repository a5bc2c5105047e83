//! Checkpoints that were published, the keys that sign them, and how far the anchors have got.
//!
//! These rows are about the log, not of it: they are written outside of a change, and what counts of them is recorded or
//! signed. Losing them loses convenience; the proof is in the tiles and in the hands of whoever keeps a checkpoint.

use jiff::Timestamp;
use tlog::{Note, SignedCheckpoint};

use crate::model::row::{Row, RowExt as _};
use crate::store::db::{Bind, Session};
use crate::store::error::StoreError;
use crate::store::{Change, Store};

/// A checkpoint that was published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Published {
    pub size: u64,
    /// The signed note with every cosignature that has come in.
    pub note: String,
    pub signed_at: Timestamp,
}

/// A key of the log, its public half.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogKey {
    pub vkey: String,
    /// The log's size when the key came into use.
    pub size: u64,
    pub added_at: Timestamp,
    pub retired_at: Option<Timestamp>,
}

impl LogKey {
    /// The name of the log under which the key signs.
    pub fn name(&self) -> &str {
        // A name holds no plus sign.
        self.vkey.split('+').next().unwrap_or_default()
    }
}

/// How far an anchor has got.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnchorState {
    pub name: String,
    /// The size of the newest checkpoint that it took, and when.
    pub size: Option<u64>,
    pub anchored_at: Option<Timestamp>,
    /// The last failure since then.
    pub failed_at: Option<Timestamp>,
    pub problem: Option<String>,
}

const CHECKPOINT: &[(&str, &str)] = &[("size", "size"), ("note", "note"), ("signed_at", "signed_at")];

/// The published checkpoints with a size below `below`, the newest first, at most `limit`.
pub async fn list_checkpoints(session: &mut Session, below: u64, limit: usize) -> Result<Vec<Published>, StoreError> {
    let dialect = session.dialect();
    let mut sql = session.sql(format!("SELECT {} FROM {} ", dialect.object(CHECKPOINT), dialect.own("checkpoint")));
    let below = i64::try_from(below).unwrap_or(i64::MAX);
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    sql.push_with("WHERE size < ? ORDER BY size DESC LIMIT ?", [Bind::Int(below), Bind::Int(limit)]);
    session.objects(sql).await?.iter().map(parse_checkpoint).collect()
}

/// The published checkpoint of exactly this size.
pub async fn find_checkpoint(session: &mut Session, size: u64) -> Result<Option<Published>, StoreError> {
    let found = list_checkpoints(session, size.saturating_add(1), 1).await?.pop();
    Ok(found.filter(|checkpoint| checkpoint.size == size))
}

fn parse_checkpoint(row: &Row) -> Result<Published, StoreError> {
    let corrupt = || StoreError::Corrupt("a published checkpoint cannot be read".to_owned());
    Ok(Published {
        size: unsigned(row, "size").ok_or_else(corrupt)?,
        note: row.text("note").ok_or_else(corrupt)?.to_owned(),
        signed_at: row.time("signed_at").ok_or_else(corrupt)?,
    })
}

fn unsigned(row: &Row, name: &str) -> Option<u64> {
    row.int(name).and_then(|number| u64::try_from(number).ok())
}

const LOG_KEY: &[(&str, &str)] =
    &[("vkey", "vkey"), ("size", "size"), ("added_at", "added_at"), ("retired_at", "retired_at")];

/// The keys of the log, in the order in which they came into use.
pub async fn list_log_keys(session: &mut Session) -> Result<Vec<LogKey>, StoreError> {
    let dialect = session.dialect();
    let sql = session.sql(format!(
        "SELECT {} FROM {} ORDER BY added_at, size, vkey",
        dialect.object(LOG_KEY),
        dialect.own("log_key")
    ));
    let rows = session.objects(sql).await?;
    let parse = |row: &Row| {
        let corrupt = || StoreError::Corrupt("a key of the log cannot be read".to_owned());
        Ok(LogKey {
            vkey: row.text("vkey").ok_or_else(corrupt)?.to_owned(),
            size: unsigned(row, "size").ok_or_else(corrupt)?,
            added_at: row.time("added_at").ok_or_else(corrupt)?,
            retired_at: row.time("retired_at"),
        })
    };
    rows.iter().map(parse).collect()
}

pub(in crate::store) async fn insert_log_key(
    session: &mut Session,
    vkey: &str,
    size: u64,
    at: Timestamp,
) -> Result<u64, StoreError> {
    let mut sql = session.sql(format!("INSERT INTO {} AS k (vkey, size, added_at) ", session.dialect().own("log_key")));
    let size = i64::try_from(size).map_err(|_| StoreError::Corrupt("the log is too long".to_owned()))?;
    sql.push_with(
        "VALUES (?, ?, ?) ON CONFLICT (vkey) DO UPDATE SET retired_at = NULL WHERE k.retired_at IS NOT NULL",
        [Bind::from(vkey), Bind::Int(size), Bind::Time(at)],
    );
    session.execute(sql).await
}

pub(in crate::store) async fn retire_log_key(
    session: &mut Session,
    vkey: &str,
    at: Timestamp,
) -> Result<u64, StoreError> {
    let mut sql = session.sql(format!("UPDATE {} SET ", session.dialect().own("log_key")));
    sql.push_with("retired_at = ? WHERE vkey = ? AND retired_at IS NULL", [Bind::Time(at), Bind::from(vkey)]);
    session.execute(sql).await
}

const ANCHOR: &[(&str, &str)] = &[
    ("name", "name"),
    ("size", "size"),
    ("anchored_at", "anchored_at"),
    ("failed_at", "failed_at"),
    ("problem", "problem"),
];

/// The anchors that were ever tried, by name.
pub async fn list_anchors(session: &mut Session) -> Result<Vec<AnchorState>, StoreError> {
    let dialect = session.dialect();
    let sql = session.sql(format!("SELECT {} FROM {} ORDER BY name", dialect.object(ANCHOR), dialect.own("anchor")));
    let rows = session.objects(sql).await?;
    let parse = |row: &Row| AnchorState {
        name: row.text("name").unwrap_or_default().to_owned(),
        size: unsigned(row, "size"),
        anchored_at: row.time("anchored_at"),
        failed_at: row.time("failed_at"),
        problem: row.text("problem").map(str::to_owned),
    };
    Ok(rows.iter().map(parse).collect())
}

impl Change {
    /// Makes room for what is published under a new name: checkpoints of more entries than the log has are of a time that the
    /// database has forgotten, and no anchor has anything of the log under that name.
    pub(in crate::store) async fn forget_published(&mut self, size: u64) -> Result<(), StoreError> {
        let session = self.session();
        let mut sql = session.sql(format!("DELETE FROM {} ", session.dialect().own("checkpoint")));
        sql.push_with("WHERE size > ?", [Bind::Int(i64::try_from(size).unwrap_or(i64::MAX))]);
        session.execute(sql).await?;
        let sql =
            session.sql(format!("UPDATE {} SET size = NULL, anchored_at = NULL", session.dialect().own("anchor")));
        session.execute(sql).await.map(|_| ())
    }
}

impl Store {
    /// Keeps a checkpoint that is handed out. One of the same size is kept once, with the signatures of both.
    pub async fn publish(&self, checkpoint: &SignedCheckpoint, at: Timestamp) -> Result<Published, StoreError> {
        let size = checkpoint.checkpoint().head().size;
        let mut session = self.db.write().await?;
        // Two replicas that bring a cosignature each: the second one adds to what the first one wrote.
        session.lock_name("checkpoint").await?;
        let known = find_checkpoint(&mut session, size).await?;
        let signed_at = known.as_ref().map_or(at, |known| known.signed_at);
        let note = merged(checkpoint.note(), known.as_ref().map(|known| known.note.as_str()))?;
        if known.is_none_or(|known| known.note != note) {
            let table = session.dialect().own("checkpoint");
            let mut sql = session.sql(format!("INSERT INTO {table} (size, note, signed_at) "));
            let number = i64::try_from(size).map_err(|_| StoreError::Corrupt("the log is too long".to_owned()))?;
            sql.push_with(
                "VALUES (?, ?, ?) ON CONFLICT (size) DO UPDATE SET note = excluded.note",
                [Bind::Int(number), Bind::Text(note.clone()), Bind::Time(signed_at)],
            );
            session.execute(sql).await?;
        }
        session.commit().await?;
        Ok(Published { size, note, signed_at })
    }

    /// Makes the first key of the log known. A log that has a key keeps it: another one comes by
    /// [`Change::add_log_key`](crate::store::Change::add_log_key), on the record.
    pub async fn introduce_log_key(&self, vkey: &str, at: Timestamp) -> Result<(), StoreError> {
        let mut session = self.db.write().await?;
        // Two first starts at once: the head's lock makes the second see the first one's key.
        let head = super::head::lock_head(&mut session).await?;
        if list_log_keys(&mut session).await?.is_empty() {
            insert_log_key(&mut session, vkey, head.size, at).await?;
        }
        session.commit().await
    }

    /// Notes that an anchor took the checkpoint of a size, or why it did not.
    pub async fn note_anchor(&self, name: &str, taken: Result<u64, &str>, at: Timestamp) -> Result<(), StoreError> {
        let mut session = self.db.write().await?;
        let table = session.dialect().own("anchor");
        let mut sql = session.sql(format!("INSERT INTO {table} "));
        match taken {
            Ok(size) => sql.push_with(
                "(name, size, anchored_at) VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE SET \
                 size = excluded.size, anchored_at = excluded.anchored_at, failed_at = NULL, problem = NULL",
                [Bind::from(name), Bind::Int(i64::try_from(size).unwrap_or(i64::MAX)), Bind::Time(at)],
            ),
            Err(problem) => sql.push_with(
                "(name, failed_at, problem) VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE SET \
                 failed_at = excluded.failed_at, problem = excluded.problem",
                [Bind::from(name), Bind::Time(at), Bind::from(problem)],
            ),
        };
        session.execute(sql).await?;
        session.commit().await
    }
}

/// A note with the signatures of another one on the same text; a stored one that is unreadable or says something else is
/// an error, for two checkpoints of one size that differ are what must not be.
fn merged(note: &Note, known: Option<&str>) -> Result<String, StoreError> {
    let corrupt = |why: &str| StoreError::Corrupt(format!("the published checkpoint of this size {why}"));
    let Some(known) = known else { return Ok(note.to_string()) };
    let mut all = Note::parse(known.as_bytes()).map_err(|_| corrupt("cannot be read"))?;
    if all.text() != note.text() {
        return Err(corrupt("says something else"));
    }
    for signature in note.signatures() {
        if !all.signatures().contains(signature) {
            all.add(signature.clone()).map_err(|_| corrupt("has too many signatures"))?;
        }
    }
    Ok(all.to_string())
}
