use daybook::model::row::RowExt as _;
use daybook::testing::FakeClock;
use serde_json::{Value, json};

use super::{hash, new_key, new_team, new_user, row, text};
use crate::harness::TestApp;

served!(a_new_key_is_shown_once_and_leaves_one_entry, async |app: &TestApp| {
    let body =
        app.master().post("/key/generate", json!({"key_alias": "ci", "tags": ["a"], "team_id": "any"})).await.ok();
    let raw = text(&body["key"]);
    assert_eq!(raw.len(), 25);
    assert_eq!(body["token"], hash(&raw));
    assert_eq!(body["token_id"], body["token"]);
    assert_eq!(body["key_name"], format!("sk-...{}", &raw[21..]));
    assert_eq!(body["metadata"], json!({"tags": ["a"]}));
    assert_eq!(body["tags"], Value::Null);
    let entries = app.entries().await;
    assert_eq!(entries.len(), 1);
    let entry = &entries[0];
    assert_eq!(
        (entry.name().as_str(), entry.object_id.as_str()),
        ("created LiteLLM_VerificationToken", hash(&raw).as_str())
    );
    assert_eq!(entry.before, Value::Null);
    assert_eq!(entry.updated["key_alias"], "ci");
    assert_eq!(entry.updated["team_id"], "any");
    assert_eq!(entry.updated["token"], hash(&raw));
    assert_eq!(entry.updated.get("key"), None);
});

served!(an_existing_custom_key_is_handed_back_as_it_stands, async |app: &TestApp| {
    let raw = "sk-my-own-key-1234567890";
    app.master().post("/key/generate", json!({"key": raw, "max_budget": 5, "key_alias": "own"})).await.ok();
    app.entries().await;
    let again = json!({"key": raw, "max_budget": 99, "key_alias": "own", "soft_budget": 3});
    let body = app.master().post("/key/generate", again).await.ok();
    assert_eq!(body["max_budget"], 5.0);
    assert_eq!(body["budget_id"], Value::Null);
    assert!(app.entries().await.is_empty());
});

served!(what_is_wrong_with_a_request_is_said, async |app: &TestApp| {
    new_key(app, json!({"key_alias": "taken"})).await;
    app.entries().await;
    for (body, status, message) in [
        (
            json!({"key": "abc"}),
            400,
            "{'error': \"Invalid key format. LiteLLM Virtual Key must start with 'sk-'. Received: ****\"}",
        ),
        (
            json!({"key": "abcdefghijkl"}),
            400,
            "{'error': \"Invalid key format. LiteLLM Virtual Key must start with 'sk-'. Received: abcd****ijkl\"}",
        ),
        (
            json!({"key": "sk-short"}),
            400,
            "{'error': 'Invalid key format. LiteLLM Virtual Key must be at least 16 characters long.'}",
        ),
        (
            json!({"key_alias": "taken"}),
            400,
            "Key with alias 'taken' already exists. Unique key aliases across all keys are required.",
        ),
        (json!({"key_alias": "a/../b"}), 400, "Invalid key_alias"),
        (
            json!({"max_budget": -1}),
            400,
            "{'error': 'max_budget must be a non-negative finite number. Received: -1.0'}",
        ),
        (
            json!({"soft_budget": -0.5}),
            400,
            "{'error': 'soft_budget must be a non-negative finite number. Received: -0.5'}",
        ),
        (json!({"duration": "abc"}), 400, "Invalid duration format"),
        (json!({"duration": "5"}), 400, "Unsupported duration unit, passed duration: 5"),
        (json!({"auto_rotate": true, "rotation_interval": "x"}), 400, "Invalid duration format"),
        (
            json!({"budget_duration": "0s"}),
            400,
            "{'error': \"Invalid budget_duration '0s'. Use a format like '1h', '24h', '7d', or '30d'.\"}",
        ),
        (
            json!({"organization_id": "no"}),
            400,
            "Organization doesn't exist in db. Organization=no. Create organization via `/organization/new` call.",
        ),
        (json!({"budget_id": "no"}), 400, "{'error': 'Budget not found, passed budget_id=no'}"),
    ] {
        let refused = app.master().post("/key/generate", body.clone()).await.refused(status);
        assert_eq!(refused["error"]["message"], message, "{body}");
    }
    assert!(app.entries().await.is_empty());
});

