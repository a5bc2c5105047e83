//! `/add/allowed_ip`, `/delete/allowed_ip`, `/get/allowed_ips`

use serde_json::json;

use crate::harness::TestApp;

served!(the_first_address_keeps_all_others_out, async |app: &TestApp| {
    assert_eq!(app.master().get("/get/allowed_ips").await.ok(), json!({"data": null}));
    app.master().post("/add/allowed_ip", json!({"ip": "127.0.0.1"})).await.ok();
    app.master().post("/add/allowed_ip", json!({"ip": "192.0.2.1"})).await.ok();
    let again = app.master().post("/add/allowed_ip", json!({"ip": "192.0.2.1"})).await.refused(400);
    assert_eq!(again, json!({"detail": "IP address already exists"}));
    assert_eq!(app.master().get("/get/allowed_ips").await.ok(), json!({"data": ["127.0.0.1", "192.0.2.1"]}));
    app.master().post("/delete/allowed_ip", json!({"ip": "192.0.2.9"})).await.refused(404);
    app.master().post("/delete/allowed_ip", json!({"ip": "192.0.2.1"})).await.ok();
    let entries = app.entries().await;
    let seen: Vec<_> = entries.iter().map(|entry| (entry.action.as_str(), &entry.updated["allowed_ips"])).collect();
    assert_eq!(
        seen,
        [
            ("updated", &json!(["127.0.0.1"])),
            ("updated", &json!(["127.0.0.1", "192.0.2.1"])),
            ("deleted", &json!(["127.0.0.1"])),
        ]
    );
    // Nobody is left: not even the admin.
    app.master().post("/delete/allowed_ip", json!({"ip": "127.0.0.1"})).await.ok();
    app.master().get("/get/allowed_ips").await.refused(403);
});

served!(what_is_no_address_locks_nobody_out, async |app: &TestApp| {
    let general = json!({"general_settings": {"allowed_ips": ["127.0.0.1", "not-an-ip"]}});
    let field = json!({"field_name": "allowed_ips", "field_value": ["10.0.0.0/33"], "config_type": "general_settings"});
    app.master().post("/add/allowed_ip", json!({"ip": "not-an-ip"})).await.refused(400);
    app.master().post("/config/update", general).await.refused(400);
    app.master().post("/config/field/update", field).await.refused(400);
    assert!(app.entries().await.is_empty());
    assert_eq!(app.master().get("/get/allowed_ips").await.ok(), json!({"data": null}));
    app.master().post("/add/allowed_ip", json!({"ip": "127.0.0.0/8"})).await.ok();
    app.master().get("/get/allowed_ips").await.ok();
});
