//! `POST /model/block`, `POST /model/unblock`

use serde_json::json;

use super::{info, model, names};
use crate::harness::TestApp;

served!(a_blocked_model_is_shown_to_admins_and_not_offered, async |app: &TestApp| {
    let id = model(app, "m", json!({})).await;
    app.entries().await;
    let body = json!({ "model_id": id });
    assert_eq!(app.master().post("/model/block", body.clone()).await.ok()["blocked"], true);
    let entry = app.entries().await.pop().unwrap();
    assert_eq!(entry.updated["blocked"], true);
    assert_eq!(entry.updated["model_id"], json!(id));
    assert!(entry.updated.get("litellm_params").is_none());
    app.master().post("/model/block", body.clone()).await.ok();
    assert!(app.entries().await.is_empty());
    assert!(names(&app.master(), "/models", "id").await.is_empty());
    assert_eq!(info(app, &id).await["model_info"]["blocked"], true);
    // Another deployment of the name keeps it offered.
    model(app, "m", json!({})).await;
    assert_eq!(names(&app.master(), "/models", "id").await, ["m"]);
    assert_eq!(app.master().post("/model/unblock", body).await.ok()["blocked"], false);
    let missing = app.master().post("/model/block", json!({"model_id": "nope"})).await.refused(404);
    assert_eq!(missing["error"]["type"], "not_found_error");
});

served!(a_refused_caller_leaves_nothing, async |app: &TestApp| {
    let id = model(app, "m", json!({})).await;
    let made = app.master().post("/user/new", json!({"user_id": "iu", "user_role": "internal_user"})).await.ok();
    app.entries().await;
    let user = app.with_key(made["key"].as_str().unwrap());
    user.post("/model/block", json!({ "model_id": id })).await.refused(401);
    user.patch(&format!("/model/{id}/update"), json!({"model_name": "x"})).await.refused(403);
    user.post("/model/delete", json!({ "id": id })).await.refused(403);
    user.post("/model/update", json!({ "id": id, "litellm_params": {"rpm": 1} })).await.refused(403);
    user.get("/credentials").await.refused(401);
    assert!(app.entries().await.is_empty());
});
