//! `POST /customer/update`

use serde_json::{Value, json};

use crate::harness::TestApp;

const PATH: &str = "/customer/update";

served!(an_amount_goes_into_the_budget_that_the_customer_has, async |app: &TestApp| {
    app.master().post("/budget/new", json!({"budget_id": "b", "max_budget": 9})).await.ok();
    for id in ["c1", "c2"] {
        app.master().post("/customer/new", json!({"user_id": id, "budget_id": "b"})).await.ok();
    }
    app.entries().await;
    let updated = app.master().post(PATH, json!({"user_id": "c1", "max_budget": 4, "alias": "New"})).await.ok();
    assert_eq!((&updated["alias"], &updated["litellm_budget_table"]["max_budget"]), (&json!("New"), &json!(4.0)));
    let entries = app.entries().await;
    let names: Vec<String> = entries.iter().map(crate::harness::Entry::name).collect();
    assert_eq!(names, ["updated LiteLLM_BudgetTable", "updated LiteLLM_EndUserTable"]);
    assert_eq!(entries[0].object_id, "b");
    let other = app.master().get("/end_user/info?end_user_id=c2").await.ok();
    assert_eq!(other["litellm_budget_table"]["max_budget"], 4.0, "the budget is shared, as in LiteLLM");
    app.master().post(PATH, json!({"user_id": "c1", "max_budget": 4, "alias": null, "models": null})).await.ok();
    assert!(app.entries().await.is_empty(), "nothing changed");
});

served!(a_customer_without_a_budget_gets_one, async |app: &TestApp| {
    app.master().post("/customer/new", json!({"user_id": "c", "models": ["m"]})).await.ok();
    app.entries().await;
    let updated =
        app.master().post("/end_user/update", json!({"user_id": "c", "max_budget": 0, "models": []})).await.ok();
    assert_eq!((&updated["litellm_budget_table"]["max_budget"], &updated["models"]), (&json!(0.0), &json!([])));
    assert_eq!(app.entry_names().await, ["created LiteLLM_BudgetTable", "updated LiteLLM_EndUserTable"]);
    app.master().post("/budget/new", json!({"budget_id": "b"})).await.ok();
    assert_eq!(app.master().post(PATH, json!({"user_id": "c", "budget_id": "b"})).await.ok()["budget_id"], "b");
    app.entries().await;
    app.master().post(PATH, json!({"user_id": "c", "budget_id": "ghost"})).await.refused(400);
    app.master().post(PATH, json!({"user_id": "c", "max_budget": -1})).await.refused(400);
    let refused = app.master().post(PATH, json!({"user_id": "zz", "alias": "x"})).await.refused(404);
    assert_eq!(
        refused["error"],
        json!({"message": "End User Id=zz does not exist in db", "type": "not_found", "param": "user_id", "code": "404"})
    );
    assert!(app.entries().await.is_empty());
    let _ = Value::Null;
});

served!(an_amount_goes_to_the_budget_that_the_customer_has_from_now_on, async |app: &TestApp| {
    app.master().post("/budget/new", json!({"budget_id": "b", "max_budget": 3})).await.ok();
    let left = app.master().post("/customer/new", json!({"user_id": "c", "max_budget": 5})).await.ok();
    let changed =
        app.master().post("/customer/update", json!({"user_id": "c", "budget_id": "b", "max_budget": 7})).await;
    assert_eq!(changed.ok()["litellm_budget_table"]["max_budget"], 7.0);
    let budgets = app.master().post("/budget/info", json!({"budgets": [left["budget_id"]]})).await.ok();
    assert_eq!(budgets[0]["max_budget"], 5.0);
});
