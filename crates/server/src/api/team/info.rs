//! `GET /team/info`

use axum::extract::State;
use daybook::manage::teams;
use daybook::model::row::RowExt as _;

use super::shape;
use crate::api::Reply;
use crate::api::error::{ApiError, wrapped};
use crate::app::App;
use crate::auth::Call;
use crate::wire::models::teams::TEAM_INFO_QUERY;

pub async fn handle(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    let question = call.query(&TEAM_INFO_QUERY)?.into_map();
    let mut session = app.store().read().await.map_err(wrapped)?;
    let (team_id, key_limit) = (question.text("team_id"), question.int("key_limit"));
    let info = teams::info(&mut session, &call.caller, team_id, key_limit).await.map_err(wrapped)?;
    Ok(Reply::json(shape::info(&info)))
}
