//! `POST /team/update`

use axum::extract::State;
use daybook::manage::teams;
use daybook::model::row::RowExt as _;
use serde_json::json;

use super::shape;
use crate::api::Reply;
use crate::api::error::{ApiError, wrapped};
use crate::app::App;
use crate::auth::Call;
use crate::wire::models::teams::UPDATE_TEAM_REQUEST;

pub async fn handle(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    let request = call.request(&UPDATE_TEAM_REQUEST)?;
    let done = app.record(&call, request, teams::update).await.map_err(wrapped)?;
    Ok(Reply::recorded(done, |team| json!({ "team_id": team.value("team_id"), "data": shape::raw_team(&team) })))
}
