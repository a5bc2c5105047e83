//! `POST /team/new`

use daybook::both;
use serde_json::{Value, json};

use super::{roster, user, user_key};
use crate::harness::TestApp;

served!(a_new_team_brings_its_people_with_it, async |app: &TestApp| {
    let members = json!([{"role": "user", "user_id": "u1"}, {"role": "admin", "user_email": "u2@x.io"}]);
    let body = json!({"team_id": "t", "members_with_roles": members, "team_member_budget": 5, "tags": ["x"]});
    let team = app.master().post("/team/new", body).await.ok();
    let made = team["members_with_roles"][1]["user_id"].as_str().unwrap().to_owned();
    assert_eq!(
        roster(&app.master(), "t").await,
        ["u1:user".to_owned(), format!("{made}:admin"), "default_user_id:admin".to_owned()]
    );
    assert_eq!(user(app, "u1").await["teams"], json!(["t"]));
    assert_eq!(user(app, &made).await["user_email"], "u2@x.io");
    let budget = &team["metadata"]["team_member_budget_id"];
    assert!(budget.as_str().unwrap().starts_with("team-budget-"));
    let info = app.master().get("/team/info?team_id=t").await.ok();
    for membership in info["team_memberships"].as_array().unwrap() {
        assert_eq!((&membership["budget_id"], &membership["budget_source"]), (budget, &json!("team")));
    }
    let mut names = app.entry_names().await;
    names.sort();
    names.dedup();
    let tables = ["BudgetTable", "TeamMembership", "TeamTable", "UserTable"];
    assert_eq!(names, tables.map(|table| format!("created LiteLLM_{table}")));
});

served!(one_team_id_makes_one_team_however_many_ask, async |app: &TestApp| {
    let client = app.master();
    let ask = || client.post("/team/new", json!({"team_id": "t"}));
    let answers = tokio::join!(ask(), ask(), ask(), ask());
    let mut statuses = [answers.0.status, answers.1.status, answers.2.status, answers.3.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 400, 400, 400]);
    let created = app.entry_names().await;
    assert_eq!(created.iter().filter(|name| *name == "created LiteLLM_TeamTable").count(), 1);
});

served!(a_team_stays_within_its_organization, async |app: &TestApp| {
    let organization = json!({"organization_alias": "o", "models": ["gpt-4o"], "max_budget": 100, "rpm_limit": 10});
    let made = app.master().post("/organization/new", organization).await.ok();
    let id = made["organization_id"].as_str().unwrap();
    for (member, value, message) in [
        ("max_budget", json!(101), "Team max_budget (101.0) exceeds organization's max_budget (100.0)."),
        ("rpm_limit", json!(11), "Team rpm_limit (11) exceeds organization's rpm_limit (10)."),
        ("models", json!(["gpt-4o", "o3"]), "Model 'o3' not in organization's allowed models."),
        ("models", json!(["all-proxy-models"]), "Model 'all-proxy-models' not in organization's allowed models."),
    ] {
        let mut body = json!({"team_id": "t", "organization_id": id});
        body[member] = value;
        let refused = app.master().post("/team/new", body).await.refused(400);
        let text = refused["error"]["message"].as_str().unwrap();
        assert!(text.starts_with(message), "{text}");
    }
    let within = json!({"team_id": "t", "organization_id": id, "max_budget": 100, "models": ["gpt-4o"]});
    app.master().post("/team/new", within).await.ok();
    app.master().post("/team/update", json!({"team_id": "t", "max_budget": 200})).await.refused(400);
    app.master().post("/team/update", json!({"team_id": "t", "organization_id": "", "max_budget": 200})).await.ok();
});

both!(what_a_request_leaves_out_comes_from_the_default_team, async |db| {
    let app = TestApp::build(db)
        .rules(|rules| {
            rules.default_team_params = json!({"max_budget": 7, "models": ["m"], "budget_duration": "30d"});
            rules.disable_auto_add_proxy_admin_to_teams = true;
        })
        .start()
        .await;
    let team = app.master().post("/team/new", json!({"models": ["own"]})).await.ok();
    assert_eq!((&team["max_budget"], &team["models"]), (&json!(7.0), &json!(["own"])));
    assert_ne!(team["budget_reset_at"], Value::Null);
    assert_eq!(team["members_with_roles"], json!([]), "proxy admins stay out");
    assert_eq!(app.entry_names().await, ["created LiteLLM_TeamTable"]);
    app.stop().await;
});

