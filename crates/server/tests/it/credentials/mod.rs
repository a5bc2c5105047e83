//! `/credentials`

use serde_json::{Value, json};

use crate::harness::TestApp;

fn openai(name: &str) -> Value {
    json!({
        "credential_name": name, "credential_values": {"api_key": "sk-topsecret1234", "api_base": "https://x"},
        "credential_info": {"custom_llm_provider": "openai"},
    })
}

served!(a_credential_is_encrypted_masked_and_told_by_its_digest, async |app: &TestApp| {
    let said = app.master().post("/credentials", openai("c")).await.ok();
    assert_eq!(said, json!({"success": true, "message": "Credential created successfully"}));
    let shown = app.master().get("/credentials/by_name/c").await.ok();
    let expected = json!({
        "credential_name": "c", "display_name": null, "credential_info": {"custom_llm_provider": "openai"},
        "credential_values": {"api_key": "sk****34", "api_base": "https://x"}, "source": "db",
    });
    assert_eq!(shown, expected);
    assert_eq!(app.master().get("/credentials").await.ok()["credentials"], json!([expected]));
    let entry = app.entries().await.pop().unwrap();
    assert_eq!(entry.name(), "created LiteLLM_CredentialsTable");
    assert_eq!(entry.updated["credential_values"]["api_key"], json!(app.store().redactor().digest("sk-topsecret1234")));
    let mut session = app.store().read().await.unwrap();
    let row = daybook::store::credentials::find(&mut session, "c").await.unwrap().unwrap();
    assert!(!json!(row).to_string().contains("topsecret"), "{row:?}");
});

served!(a_name_is_taken_once_even_at_once, async |app: &TestApp| {
    let master = app.master();
    let (left, right) =
        tokio::join!(master.post("/credentials", openai("c")), master.post("/credentials", openai("c")));
    let mut statuses = [left.status, right.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
    let refused = master.post("/credentials", openai("c")).await.refused(409);
    let message = "Credential 'c' already exists. Update it with PATCH /credentials/c, or delete it first.";
    assert_eq!(refused["error"]["message"], message);
    assert_eq!(app.entry_names().await, ["created LiteLLM_CredentialsTable"]);
});

served!(a_patch_merges_and_what_was_masked_is_no_new_secret, async |app: &TestApp| {
    app.master().post("/credentials", openai("c")).await.ok();
    app.entries().await;
    let path = "/credentials/c";
    let body = json!({"credential_values": {"api_key": "sk****34"}, "credential_info": {}});
    app.master().patch(path, body).await.ok();
    assert!(app.entries().await.is_empty());
    let body = json!({
        "credential_values": {"api_key": "sk-another-key-0099"}, "credential_info": {"a": 1}, "display_name": "  Ours ",
        "credential_values_to_delete": ["api_base"],
    });
    app.master().patch(path, body).await.ok();
    let shown = app.master().get("/credentials/by_name/c").await.ok();
    assert_eq!(shown["credential_values"], json!({"api_key": "sk****99"}));
    assert_eq!(shown["credential_info"], json!({"custom_llm_provider": "openai", "a": 1}));
    assert_eq!(shown["display_name"], "Ours");
    app.master().patch(path, json!({"display_name": null, "credential_info": {}})).await.ok();
    assert!(app.master().get("/credentials/by_name/c").await.ok()["display_name"].is_null());
    for (body, param) in [
        (json!({"display_name": " ", "credential_info": {}}), "display_name"),
        (json!({"display_name": "a\u{202e}b", "credential_info": {}}), "display_name"),
        (json!({"credential_name": "d", "credential_info": {}}), "credential_name"),
    ] {
        assert_eq!(app.master().patch(path, body).await.refused(400)["error"]["param"], param);
    }
    let both = json!({"credential_values": {"a": "1"}, "credential_values_to_delete": ["a"], "credential_info": {}});
    app.master().patch(path, both).await.refused(400);
    app.master().patch("/credentials/nope", json!({"credential_info": {}})).await.refused(404);
});

served!(a_model_can_lend_its_credentials, async |app: &TestApp| {
    let params =
        json!({"model": "openai/gpt-4o", "api_key": "sk-of-the-model-0042", "api_base": "https://m", "rpm": 5});
    let body = json!({"model_name": "m", "litellm_params": params, "model_info": {"id": "mid"}});
    app.master().post("/model/new", body).await.ok();
    let body = json!({"credential_name": "c", "model_id": "mid", "credential_info": {}});
    app.master().post("/credentials", body).await.ok();
    let values = json!({"api_key": "sk****42", "api_base": "https://m"});
    assert_eq!(app.master().get("/credentials/by_name/c").await.ok()["credential_values"], values);
    let of_model = app.master().get("/credentials/by_model/mid").await.ok();
    assert_eq!((&of_model["credential_name"], &of_model["credential_values"]), (&json!("m-credential-mid"), &values));
    let body = json!({"credential_name": "d", "model_id": "nope", "credential_info": {}});
    app.master().post("/credentials", body).await.refused(404);
    app.master().get("/credentials/by_model/nope").await.refused(404);
});

served!(a_body_must_say_what_the_credential_is, async |app: &TestApp| {
    let body = json!({"credential_name": "c", "credential_info": {}, "credential_values": {}});
    let refused = app.master().post("/credentials", body).await.refused(422);
    assert_eq!(refused["detail"][0]["msg"], "Value error, Either credential_values or model_id must be set");
    app.master()
        .post("/credentials", json!({"credential_name": "c", "credential_values": {"a": "b"}}))
        .await
        .refused(422);
});

served!(viewers_read_and_nobody_but_admins_writes, async |app: &TestApp| {
    app.master().post("/credentials", openai("a/b")).await.ok();
    let body = json!({"user_id": "v", "user_role": "proxy_admin_viewer"});
    let viewer = app.master().post("/user/new", body).await.ok();
    let user = app.master().post("/user/new", json!({"user_id": "u", "user_role": "internal_user"})).await.ok();
    let (viewer, user) = (app.with_key(viewer["key"].as_str().unwrap()), app.with_key(user["key"].as_str().unwrap()));
    app.entries().await;
    assert_eq!(viewer.get("/credentials/by_name/a%2Fb").await.ok()["credential_values"]["api_key"], "sk****34");
    viewer.post("/credentials", openai("d")).await.refused(403);
    viewer.delete("/credentials/a%2Fb").await.refused(403);
    user.get("/credentials").await.refused(401);
    user.get("/credentials/by_name/a%2Fb").await.refused(401);
    user.post("/credentials", openai("d")).await.refused(401);
    assert!(app.entries().await.is_empty());
    app.master().delete("/credentials/a%2Fb").await.ok();
    assert_eq!(app.entry_names().await, ["deleted LiteLLM_CredentialsTable"]);
});
