//! Rows that LiteLLM wrote into the same table, its malformed ones among them.

use serde_json::{Value, json};

use super::{Foreign, ids};
use crate::harness::TestApp;

served!(a_value_that_is_the_text_of_an_object_is_that_object, async |app: &TestApp| {
    let text = Value::from(json!({"team_id": "t9", "token": "h9", "note": "it's \"quoted\""}).to_string()).to_string();
    Foreign { id: "r", action: "updated", before: Some(&text), updated: Some(r#"{"key": "x"}"#), ..Foreign::default() }
        .insert(app)
        .await;
    let expected = json!({"team_id": "t9", "token": "h9", "note": "it's \"quoted\""});
    assert_eq!(app.master().get("/audit/r").await.ok()["before_value"], expected);
    for query in ["", "?object_team_id=t9", "?object_key_hash=h9"] {
        let page = app.master().get(&format!("/audit{query}")).await.ok();
        assert_eq!(page["audit_logs"][0]["before_value"], expected, "{query}");
    }
});

served!(a_row_that_makes_no_sense_takes_nothing_else_with_it, async |app: &TestApp| {
    let cases: Vec<(&str, String, Value)> = vec![
        ("text", r#""{not json""#.to_owned(), json!("{not json")),
        ("scalar text", r#""7""#.to_owned(), json!("7")),
        ("list", r#"[{"team_id": "t1"}]"#.to_owned(), json!([{"team_id": "t1"}])),
        ("number", "7".to_owned(), json!(7)),
        ("null", "null".to_owned(), Value::Null),
        ("empty text", r#""""#.to_owned(), json!("")),
        ("wrong types", r#"{"team_id": 7, "token": {"a": 1}}"#.to_owned(), json!({"team_id": 7, "token": {"a": 1}})),
        // No JSON reader of ours has such numbers: the row shows the text.
        ("huge", format!("{{\"n\": 1{}}}", "0".repeat(400)), json!(format!("{{\"n\": 1{}}}", "0".repeat(400)))),
    ];
    for (id, stored, _) in &cases {
        Foreign { id, before: Some(stored), updated: Some(stored), action: "updated", ..Foreign::default() }
            .insert(app)
            .await;
    }
    let page = app.master().get("/audit?sort_by=id&sort_order=asc").await.ok();
    assert_eq!(page["total"], cases.len());
    for (id, _, shown) in &cases {
        let row = page["audit_logs"].as_array().unwrap().iter().find(|row| row["id"] == *id).unwrap();
        assert_eq!((&row["before_value"], &row["updated_values"]), (shown, shown), "{id}");
        assert_eq!(app.master().get(&format!("/audit/{id}")).await.ok(), *row);
    }
    assert!(ids(&app.master().get("/audit?object_team_id=7").await.ok()).is_empty());
    assert!(ids(&app.master().get("/audit?object_team_id=t1").await.ok()).is_empty());
});

served!(texts_of_any_length_are_taken_and_found, async |app: &TestApp| {
    // Longer than an index row of PostgreSQL's may be, and not to be compressed.
    let long: String =
        (0..12_000_u32).map(|n| char::from(b'a' + (n.wrapping_mul(2_654_435_761) >> 27) as u8 % 26)).collect();
    let team = json!({"team_id": long}).to_string();
    Foreign { id: "r", changed_by: &long, object_id: &long, updated: Some(&team), ..Foreign::default() }
        .insert(app)
        .await;
    for name in ["changed_by", "object_id", "search"] {
        assert_eq!(app.master().get(&format!("/audit?{name}={long}")).await.ok()["total"], 1, "{name}");
    }
});

served!(rows_of_litellm_and_of_daybook_stand_in_one_list, async |app: &TestApp| {
    app.master().post("/team/new", json!({"team_id": "t1"})).await.ok();
    Foreign { id: "old", at: "2020-01-01T00:00:00.000Z", updated: Some(r#"{"team_id": "t1"}"#), ..Foreign::default() }
        .insert(app)
        .await;
    let page = app.master().get("/audit?object_team_id=t1&changed_by_api_key=litellm_proxy_master_key").await.ok();
    assert!(page["total"].as_i64().unwrap() >= 2);
    assert_eq!(ids(&page).last(), Some(&"old"));
});
