//! `GET /get/allowed_ips`

use axum::extract::State;
use daybook::manage::settings;
use daybook::model::row::Row;
use serde_json::json;

use crate::api::Reply;
use crate::api::error::ApiError;
use crate::app::App;
use crate::auth::Call;

pub async fn handle(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    let ask = app.ask(&call, Row::new());
    let mut session = app.store().read().await?;
    Ok(Reply::json(json!({ "data": settings::allowed_addresses(&mut session, &ask).await? })))
}
