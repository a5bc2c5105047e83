//! `PATCH /organization/update`

use serde_json::{Value, json};

use super::{member, organization};
use crate::harness::{Client, TestApp};

const PATH: &str = "/organization/update";

async fn patch(client: &Client<'_>, more: Value) -> crate::harness::Answer {
    let mut body = json!({"organization_id": "o"});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    client.patch(PATH, body).await
}

served!(each_row_that_changes_leaves_its_entry_and_no_other, async |app: &TestApp| {
    organization(app, "o", json!({"max_budget": 5, "metadata": {"a": 1, "deep": {"x": 1}}, "models": ["m"]})).await;
    app.entries().await;
    let master = app.master();
    let metadata = json!({"b": 2, "a": null, "deep": {"y": 2}});
    let changed = patch(&master, json!({"organization_alias": "new", "metadata": metadata, "models": null})).await.ok();
    assert_eq!(changed["metadata"], json!({"a": 1, "b": 2, "deep": {"x": 1, "y": 2}}));
    assert_eq!((&changed["organization_alias"], &changed["models"]), (&json!("new"), &json!(["m"])));
    let entries = app.entries().await;
    assert_eq!((entries.len(), entries[0].name().as_str()), (1, "updated LiteLLM_OrganizationTable"));
    assert_eq!(
        (&entries[0].before["organization_alias"], &entries[0].updated["organization_id"]),
        (&json!("o"), &json!("o"))
    );

    let budget = patch(&master, json!({"max_budget": 7, "budget_duration": "30d"})).await.ok();
    assert_eq!(budget["litellm_budget_table"]["max_budget"], 7.0);
    assert_ne!(budget["litellm_budget_table"]["budget_reset_at"], Value::Null);
    assert_eq!(app.entry_names().await, ["updated LiteLLM_BudgetTable"]);

    let nested = json!({"litellm_budget_table": {"max_budget": null, "budget_duration": null, "budget_id": "x"}});
    let cleared = patch(&master, nested).await.ok();
    assert_eq!(cleared["budget_id"], budget["budget_id"]);
    for name in ["max_budget", "budget_duration", "budget_reset_at"] {
        assert_eq!(cleared["litellm_budget_table"][name], Value::Null, "{name}");
    }
    assert_eq!(app.entry_names().await, ["updated LiteLLM_BudgetTable"]);

    patch(&master, json!({"organization_alias": "new", "metadata": {"b": 2}, "max_budget": null})).await.ok();
    patch(&master, json!({"updated_by": "somebody else", "metadata": {}})).await.ok();
    assert!(app.entries().await.is_empty());
});

served!(limits_of_models_and_their_like_are_kept_in_the_metadata, async |app: &TestApp| {
    let made = organization(app, "o", json!({"model_tpm_limit": {"m": 1}, "temp_budget_increase": 2})).await;
    assert_eq!(made["metadata"], json!({"model_tpm_limit": {"m": 1}}));
    assert_eq!(made["litellm_budget_table"]["temp_budget_increase"], 2.0);
    app.entries().await;
    let more = json!({"model_rpm_limit": {"m": 3}, "tags": ["t"], "unheard_of": 1});
    let changed = patch(&app.master(), more).await.ok();
    let expected = json!({"model_tpm_limit": {"m": 1}, "model_rpm_limit": {"m": 3}, "tags": ["t"]});
    assert_eq!(changed["metadata"], expected);
});

served!(an_object_permission_is_made_and_then_merged, async |app: &TestApp| {
    organization(app, "o", json!({})).await;
    app.entries().await;
    let master = app.master();
    let first = patch(&master, json!({"object_permission": {"models": ["m"]}})).await.ok();
    let names = app.entry_names().await;
    assert_eq!(names, ["created LiteLLM_ObjectPermissionTable", "updated LiteLLM_OrganizationTable"]);
    let second = patch(&master, json!({"object_permission": {"agents": ["a"]}})).await.ok();
    assert_eq!(second["object_permission_id"], first["object_permission_id"]);
    assert_eq!(app.entry_names().await, ["updated LiteLLM_ObjectPermissionTable"]);
    let shown = master.get("/organization/info?organization_id=o").await.ok();
    assert_eq!(
        (&shown["object_permission"]["models"], &shown["object_permission"]["agents"]),
        (&json!(["m"]), &json!(["a"]))
    );
    patch(&master, json!({"object_permission": null})).await.ok();
    assert!(app.entries().await.is_empty());
});

served!(what_cannot_be_is_refused_and_leaves_nothing, async |app: &TestApp| {
    organization(app, "o", json!({"max_budget": 5})).await;
    app.entries().await;
    let master = app.master();
    for (body, status, message) in [
        (json!({"organization_id": null}), 400, "organization_id is required"),
        (json!({"organization_id": "ghost"}), 404, "Organization not found for organization_id=ghost"),
        (json!({"max_budget": -1}), 400, "max_budget must be a non-negative finite number. Received: -1.0"),
        (json!({"soft_budget": -2}), 400, "soft_budget must be a non-negative finite number. Received: -2.0"),
        (json!({"rpm_limit": -1}), 400, "rpm_limit must be non-negative. Received: -1"),
        (
            json!({"litellm_budget_table": {"budget_duration": "x"}, "organization_alias": "new"}),
            400,
            "Invalid budget_duration 'x'. Use a format like '1h', '24h', '7d', or '30d'.",
        ),
    ] {
        let refused = patch(&master, body).await.refused(status);
        assert_eq!(refused, json!({"detail": {"error": message}}));
    }
    patch(&master, json!({"models": "m"})).await.refused(422);
    assert!(app.entries().await.is_empty());
});

served!(an_organization_is_changed_by_proxy_admins_alone, async |app: &TestApp| {
    organization(app, "o", json!({})).await;
    let admin = member(app, "o", "oa", "org_admin").await;
    app.entries().await;
    patch(&admin, json!({"organization_alias": "mine"})).await.refused(401);
    admin.patch("/v2/organization/o?organization_id=o", json!({"organization_alias": "mine"})).await.refused(401);
    assert!(app.entries().await.is_empty());
});
