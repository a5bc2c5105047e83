//! `/model/...`, `/models`

mod block;
mod configured;
mod delete;
mod info;
mod list;
mod new;
mod prices;
mod teams;
mod update;

use serde_json::{Value, json};

use crate::harness::{Client, TestApp};

/// The id of a new model at this provider's name.
async fn model(app: &TestApp, name: &str, params: Value) -> String {
    model_with(app, name, params, json!({})).await
}

async fn model_with(app: &TestApp, name: &str, mut params: Value, info: Value) -> String {
    if params.get("model").is_none() {
        params["model"] = json!("openai/gpt-4o");
    }
    let body = json!({"model_name": name, "litellm_params": params, "model_info": info});
    app.master().post("/model/new", body).await.ok()["model_id"].as_str().unwrap().to_owned()
}

/// A key of a new user's, who is in these teams with this role.
async fn member(app: &TestApp, user_id: &str, team: &str, role: &str) -> String {
    let made = app.master().post("/user/new", json!({"user_id": user_id, "user_role": "internal_user"})).await.ok();
    let body = json!({"team_id": team, "member": {"role": role, "user_id": user_id}});
    app.master().post("/team/member_add", body).await.ok();
    made["key"].as_str().unwrap().to_owned()
}

/// What `/model/info` says of one model.
async fn info(app: &TestApp, id: &str) -> Value {
    app.master().get(&format!("/model/info?litellm_model_id={id}")).await.ok()["data"][0].clone()
}

/// The names that a caller finds in a list of objects.
async fn names(client: &Client<'_>, path: &str, member: &str) -> Vec<String> {
    let body = client.get(path).await.ok();
    body["data"].as_array().unwrap().iter().map(|item| item[member].as_str().unwrap().to_owned()).collect()
}

/// The models of a team.
async fn team_models(app: &TestApp, team: &str) -> Value {
    app.master().get(&format!("/team/info?team_id={team}")).await.ok()["team_info"]["models"].clone()
}
