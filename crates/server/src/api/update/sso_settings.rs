//! `PATCH /update/sso_settings`

use axum::extract::State;
use daybook::manage::settings;
use serde_json::json;

use crate::api::Reply;
use crate::api::error::ApiError;
use crate::app::App;
use crate::auth::Call;
use crate::wire::models::settings::SSO_CONFIG;

pub async fn handle(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    let request = call.body(&SSO_CONFIG)?.with_defaults();
    let sent = request.clone();
    let done = app.configure(&call, request, settings::update_sso).await?;
    Ok(Reply::recorded(
        done,
        |()| json!({ "message": "SSO settings updated successfully", "status": "success", "settings": sent }),
    ))
}
