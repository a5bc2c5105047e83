//! `GET /model/info`, `GET /v2/model/info`

use serde_json::{Value, json};

use super::{model, model_with, names};
use crate::harness::TestApp;

served!(pages_and_filters_are_those_that_are_asked_for, async |app: &TestApp| {
    for (name, params) in [("b", json!({"rpm": 1})), ("C", json!({"input_cost_per_token": 9})), ("a", json!({}))] {
        model(app, name, params).await;
    }
    let blocked = model_with(app, "paused", json!({}), json!({"access_groups": ["g"]})).await;
    app.master().post("/model/block", json!({"model_id": blocked})).await.ok();
    let master = app.master();
    for (query, found) in [
        ("", vec!["b", "C", "a", "paused"]),
        ("?size=2", vec!["b", "C"]),
        ("?size=3&page=2", vec!["paused"]),
        ("?size=3&page=9", vec![]),
        ("?search=A", vec!["a", "paused"]),
        ("?model=a", vec!["a"]),
        ("?blocked=true", vec!["paused"]),
        ("?blocked=false&sortBy=model_name", vec!["a", "b", "C"]),
        ("?access_group=g", vec!["paused"]),
        ("?sortBy=model_name&sortOrder=desc", vec!["paused", "C", "b", "a"]),
        ("?sortBy=created_at&sortOrder=desc", vec!["paused", "a", "C", "b"]),
        ("?sortBy=costs&sortOrder=desc&size=1", vec!["C"]),
        ("?sortBy=nonsense", vec!["b", "C", "a", "paused"]),
        ("?wildcard_only=true", vec![]),
    ] {
        assert_eq!(names(&master, &format!("/v2/model/info{query}"), "model_name").await, found, "{query}");
    }
    let page = master.get("/v2/model/info?size=3&page=2").await.ok();
    let counted = |name: &str| page[name].clone();
    assert_eq!(
        [counted("total_count"), counted("current_page"), counted("total_pages"), counted("size")],
        [4, 2, 2, 3].map(Value::from)
    );
    master.get("/v2/model/info?page=0").await.refused(422);
    master.get("/v2/model/info?sortBy=model_name&sortOrder=up").await.refused(400);
    master.get("/v2/model/info?use_stored_params=true").await.refused(400);
    assert_eq!(names(&master, &format!("/v2/model/info?modelId={blocked}"), "model_name").await, ["paused"]);
});

served!(a_fresh_installation_has_no_models_and_says_so, async |app: &TestApp| {
    let empty = json!({"data": [], "total_count": 0, "current_page": 1, "total_pages": 0, "size": 50});
    assert_eq!(app.master().get("/v2/model/info").await.ok(), empty);
    assert_eq!(app.master().get("/model/info").await.ok(), json!({"data": []}));
    assert_eq!(app.master().get("/model_group/info").await.ok(), json!({"data": []}));
    assert_eq!(app.master().get("/models").await.ok(), json!({"data": [], "object": "list"}));
});

served!(a_key_without_a_user_is_told_nothing_of_teams, async |app: &TestApp| {
    model(app, "m", json!({})).await;
    let made = app.master().post("/key/generate", json!({})).await.ok();
    let shown = app.with_key(made["key"].as_str().unwrap()).get("/model/info").await.ok();
    let info = &shown["data"][0]["model_info"];
    assert_eq!(info["direct_access"], false);
    assert!(info.get("access_via_team_ids").is_none());
});
