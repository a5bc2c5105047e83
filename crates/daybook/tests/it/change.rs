//! `store::Change`: what it writes, it records; what it cannot record, it does not write.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use daybook::model::actor::Actor;
use daybook::model::row::RowExt as _;
use daybook::model::table::{KEYS, TEAMS};
use daybook::store::{Change, Lock, Store, StoreError, by, find_head};
use daybook::testing::{assert_invariants, execute};
use daybook::{both, row};

fn actor() -> Actor {
    Actor::system("/test")
}

async fn new_team(change: &mut Change, id: &str) -> Result<(), StoreError> {
    change
        .insert(
            &TEAMS,
            row! { "team_id": id, "max_budget": 5.0, "models": ["a", "b"], "metadata": serde_json::json!({"x": 1}) },
        )
        .await?;
    Ok(())
}

async fn budget(store: &Store, id: &str) -> Option<f64> {
    let mut session = store.read().await.unwrap();
    session.row(&TEAMS, &by("team_id", id), Lock::No).await.unwrap()?.float("max_budget")
}

both!(a_row_reads_back_as_it_was_written_whatever_the_database, async |db: daybook::testing::TestDb| {
    let store = db.open().await;
    let recorded = store.change(&actor(), async |change| new_team(change, "t1").await).await.unwrap();
    assert_eq!(recorded.receipts.len(), 1);
    assert_eq!(recorded.receipts[0].seq, 0);
    let mut session = store.read().await.unwrap();
    let team = session.row(&TEAMS, &by("team_id", "t1"), Lock::No).await.unwrap().unwrap();
    drop(session);
    assert_eq!(team.float("max_budget"), Some(5.0));
    assert_eq!(team.value("spend"), serde_json::json!(0.0));
    assert_eq!(team.texts("models"), ["a", "b"]);
    assert_eq!(team.object("metadata").unwrap().int("x"), Some(1));
    assert_eq!(team.flag("blocked"), Some(false));
    assert!(team.text("created_at").unwrap().ends_with('Z'));
    assert_invariants(&store).await;
});

both!(an_update_leaves_one_entry_and_a_repeated_one_leaves_none, async |db: daybook::testing::TestDb| {
    let store = db.open().await;
    store.change(&actor(), async |change| new_team(change, "t1").await).await.unwrap();
    let set = async || {
        store
            .change(&actor(), async |change| {
                let now = change.now_text();
                change.update(&TEAMS, &by("team_id", "t1"), row! { "max_budget": 2000.0, "updated_at": now }).await
            })
            .await
            .unwrap()
    };
    let first = set().await;
    assert_eq!(first.receipts.len(), 1);
    assert_eq!(first.value.unwrap().before.float("max_budget"), Some(5.0));
    assert!(set().await.receipts.is_empty());
    assert_eq!(budget(&store, "t1").await, Some(2000.0));
    assert_invariants(&store).await;
});

both!(a_refused_change_leaves_neither_row_nor_entry, async |db: daybook::testing::TestDb| {
    let store = db.open().await;
    let outcome: Result<_, StoreError> = store
        .change(&actor(), async |change| {
            new_team(change, "t1").await?;
            Err::<(), _>(StoreError::Unrecordable("no".to_owned()))
        })
        .await;
    assert!(outcome.is_err());
    assert_eq!(budget(&store, "t1").await, None);
    let head = find_head(&mut store.read().await.unwrap()).await.unwrap().unwrap();
    assert_eq!(head.size, 0);
});

both!(an_entry_that_cannot_be_written_takes_its_change_down, async |db: daybook::testing::TestDb| {
    let store = db.open().await;
    execute(&store, "DELETE FROM \"LiteLLM_AuditLog\"").await.unwrap();
    let ledger = store.dialect().own("ledger");
    execute(&store, &format!("ALTER TABLE {ledger} RENAME TO gone")).await.unwrap();
    let outcome = store.change(&actor(), async |change| new_team(change, "t1").await).await;
    assert!(outcome.is_err(), "a change without its leaf was committed");
    assert_eq!(budget(&store, "t1").await, None);
});

both!(a_number_that_json_cannot_carry_exactly_is_refused, async |db: daybook::testing::TestDb| {
    let store = db.open().await;
    let outcome = store
        .change(&actor(), async |change| {
            change.insert(&TEAMS, row! { "team_id": "t", "tpm_limit": 9_007_199_254_740_993_i64 }).await
        })
        .await;
    assert!(matches!(outcome, Err(StoreError::Unrecordable(_))), "{outcome:?}");
    assert_eq!(budget(&store, "t").await, None);
});

