//! `POST /budget/update`

use serde_json::{Value, json};

use crate::harness::TestApp;

const PATH: &str = "/budget/update";

served!(what_is_sent_is_changed_and_a_null_clears, async |app: &TestApp| {
    let limits = json!({"max_budget": 1, "soft_budget": 0.5, "tpm_limit": 5, "budget_duration": "1h"});
    let mut body = json!({"budget_id": "b"});
    body.as_object_mut().unwrap().extend(limits.as_object().unwrap().clone());
    let made = app.master().post("/budget/new", body).await.ok();
    app.entries().await;
    let body =
        json!({"budget_id": "b", "max_budget": 2, "soft_budget": null, "model_max_budget": {"m": {"budget_limit": 3}}});
    let updated = app.master().post(PATH, body.clone()).await.ok();
    assert_eq!((&updated["max_budget"], &updated["soft_budget"]), (&json!(2.0), &Value::Null));
    assert_eq!(updated["model_max_budget"], json!({"m": {"max_budget": 3.0}}));
    assert_eq!((&updated["tpm_limit"], &updated["budget_reset_at"]), (&json!(5), &made["budget_reset_at"]));
    let entries = app.entries().await;
    assert_eq!(entries.len(), 1);
    assert_eq!(entries[0].name(), "updated LiteLLM_BudgetTable");
    assert_eq!(entries[0].before["soft_budget"], 0.5);
    assert_eq!(entries[0].updated["soft_budget"], Value::Null);
    app.master().post(PATH, body).await.ok();
    assert!(app.entries().await.is_empty(), "the same again changes nothing");
});

served!(a_new_duration_begins_a_new_period, async |app: &TestApp| {
    app.master().post("/budget/new", json!({"budget_id": "b", "budget_duration": "1h"})).await.ok();
    let monthly = app.master().post(PATH, json!({"budget_id": "b", "budget_duration": "30d"})).await.ok();
    assert!(monthly["budget_reset_at"].as_str().unwrap().ends_with("-01T00:00:00Z"), "{monthly}");
    let pinned = json!({"budget_id": "b", "budget_duration": "1d", "budget_reset_at": "2031-02-03T04:05:06Z"});
    assert_eq!(app.master().post(PATH, pinned).await.ok()["budget_reset_at"], "2031-02-03T04:05:06Z");
    let none = app.master().post(PATH, json!({"budget_id": "b", "budget_duration": null})).await.ok();
    assert_eq!((&none["budget_duration"], &none["budget_reset_at"]), (&Value::Null, &Value::Null));
});

served!(a_wrong_update_is_refused_and_leaves_nothing, async |app: &TestApp| {
    app.master().post("/budget/new", json!({"budget_id": "b"})).await.ok();
    app.entries().await;
    let refused = app.master().post(PATH, json!({"max_budget": 1})).await.refused(400);
    assert_eq!(refused, json!({"detail": {"error": "budget_id is required"}}));
    app.master().post(PATH, json!({"budget_id": "b", "soft_budget": -1})).await.refused(400);
    app.master().post(PATH, json!({"budget_id": "b", "budget_duration": "2mo"})).await.refused(400);
    app.master().post(PATH, json!({"budget_id": "b", "tpm_limit": -1})).await.refused(422);
    assert_eq!(app.master().post(PATH, json!({"budget_id": "ghost", "max_budget": 1})).await.ok(), Value::Null);
    assert!(app.entries().await.is_empty());
});

served!(a_date_that_no_timestamp_holds_is_refused, async |app: &TestApp| {
    let late = "9999-12-31T23:59:59Z";
    let refused =
        app.master().post("/budget/new", json!({"budget_id": "b", "budget_reset_at": late})).await.refused(400);
    assert_eq!(refused["detail"]["error"], "budget_reset_at is out of range. Received: 9999-12-31T23:59:59+00:00");
    let made = app.master().post("/budget/new", json!({"budget_id": "b", "budget_duration": "30d"})).await.ok();
    app.entries().await;
    app.master().post("/budget/update", json!({"budget_id": "b", "budget_reset_at": late})).await.refused(400);
    let kept = app.master().post("/budget/info", json!({"budgets": ["b"]})).await.ok();
    assert_eq!(kept[0]["budget_reset_at"], made["budget_reset_at"]);
    assert!(app.entries().await.is_empty());
});
