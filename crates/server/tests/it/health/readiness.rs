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

served!(details_need_a_key_and_begin_with_what_the_public_sees, async |app: &TestApp| {
    let refused = app.anonymous().get("/health/readiness/details").await.refused(401);
    assert_eq!(refused["error"]["message"], "Authentication Error, No api key passed in.");
    let body = app.master().get("/health/readiness/details").await.ok();
    let names: Vec<&String> = body.as_object().unwrap().keys().collect();
    assert_eq!(names[..4], ["status", "db", "cache", "litellm_version"]);
    assert_eq!(body["status"], "healthy");
});
