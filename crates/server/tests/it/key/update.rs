use serde_json::{Value, json};

use super::{hash, new_key, new_team, new_user, row, text};
use crate::harness::TestApp;

served!(an_update_writes_what_was_sent_and_records_the_difference, async |app: &TestApp| {
    let raw =
        new_key(app, json!({"key_alias": "k", "max_budget": 5, "team_id": "t", "metadata": {"a": 1}, "tags": ["x"]}))
            .await;
    app.entries().await;
    let body = app.master().post("/key/update", json!({"key": raw, "max_budget": null, "rpm_limit": 7})).await.ok();
    assert_eq!((&body["key"], &body["token"]), (&json!(raw), &json!(hash(&raw))));
    assert_eq!((&body["max_budget"], &body["rpm_limit"], &body["metadata"]["a"]), (&Value::Null, &json!(7), &json!(1)));
    assert!(text(&body["updated_at"]).ends_with("+00:00"));
    let entries = app.entries().await;
    assert_eq!(entries.len(), 1);
    assert_eq!(entries[0].name(), "updated LiteLLM_VerificationToken");
    assert_eq!(entries[0].before["max_budget"], 5.0);
    let mut updated = entries[0].updated.clone();
    for name in ["updated_at", "settings_updated_at"] {
        updated.as_object_mut().unwrap().remove(name).unwrap();
    }
    assert_eq!(updated, json!({"token": hash(&raw), "team_id": "t", "max_budget": null, "rpm_limit": 7}));
});

served!(what_changes_nothing_leaves_no_entry, async |app: &TestApp| {
    let raw = new_key(app, json!({"key_alias": "k", "max_budget": 5, "models": ["m"], "blocked": true})).await;
    app.entries().await;
    for same in [
        json!({"key": raw}),
        json!({"key": raw, "max_budget": 5, "models": ["m"]}),
        json!({"key": raw, "key_alias": "k"}),
        json!({"key": raw, "duration": "-1"}),
        json!({"key": raw, "metadata": {}}),
    ] {
        app.master().post("/key/update", same).await.ok();
    }
    app.master().post("/key/block", json!({"key": raw})).await.ok();
    assert!(app.entries().await.is_empty());
});

served!(an_alias_names_a_key_unless_the_key_is_named_too, async |app: &TestApp| {
    let raw = new_key(app, json!({"key_alias": "one"})).await;
    new_key(app, json!({"key_alias": "two"})).await;
    let body = app.master().post("/key/update", json!({"key_alias": "one", "tpm_limit": 1})).await.ok();
    assert_eq!((&body["key"], &body["key_alias"]), (&json!(hash(&raw)), &json!("one")));
    let refused = app.master().post("/key/update", json!({"key": raw, "key_alias": "two"})).await.refused(400);
    assert_eq!(refused["error"]["param"], "key_alias");
    let refused = app.master().post("/key/update", json!({"key_alias": "three"})).await.refused(404);
    assert_eq!(refused["error"]["message"], "Key not found. No key with key_alias='three'.");
    let refused = app.master().post("/key/update", json!({"key": "sk-unknown-000000000000"})).await.refused(404);
    assert_eq!(
        refused["error"],
        json!({"message": "Key not found.", "type": "not_found_error", "param": "key", "code": "404"})
    );
    app.master().post("/key/update", json!({"key": raw, "key_alias": null})).await.ok();
    assert_eq!(row(app, &raw).await["key_alias"], Value::Null);
});

served!(metadata_is_replaced_and_what_lives_in_it_is_merged, async |app: &TestApp| {
    let raw = new_key(app, json!({"metadata": {"a": 1}, "tags": ["x"], "guardrails": ["g"]})).await;
    let metadata = async |body: Value| {
        let mut body = body;
        body["key"] = json!(raw);
        app.master().post("/key/update", body).await.ok()["metadata"].clone()
    };
    assert_eq!(metadata(json!({"tags": ["y"]})).await, json!({"a": 1, "tags": ["y"], "guardrails": ["g"]}));
    assert_eq!(metadata(json!({"metadata": {"b": 2}, "tags": ["z"]})).await, json!({"b": 2, "tags": ["z"]}));
    assert_eq!(metadata(json!({"metadata": null})).await, json!({}));
});

