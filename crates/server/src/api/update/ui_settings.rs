//! `PATCH /update/ui_settings`

use axum::extract::State;
use daybook::manage::settings;
use serde_json::json;

use crate::api::Reply;
use crate::api::error::ApiError;
use crate::app::App;
use crate::auth::Call;
use crate::wire::models::settings::UI_SETTINGS;

pub async fn handle(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    let request = call.request(&UI_SETTINGS)?;
    let done = app.configure(&call, request, settings::update_ui).await?;
    Ok(Reply::recorded(
        done,
        |settings| json!({ "message": "UI settings updated successfully", "status": "success", "settings": settings }),
    ))
}
