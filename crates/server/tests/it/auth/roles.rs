//! Each role against the routes: what is opened to whom, as LiteLLM opens it.

use serde_json::{Value, json};

use crate::harness::TestApp;

/// The callers, in the order of the columns below.
const CALLERS: [&str; 7] = ["admin", "viewer", "user", "user viewer", "org admin", "key of nobody", "key of a team"];

struct Case {
    method: &'static str,
    path: &'static str,
    body: Value,
    expected: [u16; 7],
}

/// A row of the table: 200 for whoever may, else the refusal.
fn case(method: &'static str, path: &'static str, body: Value, expected: [u16; 7]) -> Case {
    Case { method, path, body, expected }
}

fn cases() -> Vec<Case> {
    let none = Value::Null;
    vec![
        case("POST", "/key/generate", json!({}), [200, 403, 200, 401, 200, 401, 401]),
        case("POST", "/key/generate", json!({"user_id": "other"}), [200, 403, 403, 401, 403, 401, 401]),
        case("GET", "/key/list", none.clone(), [200, 200, 200, 200, 200, 403, 403]),
        case("POST", "/team/new", json!({"team_alias": "x"}), [200, 403, 401, 401, 401, 401, 401]),
        case(
            "POST",
            "/team/new",
            json!({"team_alias": "y", "organization_id": "o"}),
            [200, 403, 401, 401, 200, 401, 401],
        ),
        case("POST", "/team/block", json!({"team_id": "t"}), [200, 403, 401, 401, 401, 401, 401]),
        case("POST", "/team/unblock", json!({"team_id": "t"}), [200, 403, 401, 401, 401, 401, 401]),
        case("POST", "/team/update", json!({"team_id": "t", "tpm_limit": 1}), [200, 403, 403, 403, 403, 403, 403]),
        case("GET", "/team/list", none.clone(), [200, 200, 401, 401, 200, 401, 401]),
        case("GET", "/team/info?team_id=t", none.clone(), [200, 200, 403, 403, 403, 403, 200]),
        case("POST", "/user/new", json!({"auto_create_key": false}), [200, 403, 401, 401, 401, 401, 401]),
        case(
            "POST",
            "/user/new",
            json!({"auto_create_key": false, "organizations": ["o"]}),
            [200, 403, 401, 401, 200, 401, 401],
        ),
        case(
            "POST",
            "/user/update",
            json!({"user_id": "other", "user_alias": "x"}),
            [200, 403, 401, 401, 401, 401, 401],
        ),
        case(
            "POST",
            "/user/update",
            json!({"user_id": "other", "user_alias": "y", "organization_id": "o"}),
            [200, 403, 401, 401, 403, 401, 401],
        ),
        case(
            "POST",
            "/user/bulk_update",
            json!({"all_users": true, "user_updates": {"tpm_limit": 1}, "organization_id": "o"}),
            [200, 403, 401, 401, 403, 401, 401],
        ),
        case("POST", "/user/delete", json!({"user_ids": []}), [200, 403, 401, 401, 401, 401, 401]),
        case("GET", "/user/list", none.clone(), [200, 200, 403, 403, 200, 403, 403]),
        case("GET", "/user/info?user_id=other", none.clone(), [200, 200, 403, 403, 403, 403, 403]),
        case("GET", "/v2/user/info?user_id=other", none.clone(), [200, 200, 404, 404, 404, 404, 404]),
        case("GET", "/user/available_roles", none.clone(), [200; 7]),
        case("POST", "/organization/new", json!({"organization_alias": "x"}), [200, 401, 401, 401, 401, 401, 401]),
        case(
            "POST",
            "/organization/member_add",
            json!({"organization_id": "o", "member": []}),
            [200, 403, 401, 401, 200, 401, 401],
        ),
        case(
            "POST",
            "/organization/member_add",
            json!({"organization_id": "p", "member": []}),
            [200, 403, 401, 401, 401, 401, 401],
        ),
        case("POST", "/budget/new", json!({}), [200, 403, 401, 401, 401, 401, 401]),
        case("GET", "/audit", none.clone(), [200, 200, 401, 401, 401, 401, 401]),
    ]
}

/// A key for each of [`CALLERS`].
async fn keys(app: &TestApp) -> Vec<String> {
    for id in ["o", "p"] {
        app.master().post("/organization/new", json!({"organization_alias": id, "organization_id": id})).await.ok();
    }
    app.master().post("/team/new", json!({"team_id": "t"})).await.ok();
    for (id, role) in [
        ("admin", "proxy_admin"),
        ("viewer", "proxy_admin_viewer"),
        ("user", "internal_user"),
        ("user viewer", "internal_user_viewer"),
        ("other", "internal_user"),
    ] {
        let body = json!({"user_id": id, "user_role": role, "auto_create_key": false});
        app.master().post("/user/new", body).await.ok();
    }
    let member = json!({"organization_id": "o", "member": {"role": "org_admin", "user_id": "org admin"}});
    app.master().post("/organization/member_add", member).await.ok();
    let mut keys = Vec::new();
    for caller in CALLERS {
        let body = match caller {
            "key of nobody" => json!({}),
            "key of a team" => json!({"team_id": "t"}),
            user => json!({"user_id": user}),
        };
        let key = app.master().post("/key/generate", body).await.ok();
        keys.push(key["key"].as_str().unwrap().to_owned());
    }
    keys
}

