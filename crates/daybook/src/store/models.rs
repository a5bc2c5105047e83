//! Questions about models.

use super::StoreError;
use super::db::Session;
use crate::model::row::RowExt as _;

/// The public names of the models in the database, each once, sorted.
pub async fn list_names(session: &mut Session) -> Result<Vec<String>, StoreError> {
    let member = session.dialect().object(&[("name", r#"m."model_name""#)]);
    let sql = session.sql(format!(
        r#"SELECT {member} FROM (SELECT DISTINCT "model_name" FROM "LiteLLM_ProxyModelTable") AS m ORDER BY m."model_name""#
    ));
    let rows = session.objects(sql).await?;
    Ok(rows.iter().filter_map(|row| row.text("name").map(str::to_owned)).collect())
}
