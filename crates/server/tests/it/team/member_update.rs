//! `POST /team/member_update` and the resets of a member

use serde_json::{Value, json};

use super::roster;
use crate::harness::TestApp;

async fn membership(app: &TestApp, user_id: &str) -> Value {
    let info = app.master().get("/team/info?team_id=t").await.ok();
    let all = info["team_memberships"].as_array().unwrap();
    all.iter().find(|membership| membership["user_id"] == user_id).unwrap().clone()
}

async fn team_with_shared_budget(app: &TestApp) {
    let members = json!([{"role": "user", "user_id": "u"}, {"role": "user", "user_id": "v"}]);
    let body = json!({"team_id": "t", "members_with_roles": members, "team_member_budget": 5,
        "team_member_rpm_limit": 3});
    app.master().post("/team/new", body).await.ok();
    app.entries().await;
}

served!(a_members_own_budget_leaves_the_one_that_members_share_alone, async |app: &TestApp| {
    team_with_shared_budget(app).await;
    let update = json!({"team_id": "t", "user_id": "u", "max_budget_in_team": 9, "budget_duration": "1d"});
    app.master().post("/team/member_update", update).await.ok();
    assert_eq!(app.entry_names().await, ["created LiteLLM_BudgetTable", "updated LiteLLM_TeamMembership"]);
    let own = membership(app, "u").await;
    let budget = &own["litellm_budget_table"];
    assert_eq!((&own["budget_source"], &budget["max_budget"]), (&json!("member"), &json!(9.0)));
    assert_eq!(budget["rpm_limit"], 3, "what is not asked for is as it was");
    assert_ne!(budget["budget_reset_at"], Value::Null);
    let shared = membership(app, "v").await;
    assert_eq!(
        (&shared["budget_source"], &shared["litellm_budget_table"]["max_budget"]),
        (&json!("team"), &json!(5.0))
    );

    let update = json!({"team_id": "t", "user_id": "u", "rpm_limit": null});
    app.master().post("/team/member_update", update.clone()).await.ok();
    app.master().post("/team/member_update", update).await.ok();
    assert_eq!(app.entry_names().await, ["updated LiteLLM_BudgetTable"]);

    let reset = app.master().send("POST", "/team/t/member/u/reset_budget", None).await.ok();
    assert_eq!(reset["budget_id"], shared["budget_id"]);
});

served!(what_a_member_has_spent_can_be_set_back, async |app: &TestApp| {
    team_with_shared_budget(app).await;
    let path = "/team/t/member/u/reset_spend";
    let set = app.master().post(path, json!({"reset_to": 2.5})).await.ok();
    assert_eq!(set["spend"], 2.5);
    assert_eq!(app.master().send("POST", path, None).await.ok()["spend"], 0.0);
    assert_eq!(app.entries().await.len(), 2);
    app.master().post(path, json!({"reset_to": -1})).await.refused(400);
    app.master().send("POST", "/team/t/member/nobody/reset_spend", None).await.refused(404);
});

served!(a_role_changes_on_the_roster, async |app: &TestApp| {
    team_with_shared_budget(app).await;
    let update = json!({"team_id": "t", "user_id": "u", "role": "admin"});
    app.master().post("/team/member_update", update.clone()).await.ok();
    app.master().post("/team/member_update", update).await.ok();
    assert_eq!(app.entry_names().await, ["updated LiteLLM_TeamTable"]);
    assert_eq!(roster(&app.master(), "t").await, ["u:admin", "v:user", "default_user_id:admin"]);
    let refused = json!({"team_id": "t", "user_id": "nobody", "role": "admin"});
    app.master().post("/team/member_update", refused).await.refused(404);
    let refused = json!({"team_id": "t", "user_id": "u", "max_budget_in_team": -1});
    app.master().post("/team/member_update", refused).await.refused(400);
});
