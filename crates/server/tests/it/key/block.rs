use serde_json::{Value, json};

use super::{hash, new_key, new_team, new_user};
use crate::harness::TestApp;

served!(a_blocked_key_is_refused_until_it_is_unblocked, async |app: &TestApp| {
    let raw = new_key(app, json!({"team_id": "t"})).await;
    app.entries().await;
    let body = app.master().post("/key/block", json!({"key": raw})).await.ok();
    assert_eq!((&body["blocked"], &body["token"]), (&json!(true), &json!(hash(&raw))));
    let entries = app.entries().await;
    assert_eq!(entries.len(), 1);
    assert_eq!(entries[0].name(), "blocked LiteLLM_VerificationToken");
    assert_eq!((&entries[0].before["blocked"], &entries[0].updated["blocked"]), (&Value::Null, &json!(true)));
    let refused = app.with_key(&raw).get("/models").await.refused(401);
    assert_eq!(
        refused["error"]["message"],
        "Authentication Error, Key is blocked. Update via `/key/unblock` if you're an admin."
    );
    let body = app.master().post("/key/unblock", json!({"key": hash(&raw)})).await.ok();
    assert_eq!(body["blocked"], false);
    assert_eq!(app.entry_names().await, ["unblocked LiteLLM_VerificationToken"]);
    assert_eq!(app.with_key(&raw).get("/v1/models").await.ok(), json!({"data": [], "object": "list"}));
    app.master().post("/key/unblock", json!({"key": raw})).await.ok();
    assert!(app.entries().await.is_empty());
});

served!(who_may_block_is_said, async |app: &TestApp| {
    let user = new_user(app, "iu", "internal_user").await;
    let boss = new_user(app, "boss", "internal_user").await;
    new_team(app, "t", &[("boss", "admin"), ("iu", "user")]).await;
    let raw = new_key(app, json!({"team_id": "t", "user_id": "iu"})).await;
    app.entries().await;
    for path in ["/key/block", "/key/unblock"] {
        let refused = app.with_key(&user).post(path, json!({"key": raw})).await.refused(403);
        let message = format!(
            "Only proxy admins, team admins, or org admins can call {path}. user_role=internal_user, user_id=iu"
        );
        assert_eq!(refused, json!({"detail": {"error": message}}));
        let unknown = "sk-unknown-000000000000";
        let refused = app.with_key(&user).post(path, json!({"key": unknown})).await.refused(404);
        assert_eq!(refused["detail"]["error"], format!("Key not found: {}", hash(unknown)));
        app.master().post(path, json!({"key": unknown})).await.refused(404);
        let refused = app.master().post(path, json!({"key": "bad key!"})).await.refused(400);
        assert_eq!(refused["error"]["message"], "Invalid key format.");
    }
    assert!(app.entries().await.is_empty());
    app.with_key(&boss).post("/key/block", json!({"key": raw})).await.ok();
});
