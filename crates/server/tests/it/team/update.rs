//! `POST /team/update` and `PATCH /team/{team_id}`

use serde_json::{Value, json};

use super::user_key;
use crate::harness::TestApp;

served!(only_what_is_sent_changes_and_null_clears, async |app: &TestApp| {
    let new = json!({"team_id": "t", "max_budget": 5, "tpm_limit": 7, "metadata": {"a": 1}, "budget_duration": "1d"});
    app.master().post("/team/new", new).await.ok();
    app.entries().await;
    let body = json!({"team_id": "t", "max_budget": null, "budget_duration": null, "metadata": {"b": 2}});
    let team = app.master().post("/team/update", body).await.ok()["data"].clone();
    assert_eq!((&team["max_budget"], &team["budget_reset_at"]), (&Value::Null, &Value::Null));
    assert_eq!((&team["tpm_limit"], &team["metadata"]), (&json!(7), &json!({"b": 2})));
    let entries = app.entries().await;
    assert_eq!(entries.len(), 1);
    let updated = entries[0].updated.as_object().unwrap();
    for (member, value) in [("team_id", json!("t")), ("max_budget", Value::Null), ("budget_duration", Value::Null)] {
        assert_eq!(updated.get(member), Some(&value), "{member}");
    }
    assert!(!updated.contains_key("tpm_limit"));
});

served!(an_update_that_changes_nothing_leaves_nothing, async |app: &TestApp| {
    app.master().post("/team/new", json!({"team_id": "t", "max_budget": 5, "metadata": {"a": 1}})).await.ok();
    app.entries().await;
    let same = json!({"team_id": "t", "max_budget": 5, "metadata": {"a": 1}});
    app.master().post("/team/update", same.clone()).await.ok();
    app.master().patch("/team/t", same).await.ok();
    app.master().post("/team/update", json!({"team_id": "t"})).await.ok();
    assert!(app.entries().await.is_empty());
});

served!(a_patch_merges_metadata, async |app: &TestApp| {
    let metadata = json!({"keep": {"x": 1, "y": 2}, "drop": 1});
    app.master().post("/team/new", json!({"team_id": "t", "metadata": metadata})).await.ok();
    let patch = json!({"metadata": {"keep": {"y": 3}, "drop": null, "new": true}, "team_id": "t"});
    let team = app.master().patch("/team/t", patch).await.ok();
    assert_eq!(team["metadata"], json!({"keep": {"x": 1, "y": 3}, "new": true}));
    app.master().patch("/team/t", json!({"team_id": "other"})).await.refused(400);
    app.master().patch("/team/none", json!({"max_budget": 1})).await.refused(404);
});

served!(the_budget_that_members_share_outlives_new_metadata, async |app: &TestApp| {
    let team = app.master().post("/team/new", json!({"team_id": "t", "team_member_budget": 5})).await.ok();
    let id = team["metadata"]["team_member_budget_id"].clone();
    app.entries().await;
    let update = json!({"team_id": "t", "metadata": {"a": 1}, "team_member_budget": 6});
    let team = app.master().post("/team/update", update).await.ok();
    assert_eq!(team["data"]["metadata"], json!({"a": 1, "team_member_budget_id": id}));
    assert_eq!(app.entry_names().await, ["updated LiteLLM_BudgetTable", "updated LiteLLM_TeamTable"]);
    let info = app.master().get("/team/info?team_id=t").await.ok();
    assert_eq!(info["team_info"]["team_member_budget_table"]["max_budget"], 6.0);
});

served!(a_soft_budget_lies_below_the_budget, async |app: &TestApp| {
    app.master().post("/team/new", json!({"soft_budget": 5, "max_budget": 5})).await.refused(400);
    app.master().post("/team/new", json!({"team_id": "t", "soft_budget": 4, "max_budget": 5})).await.ok();
    app.master().post("/team/update", json!({"team_id": "t", "max_budget": 4})).await.refused(400);
    app.master().post("/team/update", json!({"team_id": "t", "max_budget": null})).await.ok();
});

served!(whoever_may_not_edit_a_team_is_not_told_whether_it_exists, async |app: &TestApp| {
    let key = user_key(app, "u", "internal_user").await;
    app.master().post("/team/new", json!({"team_id": "t"})).await.ok();
    app.entries().await;
    let own = app.with_key(&key);
    for team_id in ["t", "none"] {
        let refused = own.post("/team/update", json!({"team_id": team_id, "max_budget": 1})).await.refused(403);
        assert_eq!(refused["error"]["message"], "You do not have access to this team");
    }
    let member = json!({"role": "admin", "user_id": "u"});
    app.master().post("/team/member_add", json!({"team_id": "t", "member": member})).await.ok();
    app.entries().await;
    let refused = own.post("/team/update", json!({"team_id": "t", "max_budget": 1})).await.refused(403);
    assert!(refused["error"]["message"].as_str().unwrap().starts_with("Team admins on this proxy cannot edit"));
    assert!(app.entries().await.is_empty());
});
