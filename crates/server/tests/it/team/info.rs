//! `GET /team/info` and `GET /team/available`

use daybook::both;
use serde_json::json;

use super::{roster, user_key};
use crate::harness::TestApp;

served!(members_keys_of_the_team_and_whoever_sees_all_see_a_team, async |app: &TestApp| {
    let member = user_key(app, "member", "internal_user").await;
    let stranger = user_key(app, "stranger", "internal_user").await;
    let viewer = user_key(app, "viewer", "proxy_admin_viewer").await;
    let members = json!([{"role": "user", "user_id": "member"}]);
    app.master().post("/team/new", json!({"team_id": "t", "members_with_roles": members})).await.ok();
    let made = app.master().post("/key/generate", json!({"team_id": "t"})).await.ok();
    for (key, kind) in [(member.as_str(), "none"), (&viewer, "none"), (made["key"].as_str().unwrap(), "none")] {
        let info = app.with_key(key).get("/team/info?team_id=t").await.ok();
        assert_eq!(info["team_info"]["caller_edit_access"]["kind"], kind);
        assert_eq!(info["keys"].as_array().unwrap().len(), 1);
    }
    app.with_key(&stranger).get("/team/info?team_id=t").await.refused(403);
    app.master().post("/key/generate", json!({"team_id": "t"})).await.ok();
    let limited = app.master().get("/team/info?team_id=t&key_limit=1").await.ok();
    assert_eq!(limited["keys"].as_array().unwrap().len(), 1);
});

both!(a_team_that_is_there_for_everybody_can_be_joined, async |db| {
    let rules = |rules: &mut daybook::manage::Rules| {
        rules.default_internal_user_params = json!({"available_teams": ["open", "none"]});
    };
    let app = TestApp::build(db).rules(rules).start().await;
    let key = user_key(&app, "u", "internal_user").await;
    for team_id in ["open", "closed"] {
        app.master().post("/team/new", json!({"team_id": team_id})).await.ok();
    }
    let own = app.with_key(&key);
    assert_eq!(own.get("/team/available").await.ok()[0]["team_id"], "open");
    let join = |team_id: &str, user_id: &str, role: &str| {
        let member = json!({"role": role, "user_id": user_id});
        let body = json!({"team_id": team_id, "member": member});
        let own = own.clone();
        async move { own.post("/team/member_add", body).await }
    };
    join("closed", "u", "user").await.refused(403);
    join("open", "u", "admin").await.refused(403);
    join("open", "default_user_id", "user").await.refused(403);
    join("open", "u", "user").await.ok();
    assert_eq!(roster(&app.master(), "open").await, ["default_user_id:admin", "u:user"]);
    assert_eq!(own.get("/team/available").await.ok(), json!([]));
    app.stop().await;
});
