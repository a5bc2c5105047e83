//! The most frequent values of entries.

use super::LONGEST_INDEXED;
use super::conditions::conditions;
use crate::model::facet::{Facet, Values};
use crate::model::question::Filter;
use crate::model::row::RowExt as _;
use crate::store::db::{Bind, Dialect, Session, Sql};
use crate::store::error::StoreError;

/// The most frequent values, at most `limit`, and how many there are.
pub async fn values(session: &mut Session, filter: &Filter, facet: Facet, limit: i64) -> Result<Values, StoreError> {
    let dialect = session.dialect();
    let mut sql = session.sql("WITH v AS (SELECT s.value, count(*) AS n FROM (");
    match facet {
        Facet::ChangedBy => column(&mut sql, filter, "changed_by"),
        Facet::ChangedByApiKey => column(&mut sql, filter, "changed_by_api_key"),
        Facet::Action => column(&mut sql, filter, "action"),
        Facet::TableName => column(&mut sql, filter, "table_name"),
        Facet::ObjectId => column(&mut sql, filter, "object_id"),
        Facet::TeamId => members(&mut sql, filter, "team_id"),
        Facet::KeyHash => members(&mut sql, filter, "token"),
        Facet::ChangedField => changed_fields(&mut sql, filter),
    }
    let object = dialect.object(&[("value", "v.value"), ("n", "v.n"), ("distinct", "(SELECT count(*) FROM v)")]);
    sql.push(&format!(
        ") AS s GROUP BY s.value) SELECT {object} FROM v ORDER BY v.n DESC, {}",
        dialect.by_bytes("v.value")
    ));
    sql.push_with(" LIMIT ?", [Bind::Int(limit.max(1))]);
    let mut values = Values::default();
    for row in session.objects(sql).await? {
        values.distinct = row.int("distinct").unwrap_or(0);
        values.most.push((row.text("value").unwrap_or_default().to_owned(), row.int("n").unwrap_or(0)));
    }
    Ok(values)
}

fn column(sql: &mut Sql, filter: &Filter, name: &str) {
    sql.push(&format!(
        r#"SELECT {} AS value FROM "LiteLLM_AuditLog" AS x"#,
        sql.dialect.by_bytes(&format!(r#"x."{name}""#))
    ));
    conditions(sql, filter);
}

/// UNION: an entry whose two values have the same text counts once.
fn members(sql: &mut Sql, filter: &Filter, name: &str) {
    sql.push("SELECT u.value FROM (");
    for (index, column) in [r#"x."before_value""#, r#"x."updated_values""#].into_iter().enumerate() {
        if index > 0 {
            sql.push(" UNION ");
        }
        let member = sql.dialect.member(column, name);
        sql.push(&format!(r#"SELECT x."id" AS id, {member} AS value FROM "LiteLLM_AuditLog" AS x"#));
        conditions(sql, filter);
    }
    sql.push(") AS u WHERE u.value IS NOT NULL");
    if sql.dialect == Dialect::Sqlite {
        sql.push(&format!(" AND length(CAST(u.value AS BLOB)) <= {LONGEST_INDEXED}"));
    }
}

fn changed_fields(sql: &mut Sql, filter: &Filter) {
    let items = match sql.dialect {
        Dialect::Sqlite => "json_each(k.changed_fields) AS f",
        Dialect::Postgres => "jsonb_array_elements_text(k.changed_fields::jsonb) AS f(value)",
    };
    let (ledger, value) = (sql.dialect.own("ledger"), sql.dialect.by_bytes("f.value"));
    sql.push(&format!(
        r#"SELECT {value} AS value FROM "LiteLLM_AuditLog" AS x JOIN {ledger} AS k ON k.audit_id = x."id" CROSS JOIN {items}"#
    ));
    conditions(sql, filter);
}
