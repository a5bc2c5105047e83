//! `/organization/...`.

mod delete;
mod info;
mod list;
mod member_add;
mod member_delete;
mod member_update;
mod new;
mod update;
mod v2_patch;

use serde_json::{Value, json};

use crate::harness::{Client, TestApp};

/// An organization of this id.
async fn organization(app: &TestApp, id: &str, more: Value) -> Value {
    let mut body = json!({"organization_id": id, "organization_alias": id});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    app.master().post("/organization/new", body).await.ok()
}

/// Somebody in an organization, with a key.
async fn member<'a>(app: &'a TestApp, organization: &str, user: &str, role: &str) -> Client<'a> {
    let body = json!({"organization_id": organization, "member": {"role": role, "user_id": user}});
    app.master().post("/organization/member_add", body).await.ok();
    key_of(app, user).await
}

async fn key_of<'a>(app: &'a TestApp, user: &str) -> Client<'a> {
    let key = app.master().post("/key/generate", json!({"user_id": user})).await.ok();
    app.with_key(key["key"].as_str().unwrap())
}
