//! `POST /team/block`, `POST /team/unblock`

use serde_json::json;

use crate::harness::TestApp;

served!(the_keys_of_a_blocked_team_are_refused_until_it_is_unblocked, async |app: &TestApp| {
    app.master().post("/team/new", json!({"team_id": "t"})).await.ok();
    let made = app.master().post("/key/generate", json!({"team_id": "t"})).await.ok();
    let key = made["key"].as_str().unwrap();
    app.entries().await;
    app.master().post("/team/block", json!({"team_id": "t"})).await.ok();
    app.master().post("/team/block", json!({"team_id": "t"})).await.ok();
    let refused = app.with_key(key).get("/team/available").await.refused(401);
    assert_eq!(
        refused["error"]["message"],
        "Authentication Error, Team=t is blocked. Update via `/team/unblock` if you're an admin."
    );
    app.master().post("/team/unblock", json!({"team_id": "t"})).await.ok();
    app.with_key(key).get("/team/available").await.ok();
    let entries = app.entries().await;
    let names: Vec<String> = entries.iter().map(|entry| entry.name()).collect();
    assert_eq!(names, ["blocked LiteLLM_TeamTable", "unblocked LiteLLM_TeamTable"], "a repeated block changes nothing");
    let updated = &entries[0].updated;
    assert_eq!((&updated["team_id"], &updated["blocked"]), (&json!("t"), &json!(true)));
    assert_eq!(entries[0].before["blocked"], false);
    app.master().post("/team/block", json!({"team_id": "none"})).await.refused(404);
});
