//! `GET /health/readiness`

use serde_json::json;

use crate::harness::TestApp;

served!(readiness_is_public_and_says_only_that_the_database_answers, async |app: &TestApp| {
    let body = app.anonymous().get("/health/readiness").await.ok();
    assert_eq!(body, json!({"status": "healthy", "db": "connected"}));
    assert!(app.entries().await.is_empty());
});

#[tokio::test]
#[should_panic(expected = "must end with app.stop()")]
async fn a_test_that_forgets_to_stop_its_server_fails() {
    let _app = TestApp::start(daybook::testing::TestDb::sqlite()).await;
}
