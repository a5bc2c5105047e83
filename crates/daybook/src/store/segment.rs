//! What the index of the audit log says of stretches of the log, kept in the database in the form that the index gives it.
//!
//! Nothing rests on these rows: one that is missing is made again from the log. But none may ever say what was taken out of an
//! entry: an erasure removes the row of the entry's stretch in its own transaction, and [`keep`] writes nothing that was read before
//! an erasure.

use std::collections::BTreeSet;

use super::Store;
use super::db::{Bind, Session};
use super::error::StoreError;
use super::text;

/// Which stretches of the log, and in which form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Entries of each: one begins at every multiple of it.
    pub entries: u64,
    /// The number of the form. A higher one takes the place of a lower one.
    pub format: i64,
}

/// The sequence numbers at which stretches begin that are kept, or stand in a newer form, which is left alone.
pub async fn list(session: &mut Session, shape: Shape) -> Result<BTreeSet<u64>, StoreError> {
    let own = session.dialect().own("segment");
    let object = session.dialect().object(&[("first", "first")]);
    let mut sql = session.sql(format!("SELECT {object} FROM {own} "));
    let (entries, format) = (number(shape.entries)?, Bind::Int(shape.format));
    sql.push_with("WHERE format > ? OR format = ? AND entries = ?", [format.clone(), format, entries]);
    let rows = session.objects(sql).await?;
    Ok(rows.iter().filter_map(|row| u64::try_from(row.get("first")?.as_i64()?).ok()).collect())
}

/// What is kept of the stretch that begins here. `None`: nothing, or something in another form.
pub async fn find(session: &mut Session, shape: Shape, first: u64) -> Result<Option<Vec<u8>>, StoreError> {
    let own = session.dialect().own("segment");
    let mut sql = session.sql(format!("SELECT data FROM {own} "));
    let key = [number(first)?, number(shape.entries)?, Bind::Int(shape.format)];
    sql.push_with("WHERE first = ? AND entries = ? AND format = ?", key);
    Ok(session.blobs(sql).await?.pop())
}

/// How often something was taken out of an entry, up to what this session sees: what [`keep`] asks for.
pub async fn erasures(session: &mut Session) -> Result<i64, StoreError> {
    Ok(text::coverage(session).await?.1)
}

/// Keeps a stretch, unless anything was erased since `erasures` was read, or a newer form stands there: then `false`.
pub async fn keep(store: &Store, shape: Shape, first: u64, data: Vec<u8>, erasures: i64) -> Result<bool, StoreError> {
    let mut session = store.db.write().await?;
    text::lock_mark(&mut session).await?;
    if self::erasures(&mut session).await? != erasures {
        session.rollback().await?;
        return Ok(false);
    }
    // Written, not only held: an erasure whose snapshot is older than this (where a database is set to REPEATABLE READ) fails then,
    // and is tried again, instead of passing over a row that it cannot see.
    text::touch_mark(&mut session).await?;
    let own = session.dialect().own("segment");
    let mut sql = session.sql(format!("INSERT INTO {own} AS s (first, entries, format, data) "));
    sql.push_with(
        "VALUES (?, ?, ?, ?) ON CONFLICT (first) DO UPDATE \
         SET entries = excluded.entries, format = excluded.format, data = excluded.data \
         WHERE s.format < excluded.format OR s.format = excluded.format AND s.entries <> excluded.entries",
        [number(first)?, number(shape.entries)?, Bind::Int(shape.format), Bind::Bytes(data)],
    );
    let written = session.execute(sql).await? == 1;
    session.commit().await?;
    Ok(written)
}

/// Removes what is kept of an entry, before something is taken out of it.
pub(super) async fn forget(session: &mut Session, seq: i64) -> Result<(), StoreError> {
    let mut sql = session.sql(format!("DELETE FROM {} ", session.dialect().own("segment")));
    sql.push_with("WHERE first <= ? AND ? < first + entries", [Bind::Int(seq), Bind::Int(seq)]);
    session.execute(sql).await.map(|_| ())
}

/// Removes the stretch that begins here: it cannot be read.
pub async fn drop_one(store: &Store, first: u64) -> Result<(), StoreError> {
    let mut session = store.db.write().await?;
    text::lock_mark(&mut session).await?;
    let mut sql = session.sql(format!("DELETE FROM {} ", session.dialect().own("segment")));
    sql.push_with("WHERE first = ?", [number(first)?]);
    session.execute(sql).await?;
    session.commit().await
}

/// Removes all that is kept: it does not fit the rows.
pub async fn forget_all(store: &Store) -> Result<(), StoreError> {
    let mut session = store.db.write().await?;
    text::lock_mark(&mut session).await?;
    let sql = session.sql(format!("DELETE FROM {}", session.dialect().own("segment")));
    session.execute(sql).await?;
    session.commit().await
}

fn number(number: u64) -> Result<Bind, StoreError> {
    i64::try_from(number).map(Bind::Int).map_err(|_| StoreError::Corrupt("the log is too long".to_owned()))
}
