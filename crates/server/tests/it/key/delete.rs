use serde_json::{Value, json};

use super::{hash, new_key, new_team, new_user, row};
use crate::harness::TestApp;

served!(a_deleted_key_leaves_its_last_state_in_the_entry_and_the_archive, async |app: &TestApp| {
    let raw = new_key(app, json!({"key_alias": "k", "max_budget": 5, "team_id": "t"})).await;
    app.entries().await;
    let caller = app.master().header("litellm-changed-by", "alice@x.io");
    let body = caller.post("/key/delete", json!({"keys": [raw]})).await.ok();
    assert_eq!(body, json!({"deleted_keys": [raw]}));
    let entries = app.entries().await;
    assert_eq!(entries.len(), 1);
    assert_eq!(
        (entries[0].name().as_str(), entries[0].changed_by.as_str()),
        ("deleted LiteLLM_VerificationToken", "alice@x.io")
    );
    assert_eq!((&entries[0].before["max_budget"], &entries[0].updated), (&json!(5.0), &json!({})));
    let info = row(app, &raw).await;
    assert_eq!(
        (&info["status"], &info["deleted_by"], &info["litellm_changed_by"]),
        (&json!("deleted"), &json!("default_user_id"), &json!("alice@x.io"))
    );
    app.with_key(&raw).get("/key/info").await.refused(401);
});

served!(the_answer_says_what_was_deleted_and_what_is_unknown, async |app: &TestApp| {
    let (one, two) = (new_key(app, json!({})).await, new_key(app, json!({"key_alias": "two"})).await);
    app.entries().await;
    let body =
        app.master().post("/key/delete", json!({"keys": [one, "sk-unknown-000000000000", hash(&one)]})).await.ok();
    assert_eq!(body, json!({"deleted_keys": [one, hash(&one)], "not_found": ["sk-unknown-000000000000"]}));
    assert_eq!(app.entry_names().await, ["deleted LiteLLM_VerificationToken"]);
    let body = app.master().post("/key/delete", json!({"key_aliases": ["two", "three"]})).await.ok();
    assert_eq!(body, json!({"deleted_keys": ["two"], "not_found": ["three"]}));
    assert_eq!(app.entries().await.len(), 1);
    for unknown in [json!({"keys": [two]}), json!({"key_aliases": ["two"]})] {
        let refused = app.master().post("/key/delete", unknown).await.refused(404);
        assert_eq!(refused["error"]["message"], "{'error': 'No keys found'}");
    }
    assert!(app.entries().await.is_empty());
});

served!(one_foreign_key_keeps_the_others_from_deletion, async |app: &TestApp| {
    let login = new_user(app, "iu", "internal_user").await;
    let (own, foreign) =
        (new_key(app, json!({"user_id": "iu"})).await, new_key(app, json!({"user_id": "other"})).await);
    app.entries().await;
    let refused = app.with_key(&login).post("/key/delete", json!({"keys": [own, foreign]})).await.refused(403);
    assert_eq!(refused["error"]["message"], "{'error': 'You are not authorized to delete this key'}");
    assert!(app.entries().await.is_empty());
    app.with_key(&login).post("/key/delete", json!({"keys": [own]})).await.ok();
});

served!(a_team_key_is_deleted_by_its_owner_and_the_team_admin_only, async |app: &TestApp| {
    let member = new_user(app, "mem", "internal_user").await;
    let boss = new_user(app, "boss", "internal_user").await;
    new_team(app, "t", &[("mem", "user"), ("boss", "admin")]).await;
    let shared = new_key(app, json!({"team_id": "t"})).await;
    let own = new_key(app, json!({"team_id": "t", "user_id": "mem"})).await;
    app.with_key(&member).post("/key/delete", json!({"keys": [shared]})).await.refused(403);
    app.with_key(&member).post("/key/delete", json!({"keys": [own]})).await.ok();
    app.with_key(&boss).post("/key/delete", json!({"keys": [shared]})).await.ok();
});

served!(a_deleted_keys_hash_says_nothing_of_a_later_key, async |app: &TestApp| {
    let raw = "sk-comes-back-0123456789";
    for round in 0..2 {
        app.master().post("/key/generate", json!({"key": raw, "rpm_limit": round})).await.ok();
        assert_eq!(row(app, raw).await["status"], "active");
        app.master().post("/key/delete", json!({"keys": [raw]})).await.ok();
        let info = row(app, raw).await;
        assert_eq!((&info["status"], &info["rpm_limit"]), (&json!("deleted"), &json!(round)));
    }
    let listed = app.master().get("/key/list?status=deleted&return_full_object=true").await.ok();
    let limits: Vec<Value> = listed["keys"].as_array().unwrap().iter().map(|key| key["rpm_limit"].clone()).collect();
    assert_eq!(limits, [json!(1), json!(0)]);
});
