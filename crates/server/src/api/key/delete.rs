//! `POST /key/delete`

use axum::extract::State;
use daybook::manage::keys::{self, Deleted};
use serde_json::{Value, json};

use crate::api::Reply;
use crate::api::error::{ApiError, wrapped};
use crate::app::App;
use crate::auth::Call;
use crate::wire::models::keys::KEY_REQUEST;

pub async fn handle(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    let request = call.request(&KEY_REQUEST)?;
    let done = app.record(&call, request, keys::delete).await.map_err(wrapped)?;
    Ok(Reply::recorded(done, shape))
}

/// `not_found` only when there is something to say.
fn shape(outcome: Deleted) -> Value {
    let mut body = json!({"deleted_keys": outcome.deleted});
    if !outcome.not_found.is_empty() {
        body["not_found"] = outcome.not_found.into();
    }
    body
}
