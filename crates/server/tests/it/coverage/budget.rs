//! What the routes of budgets leave.

use serde_json::json;

use super::Ask;
use super::world::{self, unique};
use crate::harness::TestApp;

pub async fn scenario(app: &TestApp, method: &str, path: &str) -> Option<Ask> {
    Some(match (method, path) {
        ("POST", "/budget/new") => {
            Ask::send(path, json!({"budget_id": unique("budget"), "max_budget": 10}), &["created LiteLLM_BudgetTable"])
        }
        ("POST", "/budget/update") => {
            let budget = world::budget(app).await;
            Ask::send(path, json!({"budget_id": budget, "max_budget": 5}), &["updated LiteLLM_BudgetTable"])
        }
        ("POST", "/budget/delete") => {
            let budget = world::budget(app).await;
            world::key_with(app, json!({ "budget_id": budget })).await;
            let leaves = ["updated LiteLLM_VerificationToken", "deleted LiteLLM_BudgetTable"];
            Ask::send(path, json!({ "id": budget }), &leaves)
        }
        ("POST", "/budget/info") => Ask::send(path, json!({"budgets": [world::budget(app).await]}), &[]),
        ("GET", "/budget/settings") => Ask::get(format!("{path}?budget_id={}", world::budget(app).await)),
        _ => return None,
    })
}
