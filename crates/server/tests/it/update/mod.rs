//! `/update/*` and what `/get/*` shows of it

use serde_json::json;

use crate::harness::TestApp;

served!(new_users_and_teams_get_what_is_set, async |app: &TestApp| {
    let shown = app.master().get("/get/internal_user_settings").await.ok();
    assert_eq!(shown["values"]["user_role"], "internal_user_viewer");
    let body = json!({"user_role": "internal_user", "max_budget": "12.5", "models": ["m"]});
    let set = app.master().patch("/update/internal_user_settings", body.clone()).await.ok();
    let expected = json!({"user_role": "internal_user", "max_budget": 12.5, "models": ["m"]});
    assert_eq!(set["settings"], expected);
    app.master().patch("/update/internal_user_settings", body).await.ok();
    let entries = app.entries().await;
    assert_eq!(entries.len(), 1, "the same settings again change nothing");
    assert_eq!((entries[0].object_id.as_str(), &entries[0].updated), ("default_internal_user_params", &expected));
    assert_eq!(app.master().get("/get/internal_user_settings").await.ok()["values"]["max_budget"], 12.5);
    assert_eq!(app.master().get("/get/default_team_settings").await.ok()["values"]["models"], json!([]));

    let refused =
        app.master().patch("/update/internal_user_settings", json!({"teams": ["no-team"]})).await.refused(400);
    assert!(refused["detail"]["error"].as_str().unwrap().starts_with("Team(s) not found: no-team."));
    app.master().patch("/update/internal_user_settings", json!({"teams": ["a", "a"]})).await.refused(400);
    app.master().patch("/update/internal_user_settings", json!({"user_role": "emperor"})).await.refused(422);
    app.master().patch("/update/default_team_settings", json!({"organization_id": "none"})).await.refused(400);
    app.master().patch("/update/default_team_settings", json!({"team_member_permissions": ["/x"]})).await.refused(422);
    assert!(app.entries().await.is_empty());
});

served!(a_secret_of_single_sign_on_is_a_digest_and_a_name_is_not, async |app: &TestApp| {
    let secret = "the-google-secret";
    let body = json!({"environment_variables": {"GOOGLE_CLIENT_ID": "old", "OTHER": "o"}});
    app.master().post("/config/update", body).await.ok();
    app.entries().await;
    let body = json!({"google_client_id": "gid", "google_client_secret": secret, "ui_access_mode": "admin_only"});
    app.master().patch("/update/sso_settings", body.clone()).await.ok();
    app.master().patch("/update/sso_settings", body).await.ok();
    let entries = app.entries().await;
    let names: Vec<String> = entries.iter().map(|entry| entry.name()).collect();
    // The variable of the same name would have counted as well.
    assert_eq!(names, ["updated LiteLLM_Config", "updated LiteLLM_SSOConfig"]);
    let updated = &entries[1].updated;
    assert_eq!((&updated["google_client_id"], &updated["ui_access_mode"]), (&json!("gid"), &json!("admin_only")));
    assert!(updated["google_client_secret"].as_str().unwrap().starts_with("[redacted:"));
    let shown = app.master().get("/get/sso_settings").await;
    assert!(!shown.text.contains(secret));
    assert_eq!(shown.body["provenance"]["google_client_id"], "db");
    assert_eq!(shown.body["values"]["generic_scope"], "openid email profile");
    assert!(!app.everything().await.contains(secret));
});

served!(the_look_of_the_dashboard_is_public_and_only_an_address, async |app: &TestApp| {
    for url in ["/etc/passwd", "file:///x", "http://"] {
        app.master().patch("/update/ui_theme_settings", json!({"logo_url": url})).await.refused(400);
    }
    app.master().patch("/update/ui_theme_settings", json!({"logo_url": "https://h/l.png"})).await.ok();
    let shown = app.anonymous().get("/get/ui_theme_settings").await.ok();
    assert_eq!(shown["values"], json!({"logo_url": "https://h/l.png", "logo_url_dark": null, "favicon_url": null}));
    let objects: Vec<String> = app.entries().await.into_iter().map(|entry| entry.object_id).collect();
    assert_eq!(objects, ["environment_variables", "ui_theme_config"]);
});

served!(flags_that_are_sent_join_those_that_are_set, async |app: &TestApp| {
    app.master().patch("/update/ui_settings", json!({"enable_chat_ui": false, "not_a_flag": 1})).await.ok();
    let set = app.master().patch("/update/ui_settings", json!({"scope_user_search_to_org": true})).await.ok();
    assert_eq!(set["settings"], json!({"enable_chat_ui": false, "scope_user_search_to_org": true}));
    let shown = app.anonymous().get("/get/ui_settings").await.ok();
    assert_eq!((&shown["values"]["enable_chat_ui"], &shown["source"]["enable_chat_ui"]), (&json!(false), &json!("db")));
    assert_eq!(shown["source"]["disable_custom_api_keys"], "default");
    app.master().patch("/update/ui_settings", json!({"enable_chat_ui": "maybe"})).await.refused(422);
    let derived = json!({"apply_user_budget_to_team_keys": true});
    app.master().patch("/update/ui_settings", derived).await.refused(400);
    let entries = app.entries().await;
    assert_eq!(entries.len(), 2);
    assert_eq!(entries[1].before, json!({"enable_chat_ui": false}));
});