served!(nulls_empty_what_cannot_be_null, async |app: &TestApp| {
    let raw =
        new_key(app, json!({"models": ["m"], "aliases": {"a": "m"}, "permissions": {"p": true}, "spend": 3})).await;
    let nulls = json!({"key": raw, "models": null, "aliases": null, "permissions": null, "config": null, "spend": null,
        "allowed_routes": null, "model_max_budget": null, "budget_fallbacks": null, "router_settings": null});
    let body = app.master().post("/key/update", nulls).await.ok();
    assert_eq!((&body["models"], &body["aliases"], &body["permissions"]), (&json!([]), &json!({}), &json!({})));
    assert_eq!(body["spend"], 3.0);
});

served!(a_soft_budget_is_the_budgets_change, async |app: &TestApp| {
    let raw = new_key(app, json!({})).await;
    app.entries().await;
    app.master().post("/key/update", json!({"key": raw, "soft_budget": 5})).await.ok();
    assert_eq!(app.entry_names().await, ["created LiteLLM_BudgetTable", "updated LiteLLM_VerificationToken"]);
    app.master().post("/key/update", json!({"key": raw, "soft_budget": 9})).await.ok();
    assert_eq!(app.entry_names().await, ["updated LiteLLM_BudgetTable"]);
    assert_eq!(row(app, &raw).await["litellm_budget_table"]["soft_budget"], 9.0);
});

served!(a_key_fits_the_team_it_goes_to, async |app: &TestApp| {
    app.master().post("/user/new", json!({"user_id": "u", "auto_create_key": false})).await.ok();
    let team = json!({"team_id": "t", "models": ["m"], "tpm_limit": 10});
    app.master().post("/team/new", team).await.ok();
    let raw = new_key(app, json!({"user_id": "u", "models": ["x"], "tpm_limit": 11})).await;
    app.entries().await;
    let to = async |body: Value| {
        let mut body = body;
        body["key"] = json!(raw);
        body["team_id"] = json!("t");
        app.master().post("/key/update", body).await
    };
    let refused = app.master().post("/key/update", json!({"key": raw, "team_id": "ghost"})).await.refused(404);
    assert_eq!(
        refused["error"]["message"],
        "{'error': \"Team doesn't exist in db. Team=ghost. Create team via `/team/new` call.\"}"
    );
    let refused = to(json!({})).await.refused(403);
    assert_eq!(
        refused["error"]["message"],
        "User=u is not a member of the team=t. Check team members via `/team/info`."
    );
    to(json!({"user_id": null})).await.refused(403);
    to(json!({"user_id": null, "models": ["m"]})).await.refused(403);
    assert!(app.entries().await.is_empty());
    to(json!({"user_id": null, "models": ["m"], "tpm_limit": 10})).await.ok();
    assert_eq!(app.entry_names().await, ["updated LiteLLM_VerificationToken"]);
});

served!(a_rotation_time_follows_the_interval, async |app: &TestApp| {
    let raw = new_key(app, json!({})).await;
    let set = async |body: Value| {
        let mut body = body;
        body["key"] = json!(raw);
        app.master().post("/key/update", body).await.ok()["key_rotation_at"].clone()
    };
    assert_eq!(set(json!({"rotation_interval": "30d"})).await, Value::Null);
    assert!(set(json!({"auto_rotate": true})).await.is_string());
    assert_eq!(set(json!({"auto_rotate": false})).await, Value::Null);
});

