//! `GET /user/info`, `GET /v2/user/info`

use serde_json::{Value, json};

use crate::harness::TestApp;

served!(a_user_is_shown_with_keys_and_teams, async |app: &TestApp| {
    app.master().post("/team/new", json!({"team_id": "t", "team_alias": "T"})).await.ok();
    app.master().post("/user/new", json!({"user_id": "u", "teams": ["t"]})).await.ok();
    app.master().post("/key/generate", json!({"user_id": "u", "team_id": "t"})).await.ok();
    let info = app.master().get("/user/info?user_id=u").await.ok();
    assert_eq!(info["user_info"]["teams"], json!(["t"]));
    let aliases: Vec<&str> =
        info["keys"].as_array().unwrap().iter().map(|key| key["team_alias"].as_str().unwrap()).collect();
    assert_eq!(aliases, ["None", "T"]);
    assert_eq!(info["teams"][0]["team_memberships"][0]["user_id"], "u");
    assert_eq!(info["teams"][0]["keys"].as_array().unwrap().len(), 1);
    assert_eq!(
        app.master().get("/user/info?user_id=ghost").await.refused(404)["error"]["message"],
        "User ghost not found"
    );
});

served!(an_admin_who_names_nobody_sees_every_key_and_team, async |app: &TestApp| {
    app.master().post("/team/new", json!({"team_id": "t"})).await.ok();
    app.master().post("/user/new", json!({"user_id": "a", "user_role": "proxy_admin"})).await.ok();
    let key = app.master().post("/user/new", json!({"user_id": "b"})).await.ok();
    let overview = app.master().get("/user/info").await.ok();
    assert_eq!(
        (&overview["user_id"], &overview["user_info"]["user_id"]),
        (&json!("default_user_id"), &json!("default_user_id"))
    );
    assert_eq!((overview["keys"].as_array().unwrap().len(), overview["teams"].as_array().unwrap().len()), (2, 1));
    assert!(!overview["keys"][0]["created_at"].as_str().unwrap().ends_with('Z'));
    let own = app.with_key(key["key"].as_str().unwrap()).get("/user/info").await.ok();
    assert_eq!((&own["user_id"], own["keys"].as_array().unwrap().len()), (&json!("b"), 1));
});

served!(others_are_shown_to_those_who_have_them_in_their_care, async |app: &TestApp| {
    app.master().post("/user/new", json!({"user_id": "lead", "auto_create_key": false})).await.ok();
    let roster = json!([{"role": "admin", "user_id": "lead"}, {"role": "user", "user_id": "member"}]);
    app.master().post("/team/new", json!({"team_id": "t", "members_with_roles": roster})).await.ok();
    app.master().post("/user/new", json!({"user_id": "stranger", "auto_create_key": false})).await.ok();
    for (caller, wanted, status) in [
        ("lead", "member", 200),
        ("lead", "stranger", 404),
        ("member", "lead", 404),
        ("member", "member", 200),
        ("member", "ghost", 404),
    ] {
        let key = app.master().post("/key/generate", json!({"user_id": caller})).await.ok();
        let answer = app.with_key(key["key"].as_str().unwrap()).get(&format!("/v2/user/info?user_id={wanted}")).await;
        assert_eq!(answer.status, status, "{caller} asks for {wanted}: {}", answer.text);
        if status == 404 {
            assert_eq!(answer.body["error"]["message"], format!("User not found: {wanted}"));
        }
    }
    let flat = app.master().get("/v2/user/info?user_id=lead").await.ok();
    assert_eq!((&flat["teams"], &flat["object_permission"]), (&json!(["t"]), &Value::Null));
});
