//! `GET /health/license`

use crate::harness::TestApp;

served!(there_is_no_license_and_the_answer_needs_a_key, async |app: &TestApp| {
    app.anonymous().get("/health/license").await.refused(401);
    let body = app.master().get("/health/license").await.ok();
    assert_eq!(
        body.to_string(),
        r#"{"has_license":false,"license_type":"enterprise","expiration_date":null,"allowed_features":[],"limits":{"max_users":null,"max_teams":null}}"#
    );
});
