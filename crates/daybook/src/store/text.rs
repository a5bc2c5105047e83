//! The words of entries, for full-text questions: derived from the entries, not covered by the proof.
//!
//! No change writes here. [`catch_up`] brings the words of new entries in afterwards, from a mark of its own and in order, before a
//! question is answered and now and then in between. Only an erasure writes here by itself: what leaves an entry leaves this
//! table in the same commit, and a batch that was read before it is read again.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::Store;
use super::audit;
use super::db::{Bind, Dialect, Session, Sql};
use super::error::StoreError;
use super::ledger::find_head;
use crate::model::question::Words;
use crate::model::row::RowExt as _;
use crate::model::words;

/// Entries of one transaction. On SQLite changes wait for it.
const BATCH: i64 = 500;

/// The same when there are more than [`BACKLOG`] to come: a sixth of a second.
const LONG_BATCH: i64 = 4_000;

/// From here on a log is brought in, not followed.
const BACKLOG: i64 = 50_000;

/// So many sequence numbers come in one row of an answer.
const JOINED: i64 = 65_536;

/// How far the table has got.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Mark {
    size: i64,
    erasures: i64,
    version: String,
}

/// Brings the words of every entry that is in the log at the moment into the table. Replicas and tasks that do so at once do it
/// once.
pub async fn catch_up(store: &Store) -> Result<(), StoreError> {
    let _alone = store.catching_up.lock().await;
    let mut goal = None;
    let mut ahead: Option<Batch> = None;
    loop {
        let mut session = store.read().await?;
        let mark = read_mark(&mut session, "").await?;
        if outdated(session.dialect(), &mark) {
            drop(session);
            let mut session = store.db.write().await?;
            start_over(&mut session).await?;
            session.commit().await?;
            continue;
        }
        let head = find_head(&mut session).await?.map_or(0, |head| head.size);
        let head = i64::try_from(head).map_err(|_| StoreError::Corrupt("the log is too long".to_owned()))?;
        if mark.size >= *goal.get_or_insert(head) {
            return Ok(());
        }
        let batch = match ahead.take().filter(|batch| batch.mark.erasures == mark.erasures && batch.from == mark.size) {
            Some(batch) => {
                drop(session);
                batch
            }
            None => read(session, mark.size, head).await?,
        };
        let end = batch.end;
        // Not written when another replica has been here, or an erasure: then it is read again.
        let write = write(store, &mark, batch);
        // The next one is read and taken apart while this one is written.
        let read_ahead = async {
            match end < head {
                true => read(store.read().await?, end, head).await.map(Some),
                false => Ok(None),
            }
        };
        let (written, next) = tokio::join!(write, read_ahead);
        written?;
        ahead = next?;
    }
}

/// Entries with their words, as they were at a mark.
struct Batch {
    mark: Mark,
    from: i64,
    end: i64,
    rows: Vec<(i64, Vec<String>)>,
}

async fn read(mut session: Session, from: i64, head: i64) -> Result<Batch, StoreError> {
    let mark = read_mark(&mut session, "").await?;
    let length = if head - from > BACKLOG { LONG_BATCH } else { BATCH };
    let end = head.min(from.saturating_add(length));
    let rows = rows(&mut session, from, end).await?;
    Ok(Batch { mark, from, end, rows })
}

/// [`catch_up`] for somebody who waits. Where there is too much to do (a log that is older than the table), what is done stays
/// done, and the next one goes on from there.
pub async fn catch_up_in_time(store: &Store) -> Result<(), StoreError> {
    match tokio::time::timeout(store.timeout, catch_up(store)).await {
        Ok(done) => done,
        Err(_) => Err(StoreError::unavailable("the words of entries are still being gathered")),
    }
}

/// The entries below this number are in the table.
pub async fn covered(session: &mut Session) -> Result<i64, StoreError> {
    Ok(read_mark(session, "").await?.size)
}

/// How far the table has got, and how often entries in it have been altered: what was found below the one stands as long as
/// the other does.
pub async fn coverage(session: &mut Session) -> Result<(i64, i64), StoreError> {
    let mark = read_mark(session, "").await?;
    Ok((mark.size, mark.erasures))
}

