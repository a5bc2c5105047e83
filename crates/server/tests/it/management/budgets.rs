//! `GET /management/v1/budgets`

use serde_json::{Value, json};

use crate::harness::TestApp;

const PATH: &str = "/management/v1/budgets";

async fn ids(app: &TestApp, query: &str) -> Vec<String> {
    let listed = app.master().get(&format!("{PATH}{query}")).await.ok();
    listed["data"].as_array().unwrap().iter().map(|row| row["budget_id"].as_str().unwrap().to_owned()).collect()
}

served!(budgets_are_sorted_filtered_and_searched, async |app: &TestApp| {
    for (id, amount, duration) in [
        ("month", json!(5), json!("1mo")),
        ("day", json!(1), json!("24h")),
        ("none", Value::Null, Value::Null),
        ("week", json!(5), json!("7d")),
        ("A_day", json!(2), json!("1d")),
    ] {
        let body = json!({"budget_id": id, "max_budget": amount, "budget_duration": duration});
        app.master().post("/budget/new", body).await.ok();
    }
    for (query, expected) in [
        ("?sort=budget_id", &["A_day", "day", "month", "none", "week"][..]),
        ("?sort=-max_budget", &["none", "month", "week", "A_day", "day"]),
        ("?sort=max_budget,-budget_id", &["day", "A_day", "week", "month", "none"]),
        ("?sort=budget_duration", &["A_day", "day", "week", "month", "none"]),
        ("?sort=-budget_duration,budget_id", &["month", "week", "A_day", "day", "none"]),
        ("?sort=budget_id&filter[budget_duration][in]=24h,7d", &["day", "week"]),
        ("?sort=budget_id&filter[budget_duration][is_null]=true", &["none"]),
        ("?sort=budget_id&filter[max_budget][gte]=2&filter[max_budget][lte]=4", &["A_day"]),
        ("?sort=budget_id&filter[max_budget][is_null]=false&q=DAY", &["A_day", "day"]),
        ("?sort=budget_id&q=a_d", &["A_day"]),
        ("?filter[created_at][lte]=2001-01-01", &[]),
        ("?sort=budget_id&page=3&page_size=2&filter[created_at][gte]=2001-01-01T00:00:00Z", &["week"]),
    ] {
        assert_eq!(ids(app, query).await, expected, "{query}");
    }
});

served!(a_page_of_budgets_links_to_the_others, async |app: &TestApp| {
    let empty = app.master().get(PATH).await.ok();
    assert_eq!(empty["meta"], json!({"total_count": 0, "page": 1, "page_size": 50, "total_pages": 0}));
    assert_eq!(empty["links"]["last"], format!("{PATH}?page=1"));
    for number in 0..5 {
        app.master().post("/budget/new", json!({"budget_id": format!("b{number}")})).await.ok();
    }
    let page = app.master().get(&format!("{PATH}?page_size=2&page=2&sort=budget_id")).await.ok();
    assert_eq!(page["meta"], json!({"total_count": 5, "page": 2, "page_size": 2, "total_pages": 3}));
    let link = |page: u32| format!("{PATH}?page_size=2&sort=budget_id&page={page}");
    let links = json!({"self": link(2), "first": link(1), "prev": link(1), "next": link(3), "last": link(3)});
    assert_eq!(page["links"], links);
    let beyond = app.master().get(&format!("{PATH}?page=9&page_size=500")).await.ok();
    assert_eq!((&beyond["data"], &beyond["meta"]["page_size"]), (&json!([]), &json!(100)));
    assert_eq!(beyond["links"]["next"], Value::Null);
    let refused = app.master().get(&format!("{PATH}?limit=3")).await;
    assert_eq!(refused.header("content-type"), "application/problem+json");
    let refused = refused.refused(400);
    assert_eq!(refused["type"], "urn:litellm:error:unknown-query-parameter");
    assert_eq!(refused["allowed"][0], "filter[budget_duration][in]");
    assert_eq!(app.master().get(&format!("{PATH}?sort=spend")).await.refused(400)["title"], "Invalid sort field");
});

served!(budgets_without_a_duration_are_sorted_by_it_all_the_same, async |app: &TestApp| {
    app.master().post("/budget/new", json!({"budget_id": "b"})).await.ok();
    let page = app.master().get("/management/v1/budgets?sort=budget_duration").await.ok();
    assert_eq!(page["data"][0]["budget_id"], "b");
    for query in ["q=%00", "filter%5Bbudget_duration%5D%5Bin%5D=%00"] {
        let refused = app.master().get(&format!("/management/v1/budgets?{query}")).await.refused(400);
        assert_eq!(refused["type"], "urn:litellm:error:invalid-query-parameter", "{refused}");
    }
});
