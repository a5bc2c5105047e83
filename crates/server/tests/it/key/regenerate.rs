use std::time::Duration;

use daybook::testing::FakeClock;
use serde_json::{Value, json};

use super::{hash, new_key, new_user, row, text};
use crate::harness::TestApp;

served!(a_rotated_key_keeps_its_row_under_a_new_hash, async |app: &TestApp| {
    let raw = new_key(app, json!({"key_alias": "k", "max_budget": 5, "spend": 2, "team_id": "t"})).await;
    app.entries().await;
    let body = app.master().post(&format!("/key/{}/regenerate", hash(&raw)), json!({"max_budget": 33})).await.ok();
    let new = text(&body["key"]);
    assert_ne!(new, raw);
    assert_eq!((&body["token_id"], &body["token"]), (&json!(hash(&new)), &Value::Null));
    assert_eq!((&body["spend"], &body["max_budget"], &body["key_alias"]), (&json!(2.0), &json!(33.0), &json!("k")));
    let entries = app.entries().await;
    assert_eq!(entries.len(), 1);
    let entry = &entries[0];
    assert_eq!(
        (entry.name().as_str(), entry.object_id.as_str()),
        ("rotated LiteLLM_VerificationToken", hash(&raw).as_str())
    );
    assert_eq!((&entry.before["token"], &entry.updated["token"]), (&json!(hash(&raw)), &json!(hash(&new))));
    assert_eq!((&entry.before["max_budget"], &entry.updated["max_budget"]), (&json!(5.0), &json!(33.0)));
    app.with_key(&raw).get("/models").await.refused(401);
    app.with_key(&new).get("/models").await.ok();
    assert_eq!(row(app, &raw).await["status"], "deleted");
});

daybook::both!(an_old_value_is_honoured_until_its_grace_period_ends, async |db: daybook::testing::TestDb| {
    let clock = FakeClock::at("2026-11-21T20:00:00Z");
    let app = TestApp::build(db).clock(&clock).start().await;
    let first = new_key(&app, json!({})).await;
    app.entries().await;
    let rotate = async |key: &str, new: &str, grace: Value| {
        let body = json!({"key": key, "new_key": new, "grace_period": grace});
        app.master().post("/key/regenerate", body).await.ok();
    };
    rotate(&first, "sk-second-value-000000", json!("24h")).await;
    assert_eq!(
        app.entry_names().await,
        ["rotated LiteLLM_VerificationToken", "created LiteLLM_DeprecatedVerificationToken"]
    );
    let own = app.with_key(&first).get("/key/info").await.ok();
    assert_eq!(own["key"], hash("sk-second-value-000000"));
    clock.advance(Duration::from_secs(3600));
    rotate("sk-second-value-000000", "sk-third-value-0000000", json!("2h")).await;
    assert_eq!(
        app.entry_names().await,
        [
            "rotated LiteLLM_VerificationToken",
            "updated LiteLLM_DeprecatedVerificationToken",
            "created LiteLLM_DeprecatedVerificationToken"
        ]
    );
    for honoured in [first.as_str(), "sk-second-value-000000", "sk-third-value-0000000"] {
        app.with_key(honoured).get("/models").await.ok();
    }
    clock.advance(Duration::from_secs(2 * 3600));
    app.with_key("sk-second-value-000000").get("/models").await.refused(401);
    app.with_key(&first).get("/models").await.ok();
    clock.advance(Duration::from_secs(21 * 3600));
    app.with_key(&first).get("/models").await.refused(401);
    app.entries().await;
    // A value that has been replaced can come back, and be replaced again.
    rotate("sk-third-value-0000000", &first, Value::Null).await;
    rotate(&first, "sk-fourth-value-000000", json!("1h")).await;
    app.with_key(&first).get("/models").await.ok();
    rotate("sk-fourth-value-000000", "sk-fifth-value-0000000", json!("not a duration")).await;
    app.with_key("sk-fourth-value-000000").get("/models").await.refused(401);
    app.stop().await;
});

