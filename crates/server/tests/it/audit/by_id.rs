//! `GET /audit/{id}`.

use serde_json::json;

use super::Foreign;
use crate::harness::TestApp;

served!(an_entry_is_found_by_its_id_and_is_the_one_of_the_list, async |app: &TestApp| {
    let created = app.master().post("/team/new", json!({"team_id": "t1"})).await;
    let id = created.header("x-daybook-audit-id").to_owned();
    let entry = app.master().get(&format!("/audit/{id}")).await.ok();
    let listed = app.master().get(&format!("/audit?search={id}")).await.ok();
    assert_eq!(listed["audit_logs"], json!([entry]));
    let members: Vec<&String> = entry.as_object().unwrap().keys().collect();
    assert_eq!(
        members,
        [
            "id",
            "updated_at",
            "changed_by",
            "changed_by_api_key",
            "action",
            "table_name",
            "object_id",
            "before_value",
            "updated_values"
        ]
    );
});

served!(an_unknown_id_is_named_in_the_404, async |app: &TestApp| {
    for (path, shown) in [("nope", "nope"), ("a%20b", "a b"), ("%00", "\\u0000"), ("'%25", "'%"), ("%22", "\\\"")] {
        let answer = app.master().get(&format!("/audit/{path}")).await;
        let expected = format!(r#"{{"detail":{{"message":"Audit log with ID {shown} not found"}}}}"#);
        assert_eq!((answer.status, answer.text), (404, expected));
    }
});

served!(an_id_need_not_be_a_uuid, async |app: &TestApp| {
    Foreign { id: "legacy row 7", ..Foreign::default() }.insert(app).await;
    assert_eq!(app.master().get("/audit/legacy%20row%207").await.ok()["object_id"], "t1");
});

served!(only_get_is_a_method_of_the_log, async |app: &TestApp| {
    for path in ["/audit", "/audit/x"] {
        for method in ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"] {
            let answer = app.anonymous().send(method, path, None).await;
            assert_eq!(
                (answer.status, answer.text.as_str()),
                (405, r#"{"detail":"Method Not Allowed"}"#),
                "{method} {path}"
            );
        }
    }
    let redirect = app.anonymous().get("/audit/?page=2").await;
    assert_eq!(
        (redirect.status, redirect.header("location")),
        (307, format!("http://{}/audit?page=2", app.address).as_str())
    );
});
