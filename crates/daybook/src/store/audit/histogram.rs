//! How many entries there are at what time.

use jiff::Timestamp;

use super::conditions::conditions;
use crate::model::histogram::{Grid, Interval};
use crate::model::question::Filter;
use crate::model::row::RowExt as _;
use crate::model::time;
use crate::store::db::{Bind, Dialect, Session, Sql};
use crate::store::error::StoreError;

/// How many entries there are, and the first and the last instant at which one was written.
pub async fn span(session: &mut Session, filter: &Filter) -> Result<(i64, Option<(Timestamp, Timestamp)>), StoreError> {
    let dialect = session.dialect();
    let members = [("n", "count(*)"), ("first", r#"min(x."updated_at")"#), ("last", r#"max(x."updated_at")"#)];
    let mut sql = session.sql(format!(r#"SELECT {} FROM "LiteLLM_AuditLog" AS x"#, dialect.object(&members)));
    conditions(&mut sql, filter);
    let row = session.objects(sql).await?.pop().unwrap_or_default();
    Ok((row.int("n").unwrap_or(0), row.time("first").zip(row.time("last"))))
}

/// How many entries each bucket has. No entry of the filter may be outside of them.
pub async fn counts(session: &mut Session, filter: &Filter, grid: &Grid) -> Result<Vec<i64>, StoreError> {
    let mut counts = vec![0; grid.len()];
    if grid.is_empty() {
        return Ok(counts);
    }
    let dialect = session.dialect();
    let mut sql =
        session.sql(format!("SELECT {} FROM (SELECT ", dialect.object(&[("key", "s.key"), ("n", "count(*)")])));
    match grid.interval {
        Some(interval) => push_beginning(&mut sql, interval),
        None => push_number(&mut sql, grid),
    }
    sql.push(r#" AS key FROM "LiteLLM_AuditLog" AS x"#);
    conditions(&mut sql, filter);
    sql.push(") AS s GROUP BY s.key");
    for row in session.objects(sql).await? {
        let position = match row.int("key") {
            Some(number) => usize::try_from(number).ok(),
            None => row.text("key").and_then(completed).and_then(|at| grid.position(at)),
        };
        let count = position.and_then(|position| counts.get_mut(position));
        *count.ok_or_else(|| StoreError::Corrupt("an entry is of no time".to_owned()))? += row.int("n").unwrap_or(0);
    }
    Ok(counts)
}

/// The text of the minute, hour, day or month; weeks are made of days.
fn push_beginning(sql: &mut Sql, interval: Interval) {
    let (length, form) = match interval {
        Interval::Minute => (16, r#"YYYY-MM-DD"T"HH24:MI"#),
        Interval::Hour => (13, r#"YYYY-MM-DD"T"HH24"#),
        Interval::Day | Interval::Week => (10, "YYYY-MM-DD"),
        Interval::Month => (7, "YYYY-MM"),
    };
    let text = match sql.dialect {
        Dialect::Sqlite => format!(r#"substr(x."updated_at", 1, {length})"#),
        Dialect::Postgres => format!(r#"to_char(x."updated_at", '{form}')"#),
    };
    sql.push(&text);
}

/// The instant at which what is named by the beginning of its text begins.
fn completed(text: &str) -> Option<Timestamp> {
    time::parse(&format!("{text}{}", "0000-01-01T00:00:00.000Z".get(text.len()..)?))
}

/// The number of the equal part: the last one whose beginning, rounded down to a millisecond, is not after the entry.
fn push_number(sql: &mut Sql, grid: &Grid) {
    let at = match sql.dialect {
        Dialect::Sqlite => {
            r#"CAST(strftime('%s', x."updated_at") AS INTEGER) * 1000 + CAST(substr(x."updated_at", 21, 3) AS INTEGER)"#
        }
        Dialect::Postgres => r#"(extract(epoch FROM x."updated_at") * 1000)::bigint"#,
    };
    let (first, end) = grid.range().map_or((0, 1), |(first, end)| (first.as_millisecond(), end.as_millisecond()));
    let parts = i64::try_from(grid.len()).unwrap_or(i64::MAX);
    let numbers = [first, parts, end - first].map(Bind::Int);
    sql.push_with(&format!("(({at} - ? + 1) * ? - 1) / ?"), numbers);
}
