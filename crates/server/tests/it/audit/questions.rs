//! The questions that LiteLLM has not got, over HTTP.

use serde_json::{Value, json};

use super::{Foreign, ids};
use crate::harness::TestApp;

/// `action object` of the entries that a question finds, the oldest first.
async fn found(app: &TestApp, query: &str) -> Vec<String> {
    let page = app
        .master()
        .get(&format!("/audit?page_size=100&sort_order=asc&table_name=LiteLLM_TeamTable&{query}"))
        .await
        .ok();
    let text = |row: &Value, name: &str| row[name].as_str().unwrap().to_owned();
    let rows = page["audit_logs"].as_array().unwrap();
    rows.iter().map(|row| format!("{} {}", text(row, "action"), text(row, "object_id"))).collect()
}

served!(changes_are_asked_for_by_what_they_changed_and_to_what, async |app: &TestApp| {
    let master = app.master();
    master.post("/team/new", json!({"team_id": "t1", "max_budget": 500, "team_alias": "Größe-Ost"})).await.ok();
    master.post("/team/update", json!({"team_id": "t1", "max_budget": 2000})).await.ok();
    master.post("/team/update", json!({"team_id": "t1", "tpm_limit": 5000})).await.ok();
    master.post("/team/delete", json!({"team_ids": ["t1"]})).await.ok();
    let foreign = Some(r#"{"max_budget": 9000, "team_alias": "Größe"}"#);
    Foreign { id: "litellms", updated: foreign, ..Foreign::default() }.insert(app).await;
    let all = ["created t1", "created t1", "updated t1", "updated t1", "deleted t1"];
    for (query, expected) in [
        ("", &all[..]),
        ("changed_field=max_budget", &["created t1", "updated t1", "deleted t1"]),
        ("changed_field=tpm_limit&action=update", &["updated t1"]),
        ("changed_field=max_budget&after_gt=500", &["updated t1"]),
        ("changed_field=max_budget&after_gte=5e2&after_lt=2000", &["created t1"]),
        ("changed_field=max_budget&changed_field=tpm_limit&after_gt=1000&action=update", &["updated t1", "updated t1"]),
        ("changed_field=team_alias&after_gt=0", &[]),
        ("action!=deleted&action!=create", &["updated t1", "updated t1"]),
        ("changed_by!=default_user_id", &[]),
        ("changed_by_api_key!=litellm_proxy_master_key", &[]),
        ("object_team_id!=t1", &["created t1"]),
        ("changed_field!=max_budget", &["created t1", "updated t1"]),
        ("q=GR%C3%96SSE", &[]),
        ("q=gr%C3%B6%C3%9Fe", &["created t1", "updated t1", "updated t1", "deleted t1"]),
        ("q=2000%20ost&action=updated", &["updated t1", "updated t1"]),
        ("q=2000%20nowhere", &[]),
        ("after_seq=-1", &["created t1", "updated t1", "updated t1", "deleted t1"]),
        ("after_seq=9999", &[]),
        ("before_seq=0", &[]),
    ] {
        assert_eq!(found(app, query).await, expected, "{query}");
    }
    for (query, message) in [
        ("after_gt=1", "after_gt needs changed_field: the name of the field that the bound is about."),
        ("changed_field=a&after_lt=x", "Invalid after_lt 'x'. Allowed: a finite number (1000, 0.5, 1e6)."),
        ("q=...", "Invalid q '...'. Allowed: words, which are runs of letters and digits."),
        ("after_seq=x", "Invalid after_seq 'x'. Allowed: a sequence number, which is a whole number."),
    ] {
        let answer = app.master().get(&format!("/audit?{query}")).await.refused(400);
        assert_eq!(answer, json!({"detail": {"error": message}}), "{query}");
    }
    assert_eq!(app.master().get("/audit?q=a%00").await.status, 422);
});

served!(a_text_is_found_as_soon_as_its_change_is_answered, async |app: &TestApp| {
    for number in 0..5 {
        let team = format!("team-number{number}");
        app.master().post("/team/new", json!({"team_id": team})).await.ok();
        let page = app.master().get(&format!("/audit?q=number{number}&table_name=LiteLLM_TeamTable")).await.ok();
        assert_eq!(page["total"], 1, "{team}");
    }
    app.entries().await;
    app.master().get("/audit?q=number4").await.ok();
    assert!(app.entries().await.is_empty(), "a question leaves none");
});

served!(times_are_counted_in_buckets_the_empty_ones_too, async |app: &TestApp| {
    for (id, at) in
        [("a", "2024-06-08T23:59:59.999Z"), ("b", "2024-06-10T00:00:00.000Z"), ("c", "2024-06-10T12:00:00.000Z")]
    {
        Foreign { id, at, ..Foreign::default() }.insert(app).await;
    }
    let ask = async |query: &str| app.master().get(&format!("/audit/histogram?{query}")).await;
    assert_eq!(
        ask("interval=day").await.text,
        r#"{"buckets":[{"from":"2024-06-08T00:00:00Z","until":"2024-06-09T00:00:00Z","count":1},{"from":"2024-06-09T00:00:00Z","until":"2024-06-10T00:00:00Z","count":0},{"from":"2024-06-10T00:00:00Z","until":"2024-06-11T00:00:00Z","count":2}],"total":3,"interval":"day"}"#
    );
    assert_eq!(
        ask("buckets=2&start_date=2024-06-08&end_date=2024-06-11&search=b").await.text,
        r#"{"buckets":[{"from":"2024-06-08T00:00:00Z","until":"2024-06-10T00:00:00Z","count":0},{"from":"2024-06-10T00:00:00Z","until":"2024-06-12T00:00:00Z","count":1}],"total":1,"interval":null}"#
    );
    assert_eq!(ask("").await.ok()["interval"], "hour");
    assert_eq!(ask("interval=auto&search=nobody").await.text, r#"{"buckets":[],"total":0,"interval":null}"#);
    assert_eq!(
        ask("interval=year").await.refused(400)["detail"]["error"],
        "Invalid interval 'year'. Allowed: minute, hour, day, week, month, auto."
    );
    assert_eq!(ask("start_date=x").await.status, 400);
    assert_eq!(ask("action=%00").await.status, 422);
});

served!(the_most_frequent_values_are_counted, async |app: &TestApp| {
    let of = |team: &str| format!(r#"{{"team_id": "{team}", "token": "h"}}"#);
    for (id, by, before, after) in [("a", "ada", "t1", "t2"), ("b", "ada", "t1", "t1"), ("c", "bob", "t3", "t3")] {
        let (before, after) = (of(before), of(after));
        Foreign { id, changed_by: by, before: Some(&before), updated: Some(&after), ..Foreign::default() }
            .insert(app)
            .await;
    }
    let ask = async |query: &str| app.master().get(&format!("/audit/facets?{query}")).await;
    let facets = ask("limit=2").await.ok();
    assert_eq!(facets["total"], 3);
    let names: Vec<&String> = facets["facets"].as_object().unwrap().keys().collect();
    assert_eq!(
        names,
        [
            "changed_by",
            "changed_by_api_key",
            "action",
            "table_name",
            "object_id",
            "object_team_id",
            "object_key_hash",
            "changed_field"
        ]
    );
    let most = |pairs: &[(&str, i64)], distinct: i64| {
        let values: Vec<Value> = pairs.iter().map(|(value, count)| json!({"value": value, "count": count})).collect();
        json!({"values": values, "distinct": distinct})
    };
    assert_eq!(facets["facets"]["changed_by"], most(&[("ada", 2), ("bob", 1)], 2));
    assert_eq!(facets["facets"]["object_team_id"], most(&[("t1", 2), ("t2", 1)], 3));
    assert_eq!(facets["facets"]["object_key_hash"], most(&[("h", 3)], 1));
    assert_eq!(facets["facets"]["changed_field"], most(&[], 0), "rows that are not in the log say nothing of it");
    assert_eq!(ask("changed_by=bob").await.ok()["facets"]["object_team_id"], most(&[("t3", 1)], 1));
    app.master().post("/budget/new", json!({"budget_id": "b1", "max_budget": 5})).await.ok();
    let fields = &ask("object_id=b1&limit=100").await.ok()["facets"]["changed_field"];
    assert!(fields["values"].as_array().unwrap().contains(&json!({"value": "max_budget", "count": 1})), "{fields}");
    assert_eq!(ask("limit=101").await.status, 400);
});

served!(a_poller_sees_every_entry_once_and_in_the_order_of_the_log, async |app: &TestApp| {
    let ask = async |query: &str| app.master().get(&format!("/audit?{query}")).await;
    let mut cursor = "begin".to_owned();
    let mut seen = Vec::new();
    for number in 0..12 {
        app.master().post("/budget/new", json!({"budget_id": format!("b{number}"), "max_budget": 5})).await.ok();
        if number % 4 == 3 {
            let page = ask(&format!("cursor={cursor}&page_size=3&table_name=LiteLLM_BudgetTable")).await.ok();
            assert_eq!(page["has_more"], json!(true), "{page}");
            seen.extend(page["audit_logs"].as_array().unwrap().iter().cloned());
            cursor = page["next_cursor"].as_str().unwrap().to_owned();
        }
    }
    let page = ask(&format!("cursor={cursor}&page_size=100&action!=deleted")).await.ok();
    assert_eq!(page["has_more"], json!(false));
    seen.extend(page["audit_logs"].as_array().unwrap().iter().cloned());
    let objects: Vec<&str> = seen.iter().map(|row| row["object_id"].as_str().unwrap()).collect();
    assert_eq!(objects, (0..12).map(|number| format!("b{number}")).collect::<Vec<_>>());
    let last = seen.last().unwrap();
    assert_eq!(last["seq"].as_i64().unwrap() + 1, page["complete_through"].as_i64().unwrap());
    let members: Vec<&String> = last.as_object().unwrap().keys().collect();
    assert_eq!((members.len(), members[0].as_str(), members[9].as_str()), (10, "id", "seq"));

    // What does not match is behind the cursor as well.
    let none = ask("cursor=begin&action=bogus").await.ok();
    assert_eq!((ids(&none).len(), &none["next_cursor"]), (0, &page["next_cursor"]));
    assert_eq!(
        ask("cursor=end").await.ok(),
        json!({
            "audit_logs": [],
            "next_cursor": page["next_cursor"],
            "complete_through": page["complete_through"],
            "has_more": false,
        })
    );
    let words = ask("cursor=begin&q=b7").await.ok();
    assert_eq!(words["audit_logs"][0]["object_id"], "b7");
    for (query, message) in [
        ("cursor=x", "Invalid cursor 'x'. Allowed: begin, end, or the next_cursor of an answer."),
        ("cursor=s-ffffff", "Invalid cursor: it is past the end of this log."),
        ("cursor=begin&sort_by=id", "sort_by and cursor exclude each other: a cursor follows the order of the log."),
        ("cursor=begin&page=1", "page and cursor exclude each other: a cursor follows the order of the log."),
    ] {
        assert_eq!(ask(query).await.refused(400), json!({"detail": {"error": message}}), "{query}");
    }
});
