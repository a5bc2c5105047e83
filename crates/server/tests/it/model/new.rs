//! `POST /model/new`

use serde_json::json;

use super::{info, model, model_with};
use crate::harness::TestApp;

served!(what_is_stored_is_encrypted_and_the_entry_says_what_was_set, async |app: &TestApp| {
    let params = json!({
        "model": "openai/gpt-4o", "api_key": "sk-provider-abcdef123456", "api_base": "https://x.example",
        "aws_session_token": "os.environ/AWS_TOKEN", "rpm": "5", "my_own": "kept",
    });
    let id = model(app, "m", params).await;
    let answer = app.master().get("/v2/model/info").await.ok();
    assert_eq!(answer["data"][0]["litellm_params"]["rpm"], 5);
    let entry = app.entries().await.pop().unwrap();
    assert_eq!((entry.name().as_str(), entry.object_id.as_str()), ("created LiteLLM_ProxyModelTable", id.as_str()));
    let recorded = &entry.updated["litellm_params"];
    assert_eq!(recorded["model"], "openai/gpt-4o");
    assert_eq!(recorded["api_base"], "https://x.example");
    assert_eq!(recorded["my_own"], "kept");
    assert_eq!(recorded["aws_session_token"], "os.environ/AWS_TOKEN");
    let digest = app.store().redactor().digest("sk-provider-abcdef123456");
    assert_eq!(recorded["api_key"], digest.as_str());
    let mut session = app.store().read().await.unwrap();
    let row = daybook::store::models::find(&mut session, &id).await.unwrap().unwrap();
    let stored = json!(row["litellm_params"]).to_string();
    assert!(!stored.contains("abcdef123456") && !stored.contains("gpt-4o") && stored.contains("\"rpm\":5"), "{stored}");
});

served!(an_answer_shows_the_row_as_it_is_stored, async |app: &TestApp| {
    let body = json!({
        "model_name": "m", "litellm_params": {"model": "openai/gpt-4o", "input_cost_per_token": 1},
        "model_info": {"mode": "chat", "input_cost_per_token": 2, "pricing_overrides": ["x"]},
    });
    let made = app.master().post("/model/new", body).await.ok();
    assert_ne!(made["litellm_params"]["model"], "openai/gpt-4o");
    assert_eq!(made["litellm_params"]["input_cost_per_token"], 1.0);
    assert_eq!(made["litellm_params"]["use_in_pass_through"], false);
    let id = made["model_id"].as_str().unwrap();
    // Prices are a matter of the parameters.
    let expected = json!({"id": id, "mode": "chat", "db_model": false, "member_auto_router": false});
    assert_eq!(made["model_info"], expected);
    assert_eq!(info(app, id).await["model_info"]["input_cost_per_token"], 1.0);
});

served!(an_id_is_taken_once, async |app: &TestApp| {
    model_with(app, "m", json!({}), json!({"id": "one"})).await;
    app.entries().await;
    let body = json!({"model_name": "n", "litellm_params": {"model": "x"}, "model_info": {"id": "one"}});
    let refused = app.master().post("/model/new", body).await.refused(400);
    assert!(refused["error"]["message"].as_str().unwrap().contains("A model with id=one exists already"), "{refused}");
    assert!(app.entries().await.is_empty());
});

served!(two_who_take_one_id_at_once_get_one_model, async |app: &TestApp| {
    let body = json!({"model_name": "n", "litellm_params": {"model": "x"}, "model_info": {"id": "one"}});
    let master = app.master();
    let (left, right) = tokio::join!(master.post("/model/new", body.clone()), master.post("/model/new", body));
    let mut statuses = [left.status, right.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 400]);
});

served!(a_body_without_what_a_model_needs_is_told_what_is_missing, async |app: &TestApp| {
    let refused = app.master().post("/model/new", json!({"litellm_params": {"rpm": "many"}})).await.refused(422);
    let places: Vec<_> = refused["detail"].as_array().unwrap().iter().map(|item| item["loc"].clone()).collect();
    assert!(places.contains(&json!(["body", "model_name"])), "{refused}");
    assert!(places.contains(&json!(["body", "litellm_params", "model"])), "{refused}");
    assert!(places.contains(&json!(["body", "litellm_params", "rpm"])), "{refused}");
});

daybook::both!(without_a_key_to_encrypt_with_nothing_is_stored, async |db: daybook::testing::TestDb| {
    let app = TestApp::build(db).options(|options| options.sealing_key = None).start().await;
    let body = json!({"model_name": "m", "litellm_params": {"model": "x"}});
    let refused = app.master().post("/model/new", body).await.refused(400);
    assert!(refused["error"]["message"].as_str().unwrap().contains("LITELLM_SALT_KEY"), "{refused}");
    assert!(app.entries().await.is_empty());
    app.stop().await;
});

daybook::both!(where_models_are_the_files_business_nothing_is_stored, async |db: daybook::testing::TestDb| {
    let app = TestApp::build(db).rules(|rules| rules.model_writes_off = true).start().await;
    let body = json!({"model_name": "m", "litellm_params": {"model": "x"}});
    let refused = app.master().post("/model/new", body).await.refused(500);
    assert!(refused["error"]["message"].as_str().unwrap().contains("STORE_MODEL_IN_DB"), "{refused}");
    app.master().post("/model/block", json!({"model_id": "x"})).await.refused(400);
    app.master().patch("/model/x/update", json!({})).await.refused(400);
    assert!(app.entries().await.is_empty());
    app.stop().await;
});
