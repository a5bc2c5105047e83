//! `POST /organization/member_add`

use serde_json::{Value, json};

use crate::harness::TestApp;

const PATH: &str = "/organization/member_add";

served!(members_are_made_users_when_they_are_none, async |app: &TestApp| {
    app.master().post("/organization/new", json!({"organization_alias": "o", "organization_id": "o"})).await.ok();
    app.master()
        .post("/user/new", json!({"user_id": "u", "user_email": "u@x.io", "auto_create_key": false}))
        .await
        .ok();
    app.entries().await;
    let members = json!([
        {"role": "org_admin", "user_id": "new"},
        {"role": "internal_user", "user_email": "U@x.io"},
        {"role": "internal_user_viewer", "user_email": "fresh@x.io"},
    ]);
    let body = json!({"organization_id": "o", "member": members, "max_budget_in_organization": 2});
    let answer = app.master().post(PATH, body).await.ok();
    assert_eq!(
        (&answer["updated_users"][0]["user_role"], &answer["updated_users"][1]["user_id"]),
        (&json!("internal_user"), &json!("u"))
    );
    assert_eq!(answer["updated_organization_memberships"][0]["user_role"], "org_admin");
    assert_ne!(answer["updated_organization_memberships"][2]["budget_id"], Value::Null);
    let names = app.entry_names().await;
    let count = |name: &str| names.iter().filter(|have| *have == name).count();
    assert_eq!(count("created LiteLLM_UserTable"), 2);
    assert_eq!(count("created LiteLLM_OrganizationMembership"), 3);
    assert_eq!(count("created LiteLLM_BudgetTable"), 3);
});

served!(a_member_is_added_once_or_the_whole_call_not_at_all, async |app: &TestApp| {
    app.master().post("/organization/new", json!({"organization_alias": "o", "organization_id": "o"})).await.ok();
    let member = json!({"organization_id": "o", "member": {"role": "org_admin", "user_id": "u"}});
    app.master().post(PATH, member.clone()).await.ok();
    app.entries().await;
    app.master().post(PATH, member).await.refused(400);
    let both = json!([{"role": "org_admin", "user_id": "v"}, {"role": "org_admin", "user_id": "u"}]);
    app.master().post(PATH, json!({"organization_id": "o", "member": both})).await.refused(400);
    app.master().get("/user/info?user_id=v").await.refused(404);
    app.master().post(PATH, json!({"organization_id": "ghost", "member": []})).await.refused(404);
    let refused =
        app.master().post(PATH, json!({"organization_id": "o", "member": {"role": "king", "user_id": "u"}})).await;
    assert_eq!(refused.refused(422)["detail"][0]["loc"], json!(["body", "role"]));
    assert_eq!(app.entries().await.len(), 0);
});

served!(the_admin_of_an_organization_takes_in_the_new_and_their_own, async |app: &TestApp| {
    for id in ["mine", "second", "other"] {
        app.master().post("/organization/new", json!({"organization_alias": id, "organization_id": id})).await.ok();
    }
    for id in ["mine", "second"] {
        let member = json!({"organization_id": id, "member": {"role": "org_admin", "user_id": "oa"}});
        app.master().post(PATH, member).await.ok();
    }
    for (id, organizations) in [("own", json!(["second"])), ("theirs", json!(["other"])), ("free", json!([]))] {
        let body = json!({
            "user_id": id,
            "user_email": format!("{id}@x.io"),
            "organizations": organizations,
            "auto_create_key": false,
        });
        app.master().post("/user/new", body).await.ok();
    }
    let roster = json!([{"role": "user", "user_id": "mate"}]);
    let team = json!({"team_id": "t", "organization_id": "mine", "members_with_roles": roster});
    app.master().post("/team/new", team).await.ok();
    let key = app.master().post("/key/generate", json!({"user_id": "oa"})).await.ok();
    let admin = app.with_key(key["key"].as_str().unwrap());
    // A place on a team is the admin's own to give, so it is no way into the organization.
    let free = json!({"team_id": "t", "member": {"role": "user", "user_id": "free"}});
    admin.post("/team/member_add", free).await.ok();
    app.entries().await;
    let add = |member: Value| json!({"organization_id": "mine", "member": member});
    for member in [
        json!({"role": "internal_user", "user_id": "theirs"}),
        json!({"role": "internal_user", "user_id": "free"}),
        json!({"role": "internal_user", "user_email": "Free@x.io"}),
        json!({"role": "internal_user", "user_id": "mate"}),
        json!({"role": "internal_user", "user_id": "key:0123abcd"}),
        json!([{"role": "internal_user", "user_id": "new"}, {"role": "internal_user", "user_id": "free"}]),
    ] {
        admin.post(PATH, add(member)).await.refused(403);
    }
    assert!(app.entries().await.is_empty());
    for member in
        [json!({"role": "internal_user", "user_id": "own"}), json!({"role": "internal_user", "user_id": "new"})]
    {
        admin.post(PATH, add(member)).await.ok();
    }
    app.master().post(PATH, add(json!({"role": "internal_user", "user_id": "free"}))).await.ok();
});

served!(who_may_add_members_is_said_before_anything_else, async |app: &TestApp| {
    app.master().post("/organization/new", json!({"organization_alias": "o", "organization_id": "o"})).await.ok();
    for (user, role) in [("oa", "org_admin"), ("plain", "internal_user")] {
        let member = json!({"organization_id": "o", "member": {"role": role, "user_id": user}});
        app.master().post(PATH, member).await.ok();
    }
    app.master().post("/user/new", json!({"user_id": "stranger", "auto_create_key": false})).await.ok();
    let refusal = async |user: &str, path: &str, body: Value| {
        let key = app.master().post("/key/generate", json!({"user_id": user})).await.ok();
        let answer = app.with_key(key["key"].as_str().unwrap()).post(path, body).await.refused(401);
        (answer["error"]["param"].clone(), answer["error"]["message"].as_str().unwrap().to_owned())
    };
    let member = json!({"role": "internal_user", "user_id": "new"});
    for (user, path, body, param, message) in [
        (
            "oa",
            PATH,
            json!({"member": member}),
            "organization_id",
            "Passed organization_id is None, please pass an organization_id in your request",
        ),
        (
            "stranger",
            PATH,
            json!({"organization_id": "o", "member": member}),
            "organization_id",
            "You do not have a role within the selected organization. Passed organization_id: o. Please contact the \
             organization admin to request access.",
        ),
        (
            "plain",
            PATH,
            json!({"organization_id": "o", "member": member}),
            "user_role",
            "You do not have the required role to perform /organization/member_add in Organization o. Your role is \
             internal_user in Organization o",
        ),
        (
            "plain",
            "/team/new",
            json!({"organization_id": "o"}),
            "user_role",
            "You do not have the required role to call /team/new. Your role is internal_user in Organization o",
        ),
        (
            "oa",
            "/team/new",
            json!({"organization_id": "p"}),
            "user_role",
            "You do not have the required role to call /team/new. Your role is None in Organization p",
        ),
    ] {
        assert_eq!(refusal(user, path, body).await, (json!(param), message.to_owned()));
    }
    app.master().get("/user/info?user_id=new").await.refused(404);
});
