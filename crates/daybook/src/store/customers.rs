//! Questions about customers (`LiteLLM_EndUserTable`): the people on whose behalf a client's application calls.

use serde_json::Value;

use super::db::{Bind, Lock, Session};
use super::{StoreError, by, db, teams};
use crate::model::row::{Row, RowExt as _};
use crate::model::table;

/// The customer with this id.
pub async fn find(session: &mut Session, user_id: &str) -> Result<Option<Row>, StoreError> {
    session.row(&table::END_USERS, &by("user_id", user_id), Lock::No).await
}

/// A part of the customers in the order of their ids: those whose id or alias contains `search`, in any case.
pub async fn list(
    session: &mut Session,
    search: Option<&str>,
    offset: i64,
    limit: i64,
) -> Result<Vec<Row>, StoreError> {
    let columns = session.dialect().row(&table::END_USERS, "c");
    let mut sql = session.sql(format!(r#"SELECT {columns} FROM "LiteLLM_EndUserTable" AS c "#));
    if let Some(search) = search {
        let pattern = sql.bind(format!("%{}%", db::like_literal(&search.to_lowercase())));
        sql.push(&format!(
            r#"WHERE (lower(c."user_id") LIKE {pattern} ESCAPE '\' OR lower(c."alias") LIKE {pattern} ESCAPE '\') "#
        ));
    }
    sql.push_with(r#"ORDER BY c."user_id" LIMIT ? OFFSET ?"#, [Bind::Int(limit), Bind::Int(offset)]);
    session.rows(&table::END_USERS, sql).await
}

/// The ids of the customers who are blocked, sorted.
pub async fn list_blocked_ids(session: &mut Session) -> Result<Vec<String>, StoreError> {
    let member = session.dialect().object(&[("user_id", r#"c."user_id""#)]);
    let mut sql = session.sql(format!(r#"SELECT {member} FROM "LiteLLM_EndUserTable" AS c "#));
    sql.push_with(r#"WHERE c."blocked" = ? ORDER BY c."user_id""#, [Bind::Bool(true)]);
    let rows = session.objects(sql).await?;
    Ok(rows.iter().filter_map(|row| row.text("user_id").map(str::to_owned)).collect())
}

/// Sets `litellm_budget_table` and `object_permission` of customers: the rows that they refer to, or null.
pub async fn attach_related(session: &mut Session, customers: &mut [Row]) -> Result<(), StoreError> {
    teams::attach_budgets(session, customers).await?;
    for customer in customers {
        let permission = match customer.text("object_permission_id") {
            Some(id) => session.row(&table::OBJECT_PERMISSIONS, &by("object_permission_id", id), Lock::No).await?,
            None => None,
        };
        customer.insert("object_permission".to_owned(), permission.map_or(Value::Null, Value::Object));
    }
    Ok(())
}
