//! Settings in the database count, at once here and soon everywhere.

use std::time::Duration;

use daybook::both;
use daybook::manage::Declared;
use daybook::row;
use daybook::testing::execute;
use serde_json::json;

use crate::harness::TestApp;
use crate::team::user_key;

served!(what_an_admin_sets_counts_for_the_next_request, async |app: &TestApp| {
    app.master().patch("/update/default_team_settings", json!({"max_budget": 12.5})).await.ok();
    let team = app.master().post("/team/new", json!({})).await.ok();
    assert_eq!(team["max_budget"], 12.5);
    app.master()
        .patch("/update/internal_user_settings", json!({"user_role": "internal_user", "max_budget": 3}))
        .await
        .ok();
    let user = app.master().post("/user/new", json!({"user_role": "internal_user"})).await.ok();
    assert_eq!(user["max_budget"], 3.0);

    let body = json!({"litellm_settings": {"default_key_generate_params": {"tpm_limit": 77}}});
    app.master().post("/config/update", body).await.ok();
    assert_eq!(app.master().post("/key/generate", json!({})).await.ok()["tpm_limit"], 77);
    let body = json!({"litellm_settings": {"upperbound_key_generate_params": {"tpm_limit": 10}}});
    app.master().post("/config/update", body).await.ok();
    app.master().post("/key/generate", json!({"tpm_limit": 11})).await.refused(400);

    app.master().patch("/update/ui_settings", json!({"disable_custom_api_keys": true})).await.ok();
    app.master().post("/key/generate", json!({"key": "sk-of-my-own", "tpm_limit": 5})).await.refused(403);

    let key = user_key(app, "u", "internal_user").await;
    app.with_key(&key).get("/key/list").await.ok();
    app.master().post("/config/update", json!({"general_settings": {"admin_only_routes": ["/key/list"]}})).await.ok();
    app.with_key(&key).get("/key/list").await.refused(403);
});

both!(what_somebody_else_stores_counts_soon, async |db| {
    let app = TestApp::build(db).settings(|settings| settings.refresh = Duration::from_millis(20)).start().await;
    app.master().get("/key/list").await.ok();
    let row = r#"INSERT INTO "LiteLLM_Config" (param_name, param_value) VALUES ('general_settings', '{"allowed_ips": ["192.0.2.7"]}')"#;
    execute(app.store(), row).await.unwrap();
    for _ in 0..500 {
        if app.master().get("/key/list").await.status == 403 {
            app.anonymous().get("/test").await.refused(403);
            app.stop().await;
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the stored list was never honoured");
});

both!(nonsense_in_a_row_is_left_out, async |db| {
    let app = TestApp::build(db).settings(|settings| settings.refresh = Duration::from_millis(20)).start().await;
    let rows = [
        ("general_settings", r#"{"allowed_ips": "everybody", "disable_custom_api_keys": 7}"#),
        ("litellm_settings", r#"[1, 2]"#),
    ];
    for (name, value) in rows {
        let sql = format!(r#"INSERT INTO "LiteLLM_Config" (param_name, param_value) VALUES ('{name}', '{value}')"#);
        execute(app.store(), &sql).await.unwrap();
    }
    tokio::time::sleep(Duration::from_millis(200)).await;
    app.master().post("/key/generate", json!({"key": "sk-of-my-own-choice"})).await.ok();
    app.master().post("/config/update", json!({"litellm_settings": {"drop_params": true}})).await.ok();
    app.stop().await;
});

both!(the_database_lies_over_the_file_when_it_may, async |db| {
    let file = Declared::new(false, row! {}, row! {});
    let app = TestApp::build(db).rules(|rules| rules.file = file).start().await;
    let refused = app.master().patch("/update/default_team_settings", json!({"max_budget": 1})).await.refused(500);
    assert!(refused["detail"]["error"].as_str().unwrap().contains("STORE_MODEL_IN_DB"));
    let db = app.stop_and_keep().await;
    let general = row! { "store_model_in_db": true, "max_parallel_requests": 3, "master_key": "REDACTED" };
    let app = TestApp::build(db).rules(|rules| rules.file = Declared::new(true, general, row! {})).start().await;
    let info = async |name: &str| app.master().get(&format!("/config/field/info?field_name={name}")).await.ok();
    assert_eq!(info("max_parallel_requests").await["source"], "config");
    assert_eq!(info("max_parallel_requests").await["editable"], true);
    assert_eq!(info("store_model_in_db").await["editable"], false);
    assert_eq!(info("master_key").await["field_value"], "REDACTED");
    let body = json!({"field_name": "max_parallel_requests", "field_value": 4, "config_type": "general_settings"});
    app.master().post("/config/field/update", body).await.ok();
    assert_eq!(info("max_parallel_requests").await["field_value"], 4);
    app.stop().await;
});
