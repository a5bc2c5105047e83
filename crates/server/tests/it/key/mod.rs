//! `/key/...`.

mod block;
mod bulk_update;
mod callbacks;
mod delete;
mod generate;
mod info;
mod list;
mod permission;
mod regenerate;
mod reset_spend;
mod secrecy;
mod update;

use serde_json::{Value, json};

use crate::harness::TestApp;

/// A raw key made with these members.
async fn new_key(app: &TestApp, body: Value) -> String {
    text(&app.master().post("/key/generate", body).await.ok()["key"])
}

/// A raw key of a new user with this role.
async fn new_user(app: &TestApp, user_id: &str, role: &str) -> String {
    let body = json!({"user_id": user_id, "user_role": role, "auto_create_key": false});
    app.master().post("/user/new", body).await.ok();
    new_key(app, json!({"user_id": user_id, "key_alias": format!("login-{user_id}")})).await
}

/// A team with these members, as (user, role).
async fn new_team(app: &TestApp, team_id: &str, members: &[(&str, &str)]) {
    let members: Vec<Value> = members.iter().map(|(user_id, role)| json!({"user_id": user_id, "role": role})).collect();
    let body = json!({"team_id": team_id, "members_with_roles": members});
    app.master().post("/team/new", body).await.ok();
}

/// The row of a key, as an admin sees it.
async fn row(app: &TestApp, key: &str) -> Value {
    app.master().get(&format!("/key/info?key={key}")).await.ok()["info"].clone()
}

fn hash(raw: &str) -> String {
    daybook::model::secret::hash_key(raw)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}
