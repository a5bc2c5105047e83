//! `POST /management/v1/teams/{team_id}/members/bulk_update` and `.../bulk_delete`

use serde_json::{Value, json};

use crate::harness::TestApp;

const UPDATE: &str = "/management/v1/teams/t/members/bulk_update";
const DELETE: &str = "/management/v1/teams/t/members/bulk_delete";

async fn team(app: &TestApp, more: Value) {
    let mut body = json!({
        "team_id": "t",
        "members_with_roles": [
            {"role": "user", "user_id": "a"},
            {"role": "user", "user_id": "b"},
            {"role": "user", "user_email": "C@x.io"},
        ],
    });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    app.master().post("/team/new", body).await.ok();
    app.entries().await;
}

served!(a_members_limits_are_merged_and_the_last_one_gone_is_no_budget, async |app: &TestApp| {
    team(app, json!({})).await;
    let members = json!([
        {"user_id": "b", "max_budget_in_team": 5, "budget_duration": "30d", "allowed_models": ["m"]},
        {"user_email": "c@x.io", "tpm_limit": 7},
        {"user_id": "ghost", "max_budget_in_team": 5},
        {"user_id": "b", "max_budget_in_team": 6},
        {"user_id": "a", "max_budget_in_team": -1},
    ]);
    let answer = app.master().post(UPDATE, json!({ "members": members })).await.ok();
    let first = &answer["data"][0];
    assert_eq!(
        (&first["success"], &first["max_budget"], &first["max_budget_source"]),
        (&json!(true), &json!(5.0), &json!("member"))
    );
    assert_eq!((&first["allowed_models"], &first["budget_duration"]), (&json!(["m"]), &json!("30d")));
    let second = &answer["data"][1];
    assert_eq!(
        (&second["user_email"], &second["tpm_limit"], &second["max_budget"]),
        (&json!("c@x.io"), &json!(7), &Value::Null)
    );
    let errors: Vec<&Value> = answer["data"].as_array().unwrap().iter().map(|item| &item["error"]).collect();
    assert_eq!(
        errors[2..],
        [
            &json!("User not found in team"),
            &json!("Duplicate member in request"),
            &json!("max_budget_in_team must be a non-negative finite number. Received: -1.0"),
        ]
    );
    let mut names = app.entry_names().await;
    names.sort();
    let (budget, membership) = ("created LiteLLM_BudgetTable", "updated LiteLLM_TeamMembership");
    assert_eq!(names, [budget, budget, membership, membership]);

    let members = json!([{"user_id": "b", "max_budget_in_team": null, "rpm_limit": 2}]);
    let answer = app.master().post(UPDATE, json!({ "members": members })).await.ok();
    assert_eq!(answer["data"][0]["budget_id"], first["budget_id"], "the budget stays the same row");
    assert_eq!((&answer["data"][0]["max_budget"], &answer["data"][0]["rpm_limit"]), (&Value::Null, &json!(2)));
    assert_eq!(app.entry_names().await, ["updated LiteLLM_BudgetTable"]);
    app.master().post(UPDATE, json!({ "members": members })).await.ok();
    assert!(app.entries().await.is_empty(), "nothing changed");

    let nothing = json!([{"user_id": "b", "rpm_limit": null, "budget_duration": null, "allowed_models": null}]);
    let answer = app.master().post(UPDATE, json!({ "members": nothing })).await.ok();
    assert_eq!((&answer["data"][0]["budget_id"], &answer["data"][0]["success"]), (&Value::Null, &json!(true)));
    assert_eq!(app.entry_names().await, ["updated LiteLLM_TeamMembership"]);
});

