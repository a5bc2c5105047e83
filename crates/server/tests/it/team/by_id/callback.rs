//! `/team/{team_id}/callback` and `/team/{team_id}/disable_logging`

use daybook::both;
use daybook::model::sealed::{CALLBACK_PREFIX, SealingKey, open};
use daybook::store::teams;
use serde_json::json;

use crate::harness::{MASTER_KEY, TestApp};
use crate::team::user_key;

const SECRET: &str = "the-secret-of-langfuse";

fn callback() -> serde_json::Value {
    json!({"callback_name": "langfuse", "callback_type": "success",
        "callback_vars": {"langfuse_secret_key": SECRET, "langfuse_host": "https://h"}})
}

async fn stored(app: &TestApp) -> String {
    let mut session = app.store().read().await.unwrap();
    let team = teams::find(&mut session, "t").await.unwrap().unwrap();
    serde_json::Value::Object(team).to_string()
}

served!(a_callbacks_secret_is_stored_so_that_only_litellm_can_read_it, async |app: &TestApp| {
    app.master().post("/team/new", json!({"team_id": "t"})).await.ok();
    let added = app.master().post("/team/t/callback", callback()).await.ok();
    let vars = &added["data"]["metadata"]["logging"][0]["callback_vars"];
    let sealed = vars["langfuse_secret_key"].as_str().unwrap().strip_prefix(CALLBACK_PREFIX).unwrap();
    assert_eq!(open(&SealingKey::new(MASTER_KEY), sealed).as_deref(), Some(SECRET));
    assert_eq!(vars["langfuse_host"], "https://h");

    let shown = app.master().get("/team/t/callback").await.ok()["data"].clone();
    assert_eq!((&shown["success_callbacks"], &shown["failure_callbacks"]), (&json!(["langfuse"]), &json!([])));
    assert_eq!(shown["callback_vars"]["langfuse_secret_key"], "***REDACTED***");

    // What a client reads it can write back, and it is not encrypted twice.
    let metadata = json!({"logging": added["data"]["metadata"]["logging"], "x": 1});
    let again = app.master().post("/team/update", json!({"team_id": "t", "metadata": metadata})).await.ok();
    assert_eq!(again["data"]["metadata"], metadata);

    app.master().post("/team/t/callback", callback()).await.refused(400);
    app.master().delete("/team/t/callback/langfuse").await.ok();
    app.master().delete("/team/t/callback/langfuse").await.refused(404);
    app.master().post("/team/t/callback", callback()).await.ok();
    app.master().send("POST", "/team/t/disable_logging", None).await.ok();
    let shown = app.master().get("/team/t/callback").await.ok();
    assert_eq!(shown["data"]["success_callbacks"], json!([]));
    let entries = app.entries().await;
    for entry in &entries {
        assert!(!entry.before.to_string().contains(SECRET) && !entry.updated.to_string().contains(SECRET));
    }
});

served!(a_secret_in_the_metadata_of_a_team_is_encrypted_too, async |app: &TestApp| {
    let metadata = json!({"logging": [callback()]});
    app.master().post("/team/new", json!({"team_id": "t", "metadata": metadata})).await.ok();
    assert!(!stored(app).await.contains(SECRET));
    let patch = json!({"metadata": {"logging": [callback(), callback()]}});
    app.master().patch("/team/t", patch).await.ok();
    assert!(!stored(app).await.contains(SECRET));
});

both!(without_a_key_to_encrypt_with_a_secret_is_refused, async |db| {
    let app = TestApp::build(db).rules(|rules| rules.encryption_key = None).start().await;
    app.master().post("/team/new", json!({"team_id": "t"})).await.ok();
    app.entries().await;
    let refused = app.master().post("/team/t/callback", callback()).await.refused(400);
    assert!(refused["detail"]["error"].as_str().unwrap().contains("LITELLM_SALT_KEY"));
    app.master().post("/team/new", json!({"metadata": {"logging": [callback()]}})).await.refused(400);
    assert!(app.entries().await.is_empty());
    let plain = json!({"callback_name": "langfuse", "callback_vars": {"langfuse_host": "https://h"}});
    app.master().post("/team/t/callback", plain).await.ok();
    app.stop().await;
});

served!(only_admins_of_a_team_see_or_set_its_callbacks, async |app: &TestApp| {
    let key = user_key(app, "u", "internal_user").await;
    let members = json!([{"role": "user", "user_id": "u"}]);
    app.master().post("/team/new", json!({"team_id": "t", "members_with_roles": members})).await.ok();
    app.entries().await;
    let own = app.with_key(&key);
    own.post("/team/t/callback", callback()).await.refused(403);
    own.get("/team/t/callback").await.refused(403);
    own.delete("/team/t/callback/langfuse").await.refused(403);
    assert!(app.entries().await.is_empty());
});
