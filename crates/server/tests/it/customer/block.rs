//! `POST /customer/block`, `POST /customer/unblock`

use serde_json::json;

use crate::harness::TestApp;

served!(customers_are_blocked_known_or_not_and_let_go_again, async |app: &TestApp| {
    app.master().post("/customer/new", json!({"user_id": "c"})).await.ok();
    app.entries().await;
    let ids = json!({"user_ids": ["new", "c", "new"]});
    let blocked = app.master().post("/customer/block", ids.clone()).await.ok();
    let named: Vec<&str> =
        blocked["blocked_users"].as_array().unwrap().iter().map(|row| row["user_id"].as_str().unwrap()).collect();
    assert_eq!(named, ["new", "c", "new"]);
    assert_eq!(
        (&blocked["blocked_users"][0]["blocked"], &blocked["blocked_users"][1]["blocked"]),
        (&json!(true), &json!(true))
    );
    let entries = app.entries().await;
    let mut names: Vec<String> = entries.iter().map(crate::harness::Entry::name).collect();
    names.sort();
    assert_eq!(names, ["blocked LiteLLM_EndUserTable", "created LiteLLM_EndUserTable"]);
    app.master().post("/end_user/block", ids).await.ok();
    assert!(app.entries().await.is_empty(), "a repeated block changes nothing");

    let still = app.master().post("/customer/unblock", json!({"user_ids": ["c"]})).await.ok();
    assert_eq!(still, json!({"blocked_users": ["new"]}));
    let entries = app.entries().await;
    assert_eq!(entries[0].name(), "unblocked LiteLLM_EndUserTable");
    assert_eq!(entries[0].updated, json!({"user_id": "c", "blocked": false}));
    assert_eq!(app.master().get("/customer/info?end_user_id=c").await.ok()["blocked"], false);
    let refused = app.master().post("/end_user/unblock", json!({"user_ids": ["new", "ghost"]})).await.refused(404);
    assert_eq!(refused["error"]["message"], "End User Id(s)=ghost do not exist in db");
    assert!(app.entries().await.is_empty());
    assert_eq!(app.master().get("/customer/info?end_user_id=new").await.ok()["blocked"], true);
});

served!(very_many_new_customers_at_once_are_refused_and_known_ones_are_not, async |app: &TestApp| {
    let ids: Vec<String> = (0..501).map(|number| format!("c{number:03}")).collect();
    app.entries().await;
    let refused = app.master().post("/customer/block", json!({"user_ids": ids})).await.refused(400);
    assert!(refused["detail"]["error"].as_str().unwrap().starts_with("Maximum 500 new customers"), "{refused}");
    assert!(app.entries().await.is_empty());
    app.master().post("/customer/block", json!({"user_ids": ids[..300]})).await.ok();
    app.master().post("/customer/block", json!({"user_ids": ids})).await.ok();
});
