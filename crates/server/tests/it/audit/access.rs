//! Who reads which part of the log. Whoever may not read an entry does not learn that it exists.

use serde_json::{Value, json};

use super::{Foreign, ids};
use crate::harness::{Answer, TestApp};

const NOT_YOURS: &str = "Authentication Error, Only proxy admin can be used to generate, delete, update info for new \
                         keys/users/teams.";

/// A user with a key.
async fn user(app: &TestApp, id: &str, role: &str) -> String {
    let body = json!({"user_id": id, "user_role": role, "auto_create_key": false});
    app.master().post("/user/new", body).await.ok();
    key(app, json!({"user_id": id})).await
}

async fn key(app: &TestApp, body: Value) -> String {
    app.master().post("/key/generate", body).await.ok()["key"].as_str().unwrap().to_owned()
}

async fn team(app: &TestApp, id: &str, admin: &str) {
    let members = json!([{"user_id": admin, "role": "admin"}, {"user_id": "plain", "role": "user"}]);
    app.master().post("/team/new", json!({"team_id": id, "members_with_roles": members})).await.ok();
}

#[track_caller]
fn assert_not_yours(answer: &Answer, role: &str, masked: &str) {
    let route = answer.request.strip_prefix("GET ").unwrap().split('?').next().unwrap();
    let message = format!("{NOT_YOURS} Route={route}. Your role={role}. Your user_id={masked}");
    let expected = json!({"error": {"message": message, "type": "auth_error", "param": null, "code": "401"}});
    assert_eq!((answer.status, &answer.body), (401, &expected), "{}", answer.request);
}

/// The id of the newest entry about a team.
async fn entry_about(app: &TestApp, team: &str) -> String {
    let page = app.master().get(&format!("/audit?object_team_id={team}")).await.ok();
    ids(&page)[0].to_owned()
}

served!(admins_viewers_and_keys_made_for_it_read_the_whole_log, async |app: &TestApp| {
    user(app, "plain", "internal_user").await;
    let readers = [
        user(app, "adm", "proxy_admin").await,
        user(app, "view", "proxy_admin_viewer").await,
        key(app, json!({"user_id": "plain", "allowed_routes": ["/audit"]})).await,
        key(app, json!({"allowed_routes": ["/audit*"]})).await,
    ];
    let all = app.master().get("/audit?page_size=100").await.ok();
    for reader in readers {
        let client = app.with_key(&reader);
        assert_eq!(client.get("/audit?page_size=100").await.ok(), all);
        assert_eq!(client.get(&format!("/audit/{}", ids(&all)[0])).await.ok(), all["audit_logs"][0]);
        assert_eq!(client.get("/audit/nope").await.status, 404);
        assert_eq!(client.get("/audit?object_team_id=nope").await.ok()["total"], 0);
    }
});

served!(everybody_else_is_refused_in_the_same_words, async |app: &TestApp| {
    let internal = user(app, "internal-one", "internal_user").await;
    let viewer = user(app, "iuv", "internal_user_viewer").await;
    let nobodys = key(app, json!({})).await;
    let id = ids(&app.master().get("/audit").await.ok())[0].to_owned();
    for (key, role, masked) in [
        (&internal, "internal_user", "intern****ne"),
        (&viewer, "internal_user_viewer", "***"),
        (&nobodys, "unknown", "*******"),
    ] {
        let client = app.with_key(key);
        for path in [
            "/audit",
            "/audit?page=0",
            "/audit?organization_id=o1",
            "/audit?object_team_id=",
            "/audit?object_team_id=t&object_team_id=",
            "/audit/nope",
        ] {
            assert_not_yours(&client.get(path).await, role, masked);
        }
        assert_not_yours(&client.get(&format!("/audit/{id}")).await, role, masked);
        assert_not_yours(&client.get("/audit?object_team_id=nope").await, role, masked);
    }
    assert_eq!(app.anonymous().get("/audit?page=0").await.status, 401);
    let management = key(app, json!({"allowed_routes": ["management_routes"]})).await;
    assert_eq!(
        app.with_key(&management).get("/audit").await.text,
        r#"{"detail":"Virtual key is not allowed to call this route. Only allowed to call routes: ['management_routes']. Tried to call route: /audit"}"#
    );
});

