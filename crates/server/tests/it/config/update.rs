//! `POST /config/update`, `POST /config/callback/delete`

use daybook::both;
use daybook::model::document;
use daybook::model::row::RowExt as _;
use daybook::model::sealed::{SealingKey, open};
use daybook::store::settings;
use serde_json::json;

use crate::harness::{MASTER_KEY, TestApp};
use crate::team::user_key;

served!(every_section_is_an_object_with_its_members_before_and_after, async |app: &TestApp| {
    let body = json!({"general_settings": {"alert_types": ["a"]}, "router_settings": {"num_retries": 3}});
    app.master().header("LiteLLM-Changed-By", "bob").post("/config/update", body).await.ok();
    let entries = app.entries().await;
    let objects: Vec<_> =
        entries.iter().map(|entry| (entry.object_id.as_str(), &entry.before, &entry.updated)).collect();
    assert_eq!(
        objects,
        [
            ("general_settings", &json!(null), &json!({"alert_types": ["a"]})),
            ("router_settings", &json!(null), &json!({"num_retries": 3})),
        ]
    );
    assert!(entries.iter().all(|entry| entry.changed_by == "bob" && entry.name() == "updated LiteLLM_Config"));

    let body = json!({"general_settings": {"alerting_threshold": 5}, "router_settings": {"num_retries": 3}});
    app.master().post("/config/update", body).await.ok();
    let entries = app.entries().await;
    assert_eq!(entries.len(), 1, "the section that is as it was has no entry");
    assert_eq!(entries[0].before, json!({"alert_types": ["a"]}));
    assert_eq!(entries[0].updated, json!({"alert_types": ["a"], "alerting_threshold": 5}));
});

served!(an_environment_variable_is_stored_for_litellm_alone_and_never_shown, async |app: &TestApp| {
    let secret = "an-ordinary-looking-value";
    let body = json!({"environment_variables": {"HARMLESS_NAME": secret, "OTHER": "other-value"}});
    app.master().post("/config/update", body.clone()).await.ok();
    let entry = app.entries().await.remove(0);
    let shown = entry.updated["HARMLESS_NAME"].as_str().unwrap().to_owned();
    assert!(shown.starts_with("[redacted:"), "{shown}");
    assert_ne!(entry.updated["OTHER"], entry.updated["HARMLESS_NAME"]);

    let mut session = app.store().read().await.unwrap();
    let row = settings::find(&mut session, &document::CONFIG, "environment_variables", None).await.unwrap().unwrap();
    let sealed = row.text("HARMLESS_NAME").unwrap().to_owned();
    assert_eq!(open(&SealingKey::new(MASTER_KEY), &sealed).as_deref(), Some(secret));

    // The same value, in the clear or as it is stored, changes nothing.
    app.master().post("/config/update", body).await.ok();
    app.master().post("/config/update", json!({"environment_variables": {"HARMLESS_NAME": sealed}})).await.ok();
    assert!(app.entries().await.is_empty());

    app.master().post("/config/update", json!({"environment_variables": {"HARMLESS_NAME": "new"}})).await.ok();
    let entry = app.entries().await.remove(0);
    assert_eq!(entry.before["HARMLESS_NAME"], shown);
    assert_ne!(entry.updated["HARMLESS_NAME"], shown);
    let shown = app.master().get("/get/config/callbacks").await;
    assert!(!shown.text.contains(secret));
    assert!(!app.everything().await.contains(secret));
});

served!(secrets_in_any_section_are_digests_in_the_entry, async |app: &TestApp| {
    let body = json!({
        "general_settings": {"database_url": "postgresql://u:hunter2@h/db", "alert_to_webhook_url": {"x": "https://hooks.example/very-secret"}},
        "litellm_settings": {"cache_params": {"password": "redis-secret", "host": "h"}, "success_callback": ["LangFuse"]},
    });
    app.master().post("/config/update", body).await.ok();
    for entry in app.entries().await {
        let text = entry.updated.to_string();
        for secret in ["hunter2", "very-secret", "redis-secret"] {
            assert!(!text.contains(secret), "{text}");
        }
        if entry.object_id == "litellm_settings" {
            assert_eq!(entry.updated["cache_params"]["host"], "h");
            assert_eq!(entry.updated["success_callback"], json!(["langfuse"]));
        } else {
            assert_eq!(entry.updated["alerting"], json!(["slack"]));
        }
    }
    // The database that is used is the file's.
    app.master().get("/key/list").await.ok();
});

