//! `/cache/settings`

use serde_json::json;

use crate::harness::TestApp;

served!(the_password_of_the_cache_is_sealed_hidden_and_kept, async |app: &TestApp| {
    let settings = json!({"type": "redis", "host": "h", "port": 6379, "password": "redispw-value"});
    app.master().post("/cache/settings", json!({"cache_settings": settings})).await.ok();
    let entry = app.entries().await.remove(0);
    assert_eq!((entry.name().as_str(), entry.object_id.as_str()), ("created LiteLLM_CacheConfig", "cache_config"));
    assert_eq!((&entry.before, &entry.updated["settings"]["host"]), (&json!(null), &json!("h")));
    assert!(entry.updated["settings"]["password"].as_str().unwrap().starts_with("[redacted:"));

    let shown = app.master().get("/cache/settings").await;
    assert!(!shown.text.contains("redispw-value"));
    assert_eq!(shown.body["current_values"]["password"], "***REDACTED***");
    // What was shown can be sent back, and nothing has changed.
    let mut again = shown.body["current_values"].clone();
    again.as_object_mut().unwrap().remove("redis_type");
    app.master().post("/cache/settings", json!({"cache_settings": again})).await.ok();
    assert!(app.entries().await.is_empty());
    assert_eq!(app.master().get("/health/readiness/details").await.ok()["cache"], "redis");
    assert!(!app.everything().await.contains("redispw-value"));
    app.master().post("/cache/settings", json!({"cache_settings": {"type": "local"}})).await.ok();
    let entry = app.entries().await.remove(0);
    assert_eq!(entry.name(), "updated LiteLLM_CacheConfig");
    assert_eq!(entry.updated, json!({"settings": {"type": "local"}}));
    app.master().post("/cache/settings", json!({})).await.refused(422);
});
