//! Questions about budgets: their rows, pages of them, and the rows that refer to one.

use super::db::{Bind, Dialect, Lock, Session, Sql};
use super::{StoreError, by, db};
use crate::model::row::{Row, RowExt as _};
use crate::model::table::{self, Table};

/// The budget with this id.
pub async fn find(session: &mut Session, budget_id: &str) -> Result<Option<Row>, StoreError> {
    session.row(&table::BUDGETS, &by("budget_id", budget_id), Lock::No).await
}

/// Every budget, oldest first.
pub async fn list(session: &mut Session) -> Result<Vec<Row>, StoreError> {
    let mut sql = select(session);
    sql.push(r#"ORDER BY b."created_at", b."budget_id""#);
    session.rows(&table::BUDGETS, sql).await
}

/// The budgets with these ids, oldest first. Unknown ids are left out.
pub async fn list_by_ids(session: &mut Session, ids: &[String]) -> Result<Vec<Row>, StoreError> {
    let mut sql = select(session);
    let ids = sql.bind(Bind::Texts(ids.to_vec()));
    sql.push("WHERE ").push(&session.dialect().any_of(r#"b."budget_id""#, &ids));
    sql.push(r#" ORDER BY b."created_at", b."budget_id""#);
    session.rows(&table::BUDGETS, sql).await
}

fn select(session: &Session) -> Sql {
    let columns = session.dialect().row(&table::BUDGETS, "b");
    session.sql(format!(r#"SELECT {columns} FROM "LiteLLM_BudgetTable" AS b "#))
}

/// A condition on a column of the budget table.
#[derive(Clone, Debug)]
pub enum Condition {
    AtLeast(&'static str, Bind),
    AtMost(&'static str, Bind),
    AnyOf(&'static str, Vec<String>),
    Null(&'static str),
    NotNull(&'static str),
    /// The text contains this one, in any case.
    Contains(&'static str, String),
}

/// A column that a page is sorted by.
#[derive(Clone, Debug)]
pub struct SortKey {
    pub column: &'static str,
    pub descending: bool,
    /// What the values of a text column count as, where the text itself does not say; null and others come last.
    pub ranks: Option<Vec<(String, i64)>>,
}

/// Columns without a limit, which in a descending order is the highest of all.
const LIMITS: &[&str] = &["max_budget", "tpm_limit", "rpm_limit", "tpd_limit"];

/// One page of the budgets that meet every condition.
pub async fn page(
    session: &mut Session,
    conditions: &[Condition],
    order: &[SortKey],
    offset: i64,
    limit: i64,
) -> Result<Vec<Row>, StoreError> {
    let mut sql = select(session);
    push_conditions(&mut sql, conditions);
    sql.push(" ORDER BY ");
    for key in order {
        let value = match &key.ranks {
            None => format!(r#"b."{}""#, key.column),
            // PostgreSQL takes a bare constant here for the number of a column.
            Some(ranks) if ranks.is_empty() => "CAST(NULL AS bigint)".to_owned(),
            Some(ranks) => {
                let mut cases = format!(r#"CASE b."{}""#, key.column);
                for (text, rank) in ranks {
                    let text = sql.bind(text.as_str());
                    cases.push_str(&format!(" WHEN {text} THEN {rank}"));
                }
                cases + " END"
            }
        };
        let way = if key.descending { "DESC" } else { "ASC" };
        let nulls = if key.descending && LIMITS.contains(&key.column) { "FIRST" } else { "LAST" };
        sql.push(&format!("{value} {way} NULLS {nulls}, "));
    }
    sql.push(r#"b."budget_id""#);
    sql.push_with(" LIMIT ? OFFSET ?", [Bind::Int(limit), Bind::Int(offset)]);
    session.rows(&table::BUDGETS, sql).await
}

/// How many budgets meet every condition.
pub async fn count(session: &mut Session, conditions: &[Condition]) -> Result<i64, StoreError> {
    let mut sql = session.sql(r#"SELECT count(*) AS n FROM "LiteLLM_BudgetTable" AS b "#);
    push_conditions(&mut sql, conditions);
    session.count(sql).await
}

/// Each `budget_duration` that a budget has.
pub async fn list_durations(session: &mut Session) -> Result<Vec<String>, StoreError> {
    let member = session.dialect().object(&[("duration", r#"d."budget_duration""#)]);
    let sql = session.sql(format!(
        r#"SELECT {member} FROM (SELECT DISTINCT "budget_duration" FROM "LiteLLM_BudgetTable" WHERE "budget_duration" IS NOT NULL) AS d"#
    ));
    let rows = session.objects(sql).await?;
    Ok(rows.iter().filter_map(|row| row.text("duration").map(str::to_owned)).collect())
}

fn push_conditions(sql: &mut Sql, conditions: &[Condition]) {
    let dialect = sql.dialect;
    sql.push("WHERE 1 = 1");
    for condition in conditions {
        let text = match condition {
            Condition::AtLeast(column, value) => format!(r#"b."{column}" >= {}"#, sql.bind(value.clone())),
            Condition::AtMost(column, value) => format!(r#"b."{column}" <= {}"#, sql.bind(value.clone())),
            Condition::AnyOf(column, texts) => {
                let texts = sql.bind(Bind::Texts(texts.clone()));
                dialect.any_of(&format!(r#"b."{column}""#), &texts)
            }
            Condition::Null(column) => format!(r#"b."{column}" IS NULL"#),
            Condition::NotNull(column) => format!(r#"b."{column}" IS NOT NULL"#),
            Condition::Contains(column, part) => {
                let pattern = sql.bind(format!("%{}%", db::like_literal(&part.to_lowercase())));
                format!(r#"lower(b."{column}") LIKE {pattern} ESCAPE '\'"#)
            }
        };
        sql.push(" AND ").push(&text);
    }
}

/// Our tables that have a `budget_id`.
static REFERRING: &[&Table] = &[
    &table::ORGANIZATIONS,
    &table::PROJECTS,
    &table::KEYS,
    &table::TEAM_MEMBERSHIPS,
    &table::ORGANIZATION_MEMBERSHIPS,
    &table::END_USERS,
];

/// The rows that refer to a budget, each with its table, in an order in which they can be locked.
pub async fn list_references(session: &mut Session, budget_id: &str) -> Result<Vec<(&'static Table, Row)>, StoreError> {
    let mut references = Vec::new();
    for table in REFERRING {
        let columns = session.dialect().row(table, "r");
        let mut sql = session.sql(format!(r#"SELECT {columns} FROM "{}" AS r "#, table.name));
        let keys: Vec<String> = table.primary_key.iter().map(|column| format!(r#"r."{column}""#)).collect();
        sql.push_with(&format!(r#"WHERE r."budget_id" = ? ORDER BY {}"#, keys.join(", ")), [Bind::from(budget_id)]);
        references.extend(session.rows(table, sql).await?.into_iter().map(|row| (*table, row)));
    }
    Ok(references)
}

/// Names of tables that only LiteLLM writes and that have rows which refer to a budget: their rows cannot be changed here.
pub async fn list_foreign_references(session: &mut Session, budget_id: &str) -> Result<Vec<String>, StoreError> {
    if session.dialect() == Dialect::Sqlite {
        return Ok(Vec::new());
    }
    let sql = session.sql(
        r#"SELECT jsonb_build_object('table', c.conrelid::regclass::text, 'name', r.relname, 'column', quote_ident(a.attname))::text
           FROM pg_constraint AS c
           JOIN pg_class AS r ON r.oid = c.conrelid
           JOIN pg_attribute AS a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
           WHERE c.contype = 'f' AND c.confrelid = to_regclass('"LiteLLM_BudgetTable"') ORDER BY r.relname"#,
    );
    let mut found = Vec::new();
    for constraint in session.objects(sql).await? {
        let name = constraint.text("name").unwrap_or_default();
        if REFERRING.iter().any(|table| table.name == name) {
            continue;
        }
        // Quoted by the database itself.
        let (table, column) =
            (constraint.text("table").unwrap_or_default(), constraint.text("column").unwrap_or_default());
        let mut sql = session.sql(format!("SELECT count(*) AS n FROM {table} WHERE "));
        sql.push_with(&format!("{column} = ?"), [Bind::from(budget_id)]);
        if session.count(sql).await? > 0 {
            found.push(name.to_owned());
        }
    }
    Ok(found)
}
