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
