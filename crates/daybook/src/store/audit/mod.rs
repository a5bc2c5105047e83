//! Questions to `LiteLLM_AuditLog`, in SQL: what the index in memory does not answer, and everything while it is being built.
//! Only the entries of a time and those of an object have an index here; the others are looked for among all.
//!
//! The total is counted first; it also says how to find the page. Few entries are collected and sorted. Many are walked in
//! the order of an index until the page is full, from whichever end is nearer. Only ids are sorted, and only the rows of
//! the page are read whole.

mod conditions;
pub mod facets;
pub mod feed;
pub mod histogram;
mod poll;

use conditions::conditions;
pub use conditions::is_within;
pub use poll::stretch;
use serde_json::Value;

use super::db::{Bind, Dialect, Session, Sql};
use super::error::StoreError;
use crate::model::question::{Column, Direction, Filter, Question, Sort};
use crate::model::row::{Row, RowExt as _};
use crate::model::time;

/// Up to so many entries are collected and sorted.
const FEW: i64 = 1_000;

/// Up to so many entries are sorted by a value that no index has the order of: about a second's work.
pub const MOST_SORTED: i64 = 100_000;

/// The longest text that PostgreSQL's indexes hold, in bytes; a longer one is nobody's id.
pub const LONGEST_INDEXED: usize = 1_000;

