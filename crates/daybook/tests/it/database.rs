//! Opening: what is made, what is refused, what is left alone.

use std::task::Poll;

use daybook::model::actor::Actor;
use daybook::model::table::TEAMS;
use daybook::row;
use daybook::store::{Change, Location, Options, Pooling, Store, StoreError, known_version};
use daybook::testing::{TestDb, execute};

daybook::both!(a_newer_schema_is_refused_and_nothing_is_touched, async |db: TestDb| {
    let store = db.open().await;
    let table = store.dialect().own("migration");
    let newer = known_version(store.dialect()) + 1;
    execute(&store, &format!("INSERT INTO {table} (version, name) VALUES ({newer}, 'later')")).await.unwrap();
    store.close().await;
    match Store::open(db.options()).await {
        Err(StoreError::NewerSchema { found, known }) => assert_eq!((found, known), (newer, newer - 1)),
        other => panic!("opened all the same: {other:?}"),
    }
});

daybook::both!(opening_twice_changes_nothing, async |db: TestDb| {
    let store = db.open().await;
    let made = store.setting("x", || "first".to_owned()).await.unwrap();
    store.close().await;
    let store = db.open().await;
    let kept = store.setting("x", || "second".to_owned()).await.unwrap();
    assert_eq!((made.as_str(), kept.as_str()), ("first", "first"));
    store.close().await;
});

daybook::both!(who_gives_up_while_a_transaction_begins_leaves_none_behind, async |db: TestDb| {
    let pooling = Pooling { connections: 1, ..Pooling::default() };
    let store = Store::open(Options { pooling, ..db.options() }).await.unwrap();
    for steps in 0..12 {
        // A reader that is dropped after so many steps of its beginning, one of which waits for the answer to `BEGIN`.
        let mut beginning = Box::pin(store.read());
        let mut left = steps;
        std::future::poll_fn(|context| {
            if left == 0 {
                return Poll::Ready(());
            }
            left -= 1;
            beginning.as_mut().poll(context).map(drop)
        })
        .await;
        drop(beginning);
        // The one connection is fit for whoever comes next.
        let changed = store.change(&Actor::system("test"), async move |change: &mut Change| {
            change.insert(&TEAMS, row! { "team_id": format!("after-{steps}") }).await
        });
        assert!(changed.await.is_ok(), "{steps} steps");
    }
    store.close().await;
});

#[tokio::test]
async fn replicas_that_start_together_on_an_empty_database_agree() {
    let Some(db) = TestDb::empty_postgres().await else { return };
    let starts = (0..4).map(|_| Store::open(db.options()));
    let mut tasks = tokio::task::JoinSet::new();
    starts.for_each(|start| drop(tasks.spawn(start)));
    for store in tasks.join_all().await {
        store.unwrap().close().await;
    }
}

#[tokio::test]
async fn a_database_that_is_not_there_is_named_without_its_password() {
    let url = "postgresql://daybook:hunter2@127.0.0.1:9/nowhere".to_owned();
    let location = Location::Postgres { url, schema: "public".to_owned() };
    let pooling = Pooling { connections: 1, timeout: std::time::Duration::from_millis(500) };
    let error = Store::open(Options { pooling, ..Options::new(location) }).await.unwrap_err();
    assert!(matches!(error, StoreError::Unavailable { .. }), "{error:?}");
    assert!(!format!("{error:?} {error}").contains("hunter2"));
}

#[tokio::test]
async fn tables_that_litellm_made_are_used_as_they_stand() {
    let Some(db) = TestDb::empty_postgres().await else { return };
    // An older LiteLLM: a column is missing, and one is there that we do not know.
    let store = db.open().await;
    for sql in [
        "ALTER TABLE \"LiteLLM_TeamTable\" DROP COLUMN tpd_limit",
        "ALTER TABLE \"LiteLLM_TeamTable\" ADD COLUMN from_the_future text DEFAULT 'kept'",
    ] {
        execute(&store, sql).await.unwrap();
    }
    store.close().await;
    let store = db.open().await;
    let actor = daybook::model::actor::Actor::system("/test");
    let made = store
        .change(&actor, async |change| {
            let row = daybook::row! { "team_id": "t", "tpd_limit": null, "max_budget": 1.0 };
            change.insert(&daybook::model::table::TEAMS, row).await
        })
        .await
        .unwrap();
    assert_eq!(made.value["from_the_future"], "kept");
    assert!(!made.value.contains_key("tpd_limit"));
    daybook::testing::assert_invariants(&store).await;
    store.close().await;
}
