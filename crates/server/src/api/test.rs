//! `GET /test`: that requests arrive.

use serde_json::json;

use super::Reply;
use crate::auth::AllowedAddress;

pub async fn handle(_: AllowedAddress) -> Reply {
    Reply::json(json!({"route": "/test"}))
}
