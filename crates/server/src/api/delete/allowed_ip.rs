//! `POST /delete/allowed_ip`

use axum::extract::State;
use daybook::manage::settings;
use daybook::model::row::RowExt as _;
use serde_json::json;

use crate::api::Reply;
use crate::api::error::ApiError;
use crate::app::App;
use crate::auth::Call;
use crate::wire::models::settings::IP_ADDRESS;

pub async fn handle(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    let request = call.request(&IP_ADDRESS)?;
    let ip = request.text("ip").unwrap_or_default().to_owned();
    let done = app.configure(&call, request, settings::delete_address).await?;
    Ok(Reply::recorded(done, |()| json!({ "message": format!("IP {ip} deleted successfully"), "status": "success" })))
}
