use std::time::Duration;

use daybook::testing::FakeClock;
use serde_json::{Value, json};

use super::{hash, new_key, new_team, new_user, text};
use crate::harness::TestApp;

/// The aliases that a list shows, in its order.
async fn aliases(app: &TestApp, key: &str, query: &str) -> Vec<String> {
    let path = format!("/key/list?return_full_object=true&size=100&{query}");
    let body = app.with_key(key).get(&path).await.ok();
    let keys = body["keys"].as_array().unwrap();
    assert_eq!(body["total_count"], keys.len());
    keys.iter().map(|key| key["key_alias"].as_str().unwrap_or("-").to_owned()).collect()
}

daybook::both!(keys_are_filtered_ordered_and_paged, async |db: daybook::testing::TestDb| {
    let clock = FakeClock::at("2026-11-21T20:00:00Z");
    let started = TestApp::build(db).clock(&clock).start().await;
    let app = &started;
    for body in [
        json!({"key_alias": "Alpha_1", "team_id": "t", "max_budget": 3}),
        json!({"key_alias": "beta%", "user_id": "u", "max_budget": 1, "blocked": true}),
        json!({"key_alias": "gamma", "agent_id": "g", "access_group_ids": ["x", "y"], "duration": "1s"}),
        json!({"key_alias": "delta", "max_budget": 2}),
        json!({"key_alias": "ui", "team_id": "litellm-dashboard"}),
    ] {
        new_key(app, body).await;
        clock.advance(Duration::from_secs(1));
    }
    let all = |query: &'static str| aliases(app, "sk-1234", query);
    for (query, expected) in [
        ("", vec!["delta", "gamma", "beta%", "Alpha_1"]),
        ("sort_by=max_budget&sort_order=ASC", vec!["beta%", "delta", "Alpha_1", "gamma"]),
        ("sort_by=max_budget", vec!["gamma", "Alpha_1", "delta", "beta%"]),
        ("sort_by=key_alias&sort_order=asc", vec!["Alpha_1", "beta%", "delta", "gamma"]),
        ("team_id=t", vec!["Alpha_1"]),
        ("user_id=u", vec!["beta%"]),
        ("agent_id=g", vec!["gamma"]),
        ("access_group_id=y", vec!["gamma"]),
        ("access_group_id=z", vec![]),
        ("key_alias=alpha_1", vec![]),
        ("key_alias=Alpha_1", vec!["Alpha_1"]),
        ("key_alias=ALPHA_&substring_matching=true", vec!["Alpha_1"]),
        ("search=_", vec!["Alpha_1"]),
        ("search=%25", vec!["beta%"]),
        ("search=LPH", vec!["Alpha_1"]),
        ("status=active", vec!["delta", "Alpha_1"]),
        ("status=revoked", vec!["beta%"]),
        ("status=expired", vec!["gamma"]),
        ("status=deleted", vec![]),
        ("expires=expired", vec!["gamma"]),
        ("expires=active", vec!["delta", "beta%", "Alpha_1"]),
        ("team_id=litellm-dashboard", vec![]),
    ] {
        assert_eq!(all(query).await, expected, "{query}");
    }
    let gamma = new_key(app, json!({"key_alias": "epsilon"})).await;
    assert_eq!(aliases(app, "sk-1234", &format!("search={gamma}")).await, ["epsilon"]);
    assert_eq!(aliases(app, "sk-1234", &format!("key_hash={}", hash(&gamma))).await, ["epsilon"]);
    let page = app.master().get("/key/list?size=2&page=3").await.ok();
    assert_eq!((&page["total_count"], &page["current_page"], &page["total_pages"]), (&json!(5), &json!(3), &json!(3)));
    assert_eq!(page["keys"].as_array().unwrap().len(), 1);
    assert!(page["keys"][0].is_string());
    let page = app.master().get("/key/aliases?size=2&page=2").await.ok();
    assert_eq!(
        page,
        json!({"aliases": ["delta", "epsilon"], "total_count": 5, "current_page": 2, "total_pages": 3, "size": 2})
    );
    assert_eq!(app.master().get("/key/aliases?search=ETA").await.ok()["aliases"], json!(["beta%"]));
    for (query, message) in [
        (
            "sort_by=zzz",
            "{'error': 'Invalid sort column. Must be one of: spend, max_budget, created_at, updated_at, token, key_alias, expires, last_active, budget_reset_at, total_spend, tpm_limit, rpm_limit'}",
        ),
        ("sort_order=zzz", "{'error': \"Invalid sort order. Must be 'asc' or 'desc'\"}"),
        ("status=zzz", "{'error': \"Invalid status value. Supported: 'active', 'expired', 'revoked', 'deleted'.\"}"),
        ("expires=zzz", "{'error': \"Invalid expires value. Supported: 'active', 'expired'.\"}"),
    ] {
        let refused = app.master().get(&format!("/key/list?{query}")).await.refused(400);
        assert_eq!(refused["error"]["message"], message);
    }
    let expanded = app.master().get("/key/list?return_full_object=true&expand=user&user_id=u").await.ok();
    let shown = &expanded["keys"][0];
    assert_eq!((&shown["user"], &shown["created_by_user"]["user_id"]), (&Value::Null, &json!("default_user_id")));
    assert_eq!(text(&shown["created_at"]), "2026-11-21T20:00:01Z");
    started.stop().await;
});

