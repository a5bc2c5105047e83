//! `POST /model/update`, `PATCH /model/{model_id}/update`

use daybook::store::models;
use serde_json::{Value, json};

use super::{info, model, model_with};
use crate::harness::TestApp;

/// The parameters as the database holds them.
async fn stored(app: &TestApp, id: &str) -> Value {
    let mut session = app.store().read().await.unwrap();
    models::find(&mut session, id).await.unwrap().unwrap()["litellm_params"].clone()
}

served!(what_is_sent_again_is_no_change, async |app: &TestApp| {
    let params = json!({"model": "openai/gpt-4o", "api_key": "sk-provider-abcdef123456", "rpm": 5});
    let id = model(app, "m", params.clone()).await;
    let before = stored(app, &id).await;
    app.entries().await;
    app.master().patch(&format!("/model/{id}/update"), json!({"litellm_params": params})).await.ok();
    app.master().post("/model/update", json!({"id": id, "litellm_params": params, "model_name": "m"})).await.ok();
    assert!(app.entries().await.is_empty());
    assert_eq!(stored(app, &id).await, before);
});

served!(only_what_changes_is_encrypted_anew_and_the_entry_says_which, async |app: &TestApp| {
    let id = model(app, "m", json!({"api_key": "sk-old-abcdef123456", "api_base": "https://x"})).await;
    let before = stored(app, &id).await;
    app.entries().await;
    let body = json!({"litellm_params": {"api_key": "sk-new-abcdef123456"}});
    app.master().patch(&format!("/model/{id}/update"), body).await.ok();
    let now = stored(app, &id).await;
    assert_ne!(before["api_key"], now["api_key"]);
    assert_eq!(before["api_base"], now["api_base"]);
    let entry = app.entries().await.pop().unwrap();
    let (old, new) = (&entry.before["litellm_params"], &entry.updated["litellm_params"]);
    let changed: Vec<&String> =
        new.as_object().unwrap().iter().filter(|(name, value)| old[*name] != **value).map(|(name, _)| name).collect();
    assert_eq!(changed, ["api_key"]);
    let digest = |key: &str| json!(app.store().redactor().digest(key));
    assert_eq!((&old["api_key"], &new["api_key"]), (&digest("sk-old-abcdef123456"), &digest("sk-new-abcdef123456")));
});

served!(the_id_may_stand_in_model_info_or_beside_it, async |app: &TestApp| {
    let id = model_with(app, "m", json!({}), json!({"mode": "chat"})).await;
    app.master().post("/model/update", json!({"id": id, "litellm_params": {"rpm": 5}})).await.ok();
    let body = json!({"litellm_params": {"tpm": 7}, "model_info": {"id": id, "mode": "embedding", "id2": ""}, "model_name": "n"});
    let now = app.master().post("/model/update", body).await.ok();
    assert_eq!((&now["model_name"], &now["model_info"]["mode"]), (&json!("n"), &json!("embedding")));
    let shown = info(app, &id).await;
    assert_eq!((&shown["litellm_params"]["rpm"], &shown["litellm_params"]["tpm"]), (&json!(5), &json!(7)));
    for (body, message) in [
        (json!({"litellm_params": {"rpm": 5}}), "model_info not provided"),
        (json!({"litellm_params": {"rpm": 5}, "model_info": {}}), "model not found"),
        (json!({"litellm_params": {"rpm": 5}, "id": "nope"}), "model not found"),
        (json!({"id": id, "model_name": "o"}), "litellm_params not provided"),
    ] {
        assert_eq!(app.master().post("/model/update", body).await.refused(400)["error"]["message"], message);
    }
});

served!(a_patch_can_take_away_but_not_the_id, async |app: &TestApp| {
    let params = json!({"rpm": 5, "tpm": 7, "input_cost_per_token": 0.5});
    let id = model(app, "m", params).await;
    let path = format!("/model/{id}/update");
    let body = json!({
        "litellm_params": {"input_cost_per_token": null, "tpm": null}, "litellm_params_to_remove": ["rpm"],
        "model_info": {"id": "another", "mode": "chat"},
    });
    let now = app.master().patch(&path, body).await.ok();
    assert_eq!((&now["model_id"], &now["model_info"]["id"]), (&json!(id), &json!(id)));
    let left = now["litellm_params"].as_object().unwrap();
    assert!(!left.contains_key("rpm") && !left.contains_key("input_cost_per_token"));
    // Any other null says nothing.
    assert_eq!(left["tpm"], 7);
    let body = json!({"litellm_params_to_remove": ["model"]});
    app.master().patch(&path, body).await.refused(422);
    let body = json!({"litellm_params": {"rpm": 1}, "litellm_params_to_remove": ["rpm"]});
    app.master().patch(&path, body).await.refused(422);
});

served!(a_model_names_only_a_credential_that_is_there, async |app: &TestApp| {
    let id = model(app, "m", json!({})).await;
    let path = format!("/model/{id}/update");
    let body = json!({"litellm_params": {"litellm_credential_name": "azure"}});
    let refused = app.master().patch(&path, body.clone()).await.refused(400);
    assert_eq!(refused["error"]["param"], "litellm_credential_name");
    let made = json!({"credential_name": "azure", "credential_values": {"api_key": "x"}, "credential_info": {}});
    app.master().post("/credentials", made).await.ok();
    app.master().patch(&path, body).await.ok();
    assert_eq!(info(app, &id).await["litellm_params"]["litellm_credential_name"], "azure");
});
