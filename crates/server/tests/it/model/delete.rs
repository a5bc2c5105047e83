//! `POST /model/delete`

use serde_json::json;

use super::model;
use crate::harness::TestApp;

served!(a_deleted_model_leaves_its_last_state_in_the_entry, async |app: &TestApp| {
    let id = model(app, "m", json!({"api_key": "sk-provider-abcdef123456"})).await;
    app.entries().await;
    let said = app.master().post("/model/delete", json!({"id": id})).await.ok();
    assert_eq!(said["message"], format!("Model: {id} deleted successfully"));
    let entry = app.entries().await.pop().unwrap();
    assert_eq!((entry.name().as_str(), &entry.updated), ("deleted LiteLLM_ProxyModelTable", &json!({})));
    assert_eq!(entry.before["litellm_params"]["model"], "openai/gpt-4o");
    assert!(!entry.before.to_string().contains("abcdef123456"));
    let again = app.master().post("/model/delete", json!({"id": id})).await.refused(400);
    assert!(again["error"]["message"].as_str().unwrap().contains("not found"), "{again}");
    assert_eq!(app.master().get("/models").await.ok()["data"], json!([]));
});
