//! What the routes about keys leave.

use serde_json::{Value, json};

use super::{Ask, unique};
use crate::harness::TestApp;

/// A new raw key.
async fn key(app: &TestApp, body: Value) -> String {
    app.master().post("/key/generate", body).await.ok()["key"].as_str().unwrap().to_owned()
}

async fn team(app: &TestApp) -> String {
    let id = unique("team-of-keys");
    app.master().post("/team/new", json!({"team_id": id})).await.ok();
    id
}

pub async fn scenario(app: &TestApp, method: &str, path: &str) -> Option<Ask> {
    const CREATED: &str = "created LiteLLM_VerificationToken";
    const UPDATED: &str = "updated LiteLLM_VerificationToken";
    let ask = match (method, path) {
        ("POST", "/key/generate") => {
            let body = json!({"soft_budget": 1, "object_permission": {"models": ["m"]}});
            Ask::send(path, body, &[CREATED, "created LiteLLM_BudgetTable", "created LiteLLM_ObjectPermissionTable"])
        }
        ("POST", "/key/service-account/generate") => Ask::send(path, json!({"team_id": team(app).await}), &[CREATED]),
        ("POST", "/key/update") => {
            Ask::send(path, json!({"key": key(app, json!({})).await, "max_budget": 1}), &[UPDATED])
        }
        ("POST", "/key/bulk_update") => {
            let (one, two) = (key(app, json!({})).await, key(app, json!({})).await);
            let keys = json!([{"key": one, "max_budget": 1}, {"key": two, "max_budget": 2}]);
            Ask::send(path, json!({"keys": keys}), &[UPDATED, UPDATED])
        }
        ("POST", "/team/key/bulk_update") => {
            let team_id = team(app).await;
            key(app, json!({"team_id": team_id})).await;
            let body = json!({"team_id": team_id, "all_keys_in_team": true, "update_fields": {"max_budget": 1}});
            Ask::send(path, body, &[UPDATED])
        }
        ("POST", "/key/delete") => {
            let keys = [key(app, json!({})).await, key(app, json!({})).await];
            let deleted = "deleted LiteLLM_VerificationToken";
            Ask::send(path, json!({"keys": keys}), &[deleted, deleted])
        }
        ("POST", "/key/block") => {
            Ask::send(path, json!({"key": key(app, json!({})).await}), &["blocked LiteLLM_VerificationToken"])
        }
        ("POST", "/key/unblock") => {
            let blocked = key(app, json!({"blocked": true})).await;
            Ask::send(path, json!({"key": blocked}), &["unblocked LiteLLM_VerificationToken"])
        }
        ("POST", "/key/regenerate") => {
            let body = json!({"key": key(app, json!({})).await, "grace_period": "1h"});
            let leaves = ["rotated LiteLLM_VerificationToken", "created LiteLLM_DeprecatedVerificationToken"];
            Ask::send(path, body, &leaves)
        }
        ("POST", "/key/{key}/regenerate") => {
            let path = format!("/key/{}/regenerate", key(app, json!({})).await);
            Ask::send(path, json!({}), &["rotated LiteLLM_VerificationToken"])
        }
        ("POST", "/key/{key}/reset_spend") => {
            let path = format!("/key/{}/reset_spend", key(app, json!({"spend": 2})).await);
            Ask::send(path, json!({"reset_to": 1}), &[UPDATED])
        }
        ("GET", "/key/info") => Ask::get(format!("/key/info?key={}", key(app, json!({})).await)),
        ("POST", "/v2/key/info") => Ask::send(path, json!({"keys": [key(app, json!({})).await]}), &[]),
        _ => return None,
    };
    Some(ask)
}
