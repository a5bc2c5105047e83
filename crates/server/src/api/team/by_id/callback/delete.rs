//! `DELETE /team/{team_id}/callback/{callback_name}`

use axum::extract::State;
use daybook::manage::teams;
use daybook::row;
use serde_json::json;

use crate::api::Reply;
use crate::api::error::ApiError;
use crate::api::team::shape;
use crate::app::App;
use crate::auth::Call;

pub async fn handle(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    let request = row! { "team_id": call.param("team_id"), "callback_name": call.param("callback_name") };
    let done = app.record(&call, request, teams::delete_callback).await?;
    Ok(Reply::recorded(done, |team| json!({ "status": "success", "data": shape::raw_team(&team) })))
}
