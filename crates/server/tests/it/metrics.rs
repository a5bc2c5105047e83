//! `GET /metrics`

use daybook::both;
use daybook::testing::TestDb;
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

served!(the_index_is_reported_and_is_read_from_its_file_after_a_restart, async |app: &TestApp| {
    for number in 0..3 {
        app.master().post("/budget/new", json!({"budget_id": format!("b{number}"), "max_budget": 5})).await.ok();
    }
    let page = until(app, "daybook_index_rows", 3.0).await;
    assert_eq!(value(&page, "daybook_index_ready"), Some(1.0), "{page}");
    assert!(value(&page, "daybook_index_bytes").unwrap() > 100.0);
    assert!(value(&page, "daybook_index_rebuild_seconds").is_some());
    assert_eq!(value(&page, "daybook_index_kept_entries"), Some(0.0));
    assert_eq!(value(&page, "daybook_index_load_seconds"), None);
    app.entries().await;
});

both!(a_server_goes_on_with_the_index_that_another_one_left, async |db: TestDb| {
    let app = TestApp::start(db).await;
    app.master().post("/budget/new", json!({"budget_id": "b", "max_budget": 5})).await.ok();
    until(&app, "daybook_index_rows", 1.0).await;
    let app = TestApp::start(app.stop_and_keep().await).await;
    app.master().post("/budget/update", json!({"budget_id": "b", "max_budget": 6})).await.ok();
    let page = until(&app, "daybook_index_rows", 2.0).await;
    assert!(value(&page, "daybook_index_load_seconds").is_some(), "{page}");
    assert_eq!(value(&page, "daybook_index_rebuild_seconds"), None);
    assert_eq!(app.master().get("/audit").await.ok()["total"], 2);
    app.stop().await;
});

/// The page, as soon as a metric has a value.
async fn until(app: &TestApp, name: &str, wanted: f64) -> String {
    for _ in 0..600 {
        let page = app.anonymous().get("/metrics").await.text;
        if value(&page, name) == Some(wanted) {
            return page;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("{name} does not become {wanted}");
}
