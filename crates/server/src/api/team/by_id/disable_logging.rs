//! `POST /team/{team_id}/disable_logging`

use axum::extract::State;
use daybook::manage::teams;
use daybook::row;
use serde_json::json;

use crate::api::Reply;
use crate::api::error::ApiError;
use crate::app::App;
use crate::auth::Call;

pub async fn handle(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    let team_id = call.param("team_id");
    let done = app.record(&call, row! { "team_id": team_id }, teams::disable_logging).await?;
    Ok(Reply::recorded(done, |_| {
        json!({
            "status": "success",
            "message": format!("Logging disabled for team {team_id}"),
            "data": { "team_id": team_id, "success_callbacks": [], "failure_callbacks": [] },
        })
    }))
}
