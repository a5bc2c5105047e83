//! What the routes of users leave.

use serde_json::json;

use super::Ask;
use super::world::{self, unique};
use crate::harness::TestApp;

const CREATED: &str = "created LiteLLM_UserTable";
const UPDATED: &str = "updated LiteLLM_UserTable";
const KEY: &str = "created LiteLLM_VerificationToken";

pub async fn scenario(app: &TestApp, method: &str, path: &str) -> Option<Ask> {
    Some(match (method, path) {
        ("POST", "/user/new") => {
            let address = format!("{}@example.com", unique("user"));
            Ask::send(path, json!({ "user_email": address }), &[CREATED, KEY])
        }
        ("POST", "/user/update") => {
            let user = world::user(app).await;
            Ask::send(path, json!({"user_id": user, "max_budget": 5}), &[UPDATED])
        }
        ("POST", "/user/bulk_update") => {
            let users = [world::user(app).await, world::user(app).await];
            let body = json!({"users": users.map(|user| json!({"user_id": user, "max_budget": 5}))});
            Ask::send(path, body, &[UPDATED, UPDATED])
        }
        ("POST", "/user/delete") => {
            let (team, user) = world::team_of_one(app).await;
            world::key_with(app, json!({"team_id": team, "user_id": user})).await;
            let leaves = [
                "deleted LiteLLM_UserTable",
                "deleted LiteLLM_VerificationToken",
                "deleted LiteLLM_TeamMembership",
                "updated LiteLLM_TeamTable",
            ];
            Ask::send(path, json!({"user_ids": [user]}), &leaves)
        }
        ("POST", "/user/password/change") => {
            let user = world::user(app).await;
            let body = json!({"user_id": user, "password": "Correct-Horse-Battery-9"});
            app.master().post("/user/update", body).await.ok();
            let key = world::key_with(app, json!({ "user_id": user })).await;
            let body = json!({"current_password": "Correct-Horse-Battery-9", "new_password": "Staple-Battery-Horse-9"});
            Ask { key: Some(key), ..Ask::send(path, body, &[UPDATED]) }
        }
        ("GET", "/user/info") | ("GET", "/v2/user/info") => {
            Ask::get(format!("{path}?user_id={}", world::user(app).await))
        }
        _ => return None,
    })
}
