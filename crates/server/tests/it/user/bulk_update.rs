//! `POST /user/bulk_update`

use serde_json::json;

use crate::harness::TestApp;

async fn make(app: &TestApp, ids: &[&str]) {
    for id in ids {
        app.master().post("/user/new", json!({"user_id": id, "auto_create_key": false})).await.ok();
    }
    app.entries().await;
}

served!(each_user_of_a_list_succeeds_or_fails_alone, async |app: &TestApp| {
    make(app, &["a", "b"]).await;
    let users =
        json!([{"user_id": "a", "tpm_limit": 1}, {"user_id": "b", "max_budget": -1}, {"user_id": "b", "rpm_limit": 2}]);
    let answer = app.master().post("/user/bulk_update", json!({"users": users})).await.ok();
    assert_eq!(
        (&answer["total_requested"], &answer["successful_updates"], &answer["failed_updates"]),
        (&json!(3), &json!(2), &json!(1))
    );
    assert_eq!(answer["results"][1]["success"], false);
    assert_eq!(answer["results"][1]["error"], "max_budget must be a non-negative finite number. Received: -1.0");
    assert_eq!(answer["results"][2]["updated_user"]["data"]["rpm_limit"], 2);
    let entries = app.entries().await;
    let objects: Vec<&str> = entries.iter().map(|entry| entry.object_id.as_str()).collect();
    assert_eq!(objects, ["a", "b"]);
});

served!(all_users_are_changed_in_one_commit_with_an_entry_each, async |app: &TestApp| {
    make(app, &["a", "b", "c"]).await;
    app.master().post("/user/update", json!({"user_id": "b", "tpm_limit": 9})).await.ok();
    app.entries().await;
    let body = json!({"all_users": true, "user_updates": {"tpm_limit": 9}});
    let answer = app.master().post("/user/bulk_update", body).await;
    assert_eq!(answer.header("x-daybook-audit-count"), "2");
    let answer = answer.ok();
    assert_eq!(answer["successful_updates"], 3);
    assert_eq!(answer["results"][0]["updated_user"], json!({"user_id": "c", "tpm_limit": 9}));
    let entries = app.entries().await;
    let objects: Vec<&str> = entries.iter().map(|entry| entry.object_id.as_str()).collect();
    assert_eq!(objects, ["a", "c"], "who has the limit already is not changed");
});

served!(neither_a_list_nor_all_is_refused_and_so_are_too_many, async |app: &TestApp| {
    let refused = app.master().post("/user/bulk_update", json!({})).await.refused(400);
    assert!(refused["detail"]["error"].as_str().unwrap().starts_with("Must specify either 'users'"));
    let many: Vec<_> = (0..501).map(|number| json!({"user_id": format!("u{number}")})).collect();
    let refused = app.master().post("/user/bulk_update", json!({"users": many})).await.refused(400);
    assert_eq!(refused["detail"]["error"], "Maximum 500 users can be updated at once. Found 501 users.");
    let all = json!({"all_users": true, "user_updates": {"password": "Correct-Horse-Battery-9"}});
    app.master().post("/user/bulk_update", all).await.refused(400);
    assert_eq!(app.entries().await.len(), 0);
});

served!(each_password_of_a_list_is_hashed_or_refused_by_itself, async |app: &TestApp| {
    make(app, &["a", "b"]).await;
    let users = json!([
        {"user_id": "a", "password": "Correct-Horse-Battery-9"},
        {"user_id": "b", "password": "short"},
        {"user_id": "b", "tpm_limit": 1, "password": ""},
    ]);
    let answer = app.master().post("/user/bulk_update", json!({"users": users})).await.ok();
    let outcomes: Vec<bool> =
        answer["results"].as_array().unwrap().iter().map(|result| result["success"] == true).collect();
    assert_eq!(outcomes, [true, false, true], "{answer}");
    assert_eq!(answer["results"][1]["error"], "Password must be at least 8 characters long.");
    let entries = app.entries().await;
    assert_eq!(entries.len(), 2);
    assert_eq!(entries[0].updated["password_reset_required"], true);
    assert!(entries[1].updated.get("password").is_none());
});
