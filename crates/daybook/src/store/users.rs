//! Questions about users and their memberships in organizations.

use super::StoreError;
use super::db::{Bind, Session};
use crate::model::row::Row;
use crate::model::table;

/// The organizations that a user belongs to.
pub async fn list_organization_memberships(session: &mut Session, user_id: &str) -> Result<Vec<Row>, StoreError> {
    let select = session.dialect().row(&table::ORGANIZATION_MEMBERSHIPS, "m");
    let mut sql = session.sql(format!(r#"SELECT {select} FROM "LiteLLM_OrganizationMembership" AS m "#));
    sql.push_with(r#"WHERE m."user_id" = ? ORDER BY m."organization_id""#, [Bind::from(user_id)]);
    session.rows(&table::ORGANIZATION_MEMBERSHIPS, sql).await
}
