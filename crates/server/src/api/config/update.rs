//! `POST /config/update`

use axum::extract::State;
use daybook::manage::settings;
use daybook::model::row::RowExt as _;
use serde_json::json;

use crate::api::Reply;
use crate::api::error::{ApiError, wrapped};
use crate::app::App;
use crate::auth::Call;
use crate::wire::models::settings::CONFIG_YAML;

pub async fn handle(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    let request = call.request(&CONFIG_YAML)?;
    if let Some(addresses) = request.object("general_settings").and_then(|general| general.get("allowed_ips")) {
        super::check_addresses(addresses).map_err(wrapped)?;
    }
    let done = app.configure(&call, request, settings::update).await.map_err(wrapped)?;
    Ok(Reply::recorded(done, |()| json!({ "message": "Config updated successfully" })))
}
