//! `GET /audit`: what is asked for, what is refused, and in which order the pages come.

use serde_json::json;

use super::{Foreign, MASTER_HASH, ids};
use crate::harness::TestApp;

/// Five rows that differ in everything, oldest first: r1 to r5.
async fn five_rows(app: &TestApp) {
    let hash = daybook::model::secret::hash_key("sk-of-ada");
    let rows = [
        Foreign {
            id: "r1",
            at: "2024-06-07T23:59:59.999Z",
            updated: Some(r#"{"team_id": "t1"}"#),
            ..Foreign::default()
        },
        Foreign {
            id: "r2",
            at: "2024-06-08T00:00:00.000Z",
            changed_by: "ada",
            changed_by_api_key: &hash,
            action: "create",
            table: "LiteLLM_VerificationToken",
            object_id: "k1",
            updated: Some(r#"{"team_id": "t1", "token": "k1"}"#),
            ..Foreign::default()
        },
        Foreign {
            id: "r3",
            at: "2024-06-08T23:59:59.999Z",
            changed_by_api_key: MASTER_HASH,
            action: "updated",
            before: Some(r#"{"team_id": "t2", "token": "k1"}"#),
            updated: Some(r#"{"max_budget": 1.0}"#),
            ..Foreign::default()
        },
        Foreign {
            id: "r4",
            at: "2024-06-09T00:00:00.000Z",
            changed_by: "Ada",
            action: "deleted",
            table: "LiteLLM_UserTable",
            object_id: "u1",
            before: Some(r#"{"user_id": "u1"}"#),
            ..Foreign::default()
        },
        Foreign {
            id: "r5",
            at: "2024-06-10T12:00:00.000Z",
            changed_by: "u1",
            action: "rotated",
            object_id: "k0",
            before: Some(&format!(r#"{{"token": "{hash}"}}"#)),
            updated: Some(r#"{"token": "k2", "team_id": "t1"}"#),
            ..Foreign::default()
        },
    ];
    for row in rows {
        row.insert(app).await;
    }
}

served!(every_parameter_narrows_the_answer, async |app: &TestApp| {
    five_rows(app).await;
    let table: &[(&str, &[&str])] = &[
        ("", &["r5", "r4", "r3", "r2", "r1"]),
        ("unknown=1", &["r5", "r4", "r3", "r2", "r1"]),
        ("changed_by=ada", &["r2"]),
        ("changed_by=ad", &[]),
        ("changed_by=ad%25", &[]),
        (
            "changed_by=&action=&table_name=&object_id=&search=&start_date=&end_date=&sort_by=&sort_order=&object_team_id=&object_key_hash=&changed_by_api_key=",
            &["r5", "r4", "r3", "r2", "r1"],
        ),
        ("changed_by=ada&changed_by=Ada", &["r4", "r2"]),
        ("changed_by=ada&changed_by=", &["r2"]),
        ("changed_by_api_key=litellm_proxy_master_key", &["r5", "r4", "r3", "r1"]),
        (
            "changed_by_api_key=88dc28d0f030c55ed4ab77ed8faf098196cb1c05df778539800c9f1243fe6b4b",
            &["r5", "r4", "r3", "r1"],
        ),
        ("action=created", &["r2", "r1"]),
        ("action=create", &["r2", "r1"]),
        ("action=creates", &["r2", "r1"]),
        ("action=delete&action=rotate", &["r5", "r4"]),
        ("action=bogus", &[]),
        ("table_name=LiteLLM_UserTable", &["r4"]),
        ("table_name=LiteLLM_UserTable&action=created", &[]),
        ("object_id=t1", &["r3", "r1"]),
        ("object_team_id=t1", &["r5", "r2", "r1"]),
        ("object_team_id=t", &[]),
        ("object_team_id=T1", &[]),
        ("object_team_id=%25", &[]),
        ("object_team_id=_1", &[]),
        ("object_team_id=t1&object_team_id=t2", &["r5", "r3", "r2", "r1"]),
        ("object_key_hash=k1", &["r3", "r2"]),
        ("object_key_hash=k1&object_team_id=t1", &["r2"]),
        ("object_key_hash=k1&object_team_id=t2", &["r3"]),
        ("search=u1", &["r5", "r4"]),
        ("search=%20u1%20", &[]),
        ("search=r3", &["r3"]),
        ("search=r", &[]),
        ("search=litellm_proxy_master_key", &["r5", "r4", "r3", "r1"]),
        ("search=k1", &["r2"]),
        ("search=sk-of-ada", &["r5", "r2"]),
        ("search=sk-1234", &["r5", "r4", "r3", "r1"]),
        ("start_date=2024-06-08", &["r5", "r4", "r3", "r2"]),
        ("start_date=2024-06-08&end_date=2024-06-08", &["r3", "r2"]),
        ("end_date=2024-06-08", &["r3", "r2", "r1"]),
        ("start_date=2024-06-08T00:00:00Z&end_date=2024-06-08T00:00:00Z", &["r2"]),
        ("start_date=2024-06-08T02:00:00%2B02:00&end_date=2024-06-08T00:00:00", &["r2"]),
        ("start_date=2024-06-08T02:00:00+02:00&end_date=2024-06-08%2000:00:00.000", &["r2"]),
        ("start_date=2024-06-07T23:59:59.9991Z&end_date=2024-06-08T23:59:59.9989Z", &["r2"]),
        ("start_date=0000-01-01&end_date=9999-12-31", &["r5", "r4", "r3", "r2", "r1"]),
        ("start_date=2025-01-01&end_date=2024-01-01", &[]),
        ("sort_order=asc", &["r1", "r2", "r3", "r4", "r5"]),
        ("sort_order=ASC&sort_by=updated_at", &["r1", "r2", "r3", "r4", "r5"]),
        ("sort_by=action&sort_order=asc", &["r2", "r1", "r4", "r5", "r3"]),
        ("sort_by=changed_by&sort_order=Asc", &["r4", "r2", "r1", "r3", "r5"]),
        ("sort_by=id&sort_order=DESC", &["r5", "r4", "r3", "r2", "r1"]),
        ("sort_by=object_id", &["r4", "r3", "r1", "r2", "r5"]),
        ("sort_by=table_name&sort_order=asc&page_size=3", &["r1", "r3", "r5"]),
        ("page=2&page_size=2", &["r3", "r2"]),
        ("page=99", &[]),
        ("page=9223372036854775807&page_size=100", &[]),
    ];
    for (query, expected) in table {
        let page = app.master().get(&format!("/audit?{query}")).await.ok();
        assert_eq!(&ids(&page), expected, "{query}");
    }
});

served!(the_answer_has_its_members_in_litellms_order, async |app: &TestApp| {
    five_rows(app).await;
    let answer = app.master().get("/audit?search=r3&page_size=3").await;
    assert_eq!(
        answer.text,
        format!(
            r#"{{"audit_logs":[{{"id":"r3","updated_at":"2024-06-08T23:59:59.999000Z","changed_by":"default_user_id","changed_by_api_key":"{MASTER_HASH}","action":"updated","table_name":"LiteLLM_TeamTable","object_id":"t1","before_value":{{"token":"k1","team_id":"t2"}},"updated_values":{{"max_budget":1.0}}}}],"total":1,"page":1,"page_size":3,"total_pages":1}}"#
        )
        .replace(
            r#"{"token":"k1","team_id":"t2"}"#,
            // PostgreSQL's jsonb has the shorter name first, SQLite has what was written.
            if answer.text.contains(r#"{"token":"k1","team_id":"t2"}"#) {
                r#"{"token":"k1","team_id":"t2"}"#
            } else {
                r#"{"team_id":"t2","token":"k1"}"#
            }
        )
    );
    assert_eq!(
        app.master().get("/audit?page=7&action=bogus").await.text,
        r#"{"audit_logs":[],"total":0,"page":7,"page_size":10,"total_pages":0}"#
    );
    let page = app.master().get("/audit?page=3&page_size=2").await.ok();
    assert_eq!((&page["total"], &page["total_pages"]), (&json!(5), &json!(3)));
});

served!(what_is_no_question_is_refused_in_these_bytes, async |app: &TestApp| {
    let item = |kind: &str, name: &str, message: &str| {
        format!(r#"{{"type":"{kind}","loc":["query","{name}"],"msg":"{message}"}}"#)
    };
    let at_least = |name: &str| item("greater_than_equal", name, "Input should be greater than or equal to 1");
    let no_int =
        |name: &str| item("int_parsing", name, "Input should be a valid integer, unable to parse string as an integer");
    let nul = |name: &str| item("value_error", name, "Value error, NUL characters are not allowed");
    for (query, items) in [
        ("page=0", vec![at_least("page")]),
        ("page=-1", vec![at_least("page")]),
        ("page=abc", vec![no_int("page")]),
        ("page=1.5", vec![no_int("page")]),
        ("page=", vec![no_int("page")]),
        ("page_size=", vec![no_int("page_size")]),
        ("page_size=0", vec![at_least("page_size")]),
        ("page_size=101", vec![item("less_than_equal", "page_size", "Input should be less than or equal to 100")]),
        ("page_size=x&page=0&sort_by=bogus&end_date=x", vec![at_least("page"), no_int("page_size")]),
        (
            "page=99999999999999999999",
            vec![item("int_parsing_size", "page", "Unable to parse input string as an integer, exceeded maximum size")],
        ),
        ("search=%00&action=a%00b", vec![nul("action"), nul("search")]),
    ] {
        let answer = app.master().get(&format!("/audit?{query}")).await;
        assert_eq!((answer.status, answer.text), (422, format!(r#"{{"detail":[{}]}}"#, items.join(","))), "{query}");
    }
    let dates = "a date (2024-06-08), or a date and a time, in UTC when no zone is given (2024-06-08T23:41:14.793Z, 2024-06-08T23:41:14+02:00, 2024-06-08 23:41:14.793)";
    let columns =
        "id, updated_at, changed_by, changed_by_api_key, action, table_name, object_id, before_value, updated_values";
    for (query, name, value, allowed) in [
        ("sort_by=bogus", "sort_by", "bogus", columns),
        ("sort_by=ID", "sort_by", "ID", columns),
        ("sort_by=seq", "sort_by", "seq", columns),
        ("sort_by=id;drop", "sort_by", "id;drop", columns),
        ("sort_order=bogus", "sort_order", "bogus", "asc, desc"),
        ("sort_order=asc%20", "sort_order", "asc ", "asc, desc"),
        ("start_date=garbage", "start_date", "garbage", dates),
        ("start_date=2024-06-31", "start_date", "2024-06-31", dates),
        ("end_date=1717804800", "end_date", "1717804800", dates),
        ("end_date=2024-06-08T25:00:00Z", "end_date", "2024-06-08T25:00:00Z", dates),
    ] {
        let answer = app.master().get(&format!("/audit?{query}")).await;
        let expected = format!(r#"{{"detail":{{"error":"Invalid {name} '{value}'. Allowed: {allowed}."}}}}"#);
        assert_eq!((answer.status, answer.text), (400, expected), "{query}");
    }
});

served!(numbers_are_read_here_as_in_every_other_request, async |app: &TestApp| {
    use daybook_server::wire::models::audit::AUDIT_QUERY;
    use daybook_server::wire::{Query, problems_to_json};
    for text in
        ["1", "%201%20", "%2B1", "1.0", "1.", "0x1", "1e1", "1_0", "_1", "--1", "", "-0", "100", "100.5", "٣", "1%00"]
    {
        let query = format!("page={text}&page_size={text}");
        let answer = app.master().get(&format!("/audit?{query}")).await;
        match AUDIT_QUERY.parse(&Query::new(&query)) {
            Ok(fields) => assert_eq!(answer.ok()["page"], *fields.get("page"), "{query}"),
            Err(problems) => assert_eq!(answer.refused(422), problems_to_json(&problems), "{query}"),
        }
    }
});

served!(pages_over_one_millisecond_neither_overlap_nor_leave_anything_out, async |app: &TestApp| {
    for number in 0..20 {
        let id = format!("{:02}", (number * 7) % 20);
        Foreign { id: &id, ..Foreign::default() }.insert(app).await;
    }
    for sort in ["", "&sort_by=action", "&sort_by=updated_values&sort_order=asc"] {
        let mut seen = Vec::new();
        for page in 1..=7 {
            let page = app.master().get(&format!("/audit?page={page}&page_size=3{sort}")).await.ok();
            seen.extend(ids(&page).into_iter().map(str::to_owned));
        }
        let mut sorted = seen.clone();
        sorted.sort();
        sorted.dedup();
        assert_eq!((seen.len(), sorted.len()), (20, 20), "{sort}: {seen:?}");
    }
});

served!(the_entries_of_one_change_come_in_the_order_of_their_sequence, async |app: &TestApp| {
    app.master()
        .post("/team/new", json!({"team_id": "t1", "members_with_roles": [{"user_id": "u1", "role": "user"}]}))
        .await
        .ok();
    app.master().post("/key/generate", json!({"team_id": "t1"})).await.ok();
    let mut written: Vec<String> = app.entries().await.into_iter().map(|entry| entry.id).collect();
    assert!(written.len() > 2);
    let up = app.master().get("/audit?sort_order=asc&page_size=100").await.ok();
    assert_eq!(ids(&up), written);
    let down = app.master().get("/audit?page_size=100").await.ok();
    written.reverse();
    assert_eq!(ids(&down), written);
});
