//! `GET /organization/list`

use serde_json::{Value, json};

use super::{key_of, member, organization};
use crate::harness::{Client, TestApp};

async fn ids(client: &Client<'_>, query: &str) -> Vec<String> {
    let answer = client.get(&format!("/organization/list{query}")).await.ok();
    let id = |row: &Value| row["organization_id"].as_str().unwrap().to_owned();
    answer.as_array().unwrap().iter().map(id).collect()
}

served!(organizations_are_found_by_id_and_by_a_part_of_the_alias, async |app: &TestApp| {
    for (id, alias) in [("a", "North Star"), ("b", "north_west"), ("c", "100%")] {
        organization(app, id, json!({"organization_alias": alias, "max_budget": 1})).await;
    }
    let master = app.master();
    for (query, expected) in [
        ("", &["a", "b", "c"][..]),
        ("?org_id=&org_alias=", &["a", "b", "c"]),
        ("?org_alias=NORTH", &["a", "b"]),
        ("?org_alias=%25", &["c"]),
        ("?org_alias=h_", &["b"]),
        ("?org_id=b", &["b"]),
        ("?org_id=b&org_alias=star", &[]),
        ("?org_id=B", &[]),
    ] {
        assert_eq!(ids(&master, query).await, expected, "{query}");
    }
    let listed = master.get("/organization/list?org_id=a").await.ok();
    assert_eq!(listed[0]["litellm_budget_table"]["max_budget"], 1.0);
    assert_eq!((&listed[0]["members"], &listed[0]["teams"]), (&json!([]), &json!([])));
});

served!(everybody_sees_the_organizations_that_they_are_in, async |app: &TestApp| {
    for id in ["a", "b", "c"] {
        organization(app, id, json!({})).await;
    }
    let both = member(app, "a", "u", "internal_user").await;
    member(app, "c", "u", "org_admin").await;
    assert_eq!(ids(&both, "").await, ["a", "c"]);
    assert_eq!(ids(&both, "?org_id=c").await, ["c"]);
    assert_eq!(ids(&both, "?org_id=b").await, [""; 0]);
    assert_eq!(ids(&both, "?org_alias=B").await, [""; 0]);
    let members = both.get("/organization/list?org_id=a").await.ok();
    assert_eq!((&members[0]["members"][0]["user_id"], &members[0]["members"][0]["user"]), (&json!("u"), &Value::Null));
    let body = json!({"user_id": "view", "user_role": "proxy_admin_viewer", "auto_create_key": false});
    app.master().post("/user/new", body).await.ok();
    assert_eq!(ids(&key_of(app, "view").await, "").await, ["a", "b", "c"]);
    app.master().post("/user/new", json!({"user_id": "alone", "auto_create_key": false})).await.ok();
    assert_eq!(ids(&key_of(app, "alone").await, "").await, [""; 0]);
    let nobodys = app.master().post("/key/generate", json!({})).await.ok();
    assert_eq!(ids(&app.with_key(nobodys["key"].as_str().unwrap()), "").await, [""; 0]);
});
