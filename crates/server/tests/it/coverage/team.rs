//! What the routes under `/team` leave.

use serde_json::json;

use super::{Ask, unique};
use crate::harness::TestApp;

const CREATED_BUDGET: &str = "created LiteLLM_BudgetTable";
const CREATED_MEMBERSHIP: &str = "created LiteLLM_TeamMembership";
const CREATED_TEAM: &str = "created LiteLLM_TeamTable";
const CREATED_USER: &str = "created LiteLLM_UserTable";
const DELETED_KEY: &str = "deleted LiteLLM_VerificationToken";
const DELETED_MEMBERSHIP: &str = "deleted LiteLLM_TeamMembership";
const DELETED_TEAM: &str = "deleted LiteLLM_TeamTable";
const UPDATED_MEMBERSHIP: &str = "updated LiteLLM_TeamMembership";
const UPDATED_TEAM: &str = "updated LiteLLM_TeamTable";
const UPDATED_USER: &str = "updated LiteLLM_UserTable";

/// A team of the master key's and a member `<team>-user`.
async fn team(app: &TestApp) -> String {
    let id = unique("team");
    let members = json!([{"role": "user", "user_id": format!("{id}-user")}]);
    app.master().post("/team/new", json!({"team_id": id, "members_with_roles": members})).await.ok();
    id
}

async fn with_callback(app: &TestApp) -> String {
    let id = team(app).await;
    app.master().post(&format!("/team/{id}/callback"), callback()).await.ok();
    id
}

fn callback() -> serde_json::Value {
    json!({"callback_name": "langfuse", "callback_vars": {"langfuse_secret_key": "secret"}})
}

pub async fn scenario(app: &TestApp, method: &str, path: &str) -> Option<Ask> {
    if !path.contains("/team/") || path == "/team/key/bulk_update" || path.starts_with("/management/") {
        return None;
    }
    let id = team(app).await;
    let user = format!("{id}-user");
    let ask = match (method, path) {
        ("POST", "/team/new") => {
            let leaves = [CREATED_BUDGET, CREATED_MEMBERSHIP, "created LiteLLM_ModelTable", CREATED_TEAM, UPDATED_USER];
            Ask::send(path, json!({"team_member_budget": 5, "model_aliases": {"a": "b"}}), &leaves)
        }
        ("POST", "/team/update") => Ask::send(path, json!({"team_id": id, "max_budget": 5}), &[UPDATED_TEAM]),
        ("PATCH", "/team/{team_id}") => {
            Ask::send(format!("/team/{id}"), json!({"metadata": {"a": 1}}), &[UPDATED_TEAM])
        }
        ("POST", "/team/delete") => {
            app.master().post("/key/generate", json!({"team_id": id, "user_id": user})).await.ok();
            let leaves =
                [DELETED_KEY, DELETED_MEMBERSHIP, DELETED_MEMBERSHIP, DELETED_TEAM, UPDATED_USER, UPDATED_USER];
            Ask::send(path, json!({"team_ids": [id]}), &leaves)
        }
        ("GET", "/team/info" | "/team/permissions_list") => Ask::get(format!("{path}?team_id={id}")),
        ("GET", "/team/{team_id}/members/me") => Ask::get(format!("/team/{id}/members/me")),
        ("GET", "/team/{team_id}/callback") => Ask::get(format!("/team/{id}/callback")),
        ("POST", "/team/member_add") => {
            let member = json!({"role": "user", "user_id": unique("user")});
            let body = json!({"team_id": id, "member": member, "max_budget_in_team": 5});
            Ask::send(path, body, &[CREATED_BUDGET, CREATED_MEMBERSHIP, CREATED_USER, UPDATED_TEAM])
        }
        ("POST", "/team/bulk_member_add") => {
            let members = json!([{"role": "user", "user_id": unique("user")}, {"role": "user", "user_id": user}]);
            let body = json!({"team_id": id, "members": members});
            Ask::send(path, body, &[CREATED_MEMBERSHIP, CREATED_USER, UPDATED_TEAM])
        }
        ("POST", "/team/member_update") => {
            let body = json!({"team_id": id, "user_id": user, "role": "admin", "max_budget_in_team": 5});
            Ask::send(path, body, &[CREATED_BUDGET, UPDATED_MEMBERSHIP, UPDATED_TEAM])
        }
        ("POST", "/team/member_delete") => {
            app.master().post("/key/generate", json!({"team_id": id, "user_id": user})).await.ok();
            let leaves = [DELETED_KEY, DELETED_MEMBERSHIP, UPDATED_TEAM, UPDATED_USER];
            Ask::send(path, json!({"team_id": id, "user_id": user}), &leaves)
        }
        ("POST", "/team/{team_id}/member/{user_id}/reset_spend") => {
            let path = format!("/team/{id}/member/{user}/reset_spend");
            Ask::send(path, json!({"reset_to": 2.5}), &[UPDATED_MEMBERSHIP])
        }
        ("POST", "/team/{team_id}/member/{user_id}/reset_budget") => {
            let body = json!({"team_id": id, "user_id": user, "max_budget_in_team": 5});
            app.master().post("/team/member_update", body).await.ok();
            Ask::send(format!("/team/{id}/member/{user}/reset_budget"), json!({}), &[UPDATED_MEMBERSHIP])
        }
        ("POST", "/team/block") => Ask::send(path, json!({"team_id": id}), &["blocked LiteLLM_TeamTable"]),
        ("POST", "/team/unblock") => {
            app.master().post("/team/block", json!({"team_id": id})).await.ok();
            Ask::send(path, json!({"team_id": id}), &["unblocked LiteLLM_TeamTable"])
        }
        ("POST", "/team/permissions_update") => {
            let body = json!({"team_id": id, "team_member_permissions": ["/key/generate"]});
            Ask::send(path, body, &[UPDATED_TEAM])
        }
        ("POST", "/team/permissions_bulk_update") => {
            Ask::send(path, json!({"team_ids": [id], "permissions": ["/key/update"]}), &[UPDATED_TEAM])
        }
        ("POST", "/team/model/add") => Ask::send(path, json!({"team_id": id, "models": ["m"]}), &[UPDATED_TEAM]),
        ("POST", "/team/model/delete") => {
            app.master().post("/team/model/add", json!({"team_id": id, "models": ["m"]})).await.ok();
            Ask::send(path, json!({"team_id": id, "models": ["m"]}), &[UPDATED_TEAM])
        }
        ("POST", "/team/{team_id}/callback") => Ask::send(format!("/team/{id}/callback"), callback(), &[UPDATED_TEAM]),
        ("DELETE", "/team/{team_id}/callback/{callback_name}") => {
            let id = with_callback(app).await;
            Ask { path: format!("/team/{id}/callback/langfuse"), body: None, leaves: vec![UPDATED_TEAM] }
        }
        ("POST", "/team/{team_id}/disable_logging") => {
            let id = with_callback(app).await;
            Ask { path: format!("/team/{id}/disable_logging"), body: None, leaves: vec![UPDATED_TEAM] }
        }
        _ => return None,
    };
    Some(ask)
}
