use serde_json::json;

use super::{hash, new_key, new_user};
use crate::harness::TestApp;

served!(an_org_admin_manages_the_keys_of_the_organization, async |app: &TestApp| {
    let admin = new_user(app, "oa", "internal_user").await;
    let organization = app.master().post("/organization/new", json!({"organization_alias": "o"})).await.ok();
    let id = organization["organization_id"].as_str().unwrap();
    let member = json!({"organization_id": id, "member": {"user_id": "oa", "role": "org_admin"}});
    app.master().post("/organization/member_add", member).await.ok();
    app.master().post("/team/new", json!({"team_id": "t", "organization_id": id})).await.ok();
    let of_team = new_key(app, json!({"team_id": "t"})).await;
    let own = new_key(app, json!({"organization_id": id})).await;
    let foreign = new_key(app, json!({})).await;
    let admin = app.with_key(&admin);
    for key in [&of_team, &own] {
        admin.post("/key/update", json!({"key": key, "max_budget": 1})).await.ok();
        admin.post("/key/block", json!({"key": key})).await.ok();
    }
    admin.post("/key/update", json!({"key": foreign, "max_budget": 1})).await.refused(403);
    let listed = admin.get(&format!("/key/list?organization_id={id}")).await.ok();
    assert_eq!(listed["keys"], json!([hash(&own)]));
});

served!(a_viewer_changes_nothing, async |app: &TestApp| {
    let viewer = new_user(app, "view", "proxy_admin_viewer").await;
    let raw = new_key(app, json!({})).await;
    app.entries().await;
    for (path, body) in [
        ("/key/generate", json!({})),
        ("/key/update", json!({"key": raw, "rpm_limit": 1})),
        ("/key/delete", json!({"keys": [raw]})),
        ("/key/block", json!({"key": raw})),
        ("/key/regenerate", json!({"key": raw})),
        ("/key/bulk_update", json!({"keys": [{"key": raw}]})),
    ] {
        let refused = app.with_key(&viewer).post(path, body).await.refused(403);
        assert_eq!(
            refused["error"]["message"],
            format!("user not allowed to access this route, role= proxy_admin_viewer. Trying to access: {path}")
        );
    }
    assert!(app.entries().await.is_empty());
});
