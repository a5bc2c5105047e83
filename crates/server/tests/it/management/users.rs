//! `POST /management/v1/users/bulk`, `POST /management/v1/users/bulk_delete`

use serde_json::{Value, json};

use crate::harness::TestApp;

const BULK: &str = "/management/v1/users/bulk";
const DELETE: &str = "/management/v1/users/bulk_delete";

served!(each_user_is_made_whole_or_not_at_all, async |app: &TestApp| {
    app.master().post("/team/new", json!({"team_id": "t"})).await.ok();
    app.master()
        .post("/user/new", json!({"user_id": "old", "user_email": "Old@x.io", "auto_create_key": false}))
        .await
        .ok();
    app.entries().await;
    let users = json!([
        {"user_id": "a", "user_email": "a@x.io", "teams": ["t"]},
        {"user_id": "b", "auto_create_key": true},
        {"user_id": "a"},
        {"user_email": " A@X.io"},
        {"user_id": "old"},
        {"user_id": "c", "user_email": "old@x.io"},
        {"user_id": "d", "teams": ["t", "ghost", "gone"]},
        {"user_id": "e", "budget_duration": "2mo"},
        {"user_id": "f", "organizations": ["ghost"], "teams": [{"team_id": "t", "user_role": "admin"}]},
        {"user_id": "g", "max_budget": -1},
    ]);
    let answer = app.master().post(BULK, json!({ "users": users })).await.ok();
    assert_eq!(answer["meta"], json!({"total_requested": 10, "created": 2, "failed": 8}));
    assert_eq!(
        answer["data"][0],
        json!({"user_id": "a", "user_email": "a@x.io", "success": true, "teams": ["t"], "key": null, "error": null})
    );
    assert!(answer["data"][1]["key"].as_str().unwrap().starts_with("sk-"));
    let errors: Vec<&str> =
        answer["data"].as_array().unwrap()[2..].iter().map(|item| item["error"].as_str().unwrap()).collect();
    assert_eq!(
        errors,
        [
            "Duplicate user_id in request: a",
            "Duplicate user_email in request:  A@X.io",
            "User id=old already exists",
            "User email=old@x.io already exists",
            "Team id=ghost does not exist; Team id=gone does not exist",
            "Invalid budget_duration '2mo'. Use a format like '1h', '24h', '7d', or '30d'.",
            "Failed to add user to organizations: Organization not found for organization_id=ghost",
            "max_budget must be a non-negative finite number. Received: -1.0",
        ]
    );
    assert_eq!(answer["data"][2]["teams"], Value::Null);
    let mut names = app.entry_names().await;
    names.sort();
    assert_eq!(
        names,
        [
            "created LiteLLM_TeamMembership",
            "created LiteLLM_UserTable",
            "created LiteLLM_UserTable",
            "created LiteLLM_VerificationToken",
            "updated LiteLLM_TeamTable",
        ]
    );
    let team = app.master().get("/team/info?team_id=t").await.ok();
    assert_eq!(team["team_info"]["members_with_roles"].as_array().unwrap().len(), 2, "the maker and a");
});

served!(users_who_can_be_deleted_are_and_the_others_are_told_of, async |app: &TestApp| {
    app.master().post("/team/new", json!({"team_id": "t"})).await.ok();
    let users =
        json!([{"user_id": "a", "user_email": "a@x.io", "teams": ["t"], "auto_create_key": true}, {"user_id": "b"}]);
    app.master().post(BULK, json!({ "users": users })).await.ok();
    app.entries().await;
    let answer = app
        .master()
        .header("LiteLLM-Changed-By", "bob")
        .post(DELETE, json!({"user_ids": ["b", "ghost", "a", "b"]}))
        .await
        .ok();
    assert_eq!(
        answer["data"],
        json!([
            {"user_id": "b", "user_email": null, "success": true, "teams_removed": [], "error": null},
            {"user_id": "ghost", "user_email": null, "success": false, "teams_removed": [], "error": "User id=ghost not found"},
            {"user_id": "a", "user_email": "a@x.io", "success": true, "teams_removed": ["t"], "error": null},
            {"user_id": "b", "user_email": null, "success": false, "teams_removed": [], "error": "Duplicate user_id in request: b"},
        ])
    );
    let entries = app.entries().await;
    assert!(entries.iter().all(|entry| entry.changed_by == "bob"));
    let mut names: Vec<String> = entries.iter().map(crate::harness::Entry::name).collect();
    names.sort();
    assert_eq!(
        names,
        [
            "deleted LiteLLM_TeamMembership",
            "deleted LiteLLM_UserTable",
            "deleted LiteLLM_UserTable",
            "deleted LiteLLM_VerificationToken",
            "updated LiteLLM_TeamTable",
        ]
    );
    let nobody = app.master().post(DELETE, json!({"user_ids": ["a"]})).await.ok();
    assert_eq!(nobody["data"][0]["success"], false);
    assert!(app.entries().await.is_empty());
});

served!(an_organizations_admin_deletes_their_own_and_nobody_elses, async |app: &TestApp| {
    app.master().post("/organization/new", json!({"organization_id": "o", "organization_alias": "o"})).await.ok();
    for (user, role) in [("oa", "org_admin"), ("mine", "internal_user")] {
        let member = json!({"organization_id": "o", "member": {"role": role, "user_id": user}});
        app.master().post("/organization/member_add", member).await.ok();
    }
    for user in ["other", "plain"] {
        app.master().post("/user/new", json!({"user_id": user, "auto_create_key": false})).await.ok();
    }
    let key = async |user: &str| {
        let made = app.master().post("/key/generate", json!({"user_id": user})).await.ok();
        made["key"].as_str().unwrap().to_owned()
    };
    let (admin, plain) = (key("oa").await, key("plain").await);
    app.entries().await;
    let refused = app.with_key(&plain).post(DELETE, json!({"user_ids": ["mine"]})).await.refused(403);
    assert_eq!(
        refused,
        json!({
            "type": "urn:litellm:error:forbidden",
            "title": "Forbidden",
            "status": 403,
            "detail": "Only PROXY_ADMIN or ORG_ADMIN users may delete users.",
        })
    );
    let answer = app.with_key(&admin).post(DELETE, json!({"user_ids": ["other", "mine"]})).await.ok();
    let done: Vec<bool> =
        answer["data"].as_array().unwrap().iter().map(|item| item["success"].as_bool().unwrap()).collect();
    assert_eq!(done, [false, true]);
    app.master().get("/user/info?user_id=other").await.ok();
});
