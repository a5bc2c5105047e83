//! `POST /organization/new`

use serde_json::{Value, json};

use crate::harness::TestApp;

served!(an_organization_comes_with_a_budget_of_its_own, async |app: &TestApp| {
    let body =
        json!({"organization_alias": "o", "max_budget": 100, "budget_duration": "30d", "model_rpm_limit": {"m": 1}});
    let made = app.master().post("/organization/new", body).await.ok();
    assert_eq!(made["litellm_budget_table"]["max_budget"], 100.0);
    assert_eq!(made["metadata"], json!({"model_rpm_limit": {"m": 1}}));
    let entries = app.entries().await;
    let names: Vec<String> = entries.iter().map(crate::harness::Entry::name).collect();
    assert_eq!(names, ["created LiteLLM_BudgetTable", "created LiteLLM_OrganizationTable"]);
    assert_eq!(entries[1].updated["budget_id"], entries[0].object_id.as_str());
    assert_ne!(entries[0].updated["budget_reset_at"], Value::Null);
});

served!(an_organization_can_share_a_budget_that_exists, async |app: &TestApp| {
    app.master().post("/budget/new", json!({"budget_id": "b", "max_budget": 1})).await.ok();
    app.entries().await;
    let body = json!({"organization_alias": "o", "organization_id": "o", "budget_id": "b"});
    let made = app.master().post("/organization/new", body.clone()).await.ok();
    assert_eq!(made["litellm_budget_table"]["max_budget"], 1.0);
    assert_eq!(app.entry_names().await, ["created LiteLLM_OrganizationTable"]);
    for wrong in [
        body,
        json!({"organization_alias": "p", "budget_id": "ghost"}),
        json!({"organization_alias": "p", "max_budget": -1}),
        json!({"organization_alias": "p", "budget_duration": "x"}),
    ] {
        app.master().post("/organization/new", wrong).await.refused(400);
    }
    app.master().post("/organization/new", json!({})).await.refused(422);
    assert_eq!(app.entries().await.len(), 0);
});
