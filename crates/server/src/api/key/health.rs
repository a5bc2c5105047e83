//! `POST /key/health`: whether the calling key works. That it got here says that it does.

use serde_json::json;

use crate::api::Reply;
use crate::auth::Call;

pub async fn handle(_: Call) -> Reply {
    Reply::json(json!({"key": "healthy", "logging_callbacks": null}))
}
