use serde_json::{Value, json};

use super::{hash, new_key, new_user, row};
use crate::harness::TestApp;

served!(a_spend_is_reset_downwards_and_recorded, async |app: &TestApp| {
    let raw = new_key(app, json!({"spend": 5, "max_budget": 3})).await;
    app.entries().await;
    let path = format!("/key/{}/reset_spend", hash(&raw));
    for (to, message) in [
        (json!(5.5), "reset_to (5.5) must be <= current spend (5.0)"),
        (json!(4), "reset_to (4.0) must be <= budget (3.0)"),
        (json!(-1), "reset_to must be >= 0"),
    ] {
        let refused = app.master().post(&path, json!({"reset_to": to})).await.refused(400);
        assert_eq!(refused, json!({"detail": {"error": message}}));
    }
    let login = new_user(app, "iu", "internal_user").await;
    let refused = app.with_key(&login).post(&path, json!({"reset_to": 0})).await.refused(403);
    assert_eq!(refused["detail"]["error"], "You must be a proxy admin or team admin to reset key spend");
    app.entries().await;
    let body = app.master().post(&path, json!({"reset_to": 1})).await.ok();
    assert_eq!(
        body,
        json!({"key_hash": hash(&raw), "spend": 1.0, "previous_spend": 5.0, "max_budget": 3.0, "budget_reset_at": Value::Null})
    );
    let entries = app.entries().await;
    assert_eq!(entries.len(), 1);
    assert_eq!((&entries[0].before["spend"], &entries[0].updated["spend"]), (&json!(5.0), &json!(1.0)));
    app.master().post(&path, json!({"reset_to": 1})).await.ok();
    assert!(app.entries().await.is_empty());
    assert_eq!(row(app, &raw).await["spend"], 1.0);
});
