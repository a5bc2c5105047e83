//! Questions to `LiteLLM_AuditLog`, in SQL.
//!
//! The total is counted first; it also says how to find the page. Few entries are collected and sorted. Many are walked in
//! the order of an index until the page is full, from whichever end is nearer. Only ids are sorted, and only the rows of
//! the page are read whole.

pub mod feed;

use serde_json::Value;

use super::db::{Bind, Dialect, Session, Sql};
use super::error::StoreError;
use crate::model::question::{Column, Direction, Filter, Question, Scope, Sort};
use crate::model::row::{Row, RowExt as _};
use crate::model::table;
use crate::model::time;

/// Up to so many entries are collected and sorted.
const FEW: i64 = 1_000;

/// The longest text that PostgreSQL's indexes hold, in bytes.
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
    if sorted != Column::UpdatedAt {
        return index_of(sorted);
    }
    // The usually rarest first.
    let narrowing = [
        (Column::ObjectId, &filter.object_id),
        (Column::ChangedByApiKey, &filter.changed_by_api_key),
        (Column::ChangedBy, &filter.changed_by),
        (Column::TableName, &filter.table_name),
        (Column::Action, &filter.action),
    ];
    let found = narrowing.into_iter().find(|(_, values)| values.len() == 1);
    index_of(found.map_or(Column::UpdatedAt, |(column, _)| column))
}

fn index_of(column: Column) -> Option<&'static str> {
    match column {
        Column::UpdatedAt => Some("daybook_audit_updated_at"),
        Column::ChangedBy => Some("daybook_audit_changed_by"),
        Column::ChangedByApiKey => Some("daybook_audit_changed_by_api_key"),
        Column::Action => Some("daybook_audit_action"),
        Column::TableName => Some("daybook_audit_table_name"),
        Column::ObjectId => Some("daybook_audit_object_id"),
        Column::Id | Column::BeforeValue | Column::UpdatedValues => None,
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

/// ` WHERE`, unless everything is asked for. The table goes by `x`.
fn conditions(sql: &mut Sql, filter: &Filter) {
    let mut word = " WHERE ";
    let mut and = |sql: &mut Sql| {
        sql.push(word);
        word = " AND ";
    };
    for (column, values) in [
        (Column::ChangedBy, &filter.changed_by),
        (Column::ChangedByApiKey, &filter.changed_by_api_key),
        (Column::Action, &filter.action),
        (Column::TableName, &filter.table_name),
        (Column::ObjectId, &filter.object_id),
    ] {
        if !values.is_empty() {
            and(sql);
            column_is(sql, column, values);
        }
    }
    for (name, values) in [("team_id", &filter.team_id), ("token", &filter.key_hash)] {
        if !values.is_empty() {
            and(sql);
            sql.push("(");
            member_is(sql, name, values);
            sql.push(")");
        }
    }
    for (comparison, instant) in [(">=", filter.from), ("<=", filter.until)] {
        if let Some(instant) = instant {
            and(sql);
            sql.push_with(&format!(r#"x."updated_at" {comparison} ?"#), [Bind::Time(instant)]);
        }
    }
    let search = &filter.search;
    if !search.is_empty() {
        and(sql);
        sql.push("(");
        let objects: Vec<String> = search.texts.iter().chain(&search.key_hashes).cloned().collect();
        equals(sql, r#"x."id""#, &search.texts);
        for (column, values) in [
            (Column::ChangedBy, &search.texts),
            (Column::ObjectId, &objects),
            (Column::ChangedByApiKey, &search.api_keys),
        ] {
            sql.push(" OR ");
            column_is(sql, column, values);
        }
        if !search.key_hashes.is_empty() {
            sql.push(" OR ");
            member_is(sql, "token", &search.key_hashes);
        }
        sql.push(")");
    }
    if let Some(scope) = &filter.scope {
        and(sql);
        sql.push("(");
        within(sql, scope);
        sql.push(")");
    }
}

/// Whether an entry is about the organizations of a scope: a union whose every part an index finds. What else must hold of
/// a part is written as no index has it, or SQLite, which keeps no statistics, would go by that.
fn within(sql: &mut Sql, scope: &Scope) {
    let values = [r#"x."before_value""#, r#"x."updated_values""#];
    member_is(sql, "organization_id", &scope.organizations);
    let of_nobody_else = values
        .map(|column| format!(" AND coalesce({}, '') = ''", sql.dialect.member(column, "organization_id")))
        .concat();
    if !scope.teams.is_empty() {
        for column in values {
            sql.push(" OR (");
            let team = sql.dialect.member(column, "team_id");
            equals(sql, &team, &scope.teams);
            sql.push(&format!("{of_nobody_else})"));
        }
    }
    for (table, ids, more) in [
        (&table::TEAMS, &scope.teams, of_nobody_else.as_str()),
        (&table::BUDGETS, &scope.budgets, ""),
        (&table::OBJECT_PERMISSIONS, &scope.object_permissions, ""),
    ] {
        if !ids.is_empty() {
            sql.push(" OR (");
            column_is(sql, Column::ObjectId, ids);
            sql.push(&format!(r#" AND x."table_name" || '' = '{}'{more})"#, table.name));
        }
    }
}

/// Whether the entry with this id is in a scope.
pub async fn is_within(session: &mut Session, id: &str, scope: &Scope) -> Result<bool, StoreError> {
    let mut sql = session.sql(r#"SELECT count(*) AS n FROM "LiteLLM_AuditLog" AS x "#);
    sql.push_with(r#"WHERE x."id" = ? AND ("#, [Bind::from(id)]);
    within(&mut sql, scope);
    sql.push(")");
    Ok(session.count(sql).await? > 0)
}

/// Equality of a text column with any of the values, in the words of the column's index.
fn column_is(sql: &mut Sql, column: Column, values: &[String]) {
    let name = format!(r#"x."{}""#, column.as_str());
    let partial = matches!(column, Column::ChangedBy | Column::ChangedByApiKey | Column::ObjectId);
    let indexed = values.iter().all(|value| value.len() <= LONGEST_INDEXED);
    if partial && indexed && sql.dialect == Dialect::Postgres {
        sql.push(&format!("(octet_length({name}) <= {LONGEST_INDEXED} AND "));
        equals(sql, &sql.dialect.by_bytes(&name), values);
        sql.push(")");
    } else {
        equals(sql, &sql.dialect.by_bytes(&name), values);
    }
}

/// Equality of a member of either object with any of the values. A longer text than the index holds is nobody's id.
fn member_is(sql: &mut Sql, name: &str, values: &[String]) {
    let values: Vec<String> = values.iter().filter(|value| value.len() <= LONGEST_INDEXED).cloned().collect();
    for (index, column) in [r#"x."before_value""#, r#"x."updated_values""#].into_iter().enumerate() {
        if index > 0 {
            sql.push(" OR ");
        }
        equals(sql, &sql.dialect.member(column, name), &values);
    }
}

/// One value is compared by itself: an index then also gives the order.
fn equals(sql: &mut Sql, expression: &str, values: &[String]) {
    match values {
        [one] => {
            sql.push_with(&format!("{expression} = ?"), [Bind::from(one.as_str())]);
        }
        many => {
            let list = sql.bind(Bind::Texts(many.to_vec()));
            let condition = sql.dialect.any_of(expression, &list);
            sql.push(&condition);
        }
    }
}

#[cfg(test)]
mod tests;
