//! `PATCH /organization/member_update`

use serde_json::{Value, json};

use super::{member, organization};
use crate::harness::TestApp;

const PATH: &str = "/organization/member_update";

served!(a_member_gets_a_role_and_a_budget_of_their_own, async |app: &TestApp| {
    organization(app, "o", json!({})).await;
    member(app, "o", "u", "internal_user").await;
    app.entries().await;
    let patch = async |more: Value| {
        let mut body = json!({"organization_id": "o", "user_id": "u"});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        app.master().patch(PATH, body).await
    };
    let role = patch(json!({"role": "org_admin"})).await.ok();
    assert_eq!((&role["user_role"], &role["litellm_budget_table"]), (&json!("org_admin"), &Value::Null));
    let entries = app.entries().await;
    assert_eq!((entries.len(), &entries[0].before["user_role"]), (1, &json!("internal_user")));
    assert_eq!((&entries[0].updated["user_id"], &entries[0].updated["organization_id"]), (&json!("u"), &json!("o")));

    let budget = patch(json!({"max_budget_in_organization": 3})).await.ok();
    assert_eq!(
        (&budget["litellm_budget_table"]["max_budget"], &budget["user_role"]),
        (&json!(3.0), &json!("org_admin"))
    );
    assert_eq!(app.entry_names().await, ["created LiteLLM_BudgetTable", "updated LiteLLM_OrganizationMembership"]);
    let raised = patch(json!({"max_budget_in_organization": 4, "role": null})).await.ok();
    assert_eq!(
        (&raised["budget_id"], &raised["litellm_budget_table"]["max_budget"]),
        (&budget["budget_id"], &json!(4.0))
    );
    assert_eq!(app.entry_names().await, ["updated LiteLLM_BudgetTable"]);
    patch(json!({"max_budget_in_organization": 4, "role": "org_admin"})).await.ok();
    assert!(app.entries().await.is_empty());

    let negative = patch(json!({"max_budget_in_organization": -1})).await.refused(400);
    assert_eq!(negative["detail"]["error"], "max_budget must be a non-negative finite number. Received: -1.0");
    let items = |answer: Value| (answer["detail"][0]["loc"].clone(), answer["detail"][0]["msg"].clone());
    let within = "Value error, Invalid role. Must be one of: ['org_admin', 'internal_user', 'internal_user_viewer']";
    assert_eq!(
        items(patch(json!({"role": "proxy_admin"})).await.refused(422)),
        (json!(["body", "role"]), json!(within))
    );
    patch(json!({"role": "king"})).await.refused(422);
    assert!(app.entries().await.is_empty());
});

served!(who_is_no_member_is_not_changed, async |app: &TestApp| {
    organization(app, "o", json!({})).await;
    let stranger = json!({"organization_id": "o", "user_id": "u", "role": "internal_user"});
    let refused = app.master().patch(PATH, stranger).await.refused(404);
    assert_eq!(refused, json!({"detail": {"error": "Member not found in organization for user_id=u"}}));
    let nowhere = json!({"organization_id": "ghost", "user_id": "u", "role": "internal_user"});
    let refused = app.master().patch(PATH, nowhere).await.refused(400);
    assert_eq!(refused, json!({"detail": {"error": "Organization not found for organization_id=ghost"}}));
    let unknown = json!({"organization_id": "o", "user_email": "who@x.io", "role": "internal_user"});
    app.master().patch(PATH, unknown).await.refused(400);
});

served!(the_admin_of_an_organization_has_no_say_over_those_of_the_proxy, async |app: &TestApp| {
    organization(app, "o", json!({})).await;
    let admin = member(app, "o", "oa", "org_admin").await;
    let body = json!({"user_id": "boss", "user_role": "proxy_admin", "auto_create_key": false});
    app.master().post("/user/new", body).await.ok();
    for id in ["boss", "u"] {
        member(app, "o", id, "internal_user").await;
    }
    app.entries().await;
    let role = |id: &str| json!({"organization_id": "o", "user_id": id, "role": "internal_user_viewer"});
    admin.patch(PATH, role("boss")).await.refused(403);
    assert!(app.entries().await.is_empty());
    admin.patch(PATH, role("u")).await.ok();
    app.master().patch(PATH, role("boss")).await.ok();
});
