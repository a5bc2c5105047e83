//! `POST /team/member_update`

use axum::extract::State;
use daybook::manage::teams;
use serde_json::Value;

use crate::api::Reply;
use crate::api::error::ApiError;
use crate::app::App;
use crate::auth::Call;
use crate::wire::models::teams::TEAM_MEMBER_UPDATE_REQUEST;

pub async fn handle(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    let request = call.request(&TEAM_MEMBER_UPDATE_REQUEST)?;
    let done = app.record(&call, request, teams::update_member).await?;
    Ok(Reply::recorded(done, Value::Object))
}