/// The sequence numbers of all entries from `from` on that have every one of the words, ascending.
pub async fn sequences(session: &mut Session, words: &Words, from: i64) -> Result<Vec<i64>, StoreError> {
    let mut found: Vec<i64> = Vec::new();
    if words.0.is_empty() {
        return Ok(found);
    }
    loop {
        let mut sql = session.sql("");
        match sql.dialect {
            Dialect::Postgres => {
                sql.push("SELECT string_agg(t.seq::text, ' ') FROM (");
                matching(&mut sql, words);
                sql.push_with(" AND t.seq >= ?", [Bind::Int(from)]);
                sql.push(&format!(") AS t GROUP BY t.seq / {JOINED}"));
            }
            // It walks its entries in order and finds the first of a page at once, where GROUP BY would sort them all.
            Dialect::Sqlite => {
                sql.push("SELECT coalesce(group_concat(rowid, ' '), '') FROM (");
                matching(&mut sql, words);
                sql.push_with(" AND rowid >= ?", [Bind::Int(found.last().map_or(from, |last| last + 1))]);
                sql.push(&format!(" ORDER BY rowid LIMIT {JOINED})"));
            }
        }
        let known = found.len();
        for text in session.texts(sql).await? {
            for number in text.split_ascii_whitespace() {
                found.push(number.parse().map_err(|_| StoreError::Corrupt("a sequence number is none".to_owned()))?);
            }
        }
        found[known..].sort_unstable();
        if session.dialect() == Dialect::Postgres || found.len() - known < JOINED as usize {
            return Ok(found);
        }
    }
}

/// A SELECT of the sequence numbers of the entries that have every one of the words. Words are letters and digits, so that
/// nothing in them has a meaning between quotes.
pub(super) fn matching(sql: &mut Sql, words: &Words) {
    let own = sql.dialect.own("text");
    match sql.dialect {
        Dialect::Sqlite => {
            let query: Vec<String> = words.0.iter().map(|word| format!("\"{word}\"")).collect();
            sql.push(&format!("SELECT rowid FROM {own} WHERE {own} MATCH "));
            sql.push_with("?", [Bind::Text(query.join(" AND "))]);
        }
        Dialect::Postgres => {
            let query: Vec<String> = words.0.iter().map(|word| format!("'{word}'")).collect();
            sql.push(&format!("SELECT t.seq FROM {own} AS t WHERE t.words @@ "));
            sql.push_with("?::tsquery", [Bind::Text(query.join(" & "))]);
        }
    }
}

/// Holds the mark until the transaction ends. Whoever takes parts out of entries does this first, before any entry is held.
pub(super) async fn lock_mark(session: &mut Session) -> Result<(), StoreError> {
    let lock = session.dialect().for_update();
    read_mark(session, lock).await.map(|_| ())
}

/// Writes the mark as it stands. It is held.
pub(super) async fn touch_mark(session: &mut Session) -> Result<(), StoreError> {
    let mark = read_mark(session, "").await?;
    set_mark(session, &mark).await
}

/// Says that something was taken out of an entry that has no words. The mark is held.
pub(super) async fn note_erasure(session: &mut Session) -> Result<(), StoreError> {
    let mark = read_mark(session, "").await?;
    set_mark(session, &Mark { erasures: mark.erasures + 1, ..mark }).await
}

/// Takes the words that an entry does not have any more out of the table: `old` and `new` are its values, before and after. The
/// mark is held.
pub(super) async fn alter(
    session: &mut Session,
    seq: i64,
    old: [Option<&Value>; 2],
    new: [Option<&Value>; 2],
) -> Result<(), StoreError> {
    let mark = read_mark(session, "").await?;
    if outdated(session.dialect(), &mark) {
        return start_over(session).await;
    }
    // Also for an entry that is not in the table yet: its words may have been read already.
    set_mark(session, &Mark { erasures: mark.erasures + 1, ..mark.clone() }).await?;
    if seq >= mark.size {
        return Ok(());
    }
    let (old, new) = (words::of_values(old[0], old[1]), words::of_values(new[0], new[1]));
    let own = session.dialect().own("text");
    match session.dialect() {
        Dialect::Postgres => {
            let mut sql = session.sql(format!("DELETE FROM {own} "));
            sql.push_with("WHERE seq = ?", [Bind::Int(seq)]);
            session.execute(sql).await?;
            insert(session, &[(seq, new)]).await
        }
        Dialect::Sqlite => {
            let without = |all: &[String], those: &[String]| -> Vec<String> {
                let those: HashSet<&String> = those.iter().collect();
                all.iter().filter(|word| !those.contains(word)).cloned().collect()
            };
            // The table holds no text: it has to be told what is to go.
            let mut sql = session.sql(format!("INSERT INTO {own} ({own}, rowid, words) "));
            let gone = without(&old, &new).join(" ");
            sql.push_with("VALUES ('delete', ?, ?)", [Bind::Int(seq), Bind::Text(gone)]);
            session.execute(sql).await?;
            insert(session, &[(seq, without(&new, &old))]).await
        }
    }
}

/// SQLite's table must be told what words to take out, so they must be made as they were made then.
fn outdated(dialect: Dialect, mark: &Mark) -> bool {
    dialect == Dialect::Sqlite && mark.size > 0 && mark.version != words::version()
}

