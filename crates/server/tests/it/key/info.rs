use serde_json::{Value, json};

use super::{hash, new_key, new_team, new_user, text};
use crate::harness::TestApp;

served!(a_key_is_shown_by_value_by_hash_and_to_itself, async |app: &TestApp| {
    let raw = new_key(app, json!({"key_alias": "k", "duration": "1h"})).await;
    app.entries().await;
    for named in [raw.clone(), hash(&raw)] {
        let body = app.master().get(&format!("/key/info?key={named}")).await.ok();
        assert_eq!((&body["key"], &body["info"]["status"]), (&json!(named), &json!("active")));
        assert_eq!(body["info"].get("token"), None);
        assert!(text(&body["info"]["expires"]).ends_with("+00:00"));
    }
    let own = app.with_key(&raw).get("/key/info").await.ok();
    assert_eq!((&own["key"], &own["info"]["key_alias"]), (&json!(hash(&raw)), &json!("k")));
    for path in ["/key/info", "/key/info?key=nope"] {
        let refused = app.master().get(path).await.refused(404);
        assert_eq!(refused["error"]["message"], "Key not found in database");
    }
    assert_eq!(
        app.with_key(&raw).send("POST", "/key/health", None).await.ok(),
        json!({"key": "healthy", "logging_callbacks": null})
    );
    assert!(app.entries().await.is_empty());
});

served!(a_key_is_seen_by_its_user_its_team_and_admins, async |app: &TestApp| {
    let viewer = new_user(app, "view", "proxy_admin_viewer").await;
    let owner = new_user(app, "own", "internal_user").await;
    let member = new_user(app, "mem", "internal_user").await;
    let stranger = new_user(app, "str", "internal_user").await;
    new_team(app, "t", &[("mem", "user"), ("own", "user")]).await;
    let raw = new_key(app, json!({"team_id": "t", "user_id": "own"})).await;
    let path = format!("/key/info?key={}", hash(&raw));
    for key in [&viewer, &owner, &member, &raw] {
        app.with_key(key).get(&path).await.ok();
    }
    let refused = app.with_key(&stranger).get(&path).await.refused(403);
    assert_eq!(refused["error"]["message"], "You are not allowed to access this key's info. Your role=internal_user");
});

served!(several_keys_are_shown_without_the_unknown_and_the_invisible, async |app: &TestApp| {
    let login = new_user(app, "iu", "internal_user").await;
    let foreign = new_key(app, json!({"key_alias": "foreign"})).await;
    let body = json!({"keys": [login, foreign, "nope"], "key_aliases": ["foreign"]});
    let shown = app.master().post("/v2/key/info", body.clone()).await.ok();
    let aliases = |shown: &Value| -> Vec<String> {
        shown["info"].as_array().unwrap().iter().map(|key| text(&key["key_alias"])).collect()
    };
    assert_eq!(shown["key"], json!([login, foreign, "nope"]));
    assert_eq!(aliases(&shown), ["login-iu", "foreign"]);
    assert_eq!(aliases(&app.with_key(&login).post("/v2/key/info", body).await.ok()), ["login-iu"]);
    let refused = app.master().send("POST", "/v2/key/info", None).await.refused(422);
    assert_eq!(refused["error"]["message"], "{'message': 'Malformed request. No keys passed in.'}");
});
