//! `/team/...`

mod block;
mod by_id;
mod delete;
mod info;
mod list;
mod member_add;
mod member_delete;
mod member_update;
mod new;
mod permissions;
mod update;

use serde_json::{Value, json};

use crate::harness::{Client, TestApp};

/// A key of a new user's, and the user with this role.
pub async fn user_key(app: &TestApp, user_id: &str, role: &str) -> String {
    let body = json!({"user_id": user_id, "user_role": role});
    let made = app.master().post("/user/new", body).await.ok();
    made["key"].as_str().unwrap().to_owned()
}

/// The roster of a team as `id:role`.
async fn roster(client: &Client<'_>, team_id: &str) -> Vec<String> {
    let team = client.get(&format!("/team/info?team_id={team_id}")).await.ok();
    let members = team["team_info"]["members_with_roles"].as_array().unwrap().clone();
    let shown = |text: &Value| text.as_str().unwrap().to_owned();
    members.iter().map(|member| format!("{}:{}", shown(&member["user_id"]), shown(&member["role"]))).collect()
}

/// The row of a user in `/user/info`.
async fn user(app: &TestApp, user_id: &str) -> Value {
    app.master().get(&format!("/user/info?user_id={user_id}")).await.ok()["user_info"].clone()
}
