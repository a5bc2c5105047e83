//! The data set in Rust against the data set in SQL.
#![allow(clippy::unwrap_used)]

use daybook::testing::{TestDb, execute};
use daybook_bench::rows::{AuditRow, row};
use jiff::Timestamp;
use serde_json::Value;

const SQL: &str = include_str!("rows.sql");

/// What psql makes of `:name`; `::name` is a cast.
fn with_variables(sql: &str, variables: &[(&str, u64)]) -> String {
    let mut pieces = sql.split(':').peekable();
    let mut text = pieces.next().unwrap().to_owned();
    while let Some(piece) = pieces.next() {
        if piece.is_empty() {
            text.push_str("::");
            text.push_str(pieces.next().unwrap());
            continue;
        }
        let end = piece.find(|c: char| !c.is_alphanumeric()).unwrap_or(piece.len());
        match variables.iter().find(|(name, _)| *name == &piece[..end]) {
            Some((_, value)) => text.push_str(&format!("{value}{}", &piece[end..])),
            None => text.push_str(&format!(":{piece}")),
        }
    }
    text
}

fn read(line: &str) -> AuditRow {
    let mut row: serde_json::Map<String, Value> = serde_json::from_str(line).unwrap();
    let at: jiff::civil::DateTime = row["updated_at"].as_str().unwrap().parse().unwrap();
    let mut text = |name: &str| row[name].take().as_str().unwrap().to_owned();
    AuditRow {
        id: text("id"),
        updated_at: at.to_zoned(jiff::tz::TimeZone::UTC).unwrap().timestamp(),
        changed_by: text("changed_by"),
        changed_by_api_key: text("changed_by_api_key"),
        action: text("action").leak(),
        table_name: text("table_name").leak(),
        object_id: text("object_id"),
        before_value: Some(row["before_value"].take()).filter(|value| !value.is_null()),
        updated_values: row["updated_values"].take(),
    }
}

/// Numbers as floats: PostgreSQL writes a rounded one with its last zero, and members in an order of its own.
fn plain(mut row: AuditRow) -> AuditRow {
    fn floats(value: &mut Value) {
        match value {
            Value::Number(number) => *value = Value::from(number.as_f64().unwrap()),
            Value::Array(items) => items.iter_mut().for_each(floats),
            Value::Object(members) => {
                members.values_mut().for_each(floats);
                members.sort_keys();
            }
            _ => {}
        }
    }
    row.before_value.iter_mut().for_each(floats);
    floats(&mut row.updated_values);
    row
}

#[tokio::test]
async fn a_thousand_rows_are_those_of_the_sql_on_postgresql() {
    let Some(db) = TestDb::postgres().await else { return };
    let store = db.open().await;
    let (function, insert) = SQL.split_once("$$;\n").unwrap();
    execute(&store, &format!("{function}$$")).await.unwrap();
    // At the beginning, in the middle, and at the end of data sets of each size.
    for (low, high, n) in
        [(1, 250, 100_000), (500_001, 500_250, 1_000_000), (9_999_751, 10_000_000, 10_000_000), (300, 549, 5_000_000)]
    {
        let insert = with_variables(insert, &[("lo", low), ("hi", high), ("n", n)]);
        assert_eq!(execute(&store, &insert).await.unwrap(), 250);
        let ids: Vec<String> = (low..=high).map(|i| format!("'{}'", row(i, n).id)).collect();
        let sql = format!(
            "SELECT to_jsonb(t)::text FROM \"LiteLLM_AuditLog\" AS t \
             JOIN unnest(ARRAY[{}]) WITH ORDINALITY AS wanted (id, i) USING (id) ORDER BY i",
            ids.join(",")
        );
        let lines = TestDb::lines(&db.location, &sql).await;
        assert_eq!(lines.len(), 250, "every id is the same");
        for (line, i) in lines.iter().zip(low..) {
            assert_eq!(plain(read(line)), plain(row(i, n)), "row {i} of {n}");
        }
    }
    store.close().await;
}

#[test]
fn the_rows_rise_and_span_two_years() {
    let first: Timestamp = "2024-11-01T00:00:00Z".parse().unwrap();
    let last: Timestamp = "2026-11-01T00:01:00Z".parse().unwrap();
    let times: Vec<Timestamp> = (1..=5000).map(|i| row(i, 5000).updated_at).collect();
    assert!(times.is_sorted());
    assert!(times.iter().all(|at| (first..last).contains(at)));
}
