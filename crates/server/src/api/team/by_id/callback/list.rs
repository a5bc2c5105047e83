//! `GET /team/{team_id}/callback`

use axum::extract::State;
use daybook::manage::teams;
use daybook::model::row::Row;
use serde_json::json;

use crate::api::Reply;
use crate::api::error::ApiError;
use crate::app::App;
use crate::auth::Call;

/// What stands for a variable's value.
const HIDDEN: &str = "***REDACTED***";

pub async fn handle(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    let mut session = app.store().read().await?;
    let team_id = call.param("team_id");
    let callbacks = teams::list_callbacks(&mut session, &call.caller, team_id).await?;
    let variables: Row = callbacks.variables.into_iter().map(|name| (name, HIDDEN.into())).collect();
    Ok(Reply::json(json!({
        "status": "success",
        "data": {
            "team_id": team_id,
            "success_callbacks": callbacks.success,
            "failure_callbacks": callbacks.failure,
            "callback_vars": variables,
        },
    })))
}
