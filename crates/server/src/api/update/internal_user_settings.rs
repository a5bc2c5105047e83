//! `PATCH /update/internal_user_settings`

use axum::extract::State;
use daybook::manage::settings;
use serde_json::json;

use crate::api::Reply;
use crate::api::error::ApiError;
use crate::app::App;
use crate::auth::Call;
use crate::wire::models::settings::DEFAULT_INTERNAL_USER_PARAMS;

pub async fn handle(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    let request = call.body(&DEFAULT_INTERNAL_USER_PARAMS)?.with_defaults();
    let done = app.configure(&call, request, settings::update_internal_user).await?;
    Ok(Reply::recorded(
        done,
        |settings| json!({ "message": "Internal user settings updated successfully", "status": "success", "settings": settings }),
    ))
}
