//! `GET /organization/info`, `POST /organization/info`

use serde_json::{Value, json};

use super::{key_of, member, organization};
use crate::harness::TestApp;

served!(an_organization_is_shown_with_its_people_and_teams_and_no_password, async |app: &TestApp| {
    let more = json!({"max_budget": 5, "object_permission": {"models": ["m"]}});
    let made = organization(app, "o", more).await;
    assert_eq!(made["object_permission"], Value::Null);
    app.master()
        .post("/user/new", json!({"user_id": "u", "user_email": "u@x.io", "auto_create_key": false}))
        .await
        .ok();
    app.master().post("/user/update", json!({"user_id": "u", "password": "a-long-password"})).await.ok();
    member(app, "o", "u", "internal_user").await;
    app.master().post("/team/new", json!({"team_id": "t", "organization_id": "o"})).await.ok();

    let answer = app.master().get("/organization/info?organization_id=o").await;
    assert!(!answer.text.contains("scrypt"), "{}", answer.text);
    let shown = answer.ok();
    assert_eq!(shown["object_permission"]["models"], json!(["m"]));
    assert_eq!(shown["object_permission_id"], made["object_permission_id"]);
    assert_eq!(shown["litellm_budget_table"]["max_budget"], 5.0);
    let shown_member = &shown["members"][0];
    assert_eq!((&shown_member["user_id"], &shown_member["user_email"]), (&json!("u"), &json!("u@x.io")));
    assert_eq!(
        (&shown_member["user"]["user_email"], &shown_member["user"]["password"]),
        (&json!("u@x.io"), &Value::Null)
    );
    assert_eq!(shown["teams"][0]["team_id"], "t");

    let several = app.master().post("/organization/info", json!({"organizations": ["o", "ghost"]})).await.ok();
    assert_eq!((several.as_array().unwrap().len(), &several[0]["organization_id"]), (1, &json!("o")));
    assert_eq!(
        (&several[0]["members"], &several[0]["litellm_budget_table"]["created_by"]),
        (&Value::Null, &json!("default_user_id"))
    );
});

served!(who_asks_for_nothing_or_for_nothing_known_is_told_so, async |app: &TestApp| {
    let unknown = app.master().get("/organization/info?organization_id=ghost").await.refused(404);
    assert_eq!(unknown, json!({"detail": {"error": "Organization not found"}}));
    app.master().get("/organization/info").await.refused(422);
    let none = app.master().post("/organization/info", json!({"organizations": []})).await.refused(400);
    assert_eq!(none, json!({"detail": {"error": "Specify list of organization id's to query. Passed in=[]"}}));
});

served!(an_organization_is_for_its_admins_and_whoever_sees_everything, async |app: &TestApp| {
    for id in ["o", "p"] {
        organization(app, id, json!({})).await;
    }
    let admin = member(app, "o", "oa", "org_admin").await;
    let plain = member(app, "o", "plain", "internal_user").await;
    let body = json!({"user_id": "view", "user_role": "proxy_admin_viewer", "auto_create_key": false});
    app.master().post("/user/new", body).await.ok();
    let viewer = key_of(app, "view").await;
    for reader in [&admin, &viewer] {
        assert_eq!(reader.get("/organization/info?organization_id=o").await.ok()["organization_id"], "o");
    }
    admin.get("/organization/info?organization_id=p").await.refused(401);
    plain.get("/organization/info?organization_id=o").await.refused(401);
    let named = json!({"organizations": ["o"], "organization_id": "o"});
    assert_eq!(admin.post("/organization/info", named).await.ok()[0]["organization_id"], "o");
    let beside = json!({"organizations": ["o", "p"], "organization_id": "o"});
    admin.post("/organization/info", beside).await.refused(401);
    // By query, so that the route opens; the handler looks at every one.
    let answer = admin.post("/organization/info?organization_id=o", json!({"organizations": ["p"]})).await;
    assert!([401, 403].contains(&answer.status), "{}", answer.text);
});
