//! `PATCH /update/default_team_settings`

use axum::extract::State;
use daybook::manage::settings;
use serde_json::json;

use crate::api::Reply;
use crate::api::error::ApiError;
use crate::app::App;
use crate::auth::Call;
use crate::wire::models::settings::DEFAULT_TEAM_SSO_PARAMS;

pub async fn handle(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    let request = call.body(&DEFAULT_TEAM_SSO_PARAMS)?.with_defaults();
    let done = app.configure(&call, request, settings::update_default_team).await?;
    Ok(Reply::recorded(
        done,
        |settings| json!({ "message": "Default team settings updated successfully", "status": "success", "settings": settings }),
    ))
}