daybook::both!(the_configuration_can_give_a_grace_period, async |db: daybook::testing::TestDb| {
    let app = TestApp::build(db).rules(|rules| rules.rotation_grace_period = Some("1h".to_owned())).start().await;
    let raw = new_key(&app, json!({})).await;
    app.master().post("/key/regenerate", json!({"key": raw})).await.ok();
    app.with_key(&raw).get("/models").await.ok();
    app.stop().await;
});

served!(what_cannot_be_rotated_is_refused, async |app: &TestApp| {
    let login = new_user(app, "iu", "internal_user").await;
    let raw = new_key(app, json!({"user_id": "other"})).await;
    let taken = new_key(app, json!({})).await;
    app.entries().await;
    let master = app.master();
    for (body, status, message) in [
        (json!({}), 400, "{'error': 'No key passed in.'}"),
        (json!({"key": "nope"}), 404, "{'error': 'Key nope not found.'}"),
        (
            json!({"key": raw, "new_key": "abc"}),
            400,
            "{'error': \"New key must start with 'sk-'. This is to distinguish a key hash (used by litellm for logging / internal logic) from the actual key.\"}",
        ),
        (json!({"key": raw, "new_key": "sk-short"}), 400, "{'error': 'New key must be at least 16 characters long.'}"),
        (json!({"key": raw, "new_key": taken}), 400, "{'error': 'New key already exists.'}"),
        (json!({"key": raw, "duration": "xx"}), 400, "Invalid duration format"),
    ] {
        let refused = master.post("/key/regenerate", body.clone()).await.refused(status);
        assert_eq!(refused["error"]["message"], message, "{body}");
    }
    let refused = master.send("POST", "/key/regenerate", None).await.refused(400);
    assert_eq!(refused["error"]["message"], "{'error': 'No key passed in.'}");
    let refused = app.with_key(&login).post("/key/regenerate", json!({"key": raw})).await.refused(403);
    assert_eq!(refused["error"]["message"], "{'error': 'You are not authorized to regenerate this key'}");
    assert!(app.entries().await.is_empty());
    app.with_key(&login).post("/key/regenerate", json!({"key": login})).await.ok();
});

served!(whoever_may_only_rotate_a_key_changes_nothing_else_of_it, async |app: &TestApp| {
    let login = new_user(app, "iu", "internal_user").await;
    let user = app.with_key(&login);
    let given = new_key(app, json!({"user_id": "iu"})).await;
    let own = text(&user.post("/key/generate", json!({})).await.ok()["key"]);
    app.entries().await;
    for more in [json!({"rpm_limit": 5}), json!({"models": []}), json!({"duration": "30d"})] {
        let mut body = more;
        body["key"] = json!(given);
        let refused = user.post("/key/regenerate", body).await.refused(403);
        assert_eq!(refused["error"]["message"], "{'error': 'You are not authorized to update this key'}");
    }
    assert!(app.entries().await.is_empty());
    let value = json!({"key": given, "new_key": "sk-given-again-000000", "grace_period": "1h"});
    user.post("/key/regenerate", value).await.ok();
    let body = user.post("/key/regenerate", json!({"key": own, "rpm_limit": 5})).await.ok();
    assert_eq!(body["rpm_limit"], 5);
});

served!(a_refusal_does_not_repeat_a_raw_key, async |app: &TestApp| {
    let raw = "sk-mistyped-key-abcd";
    for path in ["/key/regenerate".to_owned(), format!("/key/{raw}/regenerate"), format!("/key/{raw}/reset_spend")] {
        let answer = app.master().post(&path, json!({"key": raw, "reset_to": 0})).await;
        assert_eq!(answer.status, 404, "{path}: {}", answer.text);
        assert!(answer.text.contains("Key sk-...abcd not found."), "{path}: {}", answer.text);
        assert!(!answer.text.contains(raw), "{path}: {}", answer.text);
    }
});
