//! `POST /budget/info`, `GET /budget/list`, `GET /budget/settings`

use serde_json::{Value, json};

use crate::harness::TestApp;

served!(budgets_are_asked_for_by_id_or_all_at_once, async |app: &TestApp| {
    for id in ["a", "b"] {
        app.master().post("/budget/new", json!({"budget_id": id, "rpm_limit": 3})).await.ok();
    }
    let found = app.master().post("/budget/info", json!({"budgets": ["b", "ghost"]})).await.ok();
    assert_eq!((found.as_array().unwrap().len(), &found[0]["budget_id"]), (1, &json!("b")));
    let refused = app.master().post("/budget/info", json!({"budgets": []})).await.refused(400);
    assert_eq!(refused["detail"]["error"], "Specify list of budget id's to query. Passed in=[]");
    app.master().post("/budget/info", json!({})).await.refused(422);
    assert_eq!(app.master().get("/budget/list").await.ok().as_array().unwrap().len(), 2);
    let fields = app.master().get("/budget/settings?budget_id=a").await.ok();
    let value = |name: &str| fields.as_array().unwrap().iter().find(|field| field["field_name"] == name).cloned();
    assert_eq!(value("rpm_limit").unwrap()["field_value"], 3);
    let unknown = app.master().get("/budget/settings?budget_id=ghost").await.ok();
    assert_eq!((unknown.as_array().unwrap().len(), &unknown[4]["field_value"]), (8, &Value::Null));
    assert_eq!(
        app.master().get("/budget/settings").await.refused(422)["detail"][0]["loc"],
        json!(["query", "budget_id"])
    );
});

served!(a_viewer_reads_budgets_and_writes_none, async |app: &TestApp| {
    let viewer = app.master().post("/user/new", json!({"user_id": "v", "user_role": "proxy_admin_viewer"})).await.ok();
    let user = app.master().post("/user/new", json!({"user_id": "u", "user_role": "internal_user"})).await.ok();
    app.master().post("/budget/new", json!({"budget_id": "b"})).await.ok();
    let viewer = app.with_key(viewer["key"].as_str().unwrap());
    assert_eq!(viewer.get("/budget/list").await.ok()[0]["budget_id"], "b");
    viewer.get("/budget/settings?budget_id=b").await.ok();
    viewer.get("/management/v1/budgets").await.ok();
    for (path, body) in [
        ("/budget/new", json!({})),
        ("/budget/update", json!({"budget_id": "b", "max_budget": 1})),
        ("/budget/delete", json!({"id": "b"})),
    ] {
        viewer.post(path, body).await.refused(403);
    }
    let user = app.with_key(user["key"].as_str().unwrap());
    user.get("/budget/list").await.refused(401);
    user.get("/management/v1/budgets").await.refused(401);
});

served!(an_organizations_admin_sees_no_budgets_by_naming_it, async |app: &TestApp| {
    app.master().post("/organization/new", json!({"organization_id": "o", "organization_alias": "o"})).await.ok();
    let member = json!({"organization_id": "o", "member": {"role": "org_admin", "user_id": "oa"}});
    app.master().post("/organization/member_add", member).await.ok();
    let key = app.master().post("/key/generate", json!({"user_id": "oa"})).await.ok();
    let admin = app.with_key(key["key"].as_str().unwrap());
    let refused = admin.get("/budget/list?organization_id=o").await.refused(400);
    assert_eq!(refused["detail"]["error"], "Admin-only endpoint. Not allowed to access this., your role=internal_user");
    admin.get("/budget/settings?budget_id=b&organization_id=o").await.refused(400);
    let refused = admin.get("/management/v1/budgets?organization_id=o").await.refused(403);
    assert_eq!(refused["type"], "urn:litellm:error:forbidden");
    admin.get("/customer/list?organization_id=o").await.refused(401);
    admin.get("/customer/info?end_user_id=c&organization_id=o").await.refused(401);
});
