//! `GET /key/info`

use axum::extract::State;
use daybook::manage::keys::info;
use serde_json::json;

use super::shape;
use crate::api::Reply;
use crate::api::error::{ApiError, wrapped};
use crate::app::App;
use crate::auth::Call;
use crate::wire::models::keys::KEY_INFO_QUERY;

pub async fn handle(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    let query = call.query(&KEY_INFO_QUERY)?;
    let mut session = app.store().read().await.map_err(wrapped)?;
    let now = app.store().clock().now();
    let key = info::find(&mut session, &call.caller, query.str("key"), now).await.map_err(wrapped)?;
    Ok(Reply::json(json!({"key": key.named, "info": shape::info_with_status(&key)})))
}
