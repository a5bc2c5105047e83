//! `POST /team/member_delete`

use serde_json::json;

use super::{roster, user};
use crate::harness::TestApp;

served!(whoever_leaves_a_team_loses_its_keys_and_no_others, async |app: &TestApp| {
    let members = json!([{"role": "user", "user_id": "u"}]);
    for team_id in ["t", "other"] {
        app.master().post("/team/new", json!({"team_id": team_id, "members_with_roles": members})).await.ok();
    }
    let mut keys = Vec::new();
    for (team_id, user_id) in [("t", "u"), ("t", "else"), ("other", "u")] {
        let made = app.master().post("/key/generate", json!({"team_id": team_id, "user_id": user_id})).await.ok();
        keys.push(made["key"].as_str().unwrap().to_owned());
    }
    app.entries().await;
    app.master().post("/team/member_delete", json!({"team_id": "t", "user_id": "u"})).await.ok();
    let names = app.entry_names().await;
    assert_eq!(
        names,
        [
            "deleted LiteLLM_VerificationToken",
            "deleted LiteLLM_TeamMembership",
            "updated LiteLLM_UserTable",
            "updated LiteLLM_TeamTable",
        ]
    );
    assert_eq!(roster(&app.master(), "t").await, ["default_user_id:admin"]);
    assert_eq!(user(app, "u").await["teams"], json!(["other"]));
    app.with_key(&keys[0]).get("/team/available").await.refused(401);
    app.with_key(&keys[1]).get("/team/available").await.ok();
    app.with_key(&keys[2]).get("/team/available").await.ok();
    app.master().post("/team/member_delete", json!({"team_id": "t", "user_id": "u"})).await.refused(400);
});

served!(a_member_can_be_named_by_address, async |app: &TestApp| {
    app.master().post("/team/new", json!({"team_id": "t"})).await.ok();
    let known = json!({"user_id": "u", "user_email": "u@x.io", "auto_create_key": false});
    app.master().post("/user/new", known).await.ok();
    let member = json!({"role": "user", "user_id": "u"});
    app.master().post("/team/member_add", json!({"team_id": "t", "member": member})).await.ok();
    app.master().post("/team/member_delete", json!({"team_id": "t", "user_email": "U@x.io"})).await.ok();
    assert_eq!(roster(&app.master(), "t").await, ["default_user_id:admin"]);
});
