//! Questions about stored credentials. Their values come as they are stored, encrypted: see [`super::Sealer::open`].

use super::by;
use super::db::{Lock, Session};
use super::error::StoreError;
use crate::model::row::Row;
use crate::model::table;

/// Every credential, oldest first.
pub async fn list(session: &mut Session) -> Result<Vec<Row>, StoreError> {
    let select = session.dialect().row(&table::CREDENTIALS, "c");
    let text =
        format!(r#"SELECT {select} FROM "LiteLLM_CredentialsTable" AS c ORDER BY c."created_at", c."credential_name""#);
    let sql = session.sql(text);
    session.rows(&table::CREDENTIALS, sql).await
}

pub async fn find(session: &mut Session, name: &str) -> Result<Option<Row>, StoreError> {
    session.row(&table::CREDENTIALS, &by("credential_name", name), Lock::No).await
}
