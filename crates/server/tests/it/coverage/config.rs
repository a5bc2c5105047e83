//! What the routes of settings leave.

use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::{Value, json};

use super::Ask;
use super::world::{self, unique};
use crate::harness::TestApp;

const UPDATED: &str = "updated LiteLLM_Config";
const DELETED: &str = "deleted LiteLLM_Config";

pub async fn scenario(app: &TestApp, method: &str, path: &str) -> Option<Ask> {
    Some(match (method, path) {
        ("POST", "/config/update") => {
            let body = json!({
                "general_settings": { "user_header_name": unique("x") },
                "environment_variables": { "A_NAME": unique("value") },
            });
            Ask::send(path, body, &[UPDATED, UPDATED])
        }
        ("POST", "/config/field/update") => Ask::send(path, field(json!(number())), &[UPDATED]),
        ("POST", "/config/field/delete") => {
            app.master().post("/config/field/update", field(json!(number()))).await.ok();
            Ask::send(path, field(Value::Null), &[DELETED])
        }
        ("GET", "/config/field/info") => {
            app.master().post("/config/field/update", field(json!(number()))).await.ok();
            Ask::get("/config/field/info?field_name=max_parallel_requests")
        }
        ("GET", "/config/list") => Ask::get("/config/list?config_type=general_settings"),
        ("POST", "/config/callback/delete") => {
            let body = json!({"litellm_settings": {"success_callback": ["langfuse"]}});
            app.master().post("/config/update", body).await.ok();
            Ask::send(path, json!({"callback_name": "langfuse"}), &[DELETED])
        }
        ("POST", "/add/allowed_ip") => {
            allow_the_tests(app).await;
            Ask::send(path, json!({"ip": address()}), &[UPDATED])
        }
        ("POST", "/delete/allowed_ip") => {
            allow_the_tests(app).await;
            let ip = address();
            app.master().post("/add/allowed_ip", json!({"ip": ip})).await.ok();
            Ask::send(path, json!({"ip": ip}), &[DELETED])
        }
        ("PATCH", "/update/internal_user_settings" | "/update/default_team_settings") => {
            Ask::send(path, json!({"max_budget": number()}), &[UPDATED])
        }
        ("PATCH", "/update/sso_settings") => {
            Ask::send(path, json!({"google_client_id": unique("id")}), &["updated LiteLLM_SSOConfig"])
        }
        // The address is a variable of LiteLLM's processes, too.
        ("PATCH", "/update/ui_theme_settings") => {
            Ask::send(path, json!({"logo_url": format!("http://h/{}.png", unique("logo"))}), &[UPDATED, UPDATED])
        }
        ("PATCH", "/update/ui_settings") => {
            app.master().patch(path, json!({"enable_chat_ui": true})).await.ok();
            Ask::send(path, json!({"enable_chat_ui": false}), &["updated LiteLLM_UISettings"])
        }
        ("POST", "/cache/settings") => {
            let body = json!({"cache_settings": {"type": "redis", "host": "h", "password": unique("p")}});
            Ask::send(path, body, &["created LiteLLM_CacheConfig"])
        }
        ("POST", "/config_overrides/hashicorp_vault") => Ask::send(path, vault(), &["created LiteLLM_ConfigOverrides"]),
        ("DELETE", "/config_overrides/hashicorp_vault") => {
            app.master().post(path, vault()).await.ok();
            Ask { leaves: vec!["deleted LiteLLM_ConfigOverrides"], ..Ask::get(path) }
        }
        ("POST", "/config_overrides/cyberark") => Ask::send(path, cyberark(), &["created LiteLLM_ConfigOverrides"]),
        ("DELETE", "/config_overrides/cyberark") => {
            app.master().post(path, cyberark()).await.ok();
            Ask { leaves: vec!["deleted LiteLLM_ConfigOverrides"], ..Ask::get(path) }
        }
        ("POST", "/invitation/new") => {
            let (key, user) = (admin_key(app).await, world::user(app).await);
            Ask { key: Some(key), ..Ask::send(path, json!({"user_id": user}), &["created LiteLLM_InvitationLink"]) }
        }
        ("GET", "/invitation/info") => Ask::get(format!("{path}?invitation_id={}", invitation(app).await)),
        ("POST", "/invitation/update") => {
            let body = json!({"invitation_id": invitation(app).await, "is_accepted": true});
            Ask::send(path, body, &["updated LiteLLM_InvitationLink"])
        }
        ("POST", "/invitation/delete") => {
            let body = json!({"invitation_id": invitation(app).await});
            Ask::send(path, body, &["deleted LiteLLM_InvitationLink"])
        }
        _ => return None,
    })
}

/// A number that no other setting has.
fn number() -> u32 {
    static NEXT: AtomicU32 = AtomicU32::new(1000);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// An address that nobody has, out of those kept for examples.
fn address() -> String {
    let number = number();
    format!("198.{}.{}.{}", 18 + number / 65_536 % 2, number / 256 % 256, number % 256)
}

/// Once there is a list of addresses, the tests' own must be on it.
async fn allow_the_tests(app: &TestApp) {
    let answer = app.master().post("/add/allowed_ip", json!({"ip": "127.0.0.1"})).await;
    assert!(matches!(answer.status, 200 | 400), "{}", answer.text);
}

fn field(value: Value) -> Value {
    json!({"field_name": "max_parallel_requests", "field_value": value, "config_type": "general_settings"})
}

fn vault() -> Value {
    json!({"vault_addr": "http://v", "vault_token": unique("t")})
}

fn cyberark() -> Value {
    json!({"cyberark_api_base": "http://c", "cyberark_api_key": unique("k")})
}

async fn admin_key(app: &TestApp) -> String {
    let made = app.master().post("/user/new", json!({"user_role": "proxy_admin"})).await.ok();
    made["key"].as_str().unwrap().to_owned()
}

async fn invitation(app: &TestApp) -> String {
    let (key, user) = (admin_key(app).await, world::user(app).await);
    let made = app.with_key(&key).post("/invitation/new", json!({"user_id": user})).await.ok();
    made["id"].as_str().unwrap().to_owned()
}
