//! `GET /user/list`

use serde_json::{Value, json};

use crate::harness::TestApp;

fn ids(listed: &Value) -> Vec<&str> {
    listed["users"].as_array().unwrap().iter().map(|user| user["user_id"].as_str().unwrap()).collect()
}

async fn make(app: &TestApp) {
    app.master().post("/organization/new", json!({"organization_alias": "o", "organization_id": "o"})).await.ok();
    for user in [
        json!({"user_id": "u1", "user_email": "Ann@x.io", "user_role": "internal_user", "max_budget": 5}),
        json!({"user_id": "u2", "user_email": "bob%@x.io", "user_alias": "Annex", "sso_user_id": "s2", "auto_create_key": false}),
        json!({"user_id": "u_3", "user_role": "proxy_admin", "max_budget": 1, "organizations": ["o"]}),
    ] {
        app.master().post("/user/new", user).await.ok();
    }
    app.master().post("/key/generate", json!({"user_id": "u_3"})).await.ok();
    // Last, because it makes a user for the master key.
    let roster = json!([{"role": "user", "user_id": "u2"}]);
    app.master().post("/team/new", json!({"team_id": "t", "members_with_roles": roster})).await.ok();
    app.master().post("/user/delete", json!({"user_ids": ["default_user_id"]})).await.ok();
}

served!(every_filter_finds_its_users, async |app: &TestApp| {
    make(app).await;
    for (query, expected) in [
        ("", &["u_3", "u2", "u1"][..]),
        ("role=proxy_admin", &["u_3"]),
        ("user_ids=u", &["u_3", "u2", "u1"]),
        ("user_ids=U_", &["u_3"]),
        ("user_ids=u1,u_3", &["u_3", "u1"]),
        ("user_ids=u1,x", &["u1"]),
        ("sso_user_ids=s2,s3", &["u2"]),
        ("user_email=ANN", &["u1"]),
        ("user_email=%25", &["u2"]),
        ("search=ann", &["u2", "u1"]),
        ("search=u_", &["u_3"]),
        ("team=t", &["u2"]),
        ("organization_ids=o,p", &["u_3"]),
        ("role=proxy_admin&team=t", &[]),
        ("search=", &["u_3", "u2", "u1"]),
    ] {
        let listed = app.master().get(&format!("/user/list?{query}")).await.ok();
        assert_eq!(ids(&listed), expected, "{query}");
        assert_eq!(listed["total"], expected.len(), "{query}");
    }
});

served!(users_come_in_the_order_and_the_page_that_is_asked_for, async |app: &TestApp| {
    make(app).await;
    for (query, expected) in [
        ("sort_by=user_id", &["u1", "u2", "u_3"][..]),
        ("sort_by=user_id&sort_order=desc", &["u_3", "u2", "u1"]),
        ("sort_by=created_at", &["u1", "u2", "u_3"]),
        ("sort_by=max_budget", &["u_3", "u1", "u2"]),
        ("sort_by=max_budget&sort_order=desc", &["u2", "u1", "u_3"]),
        ("sort_by=key_count&sort_order=DESC", &["u_3", "u1", "u2"]),
        ("sort_by=status", &["u1", "u2", "u_3"]),
        ("sort_by=user_id&page=2&page_size=2", &["u_3"]),
        ("sort_by=user_id&page=9&page_size=2", &[]),
        ("page=9223372036854775807&page_size=100", &[]),
    ] {
        let listed = app.master().get(&format!("/user/list?{query}")).await.ok();
        assert_eq!(ids(&listed), expected, "{query}");
        assert_eq!(listed["total"], 3, "{query}");
    }
    let listed = app.master().get("/user/list?sort_by=user_id&page_size=2").await.ok();
    assert_eq!((&listed["total_pages"], &listed["page_size"]), (&json!(2), &json!(2)));
    let counts: Vec<&Value> = listed["users"].as_array().unwrap().iter().map(|user| &user["key_count"]).collect();
    assert_eq!(counts, [&json!(1), &json!(0)]);
    for (query, status) in
        [("sort_by=zz", 400), ("sort_by=spend&sort_order=up", 400), ("page=0", 422), ("page_size=101", 422)]
    {
        app.master().get(&format!("/user/list?{query}")).await.refused(status);
    }
});