async fn start_over(session: &mut Session) -> Result<(), StoreError> {
    let own = session.dialect().own("text");
    let sql = session.sql(format!("INSERT INTO {own} ({own}) VALUES ('delete-all')"));
    session.execute(sql).await?;
    let mark = read_mark(session, "").await?;
    set_mark(session, &Mark { size: 0, erasures: mark.erasures + 1, version: words::version() }).await
}

/// The words of the entries of a range, in the order of their sequence numbers.
async fn rows(session: &mut Session, from: i64, to: i64) -> Result<Vec<(i64, Vec<String>)>, StoreError> {
    let dialect = session.dialect();
    let [before, after] = [r#"a."before_value""#, r#"a."updated_values""#].map(|column| dialect.raw_json(column));
    let text = if dialect == Dialect::Postgres { "::text" } else { "" };
    let mut sql = session.sql(format!("SELECT l.seq{text}, {before}, {after} FROM {} AS l", dialect.own("ledger")));
    sql.push(r#" JOIN "LiteLLM_AuditLog" AS a ON a."id" = l.audit_id"#);
    sql.push_with(" WHERE l.seq >= ? AND l.seq < ? ORDER BY l.seq", [Bind::Int(from), Bind::Int(to)]);
    let words = |row: Vec<Option<String>>| {
        let [seq, before, after] = <[Option<String>; 3]>::try_from(row).ok()?;
        let [before, after] = [before, after].map(|text| text.as_deref().map(audit::read_json));
        Some((seq?.parse().ok()?, words::of_values(before.as_ref(), after.as_ref())))
    };
    Ok(session.columns_of(sql, 3).await?.into_iter().filter_map(words).collect())
}

/// Puts a batch into the table and moves the mark, if it still stands where it stood.
async fn write(store: &Store, mark: &Mark, batch: Batch) -> Result<(), StoreError> {
    let Batch { end, rows, .. } = batch;
    let mut session = store.db.write().await?;
    let lock = session.dialect().for_update();
    if read_mark(&mut session, lock).await? != *mark {
        return session.rollback().await;
    }
    insert(&mut session, &rows).await?;
    set_mark(&mut session, &Mark { size: end, erasures: mark.erasures, version: words::version() }).await?;
    session.commit().await
}

async fn insert(session: &mut Session, rows: &[(i64, Vec<String>)]) -> Result<(), StoreError> {
    let keep_empty = session.dialect() == Dialect::Sqlite;
    let rows: Vec<Value> = rows
        .iter()
        .filter(|(_, words)| keep_empty || !words.is_empty())
        .map(|(seq, words)| json!([seq, words.join(" ")]))
        .collect();
    let mut sql = session.sql(format!("INSERT INTO {} ", session.dialect().own("text")));
    let text = match sql.dialect {
        Dialect::Sqlite => "(rowid, words) SELECT value ->> '$[0]', value ->> '$[1]' FROM json_each(?)",
        Dialect::Postgres => {
            "(seq, words) SELECT (r ->> 0)::bigint, array_to_tsvector(string_to_array(r ->> 1, ' ')) \
             FROM jsonb_array_elements(?::text::jsonb) AS r"
        }
    };
    sql.push_with(text, [Bind::Text(Value::Array(rows).to_string())]);
    session.execute(sql).await.map(|_| ())
}

async fn read_mark(session: &mut Session, lock: &str) -> Result<Mark, StoreError> {
    let dialect = session.dialect();
    let object = dialect.object(&[("size", "size"), ("erasures", "erasures"), ("version", "version")]);
    let sql = session.sql(format!("SELECT {object} FROM {} WHERE id = 1{lock}", dialect.own("text_mark")));
    let row = session.objects(sql).await?.pop().unwrap_or_default();
    let mark = || {
        let version = row.text("version")?.to_owned();
        Some(Mark { size: row.int("size")?, erasures: row.int("erasures")?, version })
    };
    mark().ok_or_else(|| StoreError::Corrupt("how far the table of words has got cannot be read".to_owned()))
}

async fn set_mark(session: &mut Session, mark: &Mark) -> Result<(), StoreError> {
    let mut sql = session.sql(format!("UPDATE {} SET ", session.dialect().own("text_mark")));
    sql.push_with(
        "size = ?, erasures = ?, version = ? WHERE id = 1",
        [Bind::Int(mark.size), Bind::Int(mark.erasures), Bind::from(mark.version.as_str())],
    );
    match session.execute(sql).await? {
        1 => Ok(()),
        _ => Err(StoreError::Corrupt("how far the table of words has got is not known".to_owned())),
    }
}