served!(an_admin_of_a_team_reads_its_entries_and_no_others, async |app: &TestApp| {
    let lead = user(app, "lead", "internal_user").await;
    let plain = user(app, "plain", "internal_user").await;
    team(app, "t1", "lead").await;
    team(app, "t2", "lead").await;
    team(app, "t3", "somebody").await;
    let client = app.with_key(&lead);
    for query in
        ["object_team_id=t1", "object_team_id=t1&object_team_id=t2", "object_team_id=t1&action=created&search=t1"]
    {
        let query = format!("/audit?page_size=100&{query}");
        let own = client.get(&query).await.ok();
        assert_eq!(own, app.master().get(&query).await.ok());
        assert!(own["total"].as_i64() > Some(0), "{query}");
    }
    for query in [
        "object_team_id=t3",
        "object_team_id=t1&object_team_id=t3",
        "object_team_id=t3&object_team_id=t1",
        "object_team_id=gone",
        "object_team_id=t1&object_team_id=gone",
        "object_team_id=T1",
        "object_team_id=%25",
        "object_id=t1",
    ] {
        assert_not_yours(&client.get(&format!("/audit?{query}")).await, "internal_user", "***");
    }
    // The form is checked before the teams are looked up, as LiteLLM checks it before its handler.
    assert_eq!(client.get("/audit?object_team_id=t3&page=0").await.status, 422);

    let (own, foreign) = (entry_about(app, "t1").await, entry_about(app, "t3").await);
    assert_eq!(client.get(&format!("/audit/{own}")).await.ok()["id"], own);
    assert_not_yours(&client.get(&format!("/audit/{foreign}")).await, "internal_user", "***");
    assert_not_yours(&client.get("/audit/nope").await, "internal_user", "***");
    // A member who is no admin.
    assert_not_yours(&app.with_key(&plain).get("/audit?object_team_id=t1").await, "internal_user", "*****");
    assert_not_yours(&app.with_key(&plain).get(&format!("/audit/{own}")).await, "internal_user", "*****");
});

served!(a_team_that_is_gone_is_nobodys, async |app: &TestApp| {
    let lead = user(app, "lead", "internal_user").await;
    user(app, "plain", "internal_user").await;
    team(app, "t1", "lead").await;
    let own = entry_about(app, "t1").await;
    app.master().post("/team/delete", json!({"team_ids": ["t1"]})).await.ok();
    let client = app.with_key(&lead);
    assert_not_yours(&client.get("/audit?object_team_id=t1").await, "internal_user", "***");
    assert_not_yours(&client.get(&format!("/audit/{own}")).await, "internal_user", "***");
});

served!(an_admin_of_an_organization_reads_the_entries_of_its_teams, async |app: &TestApp| {
    let key = user(app, "boss", "internal_user").await;
    for sql in [
        r#"INSERT INTO "LiteLLM_BudgetTable" ("budget_id", "created_by", "updated_by") VALUES ('b', 'x', 'x')"#,
        r#"INSERT INTO "LiteLLM_OrganizationTable" ("organization_id", "organization_alias", "budget_id", "created_by", "updated_by") VALUES ('o1', 'o1', 'b', 'x', 'x')"#,
        r#"INSERT INTO "LiteLLM_OrganizationMembership" ("user_id", "organization_id", "user_role") VALUES ('boss', 'o1', 'org_admin')"#,
        r#"INSERT INTO "LiteLLM_TeamTable" ("team_id", "organization_id", "members_with_roles") VALUES ('in', 'o1', '[]'), ('out', NULL, '[]')"#,
    ] {
        daybook::testing::execute(app.store(), sql).await.unwrap();
    }
    Foreign { id: "in", updated: Some(r#"{"team_id": "in"}"#), ..Foreign::default() }.insert(app).await;
    Foreign { id: "out", updated: Some(r#"{"team_id": "out"}"#), ..Foreign::default() }.insert(app).await;
    let moved = (Some(r#"{"team_id": "in"}"#), Some(r#"{"team_id": "out"}"#));
    Foreign { id: "moved", before: moved.0, updated: moved.1, action: "updated", ..Foreign::default() }
        .insert(app)
        .await;
    let client = app.with_key(&key);
    assert_eq!(ids(&client.get("/audit?object_team_id=in&sort_by=id&sort_order=asc").await.ok()), ["in", "moved"]);
    assert_eq!(client.get("/audit/in").await.status, 200);
    assert_eq!(client.get("/audit/moved").await.status, 200);
    for path in [
        "/audit/out",
        "/audit",
        "/audit?object_team_id=out",
        "/audit?organization_id=o2",
        "/audit?organization_id=o1&organization_id=o2",
        "/audit?organization_id=o2&organization_id=o1",
        "/audit?object_team_id=in&object_team_id=out",
    ] {
        assert_not_yours(&client.get(path).await, "internal_user", "***");
    }
});
