//! `POST /v2/key/info`

use axum::extract::State;
use daybook::manage::keys::info;
use daybook::manage::{Refusal, Why};
use daybook::model::row::RowExt as _;
use serde_json::json;

use crate::api::Reply;
use crate::api::error::{ApiError, wrapped};
use crate::api::key::shape;
use crate::api::shape::list;
use crate::app::App;
use crate::auth::Call;
use crate::wire::models::keys::KEY_REQUEST;

pub async fn handle(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    if call.json.is_none() {
        return Err(wrapped(Refusal::message(Why::Unprocessable, "Malformed request. No keys passed in.")));
    }
    let request = call.request(&KEY_REQUEST)?;
    let mut session = app.store().read().await.map_err(wrapped)?;
    let now = app.store().clock().now();
    let found = info::list(&mut session, &call.caller, &request, now).await.map_err(wrapped)?;
    Ok(Reply::json(json!({"key": request.value("keys"), "info": list(found.iter().map(shape::info))})))
}
