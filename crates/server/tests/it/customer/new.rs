//! `POST /customer/new`

use daybook::row;
use daybook::testing::TestDb;
use serde_json::{Value, json};

use crate::harness::TestApp;

const PATH: &str = "/customer/new";

served!(a_customer_has_a_budget_of_its_own_or_shares_one, async |app: &TestApp| {
    app.master().post("/budget/new", json!({"budget_id": "b", "max_budget": 9})).await.ok();
    app.entries().await;
    let shares = app.master().post(PATH, json!({"user_id": "c1", "alias": "One", "budget_id": "b"})).await.ok();
    assert_eq!((&shares["budget_id"], &shares["litellm_budget_table"]["max_budget"]), (&json!("b"), &json!(9.0)));
    assert_eq!(app.entry_names().await, ["created LiteLLM_EndUserTable"]);
    let body = json!({"user_id": "c2", "max_budget": 3, "budget_duration": "1h", "models": ["m"], "allowed_model_region": "eu"});
    let own = app.master().post("/end_user/new", body).await.ok();
    assert_eq!((&own["litellm_budget_table"]["max_budget"], &own["models"]), (&json!(3.0), &json!(["m"])));
    assert_ne!(own["litellm_budget_table"]["budget_reset_at"], Value::Null);
    let entries = app.entries().await;
    let names: Vec<String> = entries.iter().map(crate::harness::Entry::name).collect();
    assert_eq!(names, ["created LiteLLM_BudgetTable", "created LiteLLM_EndUserTable"]);
    assert_eq!(entries[1].updated["budget_id"], own["budget_id"]);
    let plain = app.master().post(PATH, json!({"user_id": "c3"})).await.ok();
    assert_eq!((&plain["budget_id"], &plain["blocked"], &plain["spend"]), (&Value::Null, &json!(false), &json!(0.0)));
});

served!(a_customers_object_permission_is_a_row_of_its_own, async |app: &TestApp| {
    let body = json!({"user_id": "c", "object_permission": {"mcp_servers": ["s"]}});
    let made = app.master().post(PATH, body).await.ok();
    assert_eq!(made["object_permission"]["mcp_servers"], json!(["s"]));
    assert_eq!(app.entry_names().await, ["created LiteLLM_ObjectPermissionTable", "created LiteLLM_EndUserTable"]);
    let body = json!({"user_id": "c", "object_permission": {"mcp_servers": ["s", "t"]}});
    let updated = app.master().post("/customer/update", body).await.ok();
    assert_eq!(updated["object_permission_id"], made["object_permission_id"]);
    assert_eq!(app.entry_names().await, ["updated LiteLLM_ObjectPermissionTable"]);
});

served!(a_wrong_customer_is_refused_and_leaves_nothing, async |app: &TestApp| {
    app.master().post(PATH, json!({"user_id": "c"})).await.ok();
    app.entries().await;
    let twice = app.master().post(PATH, json!({"user_id": "c", "max_budget": 1})).await.refused(400);
    assert_eq!((&twice["error"]["type"], &twice["error"]["param"]), (&json!("bad_request"), &json!("user_id")));
    let both = app.master().post(PATH, json!({"user_id": "d", "max_budget": 1, "budget_id": "b"})).await.refused(422);
    assert_eq!(both["detail"][0]["msg"], "Value error, Set either 'max_budget' or 'budget_id', not both.");
    let region = app.master().post(PATH, json!({"user_id": "d", "allowed_model_region": "mars"})).await.refused(422);
    assert_eq!(region["detail"][0]["msg"], "Input should be 'eu' or 'us'");
    app.master().post(PATH, json!({"alias": "nobody"})).await.refused(422);
    for wrong in [
        json!({"user_id": "d", "budget_id": "ghost"}),
        json!({"user_id": "d", "max_budget": -1}),
        json!({"user_id": "d", "budget_duration": "soon"}),
    ] {
        app.master().post(PATH, wrong).await.refused(400);
    }
    let model = app.master().post(PATH, json!({"user_id": "d", "default_model": "ghost"})).await.refused(422);
    let message = model["error"]["message"].as_str().unwrap();
    assert!(message.ends_with("Default_model=ghost, proxy_model_names=set()'}"), "{message}");
    assert!(app.entries().await.is_empty());
});

async fn default_models(db: TestDb) {
    let app = TestApp::build(db)
        .rules(|rules| rules.config_models = vec![row! { "model_name": "gpt" }, row! { "model_name": "gpt" }])
        .start()
        .await;
    app.master().post(PATH, json!({"user_id": "c", "default_model": "gpt"})).await.ok();
    let refused = app.master().post(PATH, json!({"user_id": "d", "default_model": "x"})).await.refused(422);
    assert!(refused["error"]["message"].as_str().unwrap().contains("proxy_model_names={'gpt'}"), "{refused}");
    app.stop().await;
}

daybook::both!(a_default_model_is_one_of_the_configured, default_models);
