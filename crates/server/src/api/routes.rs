//! `GET /routes`: every route, in LiteLLM's form.

use serde_json::{Value, json};

use super::Reply;
use crate::auth::AllowedAddress;

pub async fn handle(_: AllowedAddress) -> Reply {
    let routes: Vec<Value> = super::routes()
        .map(|route| {
            let name = route.id();
            json!({"path": route.path, "methods": [route.method], "name": name, "endpoint": name})
        })
        .collect();
    Reply::json(json!({ "routes": routes }))
}