served!(a_user_changes_their_own_keys_but_not_what_they_may_spend, async |app: &TestApp| {
    let login = new_user(app, "iu", "internal_user").await;
    let user = app.with_key(&login);
    let own = text(&user.post("/key/generate", json!({"max_budget": 3})).await.ok()["key"]);
    let given = new_key(app, json!({"user_id": "iu"})).await;
    let foreign = new_key(app, json!({"user_id": "other"})).await;
    app.entries().await;
    let update = async |key: &str, body: Value| {
        let mut body = body;
        body["key"] = json!(key);
        user.post("/key/update", body).await
    };
    for (body, message) in [
        (
            json!({"max_budget": 2}),
            "{'error': 'Only proxy admins, team admins, or org admins can change `max_budget` of a key.'}",
        ),
        (
            json!({"spend": 0.5}),
            "{'error': 'Only proxy admins, team admins, or org admins can change `spend` of a key.'}",
        ),
        (
            json!({"blocked": true}),
            "{'error': 'Only proxy admins, team admins, or org admins can change `blocked` of a key.'}",
        ),
        (
            json!({"user_id": "other"}),
            "{'error': 'Non-admin caller is not allowed to rebind the key from user=iu to user=other'}",
        ),
        (json!({"user_id": null}), "Non-admin users cannot remove the user_id from a key."),
        (
            json!({"metadata": {"allow_litellm_changed_by_header": true}}),
            "Only proxy admins can set `allow_litellm_changed_by_header` in metadata.",
        ),
    ] {
        let refused = update(&own, body.clone()).await.refused(403);
        assert_eq!(refused["error"]["message"], message, "{body}");
    }
    for key in [&given, &foreign] {
        let refused = update(key, json!({"key_alias": "mine"})).await.refused(403);
        assert_eq!(refused["error"]["message"], "{'error': 'You are not authorized to update this key'}");
    }
    assert!(app.entries().await.is_empty());
    update(&own, json!({"key_alias": "mine", "max_budget": 3, "user_id": "iu"})).await.ok();
    let entries = app.entries().await;
    assert_eq!((entries.len(), entries[0].changed_by.as_str()), (1, "iu"));
});

served!(a_user_does_not_lift_the_restriction_of_their_key, async |app: &TestApp| {
    let login = new_user(app, "iu", "internal_user").await;
    let user = app.with_key(&login);
    let own = text(&user.post("/key/generate", json!({"key_type": "llm_api"})).await.ok()["key"]);
    for routes in [json!([]), Value::Null, json!(["management_routes"])] {
        let body = json!({"key": own, "allowed_routes": routes});
        user.post("/key/update", body).await.refused(403);
    }
    user.post("/key/update", json!({"key": own, "allowed_routes": ["llm_api_routes"], "rpm_limit": 1})).await.ok();
    let regenerated = user.post("/key/regenerate", json!({"key": own, "key_type": "management"})).await;
    regenerated.refused(403);
});

served!(a_team_decides_whether_members_change_its_keys, async |app: &TestApp| {
    let member = new_user(app, "mem", "internal_user").await;
    let boss = new_user(app, "boss", "internal_user").await;
    new_team(app, "t", &[("mem", "user"), ("boss", "admin")]).await;
    let raw = new_key(app, json!({"team_id": "t"})).await;
    let body = json!({"key": raw, "rpm_limit": 1});
    let refused = app.with_key(&member).post("/key/update", body.clone()).await.refused(401);
    assert_eq!(refused["error"]["type"], "team_member_permission_error");
    app.with_key(&boss).post("/key/update", body.clone()).await.ok();
    app.with_key(&boss).post("/key/update", json!({"key": raw, "max_budget": 4})).await.ok();
    app.with_key(&boss).post("/key/update", json!({"key": raw, "team_id": null})).await.refused(403);
    let permissions = json!({"team_id": "t", "team_member_permissions": ["/key/update"]});
    app.master().post("/team/permissions_update", permissions).await.ok();
    app.with_key(&member).post("/key/update", json!({"key": raw, "rpm_limit": 2})).await.ok();
    app.with_key(&member).post("/key/update", json!({"key": raw, "max_budget": 9})).await.refused(403);
    app.with_key(&member).post("/key/update", json!({"key": raw, "team_id": null})).await.refused(403);
});

served!(what_only_admins_set_is_not_set_through_metadata, async |app: &TestApp| {
    let login = new_user(app, "iu", "internal_user").await;
    let boss = new_user(app, "boss", "internal_user").await;
    new_team(app, "t", &[("boss", "admin")]).await;
    let of_team = new_key(app, json!({"team_id": "t"})).await;
    let user = app.with_key(&login);
    let own = text(&user.post("/key/generate", json!({})).await.ok()["key"]);
    app.entries().await;
    let (proxy, any) = (
        "Only proxy admins can set `NAME`.",
        "Only proxy admins, team admins, or org admins can change `NAME` of a key.",
    );
    for (name, value, message) in [
        ("temp_budget_increase", json!(5), any),
        ("temp_budget_expiry", json!("2030-01-01T00:00:00Z"), any),
        ("throttle_on_budget_exceeded", json!(true), proxy),
        ("end_user_budget_id", json!("b"), proxy),
    ] {
        for path in ["/key/generate", "/key/update", "/key/regenerate"] {
            let mut body = json!({"metadata": {}});
            body["metadata"][name] = value.clone();
            if path != "/key/generate" {
                body["key"] = json!(own);
            }
            let refused = user.post(path, body).await.refused(403);
            let message = format!("{{'error': '{}'}}", message.replace("NAME", name));
            assert_eq!(refused["error"]["message"], message, "{path}");
        }
    }
    assert!(app.entries().await.is_empty());
    // An admin of the team raises a budget for a while, in whatever place.
    let raised = json!({"key": of_team, "metadata": {"temp_budget_increase": 5}});
    app.with_key(&boss).post("/key/update", raised).await.ok();
    // What is there already may be sent again, but not lifted.
    let set = json!({"key": own, "metadata": {"end_user_budget_id": "b", "temp_budget_increase": 5}});
    app.master().post("/key/update", set.clone()).await.ok();
    user.post("/key/update", set).await.ok();
    user.post("/key/update", json!({"key": own, "metadata": {}})).await.refused(403);
});