served!(a_soft_budget_makes_a_budget_with_an_entry_of_its_own, async |app: &TestApp| {
    let body = app.master().post("/key/generate", json!({"soft_budget": 5})).await.ok();
    assert_eq!(body["litellm_budget_table"]["soft_budget"], 5.0);
    assert_eq!(body["litellm_budget_table"]["budget_id"], body["budget_id"]);
    assert_eq!(app.entry_names().await, ["created LiteLLM_BudgetTable", "created LiteLLM_VerificationToken"]);
});

served!(an_object_permission_is_a_row_of_its_own, async |app: &TestApp| {
    let raw = new_key(app, json!({"object_permission": {"mcp_servers": ["m"]}})).await;
    assert_eq!(app.entry_names().await, ["created LiteLLM_ObjectPermissionTable", "created LiteLLM_VerificationToken"]);
    assert_eq!(row(app, &raw).await["object_permission"]["mcp_servers"], json!(["m"]));
});

served!(two_requests_for_one_alias_at_once_make_one_key, async |app: &TestApp| {
    let master = app.master();
    let (left, right) = tokio::join!(
        master.post("/key/generate", json!({"key_alias": "one"})),
        master.post("/key/generate", json!({"key_alias": "one"})),
    );
    let mut statuses = [left.status, right.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 400], "{} {}", left.text, right.text);
});

served!(the_presets_of_a_key_type_are_its_routes, async |app: &TestApp| {
    for (key_type, routes) in [
        ("default", json!([])),
        ("llm_api", json!(["llm_api_routes"])),
        ("management", json!(["management_routes"])),
        ("read_only", json!(["info_routes"])),
    ] {
        let body = app.master().post("/key/generate", json!({"key_type": key_type})).await.ok();
        assert_eq!((&body["allowed_routes"], &body["key_type"]), (&routes, &json!(key_type)));
    }
});

served!(guaranteed_throughput_is_not_given_out_twice, async |app: &TestApp| {
    app.master().post("/team/new", json!({"team_id": "t", "tpm_limit": 100})).await.ok();
    let wanted = |limit: i64| json!({"team_id": "t", "tpm_limit": limit, "tpm_limit_type": "guaranteed_throughput"});
    app.master().post("/key/generate", wanted(60)).await.ok();
    let refused = app.master().post("/key/generate", wanted(41)).await.refused(400);
    assert_eq!(
        refused["error"]["message"],
        "Allocated TPM limit=60 + Key TPM limit=41 is greater than team TPM limit=100"
    );
    app.master().post("/key/generate", wanted(40)).await.ok();
});

served!(a_service_account_belongs_to_a_team_and_to_no_user, async |app: &TestApp| {
    let path = "/key/service-account/generate";
    let refused = app.master().post(path, json!({})).await.refused(400);
    assert_eq!(
        refused["detail"],
        "team_id is required for service account keys. Please specify `team_id` in the request body."
    );
    let refused = app.master().post(path, json!({"team_id": "ghost"})).await.refused(400);
    assert_eq!(
        refused["detail"],
        "team_id does not exist in the database. Please specify a valid `team_id` in the request body."
    );
    new_team(app, "t", &[]).await;
    app.entries().await;
    let body = app.master().post(path, json!({"team_id": "t", "user_id": "u", "key_alias": "bot"})).await.ok();
    assert_eq!((&body["user_id"], &body["metadata"]["service_account_id"]), (&Value::Null, &json!("bot")));
    assert_eq!(app.entry_names().await, ["created LiteLLM_VerificationToken"]);
    let refused = app.master().post("/key/update", json!({"key": body["key"], "metadata": {}})).await.refused(400);
    assert_eq!(
        refused["error"]["message"],
        "service_account_id is immutable once set and cannot be changed via update."
    );
});

