//! `POST /team/delete`

use serde_json::json;

use super::{user, user_key};
use crate::harness::TestApp;

served!(a_deleted_team_takes_its_keys_and_memberships_with_it, async |app: &TestApp| {
    let members = json!([{"role": "user", "user_id": "u"}]);
    app.master().post("/team/new", json!({"team_id": "t", "members_with_roles": members})).await.ok();
    app.master().post("/team/new", json!({"team_id": "other", "members_with_roles": members})).await.ok();
    let key = app.master().post("/key/generate", json!({"team_id": "t"})).await.ok();
    app.entries().await;
    app.master().post("/team/delete", json!({"team_ids": ["t", "t"]})).await.ok();
    let entries = app.entries().await;
    let deleted = entries.iter().find(|entry| entry.name() == "deleted LiteLLM_TeamTable").unwrap();
    assert_eq!((&deleted.before["team_id"], &deleted.updated), (&json!("t"), &json!({})));
    app.with_key(key["key"].as_str().unwrap()).get("/team/available").await.refused(401);
    assert_eq!(user(app, "u").await["teams"], json!(["other"]));
    let archive = app.master().get("/v2/team/list?status=deleted").await.ok();
    assert_eq!((&archive["total"], &archive["teams"][0]["team_id"]), (&json!(1), &json!("t")));
    let deleted = app.master().get("/key/list?status=deleted").await.ok();
    assert_eq!(deleted["keys"].as_array().unwrap().len(), 1, "the key is in the archive");
});

served!(all_teams_go_or_none, async |app: &TestApp| {
    app.master().post("/team/new", json!({"team_id": "t"})).await.ok();
    app.entries().await;
    let refused = app.master().post("/team/delete", json!({"team_ids": ["t", "none"]})).await.refused(404);
    assert_eq!(refused["detail"]["error"], "Team not found, passed team_id=none");
    assert!(app.entries().await.is_empty());
    app.master().get("/team/info?team_id=t").await.ok();
});

served!(an_admin_of_one_organization_cannot_touch_the_teams_of_another, async |app: &TestApp| {
    let key = user_key(app, "oa", "internal_user").await;
    let made = app.master().post("/organization/new", json!({"organization_alias": "o"})).await.ok();
    let id = &made["organization_id"];
    let member = json!({"role": "org_admin", "user_id": "oa"});
    app.master().post("/organization/member_add", json!({"organization_id": id, "member": member})).await.ok();
    app.master().post("/team/new", json!({"team_id": "theirs"})).await.ok();
    app.entries().await;
    let own = app.with_key(&key);
    // Naming an organization of theirs lets them call the route; it does not make every team theirs.
    for (path, body) in [
        ("/team/delete", json!({"team_ids": ["theirs"]})),
        ("/team/block", json!({"team_id": "theirs"})),
        ("/team/update", json!({"team_id": "theirs"})),
    ] {
        let mut body = body;
        body["organization_id"] = id.clone();
        own.post(path, body).await.refused(403);
    }
    assert!(app.entries().await.is_empty());
});
