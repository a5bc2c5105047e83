//! `POST /team/delete`

use axum::extract::State;
use daybook::manage::teams;
use serde_json::json;

use crate::api::Reply;
use crate::api::error::ApiError;
use crate::app::App;
use crate::auth::Call;
use crate::wire::models::teams::DELETE_TEAM_REQUEST;

pub async fn handle(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    let request = call.request(&DELETE_TEAM_REQUEST)?;
    let done = app.record(&call, request, teams::delete).await?;
    Ok(Reply::recorded(done, |ids| json!({ "deleted_teams": ids })))
}
