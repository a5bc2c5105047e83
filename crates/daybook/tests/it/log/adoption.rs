//! Rows that LiteLLM wrote come into the log.

use daybook::both;
use daybook::ledger::adopt::adopt;
use daybook::model::actor::Actor;
use daybook::model::question::{Direction, Question, Sort};
use daybook::model::row::RowExt as _;
use daybook::store::{audit, count_unadopted};
use daybook::testing::{TestDb, assert_invariants};
use serde_json::{Value, json};

use super::{entries, head, make_teams, play_litellm, user};

fn operator() -> Actor {
    Actor::command_line(Some("root"), "daybook ledger adopt")
}

both!(rows_come_in_oldest_first_as_litellm_wrote_them, async |db: TestDb| {
    let store = db.open().await;
    make_teams(&store, &user("ada"), "t", 2).await;
    let text = r#""{\"team_id\": \"t9\", \"n\": 1.0}""#;
    let long = format!("{{\"n\": 1{}}}", "0".repeat(400));
    let deep = format!("{}1{}", "[".repeat(200), "]".repeat(200));
    let rows = [
        ("b", "2024-02-01T00:00:00.000Z", None, Some("{}")),
        ("c", "2024-02-01T00:00:00.000Z", Some("null"), Some("null")),
        ("a", "2024-03-01T00:00:00.000Z", Some(text), Some(r#"{"x": "é"}"#)),
        (
            "odd",
            "2024-01-01T00:00:00.123Z",
            Some(r#"{"n": 9007199254740993, "m": {"b": -1e300, "a": [1]}}"#),
            Some("7"),
        ),
        ("huge", "2024-04-01T00:00:00.000Z", Some(long.as_str()), Some(deep.as_str())),
        ("words", "2024-05-01T00:00:00.000Z", Some(r#""{not json""#), Some(r#""""#)),
    ];
    let rows = rows.map(|(id, at, before, after)| (id.to_owned(), at, before, after));
    play_litellm(&store, &rows).await;
    let shown = async |id: &str| audit::find(&mut store.read().await.unwrap(), id).await.unwrap().unwrap();
    let mut before = Vec::new();
    for (id, ..) in &rows {
        before.push(shown(id).await);
    }
    assert_eq!(count_unadopted(&mut store.read().await.unwrap()).await.unwrap(), 6);
    let done = adopt(&store, &operator(), |_| {}).await.unwrap();
    assert_eq!((done.adopted, done.refused.len()), (6, 0));
    for ((id, ..), row) in rows.iter().zip(&before) {
        assert_eq!(shown(id).await, *row, "the row is as it was");
    }
    let entries = entries(&store).await;
    let ids: Vec<&str> = entries[2..].iter().map(|(ledger, _)| ledger.text("audit_id").unwrap()).collect();
    assert_eq!(ids, ["odd", "b", "c", "a", "huge", "words"]);
    let part =
        |index: usize, name: &str| -> Value { serde_json::from_str(entries[index].0.text(name).unwrap()).unwrap() };
    assert_eq!(part(3, "actor"), json!({"changed_by": "ada", "changed_by_api_key": "sk-hash"}));
    let said = json!({
        "adopted": true, "written_at": "2024-02-01T00:00:00.000Z", "outcome": "adopted",
    });
    assert_eq!(part(3, "context"), said);
    assert_eq!(part(2, "context")["raw"], json!(["before"]));
    assert_eq!(part(2, "context")["written_at"], "2024-01-01T00:00:00.123Z");
    assert_eq!(part(6, "context").get("raw"), None, "a text that nobody can read is shown, and recorded, as a text");
    assert_invariants(&store).await;

    let again = adopt(&store, &operator(), |_| {}).await.unwrap();
    assert_eq!((again.adopted, head(&store).await.size), (0, 8));
    assert_eq!(count_unadopted(&mut store.read().await.unwrap()).await.unwrap(), 0);
});

both!(thousands_of_rows_come_in_once_beside_changes_and_other_adoptions, async |db: TestDb| {
    let store = db.open().await;
    let rows: Vec<(String, &str, Option<&str>, Option<&str>)> = (0..1_500)
        .map(|number| {
            let at = ["2024-02-01T00:00:00.000Z", "2024-01-01T00:00:00.000Z"][number % 2];
            (format!("row-{number:05}"), at, Some(r#"{"n": 1}"#), None)
        })
        .collect();
    play_litellm(&store, &rows).await;
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..2 {
        let store = store.clone();
        tasks.spawn(async move { adopt(&store, &operator(), |_| {}).await.unwrap().adopted });
    }
    for client in 0..3 {
        let store = store.clone();
        tasks.spawn(async move {
            for turn in 0..10 {
                make_teams(&store, &user("ada"), &format!("t{client}-{turn}-"), 1).await;
            }
            0
        });
    }
    assert_eq!(tasks.join_all().await.iter().sum::<u64>(), 1_500);
    assert_eq!(head(&store).await.size, 1_530);
    assert_invariants(&store).await;
    let sort = Sort { direction: Direction::Ascending, ..Sort::default() };
    let question = Question { sort, ..Question::default() };
    let mut session = store.read().await.unwrap();
    let page = audit::page(&mut session, &question, 1_530).await.unwrap();
    let ids: Vec<&str> = page.iter().map(|row| row.text("id").unwrap()).collect();
    assert_eq!(ids[..3], ["row-00001", "row-00003", "row-00005"], "rows of one instant stand in the order of the log");
});

both!(an_adoption_goes_on_where_it_was_cut_off, async |db: TestDb| {
    let store = db.open().await;
    let rows: Vec<(String, &str, Option<&str>, Option<&str>)> =
        (0..20).map(|number| (format!("row-{number:02}"), "2024-01-01T00:00:00.000Z", None, Some("{}"))).collect();
    play_litellm(&store, &rows).await;
    let first = store.adopt(&operator(), None, 7).await.unwrap();
    assert_eq!((first.adopted, first.next.is_some()), (7, true));
    let second = store.adopt(&operator(), first.next.as_ref(), 7).await.unwrap();
    assert_eq!(second.adopted, 7);
    drop(second);
    assert_eq!(adopt(&store, &operator(), |_| {}).await.unwrap().adopted, 6);
    assert_invariants(&store).await;
});

#[tokio::test]
async fn a_row_that_no_leaf_can_name_is_refused_and_the_others_come_in() {
    // PostgreSQL's index would not take such an id.
    let db = TestDb::sqlite();
    let store = db.open().await;
    let rows = ["a".to_owned(), "b".repeat(70_000), "c".to_owned()];
    let rows = rows.map(|id| (id, "2024-01-01T00:00:00.000Z", None, Some("{}")));
    play_litellm(&store, &rows).await;
    let done = adopt(&store, &operator(), |_| {}).await.unwrap();
    assert_eq!((done.adopted, done.refused.len()), (2, 1));
    assert!(done.refused[0].1.contains("longer than 65535"), "{:?}", done.refused);
    let shown = audit::find(&mut store.read().await.unwrap(), &"b".repeat(70_000)).await.unwrap();
    assert!(shown.is_some(), "it stays where it is");
    assert_invariants(&store).await;
}
