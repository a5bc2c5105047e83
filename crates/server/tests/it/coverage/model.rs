//! What the routes of models and credentials leave.

use serde_json::json;

use super::Ask;
use super::world::{self, unique};
use crate::harness::TestApp;

const UPDATED: &str = "updated LiteLLM_ProxyModelTable";

pub async fn scenario(app: &TestApp, method: &str, path: &str) -> Option<Ask> {
    Some(match (method, path) {
        ("POST", "/model/new") => {
            let team = world::team(app).await;
            let params = json!({"model": "openai/gpt-4o"});
            let body = json!({"model_name": "own", "litellm_params": params, "model_info": {"team_id": team}});
            Ask::send(path, body, &["created LiteLLM_ProxyModelTable", "updated LiteLLM_TeamTable"])
        }
        ("POST", "/model/update") => {
            let body = json!({"id": world::model(app).await, "litellm_params": {"rpm": 5}});
            Ask::send(path, body, &[UPDATED])
        }
        ("PATCH", "/model/{model_id}/update") => {
            let path = format!("/model/{}/update", world::model(app).await);
            Ask::send(path, json!({"litellm_params": {"tpm": 7}}), &[UPDATED])
        }
        ("POST", "/model/delete") => {
            let team = world::team(app).await;
            let model = world::model_with(app, "own", json!({"team_id": team})).await;
            let leaves = ["deleted LiteLLM_ProxyModelTable", "updated LiteLLM_TeamTable"];
            Ask::send(path, json!({ "id": model }), &leaves)
        }
        ("POST", "/model/block") => {
            let body = json!({"model_id": world::model(app).await});
            Ask::send(path, body, &["blocked LiteLLM_ProxyModelTable"])
        }
        ("POST", "/model/unblock") => {
            let body = json!({"model_id": world::model(app).await});
            app.master().post("/model/block", body.clone()).await.ok();
            Ask::send(path, body, &["unblocked LiteLLM_ProxyModelTable"])
        }
        ("GET", "/models/{model_id}" | "/v1/models/{model_id}") => {
            let name = unique("model");
            world::model_with(app, &name, json!({})).await;
            Ask::get(path.replace("{model_id}", &name))
        }
        ("POST", "/credentials") => {
            let body =
                json!({"credential_name": unique("c"), "credential_values": {"api_key": "x"}, "credential_info": {}});
            Ask::send(path, body, &["created LiteLLM_CredentialsTable"])
        }
        ("PATCH", "/credentials/{credential_name}") => {
            let path = format!("/credentials/{}", world::credential(app).await);
            Ask::send(path, json!({"credential_info": {"a": 1}}), &["updated LiteLLM_CredentialsTable"])
        }
        ("DELETE", "/credentials/{credential_name}") => {
            let path = format!("/credentials/{}", world::credential(app).await);
            Ask { leaves: vec!["deleted LiteLLM_CredentialsTable"], ..Ask::get(path) }
        }
        ("GET", "/credentials/by_name/{credential_name}") => {
            Ask::get(format!("/credentials/by_name/{}", world::credential(app).await))
        }
        ("GET", "/credentials/by_model/{model_id}") => {
            Ask::get(format!("/credentials/by_model/{}", world::model(app).await))
        }
        _ => return None,
    })
}
