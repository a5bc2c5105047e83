//! `/team/permissions_*` and `/team/model/*`

use serde_json::json;

use super::user_key;
use crate::harness::TestApp;

served!(permissions_are_set_for_one_team_and_added_to_many, async |app: &TestApp| {
    for team_id in ["a", "b"] {
        app.master().post("/team/new", json!({"team_id": team_id})).await.ok();
    }
    let set = json!({"team_id": "a", "team_member_permissions": ["/key/update"]});
    app.master().post("/team/permissions_update", set).await.ok();
    app.entries().await;
    let add = json!({"permissions": ["/key/update"], "apply_to_all_teams": true});
    let done = app.master().post("/team/permissions_bulk_update", add).await.ok();
    assert_eq!(done["teams_updated"], 1, "the other had it already");
    assert_eq!(app.entry_names().await, ["updated LiteLLM_TeamTable"]);
    for body in [
        json!({"permissions": ["/key/update"]}),
        json!({"permissions": ["/key/update"], "team_ids": ["a"], "apply_to_all_teams": true}),
    ] {
        app.master().post("/team/permissions_bulk_update", body).await.refused(400);
    }
    let key = user_key(app, "u", "internal_user").await;
    app.with_key(&key).get("/team/permissions_list?team_id=a").await.refused(403);
    let set = json!({"team_id": "a", "team_member_permissions": []});
    app.with_key(&key).post("/team/permissions_update", set).await.refused(403);
});

served!(models_are_added_once_and_taken_off_again, async |app: &TestApp| {
    app.master().post("/team/new", json!({"team_id": "t", "models": ["a"]})).await.ok();
    app.entries().await;
    let body = json!({"team_id": "t", "models": ["a", "b", "b"]});
    assert_eq!(app.master().post("/team/model/add", body.clone()).await.ok()["models"], json!(["a", "b"]));
    app.master().post("/team/model/add", body).await.ok();
    let body = json!({"team_id": "t", "models": ["a", "unknown"]});
    assert_eq!(app.master().post("/team/model/delete", body).await.ok()["models"], json!(["b"]));
    assert_eq!(app.entries().await.len(), 2);
});
