//! `GET /models`, `GET /models/{model_id}`

use serde_json::json;

use super::{model, model_with, names};
use crate::harness::TestApp;

served!(a_keys_list_decides_then_its_teams, async |app: &TestApp| {
    model(app, "a", json!({})).await;
    model(app, "b", json!({})).await;
    model_with(app, "c", json!({}), json!({"access_groups": ["beta"]})).await;
    app.master().post("/team/new", json!({"team_id": "t", "models": ["b"]})).await.ok();
    for (body, seen) in [
        (json!({}), vec!["a", "b", "c"]),
        (json!({"models": ["a"]}), vec!["a"]),
        (json!({"models": ["beta"]}), vec!["c"]),
        (json!({"models": ["all-proxy-models"]}), vec!["a", "b", "c"]),
        (json!({"team_id": "t"}), vec!["b"]),
        (json!({"team_id": "t", "models": ["all-team-models"]}), vec!["b"]),
        (json!({"models": ["no-default-models"]}), vec![]),
    ] {
        let made = app.master().post("/key/generate", body.clone()).await.ok();
        let client = app.with_key(made["key"].as_str().unwrap());
        assert_eq!(names(&client, "/models", "id").await, seen, "{body}");
        assert_eq!(names(&client, "/v1/models", "id").await, seen, "{body}");
    }
    assert_eq!(names(&app.master(), "/models?only_model_access_groups=true", "id").await, ["beta"]);
    assert_eq!(names(&app.master(), "/models?team_id=t", "id").await, ["b"]);
    app.master().get("/models?scope=all").await.refused(400);
});

served!(one_model_is_what_the_list_says_of_it_with_its_provider, async |app: &TestApp| {
    model(app, "claude", json!({"model": "anthropic/claude-3-haiku-20240307"})).await;
    model(app, "mystery", json!({"model": "hosted_vllm/nobody/knows"})).await;
    let one = app.master().get("/models/claude").await.ok();
    assert_eq!(
        (&one["id"], &one["owned_by"], &one["object"]),
        (&json!("claude"), &json!("anthropic"), &json!("model"))
    );
    assert_eq!(one, app.master().get("/v1/models/claude").await.ok());
    let bare = json!({"id": "mystery", "object": "model", "created": 1_677_610_602, "owned_by": "hosted_vllm"});
    assert_eq!(app.master().get("/models/mystery").await.ok(), bare);
    let missing = app.master().get("/models/nope").await.refused(404);
    assert_eq!(missing["detail"], "The model `nope` does not exist or is not accessible");
});
