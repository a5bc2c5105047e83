//! `POST /team/member_add` and `POST /team/bulk_member_add`

use daybook::both;
use serde_json::{Value, json};

use super::{roster, user, user_key};
use crate::harness::TestApp;

served!(a_member_is_found_by_id_or_address_or_made, async |app: &TestApp| {
    app.master().post("/team/new", json!({"team_id": "t"})).await.ok();
    let known = json!({"user_id": "known", "user_email": "Known@x.io", "auto_create_key": false});
    app.master().post("/user/new", known).await.ok();
    app.entries().await;
    let client = app.master();
    let add = |member: Value| client.post("/team/member_add", json!({"team_id": "t", "member": member}));
    let by_email = add(json!({"role": "user", "user_email": "known@X.io"})).await.ok();
    assert_eq!(by_email["updated_users"][0]["user_id"], "known");
    add(json!({"role": "user", "user_id": "known"})).await.refused(400);
    add(json!({"role": "user", "user_id": "else", "user_email": "known@x.io"})).await.refused(400);
    let made = add(json!({"role": "admin", "user_email": "new@x.io"})).await.ok();
    let id = made["updated_users"][0]["user_id"].as_str().unwrap();
    assert_eq!(user(app, id).await["teams"], json!(["t"]));
    assert_eq!(roster(&app.master(), "t").await.len(), 3);
    let names = app.entry_names().await;
    assert_eq!(
        names,
        [
            "updated LiteLLM_UserTable",
            "created LiteLLM_TeamMembership",
            "updated LiteLLM_TeamTable",
            "created LiteLLM_UserTable",
            "created LiteLLM_TeamMembership",
            "updated LiteLLM_TeamTable",
        ]
    );
});

served!(of_several_members_those_who_are_there_already_stay_as_they_are, async |app: &TestApp| {
    let members = json!([{"role": "admin", "user_id": "old"}]);
    app.master().post("/team/new", json!({"team_id": "t", "members_with_roles": members})).await.ok();
    let both = json!([{"role": "user", "user_id": "old"}, {"role": "user", "user_id": "new"}]);
    app.master().post("/team/member_add", json!({"team_id": "t", "member": both})).await.ok();
    assert_eq!(roster(&app.master(), "t").await, ["old:admin", "default_user_id:admin", "new:user"]);
    app.entries().await;
    app.master().post("/team/member_add", json!({"team_id": "t", "member": both})).await.refused(400);
    let bulk = app.master().post("/team/bulk_member_add", json!({"team_id": "t", "members": both})).await.ok();
    assert_eq!((&bulk["successful_additions"], &bulk["results"][0]["updated_user"]), (&json!(2), &Value::Null));
    assert!(app.entries().await.is_empty());
});

served!(a_bulk_request_that_fails_says_so_of_every_member_and_leaves_nothing, async |app: &TestApp| {
    let members = json!([{"role": "user", "user_id": "u"}]);
    let answer = app.master().post("/team/bulk_member_add", json!({"team_id": "none", "members": members})).await.ok();
    assert_eq!((&answer["failed_additions"], &answer["results"][0]["success"]), (&json!(1), &json!(false)));
    let many: Vec<Value> = (0..501).map(|n| json!({"role": "user", "user_id": format!("u{n}")})).collect();
    app.master().post("/team/new", json!({"team_id": "t"})).await.ok();
    app.entries().await;
    app.master().post("/team/bulk_member_add", json!({"team_id": "t", "members": many})).await.refused(400);
    app.master().post("/team/bulk_member_add", json!({"team_id": "t", "members": []})).await.refused(400);
    assert!(app.entries().await.is_empty());
});

served!(a_team_admin_adds_whom_there_is_and_makes_nobody, async |app: &TestApp| {
    let key = user_key(app, "ta", "internal_user").await;
    let plain = user_key(app, "plain", "internal_user").await;
    let members = json!([{"role": "admin", "user_id": "ta"}]);
    app.master().post("/team/new", json!({"team_id": "t", "members_with_roles": members})).await.ok();
    let add = |user_id: &str| json!({"team_id": "t", "member": {"role": "user", "user_id": user_id}});
    app.with_key(&key).post("/team/member_add", add("plain")).await.ok();
    app.with_key(&key).post("/team/member_add", add("nobody")).await.refused(403);
    app.with_key(&plain).post("/team/member_add", add("ta")).await.refused(403);
});

served!(many_who_join_at_once_are_all_on_the_roster, async |app: &TestApp| {
    app.master().post("/team/new", json!({"team_id": "t"})).await.ok();
    let client = app.master();
    let add = |n: usize| {
        let member = json!({"role": "user", "user_id": format!("u{n}")});
        client.post("/team/member_add", json!({"team_id": "t", "member": member}))
    };
    let answers = tokio::join!(add(0), add(1), add(2), add(3), add(4), add(5), add(6), add(7));
    for answer in [answers.0, answers.1, answers.2, answers.3, answers.4, answers.5, answers.6, answers.7] {
        answer.ok();
    }
    assert_eq!(roster(&app.master(), "t").await.len(), 9);
});

both!(whoever_lets_themselves_in_gets_what_everybody_gets, async |db| {
    let defaults = json!({"available_teams": ["t"]});
    let app = TestApp::build(db).rules(|rules| rules.default_internal_user_params = defaults).start().await;
    let key = user_key(&app, "u", "internal_user").await;
    let team = app.master().post("/team/new", json!({"team_id": "t", "team_member_budget": 5})).await.ok();
    let shared = team["metadata"]["team_member_budget_id"].clone();
    app.entries().await;
    let body = json!({
        "team_id": "t",
        "member": {"role": "user", "user_id": "u"},
        "max_budget_in_team": 1000,
        "allowed_models": ["m"],
    });
    app.with_key(&key).post("/team/member_add", body).await.ok();
    let entries = app.entries().await;
    let membership = entries.iter().find(|entry| entry.table == "LiteLLM_TeamMembership").unwrap();
    assert_eq!(membership.updated["budget_id"], shared);
    assert!(entries.iter().all(|entry| entry.table != "LiteLLM_BudgetTable"), "there is no budget of their own");
    app.stop().await;
});