served!(only_a_proxy_admin_lets_a_team_speak_for_others, async |app: &TestApp| {
    let key = user_key(app, "oa", "internal_user").await;
    let made = app.master().post("/organization/new", json!({"organization_alias": "o"})).await.ok();
    let id = &made["organization_id"];
    let member = json!({"role": "org_admin", "user_id": "oa"});
    app.master().post("/organization/member_add", json!({"organization_id": id, "member": member})).await.ok();
    let flag = json!({"allow_litellm_changed_by_header": true});
    let own = app.with_key(&key);
    own.post("/team/new", json!({"team_id": "t", "organization_id": id, "metadata": flag})).await.refused(403);
    own.post("/team/new", json!({"team_id": "t", "organization_id": id})).await.ok();
    let update = json!({"team_id": "t", "organization_id": id, "metadata": flag});
    own.post("/team/update", update.clone()).await.refused(403);
    own.patch("/team/t", update.clone()).await.refused(403);
    app.master().post("/team/update", update).await.ok();
    // What an admin has set may stay, as long as somebody else does not write it again.
    own.post("/team/update", json!({"team_id": "t", "organization_id": id, "max_budget": 5})).await.ok();
    own.patch("/team/t", json!({"organization_id": id, "metadata": {"x": 1}})).await.refused(403);
});

/// A key of the admin of organization `o`, which is made too.
async fn organization_admin(app: &TestApp) -> String {
    let key = user_key(app, "oa", "internal_user").await;
    app.master().post("/organization/new", json!({"organization_alias": "o", "organization_id": "o"})).await.ok();
    let member = json!({"role": "org_admin", "user_id": "oa"});
    app.master().post("/organization/member_add", json!({"organization_id": "o", "member": member})).await.ok();
    key
}

served!(no_request_says_which_budget_the_members_share, async |app: &TestApp| {
    let key = organization_admin(app).await;
    app.master().post("/budget/new", json!({"budget_id": "precious", "max_budget": 1})).await.ok();
    app.entries().await;
    let own = app.with_key(&key);
    let metadata = json!({"team_member_budget_id": "precious", "a": 1});
    let body = json!({"team_id": "t", "organization_id": "o", "metadata": metadata});
    let made = own.post("/team/new", body.clone()).await.ok();
    assert_eq!(made["metadata"], json!({"a": 1}));
    let updated = own.post("/team/update", body.clone()).await.ok();
    assert_eq!(updated["data"]["metadata"], json!({"a": 1}));
    assert_eq!(own.patch("/team/t", body).await.ok()["metadata"], json!({"a": 1}));
    let raise = json!({"team_id": "t", "organization_id": "o", "team_member_budget": 1000, "metadata": metadata});
    let raised = own.post("/team/update", raise).await.ok();
    let shared = &raised["data"]["metadata"]["team_member_budget_id"];
    assert!(shared.as_str().unwrap().starts_with("team-budget-"), "{shared}");
    let without = json!({"organization_id": "o", "metadata": {"team_member_budget_id": null}});
    assert_eq!(&own.patch("/team/t", without).await.ok()["metadata"]["team_member_budget_id"], shared);
    assert!(app.entries().await.iter().all(|entry| entry.object_id != "precious"));
});

served!(only_a_proxy_admin_gives_a_reserved_name_or_the_id_of_a_team_that_is_gone, async |app: &TestApp| {
    let key = organization_admin(app).await;
    let own = app.with_key(&key);
    for id in ["default_user_id", "key:0123abcd"] {
        let roster = json!([{"role": "user", "user_id": id}]);
        let body = json!({"team_id": "t", "organization_id": "o", "members_with_roles": roster});
        own.post("/team/new", body).await.refused(403);
    }
    let body = json!({"team_id": "gone", "organization_id": "o"});
    own.post("/team/new", body.clone()).await.ok();
    app.master().post("/team/delete", json!({"team_ids": ["gone"]})).await.ok();
    let refused = own.post("/team/new", body.clone()).await.refused(400);
    let message = refused["error"]["message"].as_str().unwrap();
    assert!(message.contains("Team id = gone already exists. Please use a different team id."), "{message}");
    app.master().post("/team/new", body).await.ok();
});

served!(a_team_is_made_in_an_organization_by_its_admin_alone, async |app: &TestApp| {
    for id in ["o", "p"] {
        app.master().post("/organization/new", json!({"organization_alias": id, "organization_id": id})).await.ok();
    }
    let stranger = app.master().post("/user/new", json!({"user_id": "s", "user_role": "internal_user"})).await.ok();
    assert!(stranger["key"].is_string());
    let granted = json!({"user_id": "s", "allowed_routes": ["management_routes"]});
    let stranger = app.master().post("/key/generate", granted).await.ok()["key"].as_str().unwrap().to_owned();
    let member = json!({"organization_id": "o", "member": {"role": "org_admin", "user_id": "boss"}});
    app.master().post("/organization/member_add", member).await.ok();
    let boss = app.master().post("/key/generate", json!({"user_id": "boss"})).await.ok();
    let boss = app.with_key(boss["key"].as_str().unwrap());
    app.entries().await;
    app.with_key(&stranger).post("/team/new", json!({"team_id": "x", "organization_id": "o"})).await.refused(403);
    boss.post("/team/new", json!({"team_id": "x", "organization_id": "p"})).await.refused(401);
    // The organization is named where the team gets it from, which the query string is not.
    boss.post("/team/new?organization_id=o", json!({"team_id": "x"})).await.refused(401);
    assert!(app.entries().await.is_empty());
    boss.post("/team/new", json!({"team_id": "x", "organization_id": "o"})).await.ok();
});
