//! `GET /customer/list`, `GET /customer/info`

use serde_json::json;

use crate::harness::TestApp;

served!(customers_are_listed_by_their_ids_and_found_by_a_part_of_them, async |app: &TestApp| {
    for (id, alias) in [("c2", "Ada_1"), ("c1", "Bob"), ("d3", "ada%")] {
        app.master().post("/customer/new", json!({"user_id": id, "alias": alias})).await.ok();
    }
    let ids = async |query: &str| {
        let listed = app.master().get(&format!("/customer/list{query}")).await.ok();
        let ids = listed.as_array().unwrap().iter().map(|row| row["user_id"].as_str().unwrap().to_owned());
        ids.collect::<Vec<String>>()
    };
    assert_eq!(ids("").await, ["c1", "c2", "d3"]);
    assert_eq!(ids("?search=ADA").await, ["c2", "d3"]);
    assert_eq!(ids("?search=a_1").await, ["c2"]);
    assert_eq!(ids("?search=%25").await, ["d3"]);
    assert_eq!(ids("?page=2&page_size=2").await, ["d3"]);
    app.master().get("/customer/list?page_size=101").await.refused(422);
    app.master().get("/end_user/list?page=0").await.refused(422);
    assert_eq!(
        app.master().get("/customer/info").await.refused(422)["detail"][0]["loc"],
        json!(["query", "end_user_id"])
    );
    let refused = app.master().get("/customer/info?end_user_id=zz").await.refused(404);
    assert_eq!(refused["error"]["param"], "end_user_id");
    let viewer = app.master().post("/user/new", json!({"user_id": "v", "user_role": "proxy_admin_viewer"})).await.ok();
    let viewer = app.with_key(viewer["key"].as_str().unwrap());
    viewer.get("/customer/list").await.ok();
    viewer.get("/end_user/info?end_user_id=c1").await.ok();
    viewer.post("/customer/block", json!({"user_ids": ["c1"]})).await.refused(403);
});
