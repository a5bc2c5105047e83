use daybook::testing::{TestDb, execute};
use serde_json::{Value, json};

use super::{hash, new_key, new_team, new_user, row};
use crate::harness::TestApp;

served!(every_key_of_a_bulk_update_stands_alone, async |app: &TestApp| {
    let raw = new_key(app, json!({"key_alias": "k"})).await;
    let other = new_key(app, json!({})).await;
    app.entries().await;
    let body = json!({"keys": [
        {"key": raw, "max_budget": 3, "tags": ["t"]},
        {"key": "sk-unknown-000000000000", "max_budget": 3},
        {"key": other, "team_id": "ghost"},
    ]});
    let answer = app.master().post("/key/bulk_update", body).await;
    assert_eq!(answer.header("x-daybook-audit-count"), "1");
    let body = answer.ok();
    assert_eq!(body["total_requested"], 3);
    let updated = &body["successful_updates"][0];
    assert_eq!((&updated["key"], &updated["key_info"]["max_budget"]), (&json!(raw), &json!(3.0)));
    assert_eq!((updated["key_info"].get("token"), &updated["key_info"]["metadata"]), (None, &json!({"tags": ["t"]})));
    assert_eq!(
        body["failed_updates"][0],
        json!({"key": "sk-unknown-000000000000", "key_info": null, "failed_reason": "Key not found."})
    );
    assert_eq!(body["failed_updates"][1]["key_info"]["team_id"], Value::Null);
    assert_eq!(
        body["failed_updates"][1]["failed_reason"],
        "Team doesn't exist in db. Team=ghost. Create team via `/team/new` call."
    );
    assert_eq!(app.entry_names().await, ["updated LiteLLM_VerificationToken"]);
});

served!(a_bulk_update_is_for_admins_and_of_a_bearable_size, async |app: &TestApp| {
    let login = new_user(app, "iu", "internal_user").await;
    let refused = app.with_key(&login).post("/key/bulk_update", json!({"keys": []})).await.refused(403);
    assert_eq!(refused, json!({"detail": {"error": "Only proxy admins can perform bulk key updates"}}));
    let refused = app.master().post("/key/bulk_update", json!({"keys": []})).await.refused(400);
    assert_eq!(refused, json!({"detail": {"error": "No keys provided for update"}}));
    let many: Vec<Value> = (0..501).map(|_| json!({"key": "sk-x"})).collect();
    let refused = app.master().post("/key/bulk_update", json!({"keys": many})).await.refused(400);
    assert_eq!(refused["detail"]["error"], "Maximum 500 keys can be updated at once. Found 501 keys.");
});

served!(the_keys_of_a_team_change_together, async |app: &TestApp| {
    let boss = new_user(app, "boss", "internal_user").await;
    let member = new_user(app, "mem", "internal_user").await;
    new_team(app, "t", &[("boss", "admin"), ("mem", "user")]).await;
    let one = new_key(app, json!({"team_id": "t"})).await;
    let blocked = new_key(app, json!({"team_id": "t", "blocked": true})).await;
    let elsewhere = new_key(app, json!({})).await;
    app.entries().await;
    let path = "/team/key/bulk_update";
    let wanted = |limit: i64| json!({"team_id": "t", "all_keys_in_team": true, "update_fields": {"rpm_limit": limit}});
    let body = app.master().post(path, wanted(4)).await.ok();
    assert_eq!((&body["total_requested"], &body["successful_updates"][0]["key"]), (&json!(1), &json!(hash(&one))));
    assert_eq!(app.entry_names().await, ["updated LiteLLM_VerificationToken"]);
    assert_eq!(row(app, &blocked).await["rpm_limit"], Value::Null);
    app.with_key(&boss).post(path, wanted(5)).await.ok();
    app.with_key(&member).post(path, wanted(6)).await.refused(403);
    let named = json!({"team_id": "t", "key_ids": [one, elsewhere], "update_fields": {"rpm_limit": 7}});
    let body = app.with_key(&boss).post(path, named).await.ok();
    assert_eq!(body["successful_updates"].as_array().unwrap().len(), 1);
    assert_eq!(body["failed_updates"][0]["key"], elsewhere);
    let mut none = wanted(1);
    none["team_id"] = json!("empty");
    let refused = app.master().post(path, none).await.refused(404);
    assert_eq!(refused["detail"]["error"], "No keys found for team empty");
    let refused = app.master().post(path, json!({"team_id": "t", "update_fields": {}})).await.refused(400);
    assert_eq!(refused["detail"]["error"], "key_ids must be provided when all_keys_in_team is False");
    app.master().post(path, json!({"team_id": "t", "update_fields": {"zz": 1}})).await.refused(422);
});

served!(a_key_of_another_team_is_neither_changed_nor_shown, async |app: &TestApp| {
    let boss = new_user(app, "boss", "internal_user").await;
    new_team(app, "t", &[("boss", "admin")]).await;
    new_team(app, "other", &[("boss", "admin")]).await;
    let own = new_key(app, json!({"team_id": "t"})).await;
    let others = [new_key(app, json!({"team_id": "other"})).await, new_key(app, json!({"user_id": "boss"})).await];
    for client in [app.master(), app.with_key(&boss)] {
        let named = json!([own, others[0], hash(&others[1])]);
        let body = json!({"team_id": "t", "key_ids": named, "update_fields": {"rpm_limit": 7}});
        let body = client.post("/team/key/bulk_update", body).await.ok();
        assert_eq!(body["successful_updates"].as_array().unwrap().len(), 1);
        assert_eq!(
            body["failed_updates"],
            json!([
                {"key": others[0], "key_info": null, "failed_reason": "Key not found."},
                {"key": hash(&others[1]), "key_info": null, "failed_reason": "Key not found."},
            ])
        );
    }
    for other in &others {
        assert_eq!(row(app, other).await["rpm_limit"], Value::Null);
    }
});

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_takes_no_change_ends_the_whole_request() {
    let app = TestApp::start(TestDb::sqlite()).await;
    new_team(&app, "t", &[]).await;
    let raw = new_key(&app, json!({"team_id": "t"})).await;
    execute(app.store(), "PRAGMA query_only = on").await.unwrap();
    app.master().post("/key/bulk_update", json!({"keys": [{"key": raw, "max_budget": 1}]})).await.refused(503);
    let body = json!({"team_id": "t", "key_ids": [raw], "update_fields": {"max_budget": 1}});
    app.master().post("/team/key/bulk_update", body).await.refused(503);
    app.stop_and_keep().await;
}
