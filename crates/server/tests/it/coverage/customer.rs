//! What the routes of customers leave, by either name.

use serde_json::json;

use super::Ask;
use super::world::{self, unique};
use crate::harness::TestApp;

const CREATED: &str = "created LiteLLM_EndUserTable";

pub async fn scenario(app: &TestApp, method: &str, path: &str) -> Option<Ask> {
    Some(match (method, path.rsplit('/').next().unwrap_or_default()) {
        ("POST", "new") => {
            let body = json!({"user_id": unique("customer"), "max_budget": 10});
            Ask::send(path, body, &["created LiteLLM_BudgetTable", CREATED])
        }
        ("POST", "update") => {
            let customer = world::customer(app).await;
            Ask::send(path, json!({"user_id": customer, "alias": "Ada"}), &["updated LiteLLM_EndUserTable"])
        }
        ("POST", "block") => {
            let body = json!({"user_ids": [world::customer(app).await, unique("customer")]});
            Ask::send(path, body, &["blocked LiteLLM_EndUserTable", CREATED])
        }
        ("POST", "unblock") => {
            let body = json!({"user_ids": [world::customer(app).await]});
            app.master().post("/customer/block", body.clone()).await.ok();
            Ask::send(path, body, &["unblocked LiteLLM_EndUserTable"])
        }
        ("POST", "delete") => {
            let body = json!({"user_ids": [world::customer(app).await]});
            Ask::send(path, body, &["deleted LiteLLM_EndUserTable"])
        }
        ("GET", "info") => Ask::get(format!("{path}?end_user_id={}", world::customer(app).await)),
        _ => return None,
    })
}