served!(every_role_opens_its_routes_and_no_others, async |app: &TestApp| {
    let keys = keys(app).await;
    let mut wrong = Vec::new();
    for Case { method, path, body, expected } in cases() {
        for ((caller, key), expected) in CALLERS.iter().zip(&keys).zip(expected) {
            let sent = (!body.is_null()).then(|| body.clone());
            app.entries().await;
            let answer = app.with_key(key).send(method, path, sent).await;
            if answer.status != expected {
                wrong.push(format!(
                    "{method} {path} {body} by {caller}: {expected}, got {} {}",
                    answer.status, answer.text
                ));
            }
            if answer.status != 200 {
                assert_eq!(app.entries().await.len(), 0, "{method} {path} by {caller} is refused and leaves an entry");
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
});

served!(a_key_for_some_routes_opens_no_others_and_those_to_whoever_holds_it, async |app: &TestApp| {
    app.master().post("/user/new", json!({"user_id": "u", "auto_create_key": false})).await.ok();
    app.master()
        .post("/user/new", json!({"user_id": "a", "user_role": "proxy_admin", "auto_create_key": false}))
        .await
        .ok();
    for (body, path, status) in [
        (json!({"user_id": "u", "allowed_routes": ["/audit"]}), "/audit", 200),
        (json!({"user_id": "u", "allowed_routes": ["/audit"]}), "/audit/no-such-id", 404),
        (json!({"user_id": "u", "allowed_routes": ["/audit"]}), "/user/info", 403),
        (json!({"user_id": "a", "allowed_routes": ["/user/*"]}), "/user/list", 200),
        (json!({"user_id": "a", "allowed_routes": ["/user/*"]}), "/key/list", 403),
        (json!({"user_id": "a", "key_type": "read_only"}), "/user/info", 200),
        (json!({"user_id": "a", "key_type": "read_only"}), "/audit", 403),
        (json!({"user_id": "a", "key_type": "management"}), "/user/list", 200),
        (json!({"user_id": "a", "key_type": "management"}), "/audit", 403),
    ] {
        let key = app.master().post("/key/generate", body.clone()).await.ok();
        let answer = app.with_key(key["key"].as_str().unwrap()).get(path).await;
        assert_eq!(answer.status, status, "{body} {path}: {}", answer.text);
        if status == 403 {
            let message = answer.body["detail"].as_str().unwrap();
            assert!(message.starts_with("Virtual key is not allowed to call this route."), "{message}");
        }
    }
});

served!(naming_an_organization_of_ones_own_opens_no_rows_of_others, async |app: &TestApp| {
    let keys = keys(app).await;
    let admin = app.with_key(&keys[4]);
    app.master().post("/team/new", json!({"team_id": "foreign"})).await.ok();
    app.entries().await;
    // The route opens by the organization that the request names; whose row it is, the endpoint asks.
    for (path, body) in [
        ("/team/block", json!({"team_id": "foreign", "organization_id": "o"})),
        ("/team/delete", json!({"team_ids": ["foreign"], "organization_id": "o"})),
        ("/user/delete", json!({"user_ids": ["other"], "organization_id": "o"})),
        ("/user/new", json!({"organizations": ["o", "p"]})),
        ("/user/new", json!({"organization_id": "o", "user_role": "proxy_admin"})),
    ] {
        let answer = admin.post(path, body.clone()).await;
        assert!((401..=404).contains(&answer.status), "{path} {body}: {} {}", answer.status, answer.text);
        let by_query = admin.post(&format!("{path}?organization_id=o"), body.clone()).await;
        assert!((401..=404).contains(&by_query.status), "{path}?organization_id=o {body}: {}", by_query.text);
    }
    let twice = json!({"organization_id": "p", "member": {"role": "org_admin", "user_id": "org admin"}});
    admin.post("/organization/member_add?organization_id=o", twice).await.refused(401);
    assert_eq!(app.entries().await.len(), 0);
});

served!(whoever_patches_a_team_of_their_organization_need_not_name_it, async |app: &TestApp| {
    for id in ["o", "p"] {
        app.master().post("/organization/new", json!({"organization_alias": id, "organization_id": id})).await.ok();
        app.master().post("/team/new", json!({"team_id": format!("team {id}"), "organization_id": id})).await.ok();
    }
    let member = json!({"organization_id": "o", "member": {"role": "org_admin", "user_id": "oa"}});
    app.master().post("/organization/member_add", member).await.ok();
    let key = app.master().post("/key/generate", json!({"user_id": "oa"})).await.ok();
    let admin = app.with_key(key["key"].as_str().unwrap());
    let patched = admin.patch("/team/team%20o", json!({"metadata": {"a": 1}})).await.ok();
    assert_eq!(patched["metadata"], json!({"a": 1}));
    admin.patch("/team/team%20p", json!({"metadata": {"a": 1}})).await.refused(401);
    admin.patch("/team/ghost", json!({"metadata": {"a": 1}})).await.refused(401);
});
