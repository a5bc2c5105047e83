//! Questions about the models of the database. Their parameters come as they are stored, encrypted: see
//! [`super::Sealer::open`].

use super::db::{Bind, Lock, Session};
use super::error::StoreError;
use super::{by, teams};
use crate::model::row::{Row, RowExt as _};
use crate::model::table;

/// Every model, oldest first.
pub async fn list(session: &mut Session) -> Result<Vec<Row>, StoreError> {
    let select = session.dialect().row(&table::PROXY_MODELS, "m");
    let text = format!(r#"SELECT {select} FROM "LiteLLM_ProxyModelTable" AS m ORDER BY m."created_at", m."model_id""#);
    let sql = session.sql(text);
    session.rows(&table::PROXY_MODELS, sql).await
}

pub async fn find(session: &mut Session, id: &str) -> Result<Option<Row>, StoreError> {
    session.row(&table::PROXY_MODELS, &by("model_id", id), Lock::No).await
}

/// The models that belong to a team alone.
pub async fn of_team(session: &mut Session, team_id: &str) -> Result<Vec<Row>, StoreError> {
    teams::list_models(session, team_id).await
}

/// Whether a model that belongs to no team has this name.
pub async fn has_name(session: &mut Session, name: &str) -> Result<bool, StoreError> {
    let of_team = session.dialect().json_text(r#"m."model_info""#, "team_id");
    let mut sql = session.sql(r#"SELECT count(*) AS n FROM "LiteLLM_ProxyModelTable" AS m "#);
    sql.push_with(&format!(r#"WHERE m."model_name" = ? AND {of_team} IS NULL"#), [Bind::from(name)]);
    Ok(session.count(sql).await? > 0)
}

/// The public names of the models in the database, each once, sorted.
pub async fn list_names(session: &mut Session) -> Result<Vec<String>, StoreError> {
    let member = session.dialect().object(&[("name", r#"m."model_name""#)]);
    let sql = session.sql(format!(
        r#"SELECT {member} FROM (SELECT DISTINCT "model_name" FROM "LiteLLM_ProxyModelTable") AS m ORDER BY m."model_name""#
    ));
    let rows = session.objects(sql).await?;
    Ok(rows.iter().filter_map(|row| row.text("name").map(str::to_owned)).collect())
}