served!(a_member_brings_their_key_to_a_team_that_lets_its_members_change_keys, async |app: &TestApp| {
    let login = new_user(app, "mem", "internal_user").await;
    new_team(app, "t", &[("mem", "user")]).await;
    let member = app.with_key(&login);
    let own = text(&member.post("/key/generate", json!({})).await.ok()["key"]);
    let bring = json!({"key": own, "team_id": "t"});
    member.post("/key/update", bring.clone()).await.refused(403);
    let permissions = json!({"team_id": "t", "team_member_permissions": ["/key/update"]});
    app.master().post("/team/permissions_update", permissions).await.ok();
    assert_eq!(member.post("/key/update", bring).await.ok()["team_id"], "t");
    // It leaves at the word of the team's admin.
    member.post("/key/update", json!({"key": own, "team_id": null})).await.refused(403);
});

served!(a_budget_that_others_use_is_not_changed_through_a_key, async |app: &TestApp| {
    app.master().post("/budget/new", json!({"budget_id": "foreign", "max_budget": 9, "soft_budget": 5})).await.ok();
    let boss = new_user(app, "boss", "internal_user").await;
    new_team(app, "t", &[("boss", "admin")]).await;
    let key = new_key(app, json!({"team_id": "t"})).await;
    let boss = app.with_key(&boss);
    boss.post("/key/update", json!({"key": key, "budget_id": "foreign", "soft_budget": 0.5})).await.ok();
    let budget = app.master().post("/budget/info", json!({"budgets": ["foreign"]})).await.ok();
    assert_eq!(budget[0]["soft_budget"], 5.0);
    let own = row(app, &key).await["budget_id"].as_str().unwrap().to_owned();
    assert_ne!(own, "foreign");
    let copy = app.master().post("/budget/info", json!({"budgets": [own]})).await.ok();
    assert_eq!((&copy[0]["soft_budget"], &copy[0]["max_budget"]), (&json!(0.5), &json!(9.0)));
    // Its own budget is changed where it is.
    boss.post("/key/update", json!({"key": key, "soft_budget": 0.25})).await.ok();
    assert_eq!(row(app, &key).await["budget_id"], own);
});

served!(nobody_but_an_admin_takes_a_key_out_of_its_team_or_organization, async |app: &TestApp| {
    for id in ["o", "p"] {
        app.master().post("/organization/new", json!({"organization_alias": id, "organization_id": id})).await.ok();
    }
    let boss = new_user(app, "boss", "internal_user").await;
    let member = json!({"organization_id": "o", "member": {"role": "org_admin", "user_id": "boss"}});
    app.master().post("/organization/member_add", member).await.ok();
    app.master().post("/team/new", json!({"team_id": "t", "organization_id": "o"})).await.ok();
    let key = new_key(app, json!({"team_id": "t", "organization_id": "o"})).await;
    app.entries().await;
    for change in [json!({"team_id": null}), json!({"organization_id": null}), json!({"organization_id": "p"})] {
        let mut body = change.clone();
        body["key"] = json!(key);
        let answer = app.with_key(&boss).post("/key/update", body.clone()).await;
        assert_eq!(answer.status, 403, "{change}: {}", answer.text);
        assert!(app.entries().await.is_empty());
        app.master().post("/key/update", json!({"key": key, "team_id": "t", "organization_id": "o"})).await.ok();
    }
    app.with_key(&boss).post("/key/update", json!({"key": key, "organization_id": "o", "max_budget": 1})).await.ok();
});
