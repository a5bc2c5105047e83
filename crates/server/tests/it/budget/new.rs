//! `POST /budget/new`

use serde_json::{Value, json};

use crate::harness::TestApp;

served!(a_budget_is_made_once, async |app: &TestApp| {
    let body = json!({"budget_id": "b", "max_budget": 10, "budget_duration": "30d", "model_max_budget": {"m": {"max_budget": 1}}});
    let made = app.master().post("/budget/new", body.clone()).await.ok();
    assert_eq!((&made["max_budget"], &made["created_by"]), (&json!(10.0), &json!("default_user_id")));
    assert_eq!(made["model_max_budget"], json!({"m": {"max_budget": 1.0}}), "limits that nobody set are not stored");
    assert_ne!(made["budget_reset_at"], Value::Null);
    assert_eq!(app.entry_names().await, ["created LiteLLM_BudgetTable"]);
    let refused = app.master().post("/budget/new", body).await.refused(400);
    assert_eq!(refused["detail"]["error"], "Budget with id 'b' already exists.");
    app.master().post("/budget/new", json!({"max_budget": -1})).await.refused(400);
    let unnamed = app.master().post("/budget/new", json!({"budget_reset_at": "2030-01-01T00:00:00Z"})).await.ok();
    assert_eq!(unnamed["budget_reset_at"], "2030-01-01T00:00:00Z");
    assert_eq!(app.entry_names().await, ["created LiteLLM_BudgetTable"]);
});
