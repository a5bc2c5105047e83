//! `POST /user/update`

use daybook::model::secret::verify_password;
use daybook::store::users;
use serde_json::{Value, json};

use crate::harness::TestApp;

async fn make(app: &TestApp, id: &str) {
    let body = json!({"user_id": id, "user_email": format!("{id}@x.io"), "max_budget": 5, "metadata": {"a": 1}, "auto_create_key": false});
    app.master().post("/user/new", body).await.ok();
    app.entries().await;
}

served!(an_update_records_what_changed_and_a_repeated_one_nothing, async |app: &TestApp| {
    make(app, "u").await;
    let body = json!({"user_id": "u", "max_budget": null, "user_alias": "U", "models": []});
    let answer = app.master().post("/user/update", body.clone()).await.ok();
    assert_eq!((&answer["data"]["max_budget"], &answer["data"]["user_alias"]), (&Value::Null, &json!("U")));
    let entries = app.entries().await;
    assert_eq!(entries.len(), 1);
    assert_eq!(entries[0].name(), "updated LiteLLM_UserTable");
    assert_eq!(entries[0].before["max_budget"], 5.0);
    assert_eq!((&entries[0].updated["user_id"], &entries[0].updated["max_budget"]), (&json!("u"), &Value::Null));
    assert!(entries[0].updated.get("metadata").is_none(), "what did not change is not in it");
    app.master().post("/user/update", body).await.ok();
    assert_eq!(app.entries().await.len(), 0);
});

served!(metadata_is_replaced_and_what_is_kept_in_it_merged, async |app: &TestApp| {
    make(app, "u").await;
    let merged = app.master().post("/user/update", json!({"user_id": "u", "model_rpm_limit": {"m": 1}})).await.ok();
    assert_eq!(merged["data"]["metadata"], json!({"a": 1, "model_rpm_limit": {"m": 1}}));
    let replaced = app.master().post("/user/update", json!({"user_id": "u", "metadata": {"b": 2}})).await.ok();
    assert_eq!(replaced["data"]["metadata"], json!({"b": 2}));
});

served!(an_admin_makes_the_user_that_is_not_there, async |app: &TestApp| {
    let named = app.master().post("/user/update", json!({"user_id": "new", "user_alias": "N"})).await.ok();
    assert_eq!((&named["user_id"], &named["data"]["user_alias"]), (&json!("new"), &json!("N")));
    let by_email = app.master().post("/user/update", json!({"user_email": "new@x.io"})).await.ok();
    assert_eq!(by_email["data"]["user_email"], "new@x.io");
    let entries = app.entries().await;
    assert_eq!(entries.len(), 2);
    for entry in entries {
        assert_eq!((entry.name().as_str(), &entry.before), ("updated LiteLLM_UserTable", &Value::Null));
    }
});

served!(an_address_names_a_user_in_any_case_and_cannot_be_taken, async |app: &TestApp| {
    make(app, "u").await;
    make(app, "v").await;
    let answer = app.master().post("/user/update", json!({"user_email": "U@X.io", "user_alias": "U"})).await.ok();
    assert_eq!((&answer["user_id"], &answer["data"]["user_email"]), (&json!("u"), &json!("u@x.io")));
    app.master().post("/user/update", json!({"user_id": "u", "user_email": "V@x.io"})).await.refused(409);
    let moved = app.master().post("/user/update", json!({"user_id": "u", "user_email": "w@x.io"})).await.ok();
    assert_eq!(moved["data"]["user_email"], "w@x.io");
});

served!(a_password_is_stored_as_litellm_verifies_it_and_shown_nowhere, async |app: &TestApp| {
    make(app, "u").await;
    let password = "Correct-Horse-Battery-9";
    let answer = app.master().post("/user/update", json!({"user_id": "u", "password": password})).await;
    assert_eq!(answer.body["data"]["password_reset_required"], true);
    let stored = {
        let mut session = app.store().read().await.unwrap();
        let user = users::find(&mut session, "u").await.unwrap().unwrap();
        user["password"].as_str().unwrap().to_owned()
    };
    assert!(verify_password(password, &stored));
    app.master().post("/user/update", json!({"user_id": "u", "user_alias": "U"})).await.ok();
    let mut shown = vec![answer.text];
    for path in ["/user/info?user_id=u", "/v2/user/info?user_id=u", "/user/list"] {
        shown.push(app.master().get(path).await.text);
    }
    app.master().post("/user/delete", json!({"user_ids": ["u"]})).await.ok();
    let entries = app.entries().await;
    assert_eq!(entries.len(), 3);
    shown.extend(entries.iter().map(|entry| format!("{} {}", entry.before, entry.updated)));
    for text in shown {
        assert!(!text.contains(password) && !text.contains(&stored) && !text.contains("scrypt:"), "{text}");
    }
});

served!(a_short_password_and_a_bad_limit_are_refused, async |app: &TestApp| {
    make(app, "u").await;
    for body in [json!({"password": "short"}), json!({"max_budget": -1}), json!({"budget_duration": "2mo"})] {
        let mut body = body;
        body["user_id"] = json!("u");
        app.master().post("/user/update", body).await.refused(400);
    }
    assert_eq!(app.entries().await.len(), 0);
});

served!(whoever_is_no_admin_changes_little_of_themselves_and_nobody_else, async |app: &TestApp| {
    app.master().post("/organization/new", json!({"organization_alias": "o", "organization_id": "o"})).await.ok();
    let member = json!({"organization_id": "o", "member": {"role": "org_admin", "user_id": "oa"}});
    app.master().post("/organization/member_add", member).await.ok();
    make(app, "u").await;
    let key = app.master().post("/key/generate", json!({"user_id": "oa"})).await.ok();
    let admin = app.with_key(key["key"].as_str().unwrap());
    // Naming an organization of theirs opens the route to its admins, not the rows.
    for (body, status) in [
        (json!({"user_id": "oa", "user_alias": "OA"}), 200),
        (json!({"user_id": "oa", "max_budget": 1000}), 403),
        (json!({"user_id": "oa", "spend": 0}), 403),
        (json!({"user_id": "oa", "user_role": "proxy_admin"}), 403),
        (json!({"user_id": "u", "user_alias": "x"}), 403),
        (json!({"user_id": "ghost", "user_alias": "x"}), 404),
        (json!({"user_email": "ghost@x.io", "user_alias": "x"}), 404),
    ] {
        let mut named = body.clone();
        named["organization_id"] = json!("o");
        let answer = admin.post("/user/update", named).await;
        assert_eq!(answer.status, status, "{body}: {}", answer.text);
        admin.post("/user/update", body).await.refused(401);
    }
});