served!(a_budget_that_others_use_is_copied_before_it_is_changed, async |app: &TestApp| {
    team(app, json!({"team_member_budget": 3, "team_member_tpm_limit": 9})).await;
    let members = json!([{"user_id": "a", "rpm_limit": 1}]);
    let answer = app.master().post(UPDATE, json!({ "members": members })).await.ok();
    let own = &answer["data"][0];
    assert_eq!((&own["max_budget"], &own["tpm_limit"], &own["rpm_limit"]), (&json!(3.0), &json!(9), &json!(1)));
    assert_eq!(app.entry_names().await, ["created LiteLLM_BudgetTable", "updated LiteLLM_TeamMembership"]);
    let same = app.master().post(UPDATE, json!({"members": [{"user_id": "b", "tpm_limit": 9}]})).await.ok();
    assert!(app.entries().await.is_empty(), "what the team gives already needs no budget");
    assert_eq!(same["data"][0]["max_budget"], 3.0);
    let cleared =
        app.master().post(UPDATE, json!({"members": [{"user_id": "a", "max_budget_in_team": null}]})).await.ok();
    let cleared = &cleared["data"][0];
    assert_eq!((&cleared["max_budget"], &cleared["max_budget_source"]), (&json!(3.0), &json!("team_default")));
    let info = app.master().get("/team/info?team_id=t").await.ok();
    assert_eq!(info["team_info"]["team_member_budget_table"]["max_budget"], 3.0, "the team's own budget is as it was");
});

served!(members_leave_together_with_their_keys, async |app: &TestApp| {
    team(app, json!({})).await;
    app.master().post("/key/generate", json!({"team_id": "t", "user_id": "a"})).await.ok();
    app.entries().await;
    let members = json!([{"user_id": "a"}, {"user_email": "c@x.io"}, {"user_id": "ghost"}, {"user_id": "a"}]);
    let answer = app.master().post(DELETE, json!({ "members": members })).await.ok();
    assert_eq!(
        answer["data"],
        json!([
            {"user_id": "a", "user_email": null, "success": true, "error": null},
            {"user_id": null, "user_email": "c@x.io", "success": true, "error": null},
            {"user_id": "ghost", "user_email": null, "success": false, "error": "User not found in team"},
            {"user_id": "a", "user_email": null, "success": false, "error": "Duplicate member in request"},
        ])
    );
    let mut names = app.entry_names().await;
    names.sort();
    let (membership, user) = ("deleted LiteLLM_TeamMembership", "updated LiteLLM_UserTable");
    let key = "deleted LiteLLM_VerificationToken";
    assert_eq!(names, [membership, membership, key, "updated LiteLLM_TeamTable", user, user]);
    let none = app.master().post(DELETE, json!({"members": [{"user_id": "ghost"}]})).await.ok();
    assert_eq!(none["data"][0]["success"], false);
    assert!(app.entries().await.is_empty());
});

served!(only_those_who_have_a_say_in_the_team_change_its_members, async |app: &TestApp| {
    team(app, json!({})).await;
    app.master().post("/team/member_update", json!({"team_id": "t", "user_id": "b", "role": "admin"})).await.ok();
    let key = async |user: &str| {
        let made = app.master().post("/key/generate", json!({"user_id": user})).await.ok();
        made["key"].as_str().unwrap().to_owned()
    };
    let (plain, admin) = (key("a").await, key("b").await);
    app.entries().await;
    let body = json!({"members": [{"user_id": "a"}]});
    for path in [UPDATE, DELETE] {
        let refused = app.with_key(&plain).post(path, body.clone()).await.refused(403);
        assert_eq!(
            refused["detail"],
            format!("Call not allowed. User not proxy admin OR team admin OR org admin for this team. route='{path}'")
        );
    }
    assert!(app.entries().await.is_empty());
    let refused = app.master().post(&DELETE.replace("/t/", "/ghost/"), body.clone()).await.refused(404);
    assert_eq!(
        (&refused["type"], &refused["detail"]),
        (&json!("urn:litellm:error:team-not-found"), &json!("Team id=ghost does not exist in db"))
    );
    assert_eq!(app.with_key(&admin).post(DELETE, body).await.ok()["data"][0]["success"], true);
});