/// How many entries there are.
pub async fn count(session: &mut Session, filter: &Filter) -> Result<i64, StoreError> {
    let mut sql = session.sql(r#"SELECT count(*) AS n FROM "LiteLLM_AuditLog" AS x"#);
    conditions(&mut sql, filter);
    session.count(sql).await
}

/// The page that a question asks for; `total` is what [`count`] gave for its filter.
pub async fn page(session: &mut Session, question: &Question, total: i64) -> Result<Vec<Row>, StoreError> {
    page_of(session, question, total, FEW).await
}

async fn page_of(session: &mut Session, question: &Question, total: i64, few: i64) -> Result<Vec<Row>, StoreError> {
    let offset = question.page.offset();
    let length = question.page.size.min(total.saturating_sub(offset));
    if length <= 0 {
        return Ok(Vec::new());
    }
    let unsorted = matches!(question.sort.column, Column::BeforeValue | Column::UpdatedValues);
    if unsorted && total > MOST_SORTED {
        let column = question.sort.column.as_str();
        return Err(StoreError::TooMuch(format!(
            "Sorting by {column} is possible for {MOST_SORTED} entries at most, and these are {total}: narrow them down."
        )));
    }
    let from_the_end = offset > total / 2;
    let mut sort = question.sort;
    let mut skipped = offset;
    if from_the_end {
        sort.direction = sort.direction.reversed();
        skipped = total - offset - length;
    }
    let sql = if total <= few {
        collected(session.dialect(), &question.filter, sort, length, skipped)
    } else {
        walked(session.dialect(), &question.filter, sort, length, skipped)
    };
    let mut entries: Vec<Row> = session.objects(sql).await?.iter().map(read).collect();
    if from_the_end {
        entries.reverse();
    }
    Ok(entries)
}

/// All entries of the filter are found first, and sorted.
fn collected(dialect: Dialect, filter: &Filter, sort: Sort, length: i64, skipped: i64) -> Sql {
    let column = sort.column.as_str();
    let mut sql = Sql::new(dialect, "WITH hit AS MATERIALIZED (");
    sql.push(&format!(r#"SELECT x."id", x."updated_at", x."{column}" AS "sorted" FROM "LiteLLM_AuditLog" AS x"#));
    conditions(&mut sql, filter);
    sql.push(&format!(") SELECT {} FROM (", entry(dialect)));
    sql.push(r#"SELECT x."id", coalesce(l.seq, -1) AS seq FROM hit AS x"#);
    sql.push(&format!(r#" LEFT JOIN {} AS l ON l.audit_id = x."id""#, dialect.own("ledger")));
    sql.push(&order(dialect, sort, "x", "sorted", "coalesce(l.seq, -1)"));
    finish(&mut sql, sort, length, skipped);
    sql
}

/// The table is walked in the order of the answer, until the page is full.
fn walked(dialect: Dialect, filter: &Filter, sort: Sort, length: i64, skipped: i64) -> Sql {
    let mut sql = Sql::new(dialect, format!("SELECT {} FROM (", entry(dialect)));
    sql.push(r#"SELECT x."id", coalesce(l.seq, -1) AS seq FROM "LiteLLM_AuditLog" AS x"#);
    if let Some(index) = index_to_walk(filter, sort.column) {
        sql.push(&dialect.indexed_by(index));
    }
    sql.push(&format!(r#" LEFT JOIN {} AS l ON l.audit_id = x."id""#, dialect.own("ledger")));
    conditions(&mut sql, filter);
    sql.push(&order(dialect, sort, "x", sort.column.as_str(), "coalesce(l.seq, -1)"));
    finish(&mut sql, sort, length, skipped);
    sql
}

/// The index that has the entries in the order of the answer, the fewest of them. SQLite keeps no statistics and would
/// rather sort the table.
fn index_to_walk(filter: &Filter, sorted: Column) -> Option<&'static str> {
    match sorted {
        Column::UpdatedAt if filter.object_id.len() != 1 => Some("daybook_audit_updated_at"),
        Column::UpdatedAt | Column::ObjectId => Some("daybook_audit_object_id"),
        _ => None,
    }
}

/// Cuts the page out of the ids, and reads its rows.
fn finish(sql: &mut Sql, sort: Sort, length: i64, skipped: i64) {
    sql.push_with(" LIMIT ? OFFSET ?", [Bind::Int(length), Bind::Int(skipped)]);
    // CROSS: SQLite takes it as the order of the two loops.
    sql.push(r#") AS page CROSS JOIN "LiteLLM_AuditLog" AS a WHERE a."id" = page."id""#);
    sql.push(&order(sql.dialect, sort, "a", sort.column.as_str(), "page.seq"));
}

/// The entry with this id.
pub async fn find(session: &mut Session, id: &str) -> Result<Option<Row>, StoreError> {
    if id.contains('\0') {
        return Ok(None);
    }
    let select = format!(r#"SELECT {} FROM "LiteLLM_AuditLog" AS a "#, entry(session.dialect()));
    let mut sql = session.sql(select);
    sql.push_with(r#"WHERE a."id" = ?"#, [Bind::from(id)]);
    Ok(session.objects(sql).await?.first().map(read))
}

/// The row `a` as an object of [`columns`].
pub(super) fn entry(dialect: Dialect) -> String {
    let members = columns(dialect);
    let members: Vec<(&str, &str)> = members.iter().map(|(name, value)| (*name, value.as_str())).collect();
    dialect.object(&members)
}

/// The columns of the row `a`. The two JSON columns come as text, because LiteLLM's may hold what cannot be read, and one
/// such row must not take the page with it.
pub(super) fn columns(dialect: Dialect) -> Vec<(&'static str, String)> {
    let expression = |column: Column| {
        let name = format!(r#"a."{}""#, column.as_str());
        match column {
            Column::BeforeValue | Column::UpdatedValues => dialect.raw_json(&name),
            _ => name,
        }
    };
    Column::ALL.into_iter().map(|column| (column.as_str(), expression(column))).collect()
}

/// What a reader is shown of stored [`columns`]: nine members in LiteLLM's order.
pub(super) fn read(stored: &Row) -> Row {
    let member = |column: Column| {
        let name = column.as_str();
        let value = match column {
            Column::UpdatedAt => match stored.time(name) {
                Some(instant) => Value::String(time::wire(instant)),
                None => stored.value(name),
            },
            Column::BeforeValue | Column::UpdatedValues => stored.text(name).map_or(Value::Null, read_json),
            _ => stored.value(name),
        };
        (name.to_owned(), value)
    };
    Column::ALL.into_iter().map(member).collect()
}

/// JSON that holds the text of an object's JSON (LiteLLM's updates write it so) is that object. Text that is none stays.
pub(super) fn read_json(text: &str) -> Value {
    let value = serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned()));
    let Value::String(inner) = &value else { return value };
    match serde_json::from_str(inner) {
        Ok(object @ (Value::Object(_) | Value::Array(_))) => object,
        _ => value,
    }
}

/// ` ORDER BY`, with the tie-breaks.
fn order(dialect: Dialect, sort: Sort, alias: &str, column: &str, seq: &str) -> String {
    let descending = sort.direction == Direction::Descending;
    let word = if descending { "DESC" } else { "ASC" };
    let qualified = format!(r#"{alias}."{column}""#);
    let first = match sort.column {
        Column::UpdatedAt => None,
        Column::BeforeValue | Column::UpdatedValues => Some(dialect.order(&qualified, descending)),
        _ => Some(format!("{} {word}", dialect.by_bytes(&qualified))),
    };
    let first = first.map(|first| format!("{first}, ")).unwrap_or_default();
    let id = dialect.by_bytes(&format!(r#"{alias}."id""#));
    format!(r#" ORDER BY {first}{alias}."updated_at" {word}, {seq} {word}, {id} {word}"#)
}

#[cfg(test)]
mod tests;