served!(everybody_lists_what_is_theirs, async |app: &TestApp| {
    let viewer = new_user(app, "view", "proxy_admin_viewer").await;
    let boss = new_user(app, "boss", "internal_user").await;
    let member = new_user(app, "mem", "internal_user").await;
    let nobody = new_key(app, json!({"key_alias": "nobody"})).await;
    new_team(app, "t", &[("mem", "user"), ("boss", "admin")]).await;
    new_team(app, "other", &[]).await;
    for body in [
        json!({"key_alias": "team-boss", "team_id": "t", "user_id": "boss"}),
        json!({"key_alias": "team-bot", "team_id": "t"}),
        json!({"key_alias": "elsewhere", "team_id": "other"}),
    ] {
        new_key(app, body).await;
    }
    app.entries().await;
    let order = "sort_by=key_alias&sort_order=asc&";
    for (key, query, expected) in [
        (&viewer, "", vec!["elsewhere", "login-boss", "login-mem", "login-view", "nobody", "team-boss", "team-bot"]),
        (&viewer, "user_id=mem", vec!["login-mem"]),
        (&boss, "", vec!["login-boss", "team-boss"]),
        (&boss, "include_team_keys=true", vec!["login-boss", "team-boss", "team-bot"]),
        (&boss, "include_team_keys=true&team_id=t", vec!["team-boss", "team-bot"]),
        (&member, "", vec!["login-mem"]),
        (&member, "team_id=t", vec![]),
        (&member, "include_team_keys=true", vec!["login-mem", "team-bot"]),
    ] {
        assert_eq!(aliases(app, key, &format!("{order}{query}")).await, expected, "{query}");
    }
    for (query, param, message) in [
        ("user_id=boss", "user_id", "You are not authorized to check another user's keys"),
        ("team_id=other", "team_id", "You are not authorized to check this team's keys"),
        ("organization_id=o", "organization_id", "You are not authorized to check this organization's keys"),
        ("key_hash=nope", "key_hash", "Key Hash not found."),
    ] {
        let refused = app.with_key(&member).get(&format!("/key/list?{query}")).await.refused(403);
        assert_eq!((&refused["error"]["message"], &refused["error"]["param"]), (&json!(message), &json!(param)));
    }
    let refused = app.with_key(&nobody).get("/key/list").await.refused(403);
    assert_eq!(
        refused["error"]["message"],
        "You are not authorized to access this endpoint. No 'user_id' is associated with your API key."
    );
    assert_eq!(app.with_key(&member).get("/key/aliases").await.ok()["aliases"], json!(["login-mem", "team-bot"]));
    assert!(app.entries().await.is_empty());
});
