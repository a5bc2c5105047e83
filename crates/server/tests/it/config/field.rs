//! `/config/field/*`, `GET /config/list`

use serde_json::{Value, json};

use crate::harness::TestApp;
use crate::team::user_key;

fn field(name: &str, value: Value) -> Value {
    json!({"field_name": name, "field_value": value, "config_type": "general_settings"})
}

served!(a_member_is_set_shown_and_taken_away, async |app: &TestApp| {
    let set = app.master().post("/config/field/update", field("max_parallel_requests", json!(5))).await.ok();
    assert_eq!(set["param_value"], json!({"max_parallel_requests": 5}));
    let shown = app.master().get("/config/field/info?field_name=max_parallel_requests").await.ok();
    let expected = json!({"field_name": "max_parallel_requests", "field_value": 5, "source": "db", "editable": true});
    assert_eq!(shown, expected);
    app.master().post("/config/field/update", field("max_parallel_requests", json!(5))).await.ok();
    app.master().post("/config/field/delete", field("max_parallel_requests", json!(null))).await.ok();
    app.master().post("/config/field/delete", field("max_parallel_requests", json!(null))).await.ok();
    let entries = app.entries().await;
    assert_eq!(entries.len(), 2, "what changes nothing has no entry");
    assert_eq!((entries[1].action.as_str(), &entries[1].updated), ("deleted", &json!({"max_parallel_requests": null})));
    let refused = app.master().get("/config/field/info?field_name=max_parallel_requests").await.refused(400);
    assert_eq!(refused["detail"]["error"], "Field name=max_parallel_requests is not set");
});

served!(what_is_no_member_or_of_another_type_is_refused, async |app: &TestApp| {
    for (name, value, message) in [
        ("bogus", json!(5), "Invalid field=bogus passed in."),
        ("max_parallel_requests", json!("many"), "Invalid type of field value=<class 'str'> passed in."),
        ("alerting", json!(1.5), "Invalid type of field value=<class 'float'> passed in."),
        ("budget_rollover", json!("yes"), "budget_rollover must be true or false"),
    ] {
        let refused = app.master().post("/config/field/update", field(name, value)).await.refused(400);
        assert_eq!(refused["detail"]["error"], message);
    }
    app.master().post("/config/field/update", json!({"field_name": "otel"})).await.refused(422);
    app.master().get("/config/list?config_type=router_settings").await.refused(422);
    let refused = app.master().post("/config/field/delete", field("otel", json!(null))).await.refused(400);
    assert_eq!(refused["detail"]["error"], "Field name=otel not in config");
    assert!(app.entries().await.is_empty());
});

served!(a_member_of_litellm_settings_is_an_object_of_its_own, async |app: &TestApp| {
    let set = app.master().post("/config/field/update", field("budget_rollover", json!(true))).await.ok();
    assert_eq!(set, json!({"message": "Field budget_rollover updated", "status": "success"}));
    let listed = app.master().get("/config/list?config_type=general_settings").await.ok();
    let listed =
        listed.as_array().unwrap().iter().find(|field| field["field_name"] == "budget_rollover").unwrap().clone();
    assert_eq!(
        (&listed["field_value"], &listed["stored_in_db"], &listed["source"]),
        (&json!(true), &json!(true), &json!("db"))
    );
    app.master().post("/config/field/delete", field("budget_rollover", json!(null))).await.ok();
    let entries = app.entries().await;
    let seen: Vec<_> = entries.iter().map(|entry| (entry.action.as_str(), entry.object_id.as_str())).collect();
    assert_eq!(seen, [("updated", "budget_rollover"), ("deleted", "budget_rollover")]);
});

served!(a_viewer_sees_that_there_is_a_secret_and_not_which, async |app: &TestApp| {
    let url = "postgresql://u:hunter2@h/db";
    app.master().post("/config/update", json!({"general_settings": {"database_url": url}})).await.ok();
    let viewer = user_key(app, "v", "proxy_admin_viewer").await;
    let shown = app.with_key(&viewer).get("/config/field/info?field_name=database_url").await.ok();
    assert_eq!(shown["field_value"], "REDACTED");
    let own = app.master().get("/config/field/info?field_name=database_url").await.ok();
    assert_eq!(own["field_value"], url);
    let list = app.with_key(&viewer).get("/config/list?config_type=general_settings").await;
    assert!(!list.text.contains("hunter2"));
});
