//! `POST /user/new`

use serde_json::{Value, json};

use crate::harness::TestApp;

served!(a_new_user_comes_with_a_key_that_works, async |app: &TestApp| {
    let body =
        json!({"user_id": "u", "user_email": " U@x.io", "max_budget": 5, "tpm_limit": 7, "budget_duration": "30d"});
    let made = app.master().post("/user/new", body).await.ok();
    assert_eq!(
        (&made["max_budget"], &made["created_by"], &made["user_email"]),
        (&json!(5.0), &Value::Null, &json!(" U@x.io"))
    );
    let entries = app.entries().await;
    let names: Vec<String> = entries.iter().map(crate::harness::Entry::name).collect();
    assert_eq!(names, ["created LiteLLM_UserTable", "created LiteLLM_VerificationToken"]);
    assert_eq!(entries[0].updated["tpm_limit"], 7);
    let raw = made["key"].as_str().unwrap();
    assert!(!entries.iter().any(|entry| entry.updated.to_string().contains(raw)), "no entry holds the raw key");
    let own = app.with_key(raw).get("/user/info").await.ok();
    assert_eq!(own["user_id"], "u");
    // The budget is the user's, not the key's.
    assert_eq!(own["keys"][0]["max_budget"], Value::Null);
    assert_eq!(own["keys"][0]["tpm_limit"], 7);
});

served!(a_user_can_do_without_a_key, async |app: &TestApp| {
    let made = app.master().post("/user/new", json!({"user_id": "u", "auto_create_key": false})).await.ok();
    assert_eq!((&made["key"], &made["token"]), (&json!(""), &Value::Null));
    assert_eq!(app.entry_names().await, ["created LiteLLM_UserTable"]);
});

served!(an_id_or_an_address_belongs_to_one_user, async |app: &TestApp| {
    app.master().post("/user/new", json!({"user_id": "u", "user_email": "u@x.io"})).await.ok();
    app.entries().await;
    for (body, message) in [
        (json!({"user_id": "u"}), "{'error': 'User with id u already exists'}"),
        (json!({"user_email": " U@X.IO "}), "{'error': 'User with email u@x.io already exists'}"),
    ] {
        let refused = app.master().post("/user/new", body).await.refused(409);
        assert_eq!(refused["error"]["message"], message);
    }
    assert_eq!(app.entries().await.len(), 0, "a refused call leaves no entry");
});

served!(of_many_who_ask_for_one_address_at_once_one_gets_it, async |app: &TestApp| {
    let client = app.master();
    let ask = |number: usize| {
        let email = if number.is_multiple_of(2) { "same@x.io" } else { "SAME@X.IO" };
        client.post("/user/new", json!({"user_email": email, "auto_create_key": false}))
    };
    let answers = tokio::join!(ask(0), ask(1), ask(2), ask(3), ask(4), ask(5));
    let statuses = [answers.0, answers.1, answers.2, answers.3, answers.4, answers.5].map(|answer| answer.status);
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    assert!(statuses.iter().all(|status| [200, 409].contains(status)), "{statuses:?}");
    assert_eq!(app.entry_names().await, ["created LiteLLM_UserTable"]);
});

served!(a_new_user_joins_the_teams_that_exist, async |app: &TestApp| {
    app.master().post("/team/new", json!({"team_id": "t"})).await.ok();
    app.entries().await;
    let teams = json!([{"team_id": "t", "user_role": "admin", "max_budget_in_team": 3}, {"team_id": "ghost"}]);
    let made =
        app.master().post("/user/new", json!({"user_id": "u", "teams": teams, "auto_create_key": false})).await.ok();
    assert_eq!(made["teams"], json!(["t"]));
    let entries = app.entries().await;
    let user = entries.iter().find(|entry| entry.name() == "created LiteLLM_UserTable").unwrap();
    assert_eq!(user.updated["teams"], json!(["t"]));
    let team = entries.iter().find(|entry| entry.name() == "updated LiteLLM_TeamTable").unwrap();
    assert_eq!(team.updated["members_with_roles"][1], json!({"role": "admin", "user_id": "u", "user_email": null}));
    assert!(entries.iter().any(|entry| entry.name() == "created LiteLLM_TeamMembership" && entry.object_id == "u:t"));
    assert!(entries.iter().any(|entry| entry.table == "LiteLLM_BudgetTable" && entry.updated["max_budget"] == 3.0));
    assert_eq!(entries.len(), 4);
});

