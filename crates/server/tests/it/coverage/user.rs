//! What the routes under `/user`, `/organization` and `/budget` leave.

use serde_json::json;

use super::{Ask, unique};
use crate::harness::TestApp;

const CREATED: &str = "created LiteLLM_UserTable";
const UPDATED: &str = "updated LiteLLM_UserTable";

/// A user without a key.
async fn user(app: &TestApp) -> String {
    let id = unique("user");
    app.master().post("/user/new", json!({"user_id": id, "auto_create_key": false})).await.ok();
    id
}

pub async fn scenario(app: &TestApp, method: &str, path: &str) -> Option<Ask> {
    let ask = match (method, path) {
        ("POST", "/user/new") => {
            Ask::send(path, json!({"user_id": unique("user")}), &[CREATED, "created LiteLLM_VerificationToken"])
        }
        ("POST", "/user/update") => Ask::send(path, json!({"user_id": user(app).await, "tpm_limit": 1}), &[UPDATED]),
        ("POST", "/user/bulk_update") => {
            let users =
                json!([{"user_id": user(app).await, "tpm_limit": 1}, {"user_id": user(app).await, "tpm_limit": 1}]);
            Ask::send(path, json!({"users": users}), &[UPDATED, UPDATED])
        }
        ("POST", "/user/delete") => {
            Ask::send(path, json!({"user_ids": [user(app).await]}), &["deleted LiteLLM_UserTable"])
        }
        ("POST", "/user/password/change") => {
            // The master key's own user, who has a row only when somebody makes one.
            let own = json!({"user_id": "default_user_id", "password": "the-first-one"});
            app.master().post("/user/update", own).await.ok();
            let body = json!({"current_password": "the-first-one", "new_password": "the-second-one"});
            Ask::send(path, body, &[UPDATED])
        }
        ("GET", "/v2/user/info") => Ask::get(format!("{path}?user_id={}", user(app).await)),
        ("POST", "/organization/new") => Ask::send(
            path,
            json!({"organization_alias": "o"}),
            &["created LiteLLM_BudgetTable", "created LiteLLM_OrganizationTable"],
        ),
        ("POST", "/organization/member_add") => {
            let id = unique("organization");
            let made = json!({"organization_alias": id, "organization_id": id});
            app.master().post("/organization/new", made).await.ok();
            let member = json!({"role": "internal_user", "user_id": unique("member")});
            let body = json!({"organization_id": id, "member": member});
            Ask::send(path, body, &[CREATED, "created LiteLLM_OrganizationMembership"])
        }
        ("POST", "/budget/new") => Ask::send(path, json!({}), &["created LiteLLM_BudgetTable"]),
        _ => return None,
    };
    Some(ask)
}
