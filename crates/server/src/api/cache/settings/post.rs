//! `POST /cache/settings`

use axum::extract::State;
use daybook::manage::settings;
use serde_json::json;

use crate::api::Reply;
use crate::api::error::ApiError;
use crate::app::App;
use crate::auth::Call;
use crate::wire::models::settings::CACHE_SETTINGS;

pub async fn handle(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    let request = call.request(&CACHE_SETTINGS)?;
    let done = app.record(&call, request, settings::update_cache).await?;
    Ok(Reply::recorded(
        done,
        |settings| json!({ "message": "Cache settings updated successfully", "status": "success", "settings": settings }),
    ))
}
