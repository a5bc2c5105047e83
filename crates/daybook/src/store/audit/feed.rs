//! Audit rows for an index: all of them once, then whatever comes. Plain columns, not objects: there may be millions.

use crate::model::question::Column;
use crate::model::row::{Row, RowExt as _};
use crate::model::time;
use crate::store::audit::{entry, read};
use crate::store::db::{Bind, Dialect, Session, Sql};
use crate::store::error::StoreError;

/// A row as an index needs it.
#[derive(Clone, Debug, PartialEq)]
pub struct Fed {
    /// Its place in the log, unless it is not in the log.
    pub seq: Option<u64>,
    pub id: String,
    /// `updated_at`, in milliseconds since 1970.
    pub at: i64,
    pub changed_by: String,
    pub changed_by_api_key: String,
    pub action: String,
    pub table_name: String,
    pub object_id: String,
    /// JSON, as stored.
    pub before_value: Option<String>,
    pub updated_values: Option<String>,
}

/// How far the rows have got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// Entries in the log.
    pub size: u64,
    /// What to ask [`arrivals`] for next time, once these have been taken in.
    pub mark: i64,
    /// Whether there are arrivals since the mark that was asked with.
    pub arrived: bool,
}

/// Where the rows are, in this session's snapshot, for somebody who has followed them up to `mark` (zero: from the start).
pub async fn position(session: &mut Session, mark: i64) -> Result<Position, StoreError> {
    let dialect = session.dialect();
    let (head, arrival) = (dialect.own("head"), dialect.own("arrival"));
    let mut sql = session.sql("");
    let placeholder = sql.bind(mark);
    let (next, since) = match dialect {
        Dialect::Sqlite => (format!("coalesce((SELECT max(n) FROM {arrival}), 0)"), format!("n > {placeholder}")),
        Dialect::Postgres => {
            ("txid_snapshot_xmin(txid_current_snapshot())".to_owned(), format!("xid >= {placeholder}"))
        }
    };
    let arrived = format!("(SELECT count(*) FROM (SELECT 1 FROM {arrival} WHERE {since} LIMIT 1) AS one)");
    let object = dialect.object(&[("size", "size"), ("mark", &next), ("arrived", &arrived)]);
    sql.push(&format!("SELECT {object} FROM {head} WHERE id = 1"));
    let row = session.objects(sql).await?.pop().ok_or_else(|| StoreError::Corrupt("the log has no head".to_owned()))?;
    let corrupt = || StoreError::Corrupt("the head of the log cannot be read".to_owned());
    Ok(Position {
        size: row.int("size").and_then(|size| u64::try_from(size).ok()).ok_or_else(corrupt)?,
        mark: row.int("mark").ok_or_else(corrupt)?,
        arrived: row.int("arrived") != Some(0),
    })
}

/// The ids of rows that came past the log since a mark; some may have been there before it.
pub async fn arrivals(session: &mut Session, mark: i64) -> Result<Vec<String>, StoreError> {
    let dialect = session.dialect();
    let object = dialect.object(&[("id", "audit_id")]);
    let mut sql = session.sql(format!("SELECT {object} FROM {} WHERE ", dialect.own("arrival")));
    let since = match dialect {
        Dialect::Sqlite => "n > ?",
        Dialect::Postgres => "xid >= ?",
    };
    sql.push_with(since, [Bind::Int(mark)]).push(" ORDER BY n");
    let rows = session.objects(sql).await?;
    Ok(rows.iter().filter_map(|row| row.text("id").map(str::to_owned)).collect())
}

/// The entries of a range of sequence numbers, in their order.
pub async fn feed_log(session: &mut Session, from: u64, to: u64) -> Result<Vec<Fed>, StoreError> {
    let dialect = session.dialect();
    let mut sql = session.sql(format!(
        r#"SELECT {} FROM {} AS l JOIN "LiteLLM_AuditLog" AS a ON a."id" = l.audit_id "#,
        columns(dialect, "l.seq"),
        dialect.own("ledger")
    ));
    sql.push_with("WHERE l.seq >= ? AND l.seq < ? ORDER BY l.seq", [place(from)?, place(to)?].map(Bind::Int));
    fetch(session, sql).await
}

