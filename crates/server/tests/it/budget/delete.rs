//! `POST /budget/delete`

use serde_json::{Value, json};

use crate::harness::TestApp;

const PATH: &str = "/budget/delete";

served!(whatever_refers_to_a_budget_lets_go_of_it_on_the_record, async |app: &TestApp| {
    app.master().post("/budget/new", json!({"budget_id": "b", "max_budget": 5})).await.ok();
    let key = app.master().post("/key/generate", json!({"budget_id": "b"})).await.ok();
    app.master().post("/customer/new", json!({"user_id": "c", "budget_id": "b"})).await.ok();
    app.entries().await;
    let gone = app.master().post(PATH, json!({"id": "b"})).await.ok();
    assert_eq!((&gone["budget_id"], &gone["max_budget"]), (&json!("b"), &json!(5.0)));
    let entries = app.entries().await;
    let names: Vec<String> = entries.iter().map(crate::harness::Entry::name).collect();
    assert_eq!(
        names,
        ["updated LiteLLM_VerificationToken", "updated LiteLLM_EndUserTable", "deleted LiteLLM_BudgetTable"]
    );
    assert_eq!((&entries[0].before["budget_id"], &entries[0].updated["budget_id"]), (&json!("b"), &Value::Null));
    assert_eq!((&entries[1].before["budget_id"], &entries[1].updated["budget_id"]), (&json!("b"), &Value::Null));
    assert_eq!(entries[2].before["max_budget"], 5.0);
    let customer = app.master().get("/customer/info?end_user_id=c").await.ok();
    assert_eq!((&customer["budget_id"], &customer["litellm_budget_table"]), (&Value::Null, &Value::Null));
    let info = app.master().get(&format!("/key/info?key={}", key["token"].as_str().unwrap())).await.ok();
    assert_eq!(info["info"]["budget_id"], Value::Null);
    assert_eq!(app.master().post(PATH, json!({"id": "b"})).await.ok(), Value::Null);
    assert!(app.entries().await.is_empty());
});

served!(a_team_whose_members_shared_the_budget_goes_on_without_one, async |app: &TestApp| {
    app.master().post("/team/new", json!({"team_id": "t", "team_member_budget": 7})).await.ok();
    let team = app.master().get("/team/info?team_id=t").await.ok();
    let id = team["team_info"]["metadata"]["team_member_budget_id"].as_str().unwrap().to_owned();
    app.entries().await;
    app.master().post(PATH, json!({ "id": id })).await.ok();
    let mut names = app.entry_names().await;
    names.sort();
    assert_eq!(names, ["deleted LiteLLM_BudgetTable", "updated LiteLLM_TeamMembership", "updated LiteLLM_TeamTable"]);
    let member = json!({"team_id": "t", "member": {"role": "user", "user_id": "u"}});
    app.master().post("/team/member_add", member).await.ok();
});

served!(the_budget_of_an_organization_stays, async |app: &TestApp| {
    app.master().post("/budget/new", json!({"budget_id": "b"})).await.ok();
    let body = json!({"organization_id": "o", "organization_alias": "o", "budget_id": "b"});
    app.master().post("/organization/new", body).await.ok();
    app.master().post("/customer/new", json!({"user_id": "c", "budget_id": "b"})).await.ok();
    app.entries().await;
    let refused = app.master().post(PATH, json!({"id": "b"})).await.refused(400);
    assert!(refused["detail"]["error"].as_str().unwrap().contains("organization o"), "{refused}");
    assert!(app.entries().await.is_empty());
    assert_eq!(app.master().get("/customer/info?end_user_id=c").await.ok()["budget_id"], "b");
});

/// A table that only LiteLLM has refers to budgets, and its rows cannot be changed here.
async fn used_by_litellm(app: &TestApp) {
    if !matches!(app.location(), daybook::store::Location::Postgres { .. }) {
        return;
    }
    app.master().post("/budget/new", json!({"budget_id": "b"})).await.ok();
    app.entries().await;
    for sql in [
        r#"CREATE TABLE "LiteLLM_LaterTable" (name text PRIMARY KEY, budget_id text REFERENCES "LiteLLM_BudgetTable" (budget_id) ON DELETE SET NULL)"#,
        r#"INSERT INTO "LiteLLM_LaterTable" VALUES ('t', 'b')"#,
    ] {
        daybook::testing::execute(app.store(), sql).await.unwrap();
    }
    let refused = app.master().post(PATH, json!({"id": "b"})).await.refused(400);
    assert_eq!(refused["detail"]["error"], "Budget b is still referred to in LiteLLM_LaterTable.");
    assert!(app.entries().await.is_empty());
}

served!(a_budget_that_litellms_own_rows_refer_to_stays, used_by_litellm);
