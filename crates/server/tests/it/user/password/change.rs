//! `POST /user/password/change`

use serde_json::json;

use crate::harness::TestApp;

served!(users_change_their_password_when_they_know_the_old_one, async |app: &TestApp| {
    let made = app.master().post("/user/new", json!({"user_id": "u"})).await.ok();
    let user = app.with_key(made["key"].as_str().unwrap());
    let change = |old: &str, new: &str| json!({"current_password": old, "new_password": new});
    let path = "/user/password/change";
    user.post(path, change("whatever-1", "whatever-2")).await.refused(400);
    app.master().post("/user/update", json!({"user_id": "u", "password": "first-password"})).await.ok();
    // A session of the dashboard, which is a key of the reserved team.
    let session =
        app.master().post("/key/generate", json!({"user_id": "u", "team_id": "litellm-dashboard"})).await.ok();
    app.entries().await;

    user.post(path, change("wrong-password", "second-password")).await.refused(401);
    user.post(path, change("first-password", "short")).await.refused(400);
    user.post(path, change("first-password", "first-password")).await.refused(400);
    user.post(path, json!({"new_password": "second-password"})).await.refused(422);
    assert_eq!(app.entries().await.len(), 0);

    user.post(path, change("first-password", "second-password")).await.ok();
    let entries = app.entries().await;
    let names: Vec<String> = entries.iter().map(crate::harness::Entry::name).collect();
    assert_eq!(names, ["updated LiteLLM_UserTable", "deleted LiteLLM_VerificationToken"]);
    assert_eq!((entries[0].changed_by.as_str(), &entries[0].updated["password_reset_required"]), ("u", &json!(false)));
    assert!(entries[0].updated["password"].as_str().unwrap().starts_with("[redacted:"));
    app.with_key(session["key"].as_str().unwrap()).get("/user/info").await.refused(401);
    user.post(path, change("first-password", "third-password")).await.refused(401);
    user.post(path, change("second-password", "third-password")).await.ok();
});

served!(who_has_no_row_has_no_password, async |app: &TestApp| {
    let body = json!({"current_password": "a", "new_password": "long-enough"});
    app.master().post("/user/password/change", body).await.refused(404);
});
