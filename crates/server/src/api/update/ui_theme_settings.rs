//! `PATCH /update/ui_theme_settings`

use axum::extract::State;
use daybook::manage::settings;
use serde_json::json;

use crate::api::Reply;
use crate::api::error::ApiError;
use crate::app::App;
use crate::auth::Call;
use crate::wire::models::settings::UI_THEME_CONFIG;

pub async fn handle(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    let request = call.request(&UI_THEME_CONFIG)?;
    let done = app.configure(&call, request, settings::update_theme).await?;
    Ok(Reply::recorded(
        done,
        |theme| json!({ "message": "UI theme settings updated successfully.", "status": "success", "theme_config": theme }),
    ))
}
