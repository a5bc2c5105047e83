//! What the routes of keys leave.

use serde_json::json;

use super::Ask;
use super::world::{self, unique};
use crate::harness::TestApp;

const CREATED: &str = "created LiteLLM_VerificationToken";
const UPDATED: &str = "updated LiteLLM_VerificationToken";

pub async fn scenario(app: &TestApp, method: &str, path: &str) -> Option<Ask> {
    Some(match (method, path) {
        ("POST", "/key/generate") => Ask::send(path, json!({"key_alias": unique("key")}), &[CREATED]),
        ("POST", "/key/service-account/generate") => {
            let team = world::team(app).await;
            let body = json!({"team_id": team, "metadata": {"service_account_id": unique("service")}});
            Ask::send(path, body, &[CREATED])
        }
        ("POST", "/key/update") => {
            let key = world::key(app).await;
            Ask::send(path, json!({"key": key, "max_budget": 5}), &[UPDATED])
        }
        ("POST", "/key/bulk_update") => {
            let keys = [world::key(app).await, world::key(app).await];
            let body = json!({"keys": keys.map(|key| json!({"key": key, "max_budget": 5}))});
            Ask::send(path, body, &[UPDATED, UPDATED])
        }
        ("POST", "/key/delete") => {
            let keys = [world::key(app).await, world::key(app).await];
            let deleted = "deleted LiteLLM_VerificationToken";
            Ask::send(path, json!({ "keys": keys }), &[deleted, deleted])
        }
        ("POST", "/key/block") => {
            let key = world::key(app).await;
            Ask::send(path, json!({ "key": key }), &["blocked LiteLLM_VerificationToken"])
        }
        ("POST", "/key/unblock") => {
            let key = world::key(app).await;
            app.master().post("/key/block", json!({ "key": key })).await.ok();
            Ask::send(path, json!({ "key": key }), &["unblocked LiteLLM_VerificationToken"])
        }
        ("POST", "/key/regenerate") => {
            let key = world::key(app).await;
            Ask::send(path, json!({ "key": key }), &["rotated LiteLLM_VerificationToken"])
        }
        ("POST", "/key/{key}/regenerate") => {
            let key = world::key(app).await;
            Ask::send(format!("/key/{key}/regenerate"), json!({}), &["rotated LiteLLM_VerificationToken"])
        }
        ("POST", "/key/{key}/reset_spend") => {
            let key = world::key(app).await;
            app.master().post("/key/update", json!({"key": key, "spend": 3.0})).await.ok();
            Ask::send(format!("/key/{key}/reset_spend"), json!({"reset_to": 1.0}), &[UPDATED])
        }
        ("GET", "/key/info") => Ask::get(format!("/key/info?key={}", world::key(app).await)),
        ("POST", "/v2/key/info") => {
            let key = world::key(app).await;
            Ask::send(path, json!({"keys": [key]}), &[])
        }
        ("POST", "/key/health") => Ask { key: Some(world::key(app).await), ..Ask::send(path, json!({}), &[]) },
        _ => return None,
    })
}
