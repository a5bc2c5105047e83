//! `GET /team/list` and `GET /v2/team/list`

use serde_json::{Value, json};

use super::user_key;
use crate::harness::{Client, TestApp};

fn ids(teams: &Value) -> Vec<&str> {
    teams.as_array().unwrap().iter().map(|team| team["team_id"].as_str().unwrap()).collect()
}

async fn found(client: &Client<'_>, question: &str) -> Value {
    client.get(&format!("/v2/team/list?{question}")).await.ok()
}

async fn three_teams(app: &TestApp) {
    for (id, alias, budget) in [("a1", "Beta", json!(1)), ("a2", "alpha_x", json!(null)), ("b1", "alphaYx", json!(3))] {
        let members = json!([{"role": "user", "user_id": format!("u-{id}")}]);
        let body = json!({"team_id": id, "team_alias": alias, "max_budget": budget, "members_with_roles": members});
        app.master().post("/team/new", body).await.ok();
    }
    app.master().post("/key/generate", json!({"team_id": "a2"})).await.ok();
}

served!(teams_are_filtered_sorted_and_paged, async |app: &TestApp| {
    three_teams(app).await;
    let client = app.master();
    for (question, expected) in [
        ("", vec!["b1", "a2", "a1"]),
        ("team_alias=ALPHA", vec!["b1", "a2"]),
        ("team_alias=a_x", vec!["a2"]),
        ("team_alias=%25", vec![]),
        ("search=a1", vec!["a1"]),
        ("search=a", vec!["b1", "a2", "a1"]),
        ("search=b&search_team_id_match=prefix&sort_by=team_id", vec!["a1", "b1"]),
        ("team_id=a2", vec!["a2"]),
        ("user_id=u-b1", vec!["b1"]),
        ("organization_id=none", vec![]),
        ("organization_id=default_organization&sort_by=team_id&sort_order=desc", vec!["b1", "a2", "a1"]),
        ("sort_by=max_budget", vec!["a1", "b1", "a2"]),
        ("sort_by=max_budget&sort_order=desc", vec!["a2", "b1", "a1"]),
        ("sort_by=keys_count&sort_order=desc", vec!["a2", "a1", "b1"]),
        ("sort_by=members_count", vec!["a1", "a2", "b1"]),
        ("sort_by=team_id&page=2&page_size=2", vec!["b1"]),
    ] {
        let page = found(&client, question).await;
        assert_eq!(ids(&page["teams"]), expected, "{question}");
    }
    let page = found(&client, "sort_by=team_id&page=2&page_size=2").await;
    assert_eq!((&page["total"], &page["total_pages"]), (&json!(3), &json!(2)));
    let one = &found(&client, "team_id=a2").await["teams"][0];
    assert_eq!((&one["members_count"], &one["keys_count"]), (&json!(2), &json!(1)));
    client.get("/v2/team/list?status=gone").await.refused(400);
    // By alias, capitals first; without one, before all.
    assert_eq!(ids(&client.get("/team/list").await.ok()), ["a1", "b1", "a2"]);
});

served!(whoever_does_not_see_all_teams_sees_their_own, async |app: &TestApp| {
    three_teams(app).await;
    let key = user_key(app, "u", "internal_user").await;
    let member = json!({"role": "user", "user_id": "u"});
    app.master().post("/team/member_add", json!({"team_id": "a1", "member": member})).await.ok();
    let own = app.with_key(&key);
    for path in ["/team/list", "/team/list?user_id=u-a2", "/v2/team/list", "/v2/team/list?status=deleted"] {
        let refused = own.get(path).await.refused(401);
        let message = "Only admin users can query all teams/other teams. Your user role=internal_user";
        assert_eq!(refused["detail"]["error"], message);
    }
    let listed = own.get("/team/list?user_id=u").await.ok();
    assert_eq!(ids(&listed), ["a1"]);
    assert_eq!(listed[0]["team_memberships"].as_array().unwrap().len(), 1, "the memberships of others are theirs");
    assert_eq!(ids(&found(&own, "user_id=u").await["teams"]), ["a1"]);
});
