//! `POST /customer/delete`

use serde_json::json;

use crate::harness::TestApp;

const PATH: &str = "/customer/delete";

served!(customers_are_deleted_all_or_none, async |app: &TestApp| {
    for id in ["c1", "c2"] {
        app.master().post("/customer/new", json!({"user_id": id, "spend": 2})).await.ok();
    }
    app.entries().await;
    let refused = app.master().post(PATH, json!({"user_ids": ["c1", "x", "y"]})).await.refused(404);
    assert_eq!(refused["error"]["message"], "End User Id(s)=x, y do not exist in db");
    assert_eq!(refused["error"]["param"], "user_ids");
    let refused = app.master().post(PATH, json!({"user_ids": []})).await.refused(400);
    assert_eq!(refused["error"]["message"], "user_id is required, passed user_id = []");
    assert!(app.entries().await.is_empty());
    let gone = app.master().post("/end_user/delete", json!({"user_ids": ["c2", "c1", "c2"]})).await.ok();
    assert_eq!(
        gone,
        json!({"deleted_customers": 2, "message": "Successfully deleted customers with ids: ['c2', 'c1', 'c2']"})
    );
    let entries = app.entries().await;
    assert_eq!(entries.len(), 2);
    assert_eq!(
        (entries[0].name().as_str(), &entries[0].before["spend"]),
        ("deleted LiteLLM_EndUserTable", &json!(2.0))
    );
    app.master().get("/customer/info?end_user_id=c1").await.refused(404);
});
