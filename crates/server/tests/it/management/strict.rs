//! What all of `/management/v1` has in common: strict bodies and query strings, and problem documents.

use serde_json::{Value, json};

use crate::harness::TestApp;

served!(an_error_is_a_problem_document, async |app: &TestApp| {
    let bulk = "/management/v1/users/bulk";
    let delete = "/management/v1/users/bulk_delete";
    let update = "/management/v1/teams/t/members/bulk_update";
    let remove = "/management/v1/teams/t/members/bulk_delete";
    let many: Vec<String> = (0..501).map(|number| number.to_string()).collect();
    let users: Vec<Value> = many.iter().map(|id| json!({"user_id": id})).collect();
    for (path, body, detail) in [
        (bulk, json!({"users": users}), "users: Value should have at most 500 items after validation, not 501"),
        (bulk, json!({"users": "x"}), "users: 'str' instances are not allowed as a Sequence value"),
        (
            bulk,
            json!({"users": [], "zz": 1}),
            "users: Value should have at least 1 item after validation, not 0; zz: Extra inputs are not permitted",
        ),
        (
            bulk,
            json!({"users": [{"max_budget": "x"}]}),
            "users.0.max_budget: Input should be a valid number, unable to parse string as a number",
        ),
        (
            bulk,
            json!({"users": [{"send_invite_email": true}]}),
            "users.0.send_invite_email: Value error, send_invite_email is not supported on /management/v1/users/bulk; invite users separately",
        ),
        (bulk, json!({}), "users: Field required"),
        (delete, json!({"user_ids": many}), "user_ids: Tuple should have at most 500 items after validation, not 501"),
        (delete, json!({"user_ids": "x"}), "user_ids: Input should be a valid tuple"),
        (delete, json!({"user_ids": [1]}), "user_ids.0: Input should be a valid string"),
        (update, json!({"members": [{}]}), "members.0: Value error, Either user id or user email must be provided"),
        (
            update,
            json!({"members": [{"user_id": "u", "budget_duration": "2mo"}]}),
            "members.0.budget_duration: Value error, Invalid budget_duration '2mo'. Use a format like '1h', '24h', '7d', or '30d'.",
        ),
        (
            update,
            json!({"members": [{"user_id": "u", "role": "admin"}]}),
            "members.0.role: Extra inputs are not permitted",
        ),
        (
            remove,
            json!({"members": [{"user_id": "u", "user_email": "u@x.io"}]}),
            "members.0: Value error, Each member must be identified by exactly one of user_id or user_email",
        ),
        (remove, json!({"members": []}), "members: Tuple should have at least 1 item after validation, not 0"),
    ] {
        let answer = app.master().post(path, body).await;
        assert_eq!(answer.header("content-type"), "application/problem+json");
        let expected = json!({
            "type": "urn:litellm:error:invalid-request-body",
            "title": "Invalid request body",
            "status": 422,
            "detail": detail,
        });
        assert_eq!(answer.refused(422), expected);
    }
    let broken =
        app.anonymous().header("content-type", "application/json").send_raw("POST", bulk, "{".to_owned()).await;
    assert_eq!(broken.refused(422)["detail"], "1: JSON decode error");
    assert_eq!(app.master().send("POST", delete, None).await.refused(422)["detail"], ": Field required");
    app.anonymous().post(bulk, json!({})).await.refused(401);
    assert!(app.entries().await.is_empty());
});

served!(an_unknown_query_parameter_is_refused_before_the_body_is_read, async |app: &TestApp| {
    for path in ["users/bulk_delete", "teams/t/members/bulk_update", "teams/t/members/bulk_delete"] {
        let refused = app.master().post(&format!("/management/v1/{path}?y=1&x=2&x=3"), json!({})).await.refused(400);
        assert_eq!(
            (&refused["detail"], &refused["allowed"]),
            (&json!("Unrecognized query parameter(s): x, y."), &json!([]))
        );
    }
});

served!(the_caller_is_told_who_they_are, async |app: &TestApp| {
    let user = json!({"user_id": "u", "user_email": "u@x.io", "user_role": "internal_user_viewer"});
    let made = app.master().post("/user/new", user).await.ok();
    let me = app.with_key(made["key"].as_str().unwrap()).get("/management/v1/users/me").await.ok();
    assert_eq!(me, json!({"user_id": "u", "user_role": "internal_user_viewer", "user_email": "u@x.io"}));
    let key = app.master().post("/key/generate", json!({})).await.ok();
    let nobody = app.with_key(key["key"].as_str().unwrap()).get("/management/v1/users/me").await.refused(404);
    assert_eq!(nobody["type"], "urn:litellm:error:user-not-found");
});
