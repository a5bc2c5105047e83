//! `POST /config/update`

use axum::extract::State;
use daybook::manage::settings;
use serde_json::json;

use crate::api::Reply;
use crate::api::error::{ApiError, wrapped};
use crate::app::App;
use crate::auth::Call;
use crate::wire::models::settings::CONFIG_YAML;

pub async fn handle(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    let request = call.request(&CONFIG_YAML)?;
    let done = app.configure(&call, request, settings::update).await.map_err(wrapped)?;
    Ok(Reply::recorded(done, |()| json!({ "message": "Config updated successfully" })))
}