both!(the_log_refuses_to_be_edited, async |db: daybook::testing::TestDb| {
    let store = db.open().await;
    store.change(&actor(), async |change| new_team(change, "t1").await).await.unwrap();
    let ledger = store.dialect().own("ledger");
    for sql in [
        "UPDATE \"LiteLLM_AuditLog\" SET changed_by = 'nobody'".to_owned(),
        "DELETE FROM \"LiteLLM_AuditLog\"".to_owned(),
        format!("UPDATE {ledger} SET leaf = '{{}}'"),
        format!("DELETE FROM {ledger}"),
    ] {
        assert!(execute(&store, &sql).await.is_err(), "{sql} went through");
    }
    assert_invariants(&store).await;
});

both!(a_rotated_key_keeps_its_row_under_a_new_hash, async |db: daybook::testing::TestDb| {
    let store = db.open().await;
    store
        .change(&actor(), async |change| {
            change.insert(&KEYS, row! { "token": "aa", "key_alias": "k" }).await?;
            change
                .rotate(
                    &KEYS,
                    &by("token", "aa"),
                    row! { "token": "bb" },
                    &daybook::model::table::DELETED_KEYS,
                    row! {},
                )
                .await
        })
        .await
        .unwrap();
    let mut session = store.read().await.unwrap();
    assert!(session.row(&KEYS, &by("token", "aa"), Lock::No).await.unwrap().is_none());
    assert_eq!(session.row(&KEYS, &by("token", "bb"), Lock::No).await.unwrap().unwrap().text("key_alias"), Some("k"));
    drop(session);
    assert_invariants(&store).await;
});

both!(many_changes_at_once_make_one_gapless_log, async |db: daybook::testing::TestDb| {
    let store = db.open().await;
    store.change(&actor(), async |change| new_team(change, "t1").await).await.unwrap();
    let mut tasks = tokio::task::JoinSet::new();
    for client in 0..16 {
        let store = store.clone();
        tasks.spawn(async move {
            for turn in 0..20 {
                let wanted = f64::from(client * 1000 + turn + 10);
                let actor = actor();
                store
                    .change(&actor, async move |change| {
                        change.update(&TEAMS, &by("team_id", "t1"), row! { "max_budget": wanted }).await
                    })
                    .await
                    .unwrap();
            }
        });
    }
    tasks.join_all().await;
    let head = find_head(&mut store.read().await.unwrap()).await.unwrap().unwrap();
    assert_eq!(head.size, 321);
    assert_invariants(&store).await;
});

#[tokio::test(flavor = "multi_thread")]
async fn changes_that_wait_for_each_other_are_both_made() {
    // SQLite has one writer, so there is nobody to wait for crosswise.
    let Some(db) = daybook::testing::TestDb::postgres().await else { return };
    let store = db.open().await;
    for team in ["a", "b"] {
        store.change(&actor(), async move |change| new_team(change, team).await).await.unwrap();
    }
    let both_hold_one = Arc::new(tokio::sync::Barrier::new(2));
    let mut tasks = tokio::task::JoinSet::new();
    for (first, second) in [("a", "b"), ("b", "a")] {
        let (store, barrier) = (store.clone(), Arc::clone(&both_hold_one));
        let attempts = Arc::new(AtomicU32::new(0));
        let (first, second) = (first.to_owned(), second.to_owned());
        tasks.spawn(async move {
            let actor = actor();
            let counted = Arc::clone(&attempts);
            store
                .change(&actor, async move |change| {
                    change.find(&TEAMS, &by("team_id", &first)).await?;
                    if counted.fetch_add(1, Ordering::Relaxed) == 0 {
                        barrier.wait().await;
                    }
                    let spend = f64::from(counted.load(Ordering::Relaxed));
                    change.update(&TEAMS, &by("team_id", &second), row! { "max_budget": 10.0 + spend }).await
                })
                .await
                .unwrap();
            attempts.load(Ordering::Relaxed)
        });
    }
    let attempts: u32 = tasks.join_all().await.iter().sum();
    // Each may be taken out of its group and made again by itself, where they can meet once more.
    assert!((3..=6).contains(&attempts), "one of the two at least was rolled back and made again: {attempts} attempts");
    assert_invariants(&store).await;
}

both!(a_text_that_looks_like_the_same_instant_is_another_text, async |db: daybook::testing::TestDb| {
    let store = db.open().await;
    let rename = async |alias: &'static str| {
        store
            .change(&actor(), async move |change| {
                change.update(&TEAMS, &by("team_id", "t1"), row! { "team_alias": alias }).await
            })
            .await
            .unwrap()
            .receipts
            .len()
    };
    store.change(&actor(), async |change| new_team(change, "t1").await).await.unwrap();
    assert_eq!(rename("2026-01-01").await, 1);
    assert_eq!(rename("2026-01-01T00:00:00Z").await, 1);
    assert_eq!(rename("2026-01-01T00:00:00Z").await, 0);
});
