//! `POST /user/delete`

use daybook::testing::execute;
use serde_json::json;

use crate::harness::TestApp;

served!(a_deleted_user_takes_keys_memberships_and_invitations_along, async |app: &TestApp| {
    app.master().post("/team/new", json!({"team_id": "t"})).await.ok();
    app.master().post("/organization/new", json!({"organization_alias": "o", "organization_id": "o"})).await.ok();
    let body = json!({"user_id": "u", "teams": ["t"], "organizations": ["o"]});
    let key = app.master().post("/user/new", body).await.ok()["key"].as_str().unwrap().to_owned();
    app.master().post("/user/new", json!({"user_id": "v", "auto_create_key": false})).await.ok();
    // One for the user, and one that the user has written to somebody else.
    for (id, invited, by) in [("i1", "u", "v"), ("i2", "v", "u")] {
        let at = "'2026-01-01T00:00:00.000Z'";
        let sql = format!(
            r#"INSERT INTO "LiteLLM_InvitationLink"
            ("id", "user_id", "expires_at", "created_at", "created_by", "updated_at", "updated_by")
            VALUES ('{id}', '{invited}', {at}, {at}, '{by}', {at}, '{by}')"#
        );
        execute(app.store(), &sql).await.unwrap();
    }
    app.entries().await;
    assert_eq!(app.master().post("/user/delete", json!({"user_ids": ["u"]})).await.ok(), json!(1));
    let entries = app.entries().await;
    let mut names: Vec<String> = entries.iter().map(crate::harness::Entry::name).collect();
    names.sort();
    assert_eq!(
        names,
        [
            "deleted LiteLLM_InvitationLink",
            "deleted LiteLLM_InvitationLink",
            "deleted LiteLLM_OrganizationMembership",
            "deleted LiteLLM_TeamMembership",
            "deleted LiteLLM_UserTable",
            "deleted LiteLLM_VerificationToken",
            "updated LiteLLM_TeamTable",
        ]
    );
    let user = entries.iter().find(|entry| entry.table == "LiteLLM_UserTable").unwrap();
    assert_eq!((&user.before["teams"], &user.updated), (&json!(["t"]), &json!({})));
    app.with_key(&key).get("/user/info").await.refused(401);
    app.master().get("/user/info?user_id=u").await.refused(404);
    let archived =
        execute(app.store(), r#"DELETE FROM "LiteLLM_DeletedVerificationToken" WHERE "user_id" = 'u'"#).await;
    assert_eq!(archived.unwrap(), 1, "the key is in the archive");
});

served!(nothing_happens_when_one_of_them_is_unknown, async |app: &TestApp| {
    app.master().post("/user/new", json!({"user_id": "u"})).await.ok();
    app.entries().await;
    let refused = app.master().post("/user/delete", json!({"user_ids": ["u", "ghost"]})).await.refused(404);
    assert_eq!(refused["detail"]["error"], "User not found, passed user_id=ghost");
    assert_eq!(app.entries().await.len(), 0);
    app.master().get("/user/info?user_id=u").await.ok();
    assert_eq!(app.master().post("/user/delete", json!({"user_ids": ["u", "u"]})).await.ok(), json!(1));
});

served!(the_admin_of_an_organization_deletes_only_whom_nobody_else_shares, async |app: &TestApp| {
    for id in ["mine", "other"] {
        app.master().post("/organization/new", json!({"organization_alias": id, "organization_id": id})).await.ok();
    }
    let member = json!({"organization_id": "mine", "member": {"role": "org_admin", "user_id": "oa"}});
    app.master().post("/organization/member_add", member).await.ok();
    let key = app.master().post("/key/generate", json!({"user_id": "oa"})).await.ok();
    for (id, organizations, role) in [
        ("own", json!(["mine"]), "internal_user"),
        ("shared", json!(["mine", "other"]), "internal_user"),
        ("admin", json!(["mine"]), "proxy_admin"),
        ("none", json!([]), "internal_user"),
    ] {
        let body = json!({"user_id": id, "organizations": organizations, "user_role": role, "auto_create_key": false});
        app.master().post("/user/new", body).await.ok();
    }
    let admin = app.with_key(key["key"].as_str().unwrap());
    for (id, status) in [("shared", 403), ("admin", 403), ("none", 403), ("own", 200)] {
        let body = json!({"user_ids": [id], "organization_id": "mine"});
        assert_eq!(admin.post("/user/delete", body).await.status, status, "{id}");
        admin.post("/user/delete", json!({"user_ids": [id]})).await.refused(401);
    }
});

served!(no_roster_names_who_was_deleted_while_joining, async |app: &TestApp| {
    let teams = ["t0", "t1", "t2", "t3"];
    for id in teams {
        app.master().post("/team/new", json!({"team_id": id})).await.ok();
    }
    app.master()
        .post("/user/new", json!({"user_id": "u", "user_email": "u@x.io", "auto_create_key": false}))
        .await
        .ok();
    let client = app.master();
    let join = |team: &'static str| {
        let body = json!({"team_id": team, "member": {"role": "user", "user_id": "u"}});
        let client = client.clone();
        async move { client.post("/team/member_add", body).await.status }
    };
    let delete = async { client.post("/user/delete", json!({"user_ids": ["u"]})).await.status };
    tokio::join!(join("t0"), join("t1"), delete, join("t2"), join("t3"));
    // Whoever came after the deletion has made the user again, who then is on their rosters and no others.
    let user = client.get("/user/info?user_id=u").await;
    let named = if user.status == 200 { user.body["user_info"]["teams"].clone() } else { json!([]) };
    for id in teams {
        let team = client.get(&format!("/team/info?team_id={id}")).await.ok();
        let roster = team["team_info"]["members_with_roles"].as_array().unwrap().clone();
        let listed = roster.iter().any(|member| member["user_id"] == "u");
        let knows = named.as_array().unwrap().iter().any(|team| team == id);
        assert_eq!(listed, knows, "{id}: {roster:?} {named}");
    }
});
