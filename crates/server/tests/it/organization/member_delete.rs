//! `DELETE /organization/member_delete`

use serde_json::{Value, json};

use super::{member, organization};
use crate::harness::TestApp;

const PATH: &str = "/organization/member_delete";

served!(a_member_is_taken_out_once, async |app: &TestApp| {
    organization(app, "o", json!({})).await;
    app.master()
        .post("/user/new", json!({"user_id": "u", "user_email": "u@x.io", "auto_create_key": false}))
        .await
        .ok();
    member(app, "o", "u", "internal_user").await;
    app.entries().await;
    let by_email = json!({"organization_id": "o", "user_email": "U@x.io"});
    let gone = app.master().send("DELETE", PATH, Some(by_email)).await.ok();
    assert_eq!((&gone["user_id"], &gone["user_role"]), (&json!("u"), &json!("internal_user")));
    let entries = app.entries().await;
    assert_eq!(entries.len(), 1);
    assert_eq!(
        (entries[0].name().as_str(), entries[0].object_id.as_str()),
        ("deleted LiteLLM_OrganizationMembership", "u:o")
    );
    assert_eq!(entries[0].before["organization_id"], "o");
    // Who is none, in an organization or without one, is no member afterwards either.
    for body in [json!({"organization_id": "o", "user_id": "u"}), json!({"organization_id": "ghost", "user_id": "u"})] {
        assert_eq!(app.master().send("DELETE", PATH, Some(body)).await.ok(), Value::Null);
    }
    let unknown = json!({"organization_id": "o", "user_email": "who@x.io"});
    app.master().send("DELETE", PATH, Some(unknown)).await.refused(400);
    app.master().send("DELETE", PATH, Some(json!({"organization_id": "o"}))).await.refused(422);
    assert!(app.entries().await.is_empty());
});

served!(the_admin_of_an_organization_takes_out_members_of_it_alone, async |app: &TestApp| {
    for id in ["o", "p"] {
        organization(app, id, json!({})).await;
        member(app, id, "u", "internal_user").await;
    }
    let admin = member(app, "o", "oa", "org_admin").await;
    app.entries().await;
    let of = |id: &str| Some(json!({"organization_id": id, "user_id": "u"}));
    admin.send("DELETE", PATH, of("p")).await.refused(401);
    admin.send("DELETE", &format!("{PATH}?organization_id=o"), of("p")).await.refused(401);
    assert!(app.entries().await.is_empty());
    admin.send("DELETE", PATH, of("o")).await.ok();
    assert_eq!(app.entry_names().await, ["deleted LiteLLM_OrganizationMembership"]);
});
