//! `/invitation/*`

use serde_json::json;

use crate::harness::TestApp;
use crate::team::user_key;

served!(a_link_is_made_used_and_removed, async |app: &TestApp| {
    let admin = user_key(app, "boss", "proxy_admin").await;
    user_key(app, "u", "internal_user").await;
    app.entries().await;
    let admin = app.with_key(&admin);
    let made = admin.post("/invitation/new", json!({"user_id": "u"})).await.ok();
    assert_eq!((&made["is_accepted"], &made["created_by"]), (&json!(false), &json!("boss")));
    let id = made["id"].as_str().unwrap();
    assert_eq!(admin.get(&format!("/invitation/info?invitation_id={id}")).await.ok(), made);
    let used = admin.post("/invitation/update", json!({"invitation_id": id, "is_accepted": true})).await.ok();
    assert!(used["is_accepted"] == true && used["accepted_at"].is_string());
    admin.post("/invitation/delete", json!({"invitation_id": id})).await.ok();
    assert_eq!(
        app.entry_names().await,
        ["created", "updated", "deleted"].map(|a| format!("{a} LiteLLM_InvitationLink"))
    );
    for path in ["/invitation/delete", "/invitation/update"] {
        let body = json!({"invitation_id": id, "is_accepted": true});
        let refused = admin.post(path, body).await.refused(400);
        assert_eq!(refused["detail"]["error"], "Invitation id does not exist in the database.");
    }
    assert!(app.entries().await.is_empty());
});

served!(only_admins_invite, async |app: &TestApp| {
    let key = user_key(app, "u", "internal_user").await;
    app.entries().await;
    app.with_key(&key).post("/invitation/new", json!({"user_id": "u"})).await.refused(400);
    app.with_key(&key).get("/invitation/info?invitation_id=x").await.refused(401);
    let unknown = app.master().post("/invitation/new", json!({"user_id": "nobody"})).await.refused(400);
    assert!(unknown["error"]["message"].as_str().unwrap().contains("User id does not exist"));
    assert!(app.entries().await.is_empty());
});

served!(nobody_gets_the_link_of_somebody_who_may_do_more, async |app: &TestApp| {
    for (id, role) in [("boss", "proxy_admin"), ("viewer", "proxy_admin_viewer"), ("lead", "internal_user")] {
        user_key(app, id, role).await;
    }
    user_key(app, "plain", "internal_user").await;
    let key = user_key(app, "head", "internal_user").await;
    app.master().post("/organization/new", json!({"organization_id": "o", "organization_alias": "o"})).await.ok();
    let lead = json!({"organization_id": "o", "member": {"role": "org_admin", "user_id": "lead"}});
    app.master().post("/organization/member_add", lead).await.ok();
    let user = |id: &str| json!({"role": "user", "user_id": id});
    let members =
        json!([{"role": "admin", "user_id": "head"}, user("boss"), user("viewer"), user("lead"), user("plain")]);
    app.master().post("/team/new", json!({"team_id": "t", "members_with_roles": members})).await.ok();
    app.entries().await;
    for id in ["boss", "viewer", "lead"] {
        let refused = app.with_key(&key).post("/invitation/new", json!({"user_id": id})).await.refused(400);
        assert!(refused.to_string().contains("You can only create invitations for users in"), "{id}: {refused}");
    }
    assert!(app.entries().await.is_empty());
    app.with_key(&key).post("/invitation/new", json!({"user_id": "plain"})).await.ok();
});
