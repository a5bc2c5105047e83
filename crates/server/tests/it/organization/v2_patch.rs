//! `PATCH /v2/organization/{organization_id}`

use serde_json::{Value, json};

use super::organization;
use crate::harness::TestApp;

const PATH: &str = "/v2/organization/o";

served!(what_is_sent_is_written_and_null_clears, async |app: &TestApp| {
    let more = json!({"max_budget": 5, "metadata": {"a": 1}, "models": ["m"], "object_permission": {"models": ["m"]}});
    organization(app, "o", more).await;
    app.entries().await;
    let body = json!({"max_budget": 6, "metadata": {"b": 2}, "models": []});
    let changed = app.master().patch(PATH, body.clone()).await.ok();
    assert_eq!((&changed["metadata"], &changed["models"]), (&json!({"b": 2}), &json!([])));
    assert_eq!(changed["litellm_budget_table"]["max_budget"], 6.0);
    assert_eq!(app.entry_names().await, ["updated LiteLLM_BudgetTable", "updated LiteLLM_OrganizationTable"]);
    app.master().patch(PATH, body).await.ok();
    app.master().patch(PATH, json!({})).await.ok();
    assert!(app.entries().await.is_empty());
    let cleared = json!({"max_budget": null, "metadata": null, "object_permission": null});
    let cleared = app.master().patch(PATH, cleared).await.ok();
    assert_eq!((&cleared["metadata"], &cleared["object_permission_id"]), (&json!({}), &Value::Null));
    assert_eq!(cleared["litellm_budget_table"]["max_budget"], Value::Null);
});

served!(a_strict_body_is_refused_with_422, async |app: &TestApp| {
    organization(app, "o", json!({})).await;
    app.entries().await;
    for (body, message) in [
        (json!({"max_budget": -1}), "max_budget must be a non-negative finite number. Received: -1.0"),
        (json!({"tpm_limit": -1}), "tpm_limit must be non-negative. Received: -1"),
        (
            json!({"budget_duration": "2mo"}),
            "Invalid budget_duration '2mo'. Use a format like '1h', '24h', '7d', or '30d'.",
        ),
        (json!({"organization_alias": null}), "organization_alias cannot be cleared; it is required"),
        (json!({"models": null}), "models cannot be set to null; send [] to clear it"),
        (
            json!({"object_permission": {}}),
            "object_permission cannot be an empty object; send null to clear it, or a non-empty object to set grants",
        ),
    ] {
        let refused = app.master().patch(PATH, body).await.refused(422);
        assert_eq!(refused, json!({"detail": {"error": message}}));
    }
    let extra = app.master().patch(PATH, json!({"spend": 1, "organization_id": "p"})).await.refused(422);
    let kinds: Vec<&Value> = extra["detail"].as_array().unwrap().iter().map(|item| &item["type"]).collect();
    assert_eq!(kinds, ["extra_forbidden", "extra_forbidden"]);
    let unknown = app.master().patch("/v2/organization/ghost", json!({"max_budget": 1})).await.refused(404);
    assert_eq!(unknown, json!({"detail": {"error": "Organization not found for organization_id=ghost"}}));
    assert!(app.entries().await.is_empty());
});
