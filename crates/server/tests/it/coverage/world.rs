//! What a scenario's request acts on.

use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::{Value, json};

use crate::harness::TestApp;

tokio::task_local! {
    static HOME: ();
}

/// The organization, its admin, and the admin and the plain member of its teams, when the world is [`at_home`].
pub const HOME_ORGANIZATION: &str = "home";
pub const ORGANIZATION_ADMIN: &str = "organization-admin";
pub const TEAM_ADMIN: &str = "team-admin";
pub const TEAM_MEMBER: &str = "internal-user";

/// Makes a world whose teams belong to [`HOME_ORGANIZATION`], with [`TEAM_ADMIN`] and [`TEAM_MEMBER`] on them, whose keys
/// belong to such a team and whose users to the organization. They must be there already.
pub async fn at_home<T>(world: impl Future<Output = T>) -> T {
    HOME.scope((), world).await
}

fn is_home() -> bool {
    HOME.try_with(|()| ()).is_ok()
}

/// A name that no other object has.
pub fn unique(prefix: &str) -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!("{prefix}-{}", NEXT.fetch_add(1, Ordering::Relaxed))
}

/// A fresh key of nobody's, raw.
pub async fn key(app: &TestApp) -> String {
    key_with(app, json!({})).await
}

pub async fn key_with(app: &TestApp, mut body: Value) -> String {
    if is_home() && body.get("team_id").is_none() {
        body["team_id"] = json!(Box::pin(team(app)).await);
    }
    let made = app.master().post("/key/generate", body).await.ok();
    made["key"].as_str().unwrap().to_owned()
}

/// The id of a fresh user without a key.
pub async fn user(app: &TestApp) -> String {
    let made = app.master().post("/user/new", json!({"auto_create_key": false})).await.ok();
    if is_home() {
        let member = json!({"role": "internal_user", "user_id": made["user_id"]});
        let body = json!({"organization_id": HOME_ORGANIZATION, "member": member});
        app.master().post("/organization/member_add", body).await.ok();
    }
    made["user_id"].as_str().unwrap().to_owned()
}

/// The id of a fresh team with nobody on it but its maker.
pub async fn team(app: &TestApp) -> String {
    team_with(app, json!({})).await
}

pub async fn team_with(app: &TestApp, mut body: Value) -> String {
    if is_home() {
        body["organization_id"] = json!(HOME_ORGANIZATION);
        body["members_with_roles"] =
            json!([{"role": "admin", "user_id": TEAM_ADMIN}, {"role": "user", "user_id": TEAM_MEMBER}]);
    }
    let made = app.master().post("/team/new", body).await.ok();
    made["team_id"].as_str().unwrap().to_owned()
}

/// A fresh team and a fresh user who is on it.
pub async fn team_of_one(app: &TestApp) -> (String, String) {
    let (team, user) = (team(app).await, user(app).await);
    let body = json!({"team_id": team, "member": {"role": "user", "user_id": user}});
    app.master().post("/team/member_add", body).await.ok();
    (team, user)
}

/// The id of a fresh model.
pub async fn model(app: &TestApp) -> String {
    model_with(app, &unique("model"), json!({})).await
}

pub async fn model_with(app: &TestApp, name: &str, info: Value) -> String {
    let params = json!({"model": "openai/gpt-4o", "api_key": "sk-of-a-provider-0001"});
    let body = json!({"model_name": name, "litellm_params": params, "model_info": info});
    let made = app.master().post("/model/new", body).await.ok();
    made["model_id"].as_str().unwrap().to_owned()
}

/// The name of a fresh credential.
pub async fn credential(app: &TestApp) -> String {
    let name = unique("credential");
    let body = json!({"credential_name": name, "credential_values": {"api_key": "sk-of-a-provider-0002"}, "credential_info": {}});
    app.master().post("/credentials", body).await.ok();
    name
}

/// The id of a fresh organization.
pub async fn organization(app: &TestApp) -> String {
    let body = json!({"organization_alias": unique("organization")});
    let made = app.master().post("/organization/new", body).await.ok();
    if is_home() {
        let member = json!({"role": "org_admin", "user_id": ORGANIZATION_ADMIN});
        let body = json!({"organization_id": made["organization_id"], "member": member});
        app.master().post("/organization/member_add", body).await.ok();
    }
    made["organization_id"].as_str().unwrap().to_owned()
}

/// The id of a fresh budget.
pub async fn budget(app: &TestApp) -> String {
    let made = app.master().post("/budget/new", json!({"max_budget": 10})).await.ok();
    made["budget_id"].as_str().unwrap().to_owned()
}

/// The id of a fresh customer.
pub async fn customer(app: &TestApp) -> String {
    let made = app.master().post("/customer/new", json!({"user_id": unique("customer")})).await.ok();
    made["user_id"].as_str().unwrap().to_owned()
}

/// A fresh user who is in an organization.
pub async fn member_of(app: &TestApp, organization: &str) -> String {
    let user = user(app).await;
    let body = json!({"organization_id": organization, "member": {"role": "internal_user", "user_id": user}});
    app.master().post("/organization/member_add", body).await.ok();
    user
}
