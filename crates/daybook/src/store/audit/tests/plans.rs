//! Which indexes answer where the index in memory does not, as SQLite plans it. It plans by the form of a statement;
//! PostgreSQL goes by what is in the table.

use super::super::*;
use crate::model::question::Search;
use crate::testing::TestDb;

/// The plan for many entries, on an empty database: SQLite plans by the form of a statement.
async fn plan(filter: Filter, sort: Sort) -> Vec<String> {
    let db = TestDb::sqlite();
    let store = db.open().await;
    let mut session = store.read().await.unwrap();
    session.plan(walked(Dialect::Sqlite, &filter, sort, 10, 0)).await
}

#[tokio::test]
async fn many_entries_are_walked_in_the_order_of_an_index_and_not_sorted() {
    let one = || vec!["a".to_owned()];
    let two = || vec!["a".to_owned(), "b".to_owned()];
    let newest = Sort::default();
    let by = |column| Sort { column, direction: Direction::Ascending };
    let at = Some(jiff::Timestamp::UNIX_EPOCH);
    let search = Search { texts: one(), api_keys: one(), key_hashes: one() };
    for (filter, sort, step) in [
        (Filter::default(), newest, "SCAN x USING COVERING INDEX daybook_audit_updated_at"),
        (Filter { from: at, ..Filter::default() }, newest, "INDEX daybook_audit_updated_at (updated_at>?)"),
        (Filter { action: two(), ..Filter::default() }, newest, "SCAN x USING INDEX daybook_audit_updated_at"),
        (Filter { team_id: one(), ..Filter::default() }, newest, "SCAN x USING INDEX daybook_audit_updated_at"),
        (Filter { search, ..Filter::default() }, newest, "SCAN x USING INDEX daybook_audit_updated_at"),
        (
            Filter { changed_by: one(), until: at, ..Filter::default() },
            newest,
            "daybook_audit_updated_at (updated_at<?)",
        ),
        (
            Filter { object_id: one(), table_name: one(), ..Filter::default() },
            newest,
            "INDEX daybook_audit_object_id (object_id=?)",
        ),
        (Filter::default(), by(Column::ObjectId), "SCAN x USING INDEX daybook_audit_object_id"),
    ] {
        let plan = plan(filter.clone(), sort).await;
        let walk: Vec<&String> = plan.iter().take_while(|step| *step != "SCAN page").collect();
        assert!(walk.iter().any(|found| found.contains(step)), "{filter:?}: {plan:#?}");
        assert!(!walk.iter().any(|step| *step == "USE TEMP B-TREE FOR ORDER BY"), "{filter:?}: {plan:#?}");
    }
}

#[tokio::test]
async fn few_entries_of_an_object_are_found_by_its_index() {
    let db = TestDb::sqlite();
    let store = db.open().await;
    let filter = Filter { object_id: vec!["a".to_owned()], ..Filter::default() };
    let mut session = store.read().await.unwrap();
    let plan = session.plan(collected(Dialect::Sqlite, &filter, Sort::default(), 10, 0)).await;
    assert!(plan.iter().any(|step| step.contains("daybook_audit_object_id")), "{plan:#?}");
    // The one scan is that of the collected.
    assert_eq!(plan.iter().filter(|step| step.starts_with("SCAN x")).count(), 1, "{plan:#?}");
}
