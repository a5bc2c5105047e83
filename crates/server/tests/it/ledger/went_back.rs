//! A database that went back: it is not signed, it takes no changes, and reading goes on.

use std::path::Path;

use daybook::both;
use daybook::testing::TestDb;
use serde_json::json;
use tempfile::TempDir;

use crate::harness::TestApp;

async fn budgets(app: &TestApp, names: &[&str]) {
    for name in names {
        app.master().post("/budget/new", json!({"budget_id": name, "max_budget": 5})).await.ok();
    }
}

/// A server over a database and the files of an installation.
async fn start(db: TestDb, files: &Path) -> TestApp {
    TestApp::build(db).files(files).start().await
}

/// A backup of two entries, and the files of an installation that has signed four.
async fn backup_and_signed(db: TestDb) -> (TestDb, TestDb, TempDir) {
    let files = tempfile::tempdir().unwrap();
    let app = start(db, files.path()).await;
    budgets(&app, &["a", "b"]).await;
    let db = app.stop_and_keep().await;
    let backup = db.copy().await;
    let app = start(db, files.path()).await;
    budgets(&app, &["c", "d"]).await;
    assert_eq!(app.master().get("/ledger/checkpoint").await.status, 200);
    (app.stop_and_keep().await, backup, files)
}

async fn refuses(app: &TestApp, why: &str) {
    for path in ["/ledger/checkpoint", "/ledger/consistency"] {
        let body = app.master().get(path).await.refused(503);
        let message = body["error"]["message"].as_str().unwrap();
        assert!(message.contains(why) && message.contains("daybook ledger new-origin"), "{message}");
    }
    let change = app.master().post("/budget/new", json!({"budget_id": "late", "max_budget": 5})).await.refused(503);
    assert!(change["error"]["message"].as_str().unwrap().contains(why), "{change}");
    let readiness = app.anonymous().get("/health/readiness").await.refused(503);
    assert_eq!(readiness, json!({"status": "unhealthy", "db": "connected", "log": "not signed"}));
    let details = app.master().get("/health/readiness/details").await.refused(503);
    assert!(details["log_trouble"].as_str().unwrap().contains(why), "{details}");
    let metrics = app.anonymous().get("/metrics").await.text;
    assert!(metrics.contains("\ndaybook_log_signable 0.0\n"), "{metrics}");
    app.master().get("/audit").await.ok();
    app.master().get("/budget/list").await.ok();
}

both!(a_restored_backup_is_not_signed_until_it_is_restored_forward, async |db| {
    let (db, backup, files) = backup_and_signed(db).await;
    let signed = std::fs::read_to_string(files.path().join("last_signed")).unwrap();

    let app = start(backup, files.path()).await;
    refuses(&app, "a checkpoint of 4 entries was signed, and the log has 2").await;
    assert_eq!(std::fs::read_to_string(files.path().join("last_signed")).unwrap(), signed, "nothing was signed");
    app.stop().await;

    let app = start(db, files.path()).await;
    let checkpoint = app.master().get("/ledger/checkpoint").await;
    assert_eq!((checkpoint.status, checkpoint.text), (200, signed));
    budgets(&app, &["e"]).await;
    app.anonymous().get("/health/readiness").await.ok();
    app.stop().await;
});

both!(a_restored_backup_that_grew_another_way_is_not_signed, async |db| {
    let (_db, backup, files) = backup_and_signed(db).await;
    // A replica that has signed nothing yet cannot know, and lets the log grow beyond what was signed.
    let unknowing = tempfile::tempdir().unwrap();
    std::fs::copy(files.path().join("signing_key"), unknowing.path().join("signing_key")).unwrap();
    let app = start(backup, unknowing.path()).await;
    budgets(&app, &["x", "y", "z"]).await;
    let backup = app.stop_and_keep().await;

    let app = start(backup, files.path()).await;
    refuses(&app, "the first 4 of its 5 entries are not those that were signed").await;
    app.stop().await;
});

both!(an_unreadable_last_signature_is_no_first_start, async |db| {
    let app = TestApp::start(db).await;
    budgets(&app, &["a"]).await;
    let path = app.files.join("last_signed");
    assert_eq!(app.master().get("/ledger/checkpoint").await.status, 200);
    let text = std::fs::read(&path).unwrap();
    std::fs::write(&path, &text[..40]).unwrap();
    budgets(&app, &["b"]).await;
    let body = app.master().get("/ledger/checkpoint").await.refused(503);
    assert!(body["error"]["message"].as_str().unwrap().contains("does not hold a checkpoint"), "{body}");
    std::fs::write(&path, &text).unwrap();
    assert_eq!(app.master().get("/ledger/checkpoint").await.status, 200);
    app.stop().await;
});