served!(the_admin_of_an_organization_makes_users_of_it_and_no_admins, async |app: &TestApp| {
    for id in ["mine", "other"] {
        app.master().post("/organization/new", json!({"organization_alias": id, "organization_id": id})).await.ok();
    }
    app.master().post("/team/new", json!({"team_id": "t"})).await.ok();
    let member = json!({"organization_id": "mine", "member": {"role": "org_admin", "user_id": "oa"}});
    app.master().post("/organization/member_add", member).await.ok();
    let key = app.master().post("/key/generate", json!({"user_id": "oa"})).await.ok();
    let admin = app.with_key(key["key"].as_str().unwrap());
    let made =
        admin.post("/user/new", json!({"user_id": "u", "organizations": ["mine"], "auto_create_key": false})).await;
    assert_eq!(made.ok()["user_role"], Value::Null);
    for more in [
        json!({"user_role": "proxy_admin"}),
        json!({"user_role": "proxy_admin_viewer"}),
        json!({"teams": ["t"]}),
        json!({"team_id": "t"}),
        json!({"user_id": "default_user_id"}),
        json!({"user_id": "key:0123abcd"}),
        json!({"metadata": {"allow_litellm_changed_by_header": true}}),
        json!({"permissions": {"get_spend_routes": true}, "auto_create_key": true}),
    ] {
        let mut body = json!({"user_id": "v", "organizations": ["mine"], "auto_create_key": false});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        admin.post("/user/new", body).await.refused(403);
    }
    // All that are named must be the admin's own, or the route does not open.
    let both = json!({"user_id": "v", "organizations": ["mine", "other"], "auto_create_key": false});
    admin.post("/user/new", both).await.refused(401);
    let listed = admin.get("/user/list").await.ok();
    let ids: Vec<&str> =
        listed["users"].as_array().unwrap().iter().map(|user| user["user_id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["u", "oa"]);
});

daybook::both!(configured_defaults_fill_what_an_internal_user_leaves_open, async |db: daybook::testing::TestDb| {
    let defaults = json!({"max_budget": 10, "budget_duration": "30d", "models": ["m"], "user_role": "internal_user"});
    let app = TestApp::build(db).rules(|rules| rules.default_internal_user_params = defaults).start().await;
    let made = app.master().post("/user/new", json!({"user_id": "u", "max_budget": 2})).await.ok();
    assert_eq!((&made["max_budget"], &made["models"]), (&json!(2.0), &json!(["m"])));
    assert_eq!((&made["user_role"], &made["budget_duration"]), (&json!("internal_user"), &json!("30d")));
    let admin = json!({"user_id": "a", "user_role": "proxy_admin", "auto_create_key": false});
    assert_eq!(app.master().post("/user/new", admin).await.ok()["max_budget"], Value::Null);
    app.stop().await;
});

served!(what_cannot_be_is_refused_and_leaves_nothing, async |app: &TestApp| {
    for body in [
        json!({"budget_duration": "x"}),
        json!({"max_budget": -1}),
        json!({"duration": "abc"}),
        json!({"key_alias": "a/../b"}),
    ] {
        app.master().post("/user/new", body).await.refused(400);
    }
    assert_eq!(app.entries().await.len(), 0);
    assert_eq!(app.master().get("/user/list").await.ok()["total"], 0);
});

served!(an_address_is_the_same_in_any_case_and_with_blanks_around_it, async |app: &TestApp| {
    for (id, email) in [("a", "\u{c4}RGER@x.io"), ("b", " Blank@x.io "), ("c", "\tTab@x.io")] {
        let body = json!({"user_id": id, "user_email": email, "auto_create_key": false});
        app.master().post("/user/new", body).await.ok();
    }
    for email in ["\u{e4}rger@X.io", " \u{c4}rger@x.io", "blank@x.io", "TAB@x.io "] {
        let body = json!({"user_email": email, "auto_create_key": false});
        app.master().post("/user/new", body).await.refused(409);
    }
    app.master().post("/user/new", json!({"user_email": "arger@x.io", "auto_create_key": false})).await.ok();
    app.master().post("/team/new", json!({"team_id": "t"})).await.ok();
    for (id, email) in [("a", "\u{e4}rger@x.io"), ("b", "blank@X.io")] {
        let body = json!({"team_id": "t", "member": {"role": "user", "user_email": email}});
        let added = app.master().post("/team/member_add", body).await.ok();
        assert_eq!(added["updated_users"][0]["user_id"], id);
    }
});

served!(the_key_that_comes_along_is_in_no_team_that_is_yet_to_be_made, async |app: &TestApp| {
    app.master().post("/organization/new", json!({"organization_alias": "o", "organization_id": "o"})).await.ok();
    let member = json!({"organization_id": "o", "member": {"role": "org_admin", "user_id": "oa"}});
    app.master().post("/organization/member_add", member).await.ok();
    app.master().post("/team/new", json!({"team_id": "t", "organization_id": "o"})).await.ok();
    let made = app.master().post("/key/generate", json!({"user_id": "oa"})).await.ok();
    let admin = app.with_key(made["key"].as_str().unwrap());
    for (client, id, team, kept) in [
        (&admin, "a", "ghost", Value::Null),
        (&admin, "b", "t", json!("t")),
        (&app.master(), "c", "ghost", json!("ghost")),
    ] {
        app.entries().await;
        client.post("/user/new", json!({"user_id": id, "team_id": team, "organizations": ["o"]})).await.ok();
        let entries = app.entries().await;
        let key = entries.iter().find(|entry| entry.table == "LiteLLM_VerificationToken").unwrap();
        assert_eq!(key.updated["team_id"], kept, "{id}");
    }
});

daybook::both!(the_key_that_comes_along_stays_within_the_bounds_of_keys, async |db: daybook::testing::TestDb| {
    let bounds = json!({"max_budget": 100, "duration": "30d", "tpm_limit": 10});
    let app = TestApp::build(db).rules(|rules| rules.upperbound_key_generate_params = bounds).start().await;
    for body in [json!({"duration": "60d"}), json!({"tpm_limit": 11})] {
        app.master().post("/user/new", body).await.refused(400);
    }
    assert!(app.entries().await.is_empty());
    app.master().post("/user/new", json!({"user_id": "u", "max_budget": 500})).await.ok();
    let entries = app.entries().await;
    let of = |table: &str| entries.iter().find(|entry| entry.table == table).unwrap();
    assert_eq!(of("LiteLLM_UserTable").updated["max_budget"], 500.0);
    let key = of("LiteLLM_VerificationToken");
    assert_eq!(key.updated["max_budget"], 100.0);
    assert_eq!(key.updated["tpm_limit"], 10);
    assert_ne!(key.updated["expires"], Value::Null);
    app.stop().await;
});

served!(the_key_that_comes_with_a_user_says_no_more_than_its_maker_may, async |app: &TestApp| {
    app.master().post("/organization/new", json!({"organization_alias": "o", "organization_id": "o"})).await.ok();
    let member = json!({"organization_id": "o", "member": {"role": "org_admin", "user_id": "boss"}});
    app.master().post("/organization/member_add", member).await.ok();
    let boss = app.master().post("/key/generate", json!({"user_id": "boss"})).await.ok();
    app.entries().await;
    for metadata in [json!({"service_account_id": "boss"}), json!({"throttle_on_budget_exceeded": true})] {
        let body = json!({"user_id": "q", "organizations": ["o"], "metadata": metadata});
        app.with_key(boss["key"].as_str().unwrap()).post("/user/new", body).await.refused(403);
    }
    assert!(app.entries().await.is_empty());
    app.master().post("/user/new", json!({"user_id": "q", "metadata": {"service_account_id": "ci"}})).await.ok();
});