/// Where the `rows` rows of the audit table end, when they are best had by their places in it, from zero on. On PostgreSQL they are
/// not; nor where somebody gave them places of their own choice, most of which are empty.
pub async fn end_of_table(session: &mut Session, rows: u64) -> Result<Option<u64>, StoreError> {
    if session.dialect() == Dialect::Postgres {
        return Ok(None);
    }
    // Two questions in one, because SQLite finds either end at once, but both together by looking at every row.
    let end = |of: &str| format!(r#"coalesce((SELECT {of}(rowid) FROM "LiteLLM_AuditLog"), 0)"#);
    let sql = session.sql(format!("SELECT CASE WHEN {} < 0 THEN -1 ELSE {} END AS n", end("min"), end("max")));
    let last = u64::try_from(session.count(sql).await?).ok();
    Ok(last.filter(|last| last / 4 <= rows).map(|last| last + 1))
}

/// The rows at a range of places of the table, in their order: the quickest way to all of them on SQLite, where the log's own rows
/// need not be read for it. Their numbers stand in the index of their ids.
pub async fn feed_table(session: &mut Session, from: u64, to: u64) -> Result<Vec<Fed>, StoreError> {
    /// So many rows are one text: each that SQLite's thread hands over by itself takes as long as reading it.
    const AT_ONCE: u64 = 256;
    let text = |column: &str| format!("coalesce(octet_length({column}), '-'), ':', {column}");
    let columns = Column::ALL.map(|column| text(&plain(column)));
    let select = format!(
        r#"SELECT coalesce(group_concat(concat({}, {}), ''), '') FROM "LiteLLM_AuditLog" AS a LEFT JOIN {} AS l ON l.audit_id = a."id" "#,
        text("l.seq"),
        columns.join(", "),
        session.dialect().own("ledger"),
    );
    let mut rows = Vec::new();
    let starts = (from..to).step_by(AT_ONCE as usize);
    let mut ranges: Vec<(u64, u64)> = starts.map(|start| (start, to.min(start + AT_ONCE))).collect();
    ranges.reverse();
    while let Some((from, to)) = ranges.pop() {
        let mut sql = session.sql(&select);
        sql.push_with("WHERE a.rowid >= ? AND a.rowid < ?", [place(from)?, place(to)?].map(Bind::Int));
        match session.texts(sql).await {
            Ok(texts) => texts.iter().try_for_each(|text| split(text, &mut rows))?,
            // Together they may be longer than a text may be.
            Err(_) if to - from > 1 => ranges.extend([(from + (to - from) / 2, to), (from, from + (to - from) / 2)]),
            Err(error) => return Err(error),
        }
    }
    Ok(rows)
}

/// The rows of a text in which all their columns stand one after the other, each behind its length in bytes (`-`: it is null).
fn split(text: &str, rows: &mut Vec<Fed>) -> Result<(), StoreError> {
    let corrupt = || StoreError::Corrupt("an audit row cannot be read".to_owned());
    let mut rest = text;
    while !rest.is_empty() {
        let mut columns = Vec::with_capacity(COLUMNS);
        for _ in 0..COLUMNS {
            let (length, after) = rest.split_once(':').ok_or_else(corrupt)?;
            if length == "-" {
                columns.push(None);
                rest = after;
            } else {
                let (column, after) =
                    length.parse().ok().and_then(|end| after.split_at_checked(end)).ok_or_else(corrupt)?;
                columns.push(Some(column.to_owned()));
                rest = after;
            }
        }
        rows.push(parse(columns)?);
    }
    Ok(())
}

fn place(number: u64) -> Result<i64, StoreError> {
    i64::try_from(number).map_err(|_| StoreError::Corrupt("the log is too long".to_owned()))
}

/// At most `limit` rows that are not in the log, in the order of time, after the row with this `updated_at` as stored and
/// this id; with the same of the last one.
pub async fn feed_unlogged(
    session: &mut Session,
    after: Option<(String, String)>,
    limit: i64,
) -> Result<(Vec<Fed>, Option<(String, String)>), StoreError> {
    let dialect = session.dialect();
    let (id, ledger) = (dialect.by_bytes(r#"a."id""#), dialect.own("ledger"));
    let mut sql = session.sql(format!(
        r#"SELECT {}, a."updated_at"{text} FROM "LiteLLM_AuditLog" AS a{} WHERE NOT EXISTS (SELECT 1 FROM {ledger} AS l WHERE l.audit_id = a."id")"#,
        columns(dialect, "NULL"),
        dialect.indexed_by("daybook_audit_updated_at"),
        text = if dialect == Dialect::Postgres { "::text" } else { "" },
    ));
    if let Some((at, last)) = after {
        let at = sql.bind(Bind::Text(at));
        let at = dialect.stored_time(&at);
        sql.push(&format!(r#" AND (a."updated_at", {id}) > ({at}, "#));
        sql.push_with("?)", [Bind::Text(last)]);
    }
    sql.push(&format!(r#" ORDER BY a."updated_at", {id}"#));
    sql.push_with(" LIMIT ?", [Bind::Int(limit)]);
    let rows = session.columns_of(sql, COLUMNS + 1).await?;
    let last = rows.last().and_then(|row| Some((row.get(COLUMNS)?.clone()?, row.get(1)?.clone()?)));
    let rows = rows.into_iter().map(parse).collect::<Result<Vec<Fed>, StoreError>>()?;
    Ok((rows, last))
}

/// The rows with these ids, as far as there are any, in no order.
pub async fn feed_ids(session: &mut Session, ids: Vec<String>) -> Result<Vec<Fed>, StoreError> {
    let dialect = session.dialect();
    let mut sql = session.sql(format!(
        r#"SELECT {} FROM "LiteLLM_AuditLog" AS a LEFT JOIN {} AS l ON l.audit_id = a."id" WHERE "#,
        columns(dialect, "l.seq"),
        dialect.own("ledger")
    ));
    let list = sql.bind(Bind::Texts(ids));
    sql.push(&dialect.any_of(r#"a."id""#, &list));
    fetch(session, sql).await
}

/// The entries with these ids, in the order of the ids, as a reader sees them. One that is not there is left out.
pub async fn pick(session: &mut Session, ids: &[String]) -> Result<Vec<Row>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let dialect = session.dialect();
    let mut sql = session.sql(format!(r#"SELECT {} FROM "LiteLLM_AuditLog" AS a WHERE "#, entry(dialect)));
    let list = sql.bind(Bind::Texts(ids.to_vec()));
    sql.push(&dialect.any_of(r#"a."id""#, &list));
    let mut found: std::collections::HashMap<String, Row> =
        session.objects(sql).await?.iter().filter_map(|row| Some((row.text("id")?.to_owned(), read(row)))).collect();
    Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
}

/// The instants, in milliseconds, and the ids of those of some ids that there are.
pub async fn instants(session: &mut Session, ids: &[String]) -> Result<Vec<(i64, String)>, StoreError> {
    let dialect = session.dialect();
    let object = dialect.object(&[("id", r#"a."id""#), ("updated_at", r#"a."updated_at""#)]);
    let mut sql = session.sql(format!(r#"SELECT {object} FROM "LiteLLM_AuditLog" AS a WHERE "#));
    let list = sql.bind(Bind::Texts(ids.to_vec()));
    sql.push(&dialect.any_of(r#"a."id""#, &list));
    let rows = session.objects(sql).await?;
    let instant = |row: &Row| Some((row.time("updated_at")?.as_millisecond(), row.text("id")?.to_owned()));
    Ok(rows.iter().filter_map(instant).collect())
}

/// How many rows there are.
pub async fn count_rows(session: &mut Session) -> Result<u64, StoreError> {
    let sql = session.sql(r#"SELECT count(*) AS n FROM "LiteLLM_AuditLog""#);
    Ok(u64::try_from(session.count(sql).await?).unwrap_or(0))
}

/// How many [`columns`] there are.
const COLUMNS: usize = 1 + Column::ALL.len();

/// The number in the log and the columns of a row, in the order in which [`parse`] takes them.
fn columns(dialect: Dialect, seq: &str) -> String {
    let column = |column: Column| match (dialect, column) {
        (Dialect::Postgres, Column::UpdatedAt) => {
            format!("(extract(epoch FROM {}) * 1000)::bigint::text", plain(column))
        }
        (Dialect::Postgres, Column::BeforeValue | Column::UpdatedValues) => format!("{}::text", plain(column)),
        _ => plain(column),
    };
    let text = if dialect == Dialect::Postgres { "::text" } else { "" };
    format!("{seq}{text}, {}", Column::ALL.map(column).join(", "))
}

fn plain(column: Column) -> String {
    format!(r#"a."{}""#, column.as_str())
}

async fn fetch(session: &mut Session, sql: Sql) -> Result<Vec<Fed>, StoreError> {
    session.columns_of(sql, COLUMNS).await?.into_iter().map(parse).collect()
}

fn parse(row: Vec<Option<String>>) -> Result<Fed, StoreError> {
    let mut columns = row.into_iter();
    let mut next = || columns.next().flatten();
    let seq = next().map(|text| text.parse::<u64>()).transpose();
    let seq = seq.map_err(|_| StoreError::Corrupt("a sequence number cannot be read".to_owned()))?;
    let id = next().unwrap_or_default();
    let at = next().unwrap_or_default();
    let at = at.parse().ok().or_else(|| time::parse(&at).map(jiff::Timestamp::as_millisecond));
    Ok(Fed {
        seq,
        at: at.ok_or_else(|| StoreError::Corrupt(format!("the audit row {id} has no time")))?,
        id,
        changed_by: next().unwrap_or_default(),
        changed_by_api_key: next().unwrap_or_default(),
        action: next().unwrap_or_default(),
        table_name: next().unwrap_or_default(),
        object_id: next().unwrap_or_default(),
        before_value: next(),
        updated_values: next(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, TestDb};

    /// What may stand between columns stands in them.
    const NASTY: [&str; 6] = ["", ":", "3:abc", "-", "é:\u{0}日本", "-:0:"];

    #[tokio::test]
    async fn rows_of_the_table_are_those_that_their_ids_find() {
        let db = TestDb::sqlite();
        let store = db.open().await;
        for (number, text) in NASTY.iter().enumerate() {
            let literal = |text: &str| format!("'{}'", text.replace('\0', "' || char(0) || '"));
            let before = match number % 2 {
                0 => literal(&serde_json::to_string(text).unwrap()),
                _ => "NULL".to_owned(),
            };
            let (id, text) = (literal(&format!("{text}{number}")), literal(text));
            let sql = format!(
                r#"INSERT INTO "LiteLLM_AuditLog" ("id", "updated_at", "changed_by", "action", "table_name", "object_id", "before_value")
                   VALUES ({id}, '2026-01-02T03:04:05.006Z', {text}, {text}, {text}, {text}, {before})"#
            );
            testing::execute(&store, &sql).await.unwrap();
        }
        let mut session = store.read().await.unwrap();
        let end = end_of_table(&mut session, 6).await.unwrap().unwrap();
        assert_eq!(end, 7);
        let rows = feed_table(&mut session, 0, end).await.unwrap();
        assert_eq!(rows.len(), NASTY.len());
        for (number, (row, text)) in rows.iter().zip(NASTY).enumerate() {
            assert_eq!((&*row.changed_by, &*row.object_id, row.before_value.is_some()), (text, text, number % 2 == 0));
            assert_eq!(feed_ids(&mut session, vec![row.id.clone()]).await.unwrap(), std::slice::from_ref(row));
        }
        assert_eq!(feed_table(&mut session, 2, 4).await.unwrap(), rows[1..3]);
    }

    #[tokio::test]
    async fn a_table_that_is_mostly_empty_places_is_not_read_by_them() {
        for odd in [-1, i64::MAX] {
            let db = TestDb::sqlite();
            let store = db.open().await;
            assert_eq!(end_of_table(&mut store.read().await.unwrap(), 0).await.unwrap(), Some(1));
            for (place, end) in [(2, Some(3)), (odd, None)] {
                let sql = format!(
                    r#"INSERT INTO "LiteLLM_AuditLog" (rowid, "id", "action", "table_name", "object_id") VALUES ({place}, '{place}', 'a', 't', 'o')"#
                );
                testing::execute(&store, &sql).await.unwrap();
                let mut session = store.read().await.unwrap();
                let rows = count_rows(&mut session).await.unwrap();
                assert_eq!(end_of_table(&mut session, rows).await.unwrap(), end, "{place}");
            }
            // By the log, and what is not in it: all rows all the same.
            let log = crate::query::AuditLog::new(store, None);
            log.make().await.unwrap();
            assert_eq!(log.status().rows, 2);
        }
    }
}
