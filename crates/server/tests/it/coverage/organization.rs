//! What the routes of organizations leave.

use serde_json::json;

use super::Ask;
use super::world::{self, unique};
use crate::harness::TestApp;

pub async fn scenario(app: &TestApp, method: &str, path: &str) -> Option<Ask> {
    Some(match (method, path) {
        ("POST", "/organization/new") => {
            let body = json!({"organization_alias": unique("organization"), "max_budget": 10});
            Ask::send(path, body, &["created LiteLLM_BudgetTable", "created LiteLLM_OrganizationTable"])
        }
        ("POST", "/organization/member_add") => {
            let (organization, user) = (world::organization(app).await, world::user(app).await);
            let body = json!({
                "organization_id": organization,
                "member": {"user_id": user, "role": "internal_user"},
            });
            Ask::send(path, body, &["created LiteLLM_OrganizationMembership"])
        }
        _ => return None,
    })
}