served!(a_user_makes_keys_for_themselves_within_their_means, async |app: &TestApp| {
    let own = new_user(app, "iu", "internal_user").await;
    app.master().post("/key/update", json!({"key": own, "max_budget": 10})).await.ok();
    let user = app.with_key(&own);
    let body = user.post("/key/generate", json!({"max_budget": 10})).await.ok();
    assert_eq!((&body["user_id"], &body["created_by"]), (&json!("iu"), &json!("iu")));
    app.entries().await;
    for (body, status, message) in [
        (json!({"user_id": "adm"}), 403, "User can only create keys for themselves. Got user_id=adm, Your ID=iu"),
        (
            json!({"max_budget": 10.5}),
            400,
            "{'error': \"max_budget (10.5) cannot exceed the caller's own max_budget (10.0).\"}",
        ),
        (json!({"permissions": {"x": true}}), 403, "{'error': 'Only proxy admins can set `permissions`.'}"),
        (
            json!({"allowed_routes": ["/audit"]}),
            403,
            "{'error': 'Only proxy admins can set `allowed_routes` on a key. Use `key_type` to pick a preset route bucket instead.'}",
        ),
        (
            json!({"key_type": "management"}),
            403,
            "{'error': 'Only proxy admins can set `allowed_routes` on a key. Use `key_type` to pick a preset route bucket instead.'}",
        ),
        (
            json!({"throttle_on_budget_exceeded": true}),
            403,
            "{'error': 'Only proxy admins can set `throttle_on_budget_exceeded`.'}",
        ),
        (json!({"organization_id": "o"}), 403, "Caller is not a member of organization_id=o"),
        (
            json!({"team_id": "ghost"}),
            400,
            "Team not found for team_id=ghost. Non-admin users cannot create keys for non-existent teams.",
        ),
        (
            json!({"metadata": {"allow_litellm_changed_by_header": true}}),
            403,
            "Only proxy admins can set `allow_litellm_changed_by_header` in metadata.",
        ),
    ] {
        let refused = user.post("/key/generate", body.clone()).await.refused(status);
        assert_eq!(refused["error"]["message"], message, "{body}");
    }
    assert!(app.entries().await.is_empty());
    // What is sent empty asks for nothing.
    user.post("/key/generate", json!({"permissions": {}, "allowed_routes": []})).await.ok();
});

served!(a_member_needs_the_teams_permission, async |app: &TestApp| {
    let member = new_user(app, "mem", "internal_user").await;
    let boss = new_user(app, "boss", "internal_user").await;
    let stranger = new_user(app, "str", "internal_user").await;
    new_team(app, "t", &[("mem", "user"), ("boss", "admin")]).await;
    let wanted = json!({"team_id": "t"});
    let refused = app.with_key(&stranger).post("/key/generate", wanted.clone()).await.refused(400);
    assert_eq!(refused["error"]["message"], "User=str not assigned to team=t");
    let refused = app.with_key(&member).post("/key/generate", wanted.clone()).await.refused(401);
    assert_eq!(refused["error"]["type"], "team_member_permission_error");
    assert!(text(&refused["error"]["message"]).starts_with(
        "Team member does not have permissions for endpoint: KeyManagementRoutes.KEY_GENERATE. You only have access to \
         the following endpoints: ['/key/info', '/key/health'] for team t. To create keys for this team, "
    ));
    app.with_key(&boss).post("/key/generate", wanted.clone()).await.ok();
    let permissions = json!({"team_id": "t", "team_member_permissions": ["/key/generate"]});
    app.master().post("/team/permissions_update", permissions).await.ok();
    app.with_key(&member).post("/key/generate", wanted).await.ok();
});

daybook::both!(the_configuration_fills_and_limits_new_keys, async |db: daybook::testing::TestDb| {
    let clock = FakeClock::at("2026-11-21T20:33:59.114Z");
    let app = TestApp::build(db)
        .clock(&clock)
        .rules(|rules| {
            rules.default_key_generate_params = json!({"models": ["m"], "metadata": {"from": "config"}});
            rules.upperbound_key_generate_params = json!({"max_budget": 100.0, "duration": "30d"});
            rules.disable_custom_api_keys = true;
        })
        .start()
        .await;
    let body = app.master().post("/key/generate", json!({"budget_duration": "30d"})).await.ok();
    assert_eq!(body["models"], json!(["m"]));
    assert_eq!(body["metadata"], json!({"from": "config"}));
    assert_eq!(body["max_budget"], 100.0);
    assert_eq!(body["expires"], "2026-12-21T20:33:59.114000Z");
    let kept =
        daybook::store::keys::find(&mut app.store().read().await.unwrap(), body["token"].as_str().unwrap()).await;
    assert_eq!(kept.unwrap().unwrap().text("budget_reset_at"), Some("2026-12-01T00:00:00Z"));
    let refused = app.master().post("/key/generate", json!({"max_budget": 101})).await.refused(400);
    assert_eq!(
        refused["error"]["message"],
        "{'error': 'max_budget is over max limit set in config - user_value=101.0; max_value=100.0'}"
    );
    let refused = app.master().post("/key/generate", json!({"key": "sk-my-own-key-1234567890"})).await.refused(403);
    assert_eq!(
        refused["error"]["message"],
        "{'error': 'Custom API key values are disabled by your administrator. Keys must be auto-generated.'}"
    );
    app.stop().await;
});

