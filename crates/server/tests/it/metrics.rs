//! `GET /metrics`

use serde_json::json;

use crate::harness::TestApp;

/// The value of a metric without labels.
fn value(page: &str, name: &str) -> Option<f64> {
    let line = page.lines().find(|line| line.strip_prefix(name).is_some_and(|rest| rest.starts_with(' ')))?;
    line.rsplit(' ').next()?.parse().ok()
}

served!(metrics_say_how_the_log_is_and_nothing_of_its_entries, async |app: &TestApp| {
    app.master().post("/budget/new", json!({"budget_id": "very-secret", "max_budget": 5})).await.ok();
    app.master().get("/ledger/checkpoint").await;
    let page = app.anonymous().get("/metrics").await;
    assert_eq!(
        (page.status, page.header("content-type")),
        (200, "application/openmetrics-text; version=1.0.0; charset=utf-8")
    );
    for (name, expected) in [
        ("daybook_log_entries", 1.0),
        ("daybook_log_signable", 1.0),
        ("daybook_log_signed_entries", 1.0),
        ("daybook_anchors_silent", 0.0),
        ("daybook_self_check_alarm", 0.0),
    ] {
        assert_eq!(value(&page.text, name), Some(expected), "{name} in\n{}", page.text);
    }
    assert!(value(&page.text, "daybook_log_signed_timestamp_seconds").unwrap() > 1.7e9);
    assert!(page.text.ends_with("# EOF\n") && !page.text.contains("very-secret"));
    assert_eq!(app.entries().await.len(), 1);
});
