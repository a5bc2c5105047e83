//! Which entries: a [`Filter`] as a condition on the audit table, which goes by `x`.

use super::LONGEST_INDEXED;
use crate::model::question::{Bound, Column, Comparison, Excluded, Filter, Scope, Words};
use crate::model::table;
use crate::store::db::{Bind, Dialect, Session, Sql};
use crate::store::error::StoreError;
use crate::store::text;

/// ` WHERE`, unless everything is asked for.
pub(super) fn conditions(sql: &mut Sql, filter: &Filter) {
    joined(sql, filter, " WHERE ");
}

/// ` AND`, unless everything is asked for.
pub(super) fn and_conditions(sql: &mut Sql, filter: &Filter) {
    joined(sql, filter, " AND ");
}

fn joined(sql: &mut Sql, filter: &Filter, first: &'static str) {
    let mut word = first;
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
    if !filter.changed_field.is_empty() {
        and(sql);
        of_the_log(sql, |sql| changed(sql, &filter.changed_field, &filter.after));
    }
    for (comparison, seq) in [(">", filter.after_seq), ("<", filter.before_seq)] {
        if let Some(seq) = seq {
            and(sql);
            of_the_log(sql, |sql| {
                sql.push_with(&format!("k.seq {comparison} ?"), [Bind::Int(seq)]);
            });
        }
    }
    if let Some(words) = filter.words.as_ref().filter(|words| !words.0.is_empty()) {
        and(sql);
        has_words(sql, words);
    }
    excluded(sql, &filter.not, and);
}

/// What must not be so. A condition that is neither true nor false (there is no value) does not exclude.
fn excluded(sql: &mut Sql, not: &Excluded, mut and: impl FnMut(&mut Sql)) {
    for (column, values) in [
        (Column::ChangedBy, &not.changed_by),
        (Column::ChangedByApiKey, &not.changed_by_api_key),
        (Column::Action, &not.action),
        (Column::TableName, &not.table_name),
        (Column::ObjectId, &not.object_id),
    ] {
        if !values.is_empty() {
            and(sql);
            sql.push("(");
            column_is(sql, column, values);
            sql.push(") IS NOT TRUE");
        }
    }
    for (name, values) in [("team_id", &not.team_id), ("token", &not.key_hash)] {
        if !values.is_empty() {
            and(sql);
            sql.push("(");
            member_is(sql, name, values);
            sql.push(") IS NOT TRUE");
        }
    }
    if !not.changed_field.is_empty() {
        and(sql);
        sql.push("NOT ");
        of_the_log(sql, |sql| changed(sql, &not.changed_field, &[]));
    }
}

/// Whether the log has the row, and a condition holds of its ledger row, which goes by `k`.
fn of_the_log(sql: &mut Sql, condition: impl FnOnce(&mut Sql)) {
    let ledger = sql.dialect.own("ledger");
    sql.push(&format!(r#"EXISTS (SELECT 1 FROM {ledger} AS k WHERE k.audit_id = x."id" AND "#));
    condition(sql);
    sql.push(")");
}

/// Whether one of the fields has changed, to a number within all of the bounds.
fn changed(sql: &mut Sql, fields: &[String], bounds: &[Bound]) {
    let dialect = sql.dialect;
    let list = sql.bind(Bind::Texts(fields.to_vec()));
    if bounds.is_empty() {
        sql.push(&dialect.list_has_any("k.changed_fields", &list));
        return;
    }
    let (from, number) = dialect.changed_numbers("k.changed_fields", r#"x."updated_values""#, &list);
    sql.push(&format!("EXISTS (SELECT 1 FROM {from}"));
    for bound in bounds {
        let comparison = match bound.comparison {
            Comparison::Greater => ">",
            Comparison::AtLeast => ">=",
            Comparison::Less => "<",
            Comparison::AtMost => "<=",
        };
        sql.push_with(&format!(" AND {number} {comparison} ?"), [Bind::Float(bound.number)]);
    }
    sql.push(")");
}

/// Whether the words all stand in the entry.
fn has_words(sql: &mut Sql, words: &Words) {
    let ledger = sql.dialect.own("ledger");
    sql.push(&format!(r#"x."id" IN (SELECT k.audit_id FROM {ledger} AS k WHERE k.seq IN ("#));
    text::matching(sql, words);
    sql.push("))");
}

/// Whether an entry is about the organizations of a scope.
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
            sql.push(&format!(r#" AND x."table_name" = '{}'{more})"#, table.name));
        }
    }
}

/// Whether the entry with this id is in a scope.
pub async fn is_within(session: &mut Session, id: &str, scope: &Scope) -> Result<bool, StoreError> {
    // As of an unknown id: PostgreSQL takes no text with a NUL.
    if id.contains('\0') {
        return Ok(false);
    }
    let mut sql = session.sql(r#"SELECT count(*) AS n FROM "LiteLLM_AuditLog" AS x "#);
    sql.push_with(r#"WHERE x."id" = ? AND ("#, [Bind::from(id)]);
    within(&mut sql, scope);
    sql.push(")");
    Ok(session.count(sql).await? > 0)
}

/// Equality of a text column with any of the values, in the words of the index if it has one.
fn column_is(sql: &mut Sql, column: Column, values: &[String]) {
    let name = format!(r#"x."{}""#, column.as_str());
    let indexed = column == Column::ObjectId && values.iter().all(|value| value.len() <= LONGEST_INDEXED);
    if indexed && sql.dialect == Dialect::Postgres {
        sql.push(&format!("(octet_length({name}) <= {LONGEST_INDEXED} AND "));
        equals(sql, &sql.dialect.by_bytes(&name), values);
        sql.push(")");
    } else {
        equals(sql, &sql.dialect.by_bytes(&name), values);
    }
}

/// Equality of a member of either object with any of the values. A text of more than 1000 bytes is nobody's id.
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