daybook::both!(a_configured_default_is_not_held_against_the_caller, async |db: daybook::testing::TestDb| {
    let defaults = json!({
        "allowed_routes": ["/key/info", "/key/generate"],
        "metadata": {"service_account_id": "ci"},
        "max_budget": 50.0,
        "permissions": {"a": true},
    });
    let app = TestApp::build(db)
        .rules(|rules| {
            rules.default_key_generate_params = defaults;
            rules.key_generation_settings = json!({"personal_key_generation": {"required_params": ["max_budget"]}});
        })
        .start()
        .await;
    let login = app.master().post("/user/new", json!({"user_id": "iu", "user_role": "internal_user"})).await.ok();
    let user = app.with_key(login["key"].as_str().unwrap());
    let refused = user.post("/key/generate", json!({})).await.refused(400);
    assert_eq!(refused["error"]["message"], "Required param max_budget not in data");
    let made = user.post("/key/generate", json!({"max_budget": 1.0})).await.ok();
    assert_eq!((&made["user_id"], &made["max_budget"]), (&json!("iu"), &json!(1.0)));
    assert_eq!(made["allowed_routes"], json!(["/key/info", "/key/generate"]));
    assert_eq!(made["permissions"], json!({}));
    app.stop().await;
});

daybook::both!(the_configuration_says_who_makes_keys, async |db: daybook::testing::TestDb| {
    let app = TestApp::build(db)
        .rules(|rules| {
            rules.key_generation_settings = json!({
                "personal_key_generation": {"allowed_user_roles": ["proxy_admin"]},
                "team_key_generation": {"allowed_team_member_roles": ["admin"], "required_params": ["tags"]},
            });
        })
        .start()
        .await;
    let boss = new_user(&app, "boss", "internal_user").await;
    new_team(&app, "t", &[("boss", "admin")]).await;
    let boss = app.with_key(&boss);
    let refused = boss.post("/key/generate", json!({})).await.refused(400);
    assert_eq!(
        refused["error"]["message"],
        "Personal key creation has been restricted by admin. Allowed roles=['proxy_admin']. Your role=internal_user"
    );
    let refused = boss.post("/key/generate", json!({"team_id": "t"})).await.refused(400);
    assert_eq!(refused["error"]["message"], "Required param tags not in data");
    boss.post("/key/generate", json!({"team_id": "t", "tags": ["x"]})).await.ok();
    app.stop().await;
});

served!(only_an_admin_says_which_service_account_a_key_is, async |app: &TestApp| {
    let login = new_user(app, "iu", "internal_user").await;
    let user = app.with_key(&login);
    let own = text(&user.post("/key/generate", json!({})).await.ok()["key"]);
    app.entries().await;
    for path in ["/key/generate", "/key/update", "/key/regenerate"] {
        let mut body = json!({"metadata": {"service_account_id": "ceo"}});
        if path != "/key/generate" {
            body["key"] = json!(own);
        }
        let refused = user.post(path, body).await.refused(403);
        assert_eq!(
            refused["error"]["message"],
            "Only proxy admins can set `service_account_id` in metadata. Use /key/service-account/generate to make a \
             key for a service account.",
            "{path}"
        );
        assert_eq!(refused["error"]["param"], "metadata");
    }
    assert!(app.entries().await.is_empty());
    // Even from an admin it does not stand over the key's user.
    let marked = new_key(app, json!({"user_id": "iu", "metadata": {"service_account_id": "ceo"}})).await;
    app.entries().await;
    app.with_key(&marked).post("/key/generate", json!({})).await.ok();
    assert_eq!(app.entries().await.pop().unwrap().changed_by, "iu");
});

served!(a_service_account_bears_nobody_elses_name, async |app: &TestApp| {
    let boss = new_user(app, "boss", "internal_user").await;
    new_team(app, "t", &[("boss", "admin")]).await;
    app.entries().await;
    let path = "/key/service-account/generate";
    let named = |name: &str| json!({"team_id": "t", "metadata": {"service_account_id": name}});
    for name in ["default_user_id", "key:ci"] {
        for client in [app.master(), app.with_key(&boss)] {
            let refused = client.post(path, named(name)).await.refused(400);
            assert_eq!(refused, json!({"detail": {"error": format!("The name {name} is reserved.")}}));
        }
    }
    app.master().post(path, json!({"team_id": "t", "key_alias": "key:ci"})).await.refused(400);
    let refused = app.with_key(&boss).post(path, named("boss")).await.refused(400);
    assert_eq!(refused["detail"]["error"], "boss is the id of a user. A service account needs a name of its own.");
    assert!(app.entries().await.is_empty());
    app.with_key(&boss).post(path, named("bot")).await.ok();
    app.master().post(path, named("boss")).await.ok();
});