served!(what_the_file_alone_decides_cannot_be_set, async |app: &TestApp| {
    for (section, name, value) in [
        ("general_settings", "master_key", json!("sk-mine")),
        ("general_settings", "store_model_in_db", json!(false)),
        ("litellm_settings", "store_audit_logs", json!(false)),
    ] {
        let refused = app.master().post("/config/update", json!({section: {name: value}})).await.refused(400);
        assert!(refused["error"]["message"].as_str().unwrap().contains(name), "{refused}");
    }
    app.master().post("/config/update", json!({"general_settings": {"store_model_in_db": true}})).await.ok();
    app.entries().await;
    daybook::testing::execute(
        app.store(),
        r#"INSERT INTO "LiteLLM_Config" (param_name, param_value) VALUES ('litellm_settings', '{"store_audit_logs": false}')"#,
    )
    .await
    .unwrap();
    app.master().post("/config/update", json!({"litellm_settings": {"drop_params": true}})).await.ok();
    assert_eq!(app.entry_names().await, ["updated LiteLLM_Config"], "recording goes on whatever a row says");
});

served!(parts_with_a_page_of_their_own_have_entries_of_their_own, async |app: &TestApp| {
    let body = json!({"litellm_settings": {"drop_params": true, "default_team_params": {"max_budget": 3.0}}});
    app.master().post("/config/update", body).await.ok();
    app.master().patch("/update/default_team_settings", json!({"max_budget": 4})).await.ok();
    let entries = app.entries().await;
    let objects: Vec<&str> = entries.iter().map(|entry| entry.object_id.as_str()).collect();
    assert_eq!(objects, ["litellm_settings", "default_team_params", "default_team_params"]);
    assert_eq!(entries[2].before, json!({"max_budget": 3.0}));
    assert_eq!(entries[2].updated, json!({"models": [], "max_budget": 4.0}));
});

served!(a_callback_goes_from_every_list_that_has_it, async |app: &TestApp| {
    let body =
        json!({"litellm_settings": {"success_callback": ["langfuse", "otel"], "failure_callback": ["Langfuse"]}});
    app.master().post("/config/update", body).await.ok();
    let deleted = app.master().post("/config/callback/delete", json!({"callback_name": "LANGFUSE"})).await.ok();
    assert_eq!(deleted["remaining_callbacks"], json!(["otel"]));
    let listed = app.master().get("/callbacks/list").await.ok();
    assert_eq!(listed, json!({"success": ["otel"], "failure": [], "success_and_failure": []}));
    app.master().post("/config/callback/delete", json!({"callback_name": "langfuse"})).await.refused(404);
    assert_eq!(app.entry_names().await, ["updated LiteLLM_Config", "deleted LiteLLM_Config"]);
});

served!(admins_write_viewers_read_and_nobody_else_does_either, async |app: &TestApp| {
    let viewer = user_key(app, "v", "proxy_admin_viewer").await;
    let user = user_key(app, "u", "internal_user").await;
    app.entries().await;
    let body = json!({"general_settings": {"alert_types": ["a"]}});
    app.with_key(&viewer).post("/config/update", body.clone()).await.refused(403);
    app.with_key(&user).post("/config/update", body).await.refused(401);
    for path in
        ["/config/list?config_type=general_settings", "/get/allowed_ips", "/get/sso_settings", "/cache/settings"]
    {
        app.with_key(&viewer).get(path).await.ok();
        app.with_key(&user).get(path).await.refused(401);
    }
    assert!(app.entries().await.is_empty());
});

both!(without_a_key_to_encrypt_with_nothing_secret_is_stored, async |db| {
    let app = TestApp::build(db).rules(|rules| rules.encryption_key = None).start().await;
    app.master().post("/config/update", json!({"environment_variables": {"A": "b"}})).await.refused(400);
    app.master().patch("/update/sso_settings", json!({"google_client_secret": "s"})).await.refused(400);
    app.master().post("/cache/settings", json!({"cache_settings": {"password": "p"}})).await.refused(400);
    let body = json!({"vault_addr": "http://v", "vault_token": "t"});
    app.master().post("/config_overrides/hashicorp_vault", body).await.refused(400);
    assert!(app.entries().await.is_empty());
    app.stop().await;
});

served!(two_first_writes_of_a_section_miss_nothing, async |app: &TestApp| {
    let admin = app.master();
    let write = async |name: &str| admin.post("/config/update", json!({"litellm_settings": {name: true}})).await.ok();
    tokio::join!(write("one"), write("two"));
    let mut session = app.store().read().await.unwrap();
    let row = settings::find(&mut session, &document::CONFIG, "litellm_settings", None).await.unwrap().unwrap();
    assert!(row.flag("one") == Some(true) && row.flag("two") == Some(true), "{row:?}");
});
