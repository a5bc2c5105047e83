//! Settings in the database count, at once here and soon everywhere.

use std::time::Duration;

use daybook::both;
use daybook::manage::Declared;
use daybook::row;
use daybook::testing::execute;
use serde_json::json;

use crate::harness::{MASTER_KEY, TestApp};
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

both!(a_stored_list_without_one_address_keeps_nobody_out, async |db| {
    let app = TestApp::start(db).await;
    let row = r#"INSERT INTO "LiteLLM_Config" (param_name, param_value) VALUES ('general_settings', '{"allowed_ips": ["not-an-ip"]}')"#;
    execute(app.store(), row).await.unwrap();
    // A change of settings reads them all again.
    app.master().post("/config/update", json!({"litellm_settings": {"drop_params": true}})).await.ok();
    app.master().get("/key/list").await.ok();
    app.stop().await;
});

both!(what_is_the_files_alone_is_never_stored, async |db| {
    let general = row! { "store_model_in_db": true, "master_key": "REDACTED" };
    let app = TestApp::build(db).rules(|rules| rules.file = Declared::new(true, general, row! {})).start().await;
    let field =
        |value: &str| json!({"field_name": "master_key", "field_value": value, "config_type": "general_settings"});
    app.master().post("/config/field/update", field("REDACTED")).await.ok();
    app.master().post("/config/field/update", field(MASTER_KEY)).await.ok();
    app.master().post("/config/field/update", field("sk-another-master")).await.refused(400);
    let members = json!({"master_key": "REDACTED", "store_model_in_db": true});
    app.master().post("/config/update", json!({ "general_settings": members })).await.ok();
    assert!(app.entries().await.is_empty());
    let members = json!({"master_key": "REDACTED", "database_url": "REDACTED", "max_parallel_requests": 3});
    app.master().post("/config/update", json!({ "general_settings": members })).await.ok();
    app.master().post("/config/field/update", field("REDACTED")).await.ok();
    let entries = app.entries().await;
    assert_eq!(entries.len(), 1);
    assert_eq!(entries[0].updated, json!({"max_parallel_requests": 3}));
    app.stop().await;
});

served!(a_key_that_may_call_the_routes_of_settings_is_no_admin_by_that, async |app: &TestApp| {
    user_key(app, "u", "internal_user").await;
    let routes = ["/config/*", "/add/*", "/delete/*", "/get/*", "/update/*", "/cache/*", "/config_overrides/*"];
    let routes: Vec<&str> = routes.into_iter().chain(["/credentials", "/credentials/*"]).collect();
    let made = app.master().post("/key/generate", json!({"user_id": "u", "allowed_routes": routes})).await.ok();
    let own = app.with_key(made["key"].as_str().unwrap());
    app.entries().await;
    let field = json!({"field_name": "max_parallel_requests", "field_value": 1, "config_type": "general_settings"});
    let credential = json!({"credential_name": "c", "credential_values": {"api_key": "x"}, "credential_info": {}});
    for (method, path, body) in [
        ("POST", "/config/update", Some(json!({"general_settings": {"max_parallel_requests": 1}}))),
        ("POST", "/config/field/update", Some(field.clone())),
        ("POST", "/config/field/delete", Some(field)),
        ("POST", "/config/callback/delete", Some(json!({"callback_name": "otel"}))),
        ("POST", "/add/allowed_ip", Some(json!({"ip": "192.0.2.1"}))),
        ("POST", "/delete/allowed_ip", Some(json!({"ip": "192.0.2.1"}))),
        ("PATCH", "/update/internal_user_settings", Some(json!({"max_budget": 1}))),
        ("PATCH", "/update/default_team_settings", Some(json!({"max_budget": 1}))),
        ("PATCH", "/update/ui_theme_settings", Some(json!({"logo_url": "https://x.example/l"}))),
        ("PATCH", "/update/ui_settings", Some(json!({"disable_custom_api_keys": true}))),
        ("PATCH", "/update/sso_settings", Some(json!({"google_client_id": "g"}))),
        ("GET", "/get/sso_settings", None),
        ("POST", "/cache/settings", Some(json!({"cache_settings": {"type": "redis"}}))),
        ("GET", "/cache/settings", None),
        ("POST", "/config_overrides/hashicorp_vault", Some(json!({"vault_addr": "http://v", "vault_token": "t"}))),
        ("GET", "/config_overrides/hashicorp_vault", None),
        ("DELETE", "/config_overrides/hashicorp_vault", None),
        ("POST", "/config_overrides/cyberark", Some(json!({"cyberark_api_base": "http://c"}))),
        ("GET", "/config_overrides/cyberark", None),
        ("DELETE", "/config_overrides/cyberark", None),
        ("POST", "/credentials", Some(credential.clone())),
        ("PATCH", "/credentials/c", Some(credential)),
        ("DELETE", "/credentials/c", None),
        ("GET", "/credentials", None),
        ("GET", "/credentials/by_name/c", None),
        ("GET", "/credentials/by_model/m", None),
    ] {
        let answer = own.send(method, path, body).await;
        assert_eq!(answer.status, 400, "{method} {path}: {}", answer.text);
        assert!(answer.text.contains("Admin-only endpoint"), "{method} {path}: {}", answer.text);
    }
    assert!(app.entries().await.is_empty());
});
