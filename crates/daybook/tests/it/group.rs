//! Changes that share a commit: what they share, and what they do not.

use std::future::{pending, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::Poll;

use daybook::model::actor::Actor;
use daybook::model::row::RowExt as _;
use daybook::model::table::TEAMS;
use daybook::row;
use daybook::store::{Change, Dialect, Lock, Options, Pooling, Recorded, Store, StoreError, Updated, by, find_head};
use daybook::testing::{TestDb, assert_invariants, execute, groups};
use tokio::sync::{Barrier, Notify};
use tokio::task::JoinHandle;

/// On a runtime of one thread, which runs tasks in the order in which they were made: changes that are started without waiting
/// in between all stand in line before the first group begins.
type Made = JoinHandle<Result<Recorded<()>, StoreError>>;

/// [`daybook::both!`] on such a runtime.
macro_rules! on_one_thread {
    ($name:ident, $test:expr) => {
        mod $name {
            use super::*;

            #[tokio::test]
            async fn sqlite() {
                let test = $test;
                test(TestDb::sqlite()).await;
            }

            #[tokio::test]
            async fn postgres() {
                if let Some(db) = TestDb::postgres().await {
                    let test = $test;
                    test(db).await;
                }
            }
        }
    };
}

fn actor() -> Actor {
    Actor::system("/test")
}

async fn new_team(change: &mut Change, id: &str) -> Result<(), StoreError> {
    change.insert(&TEAMS, row! { "team_id": id, "max_budget": 5.0 }).await.map(|_| ())
}

async fn make(store: &Store, ids: &[&str]) {
    for id in ids {
        let id = (*id).to_owned();
        store.change(&actor(), async move |change| new_team(change, &id).await).await.unwrap();
    }
}

async fn set(change: &mut Change, id: &str, budget: f64) -> Result<Option<Updated>, StoreError> {
    change.update(&TEAMS, &by("team_id", id), row! { "max_budget": budget }).await
}

async fn budget(store: &Store, id: &str) -> Option<f64> {
    let mut session = store.read().await.unwrap();
    session.row(&TEAMS, &by("team_id", id), Lock::No).await.unwrap()?.float("max_budget")
}

async fn size(store: &Store) -> u64 {
    find_head(&mut store.read().await.unwrap()).await.unwrap().unwrap().size
}

/// A store with one lane on either database.
async fn one_lane(db: &TestDb) -> Store {
    let pooling = Pooling { connections: 3, ..db.options().pooling };
    Store::open(Options { pooling, ..db.options() }).await.unwrap()
}

/// Starts to make a team.
fn starting(store: &Store, id: &str) -> Made {
    let id = id.to_owned();
    tokio::spawn(store.change(&actor(), async move |change: &mut Change| new_team(change, &id).await))
}

async fn seq(made: Made) -> i64 {
    made.await.unwrap().unwrap().receipts[0].seq
}

on_one_thread!(changes_that_come_together_share_a_commit_and_keep_their_order, async |db: TestDb| {
    let store = one_lane(&db).await;
    let made: Vec<Made> = (0..20).map(|n| starting(&store, &format!("t{n}"))).collect();
    for (expected, made) in made.into_iter().enumerate() {
        assert_eq!(seq(made).await, expected as i64);
    }
    assert_eq!(groups(&store), (1, 0), "one commit for all of them");
    assert_eq!(size(&store).await, 20);
    assert_invariants(&store).await;
});

on_one_thread!(a_group_has_a_largest_size_and_the_next_one_goes_on, async |db: TestDb| {
    let store = one_lane(&db).await;
    let made: Vec<Made> = (0..100).map(|n| starting(&store, &format!("t{n}"))).collect();
    for (expected, made) in made.into_iter().enumerate() {
        assert_eq!(seq(made).await, expected as i64);
    }
    let commits = if store.dialect() == Dialect::Sqlite { 2 } else { 4 };
    assert_eq!(groups(&store), (commits, 0));
    assert_invariants(&store).await;
});

on_one_thread!(entries_of_one_change_stay_together, async |db: TestDb| {
    let store = one_lane(&db).await;
    let start = |n: u32| {
        tokio::spawn(store.change(&actor(), async move |change: &mut Change| {
            for part in 0..3 {
                new_team(change, &format!("t{n}-{part}")).await?;
            }
            Ok::<_, StoreError>(())
        }))
    };
    let made: Vec<Made> = (0..5).map(start).collect();
    for (n, made) in made.into_iter().enumerate() {
        let receipts = made.await.unwrap().unwrap().receipts;
        let numbers: Vec<i64> = receipts.iter().map(|receipt| receipt.seq).collect();
        assert_eq!(numbers, [0, 1, 2].map(|part| n as i64 * 3 + part));
    }
    assert_eq!(groups(&store).0, 1);
    assert_invariants(&store).await;
});

on_one_thread!(a_change_that_fails_does_not_touch_its_neighbours, async |db: TestDb| {
    let store = one_lane(&db).await;
    let first = starting(&store, "a");
    let refuses: Made = tokio::spawn(store.change(&actor(), async |change: &mut Change| {
        new_team(change, "b").await?;
        Err(StoreError::Unrecordable("mine".to_owned()))
    }));
    let repeats = starting(&store, "a");
    let inexact: Made = tokio::spawn(store.change(&actor(), async |change: &mut Change| {
        let row = row! { "team_id": "d", "tpm_limit": 9_007_199_254_740_993_i64 };
        change.insert(&TEAMS, row).await.map(|_| ())
    }));
    let last = starting(&store, "c");
    assert_eq!((seq(first).await, seq(last).await), (0, 1));
    let error = refuses.await.unwrap().unwrap_err();
    assert!(matches!(&error, StoreError::Unrecordable(text) if text == "mine"), "{error:?}");
    let error = repeats.await.unwrap().unwrap_err();
    assert!(matches!(error, StoreError::Duplicate(_)), "{error:?}");
    let error = inexact.await.unwrap().unwrap_err();
    assert!(matches!(error, StoreError::Unrecordable(_)), "{error:?}");
    assert_eq!(groups(&store).0, 1, "nobody ran again");
    for (id, there) in [("a", true), ("b", false), ("c", true), ("d", false)] {
        assert_eq!(budget(&store, id).await.is_some(), there, "{id}");
    }
    assert_invariants(&store).await;
});

on_one_thread!(a_change_sees_what_its_neighbours_have_done, async |db: TestDb| {
    let store = one_lane(&db).await;
    make(&store, &["t"]).await;
    let more = || {
        tokio::spawn(store.change(&actor(), async |change: &mut Change| {
            let team = change.find(&TEAMS, &by("team_id", "t")).await?.unwrap();
            set(change, "t", team.float("max_budget").unwrap() + 1.0).await.map(|_| ())
        }))
    };
    let made: Vec<Made> = (0..10).map(|_| more()).collect();
    for made in made {
        made.await.unwrap().unwrap();
    }
    assert_eq!(budget(&store, "t").await, Some(15.0));
    assert_eq!(groups(&store).0, 2);
    assert_invariants(&store).await;
});

on_one_thread!(a_change_that_nobody_waits_for_any_more_leaves_no_trace, async |db: TestDb| {
    let store = one_lane(&db).await;
    let first = starting(&store, "a");
    let begun = Arc::new(Notify::new());
    let says = begun.clone();
    let dropped: Made = tokio::spawn(store.change(&actor(), async move |change: &mut Change| {
        new_team(change, "b").await?;
        says.notify_one();
        pending().await
    }));
    let in_line = starting(&store, "c");
    let last = starting(&store, "d");
    begun.notified().await;
    in_line.abort();
    dropped.abort();
    assert_eq!((seq(first).await, seq(last).await), (0, 1));
    for (id, there) in [("a", true), ("b", false), ("c", false), ("d", true)] {
        assert_eq!(budget(&store, id).await.is_some(), there, "{id}");
    }
    assert_eq!(groups(&store), (1, 0));
    assert_invariants(&store).await;
});

on_one_thread!(a_change_that_is_dropped_in_the_middle_of_a_statement_leaves_no_trace, async |db: TestDb| {
    let store = one_lane(&db).await;
    for polls in 1..12 {
        let (first, dropped, last) = (format!("a{polls}"), format!("b{polls}"), format!("c{polls}"));
        let before = starting(&store, &first);
        {
            let mine = dropped.clone();
            let mut change =
                pin!(store.change(&actor(), async move |change: &mut Change| new_team(change, &mine).await));
            let mut left = polls;
            poll_fn(|context| {
                left -= 1;
                if change.as_mut().poll(context).is_ready() || left == 0 { Poll::Ready(()) } else { Poll::Pending }
            })
            .await;
        }
        let after = starting(&store, &last);
        before.await.unwrap().unwrap();
        after.await.unwrap().unwrap();
    }
    assert_invariants(&store).await;
});

on_one_thread!(a_change_that_panics_does_not_touch_its_neighbours, async |db: TestDb| {
    let store = one_lane(&db).await;
    let first = starting(&store, "a");
    let panics: Made = tokio::spawn(store.change(&actor(), async |change: &mut Change| {
        new_team(change, "b").await?;
        panic!("as it was to be")
    }));
    let last = starting(&store, "c");
    assert_eq!((seq(first).await, seq(last).await), (0, 1));
    assert!(panics.await.unwrap_err().is_panic());
    assert_eq!(budget(&store, "b").await, None);
    assert_eq!(groups(&store), (1, 0));
    assert_invariants(&store).await;
});

on_one_thread!(a_change_that_takes_long_is_made_by_itself, async |db: TestDb| {
    let store = one_lane(&db).await;
    let first = starting(&store, "a");
    let (attempts, neighbours_are_done) = (Arc::new(AtomicU32::new(0)), Arc::new(Notify::new()));
    let (counted, waits) = (attempts.clone(), neighbours_are_done.clone());
    let slow: Made = tokio::spawn(store.change(&actor(), async move |change: &mut Change| {
        counted.fetch_add(1, Ordering::Relaxed);
        new_team(change, "slow").await?;
        waits.notified().await;
        Ok(())
    }));
    let last = starting(&store, "c");
    // Only then: it would never end in their company.
    assert_eq!((seq(first).await, seq(last).await), (0, 1));
    neighbours_are_done.notify_one();
    assert_eq!(seq(slow).await, 2);
    assert_eq!(attempts.load(Ordering::Relaxed), 2);
    assert_eq!(groups(&store), (2, 0));
    assert_invariants(&store).await;
});

on_one_thread!(a_change_that_is_not_polled_holds_nobody_up, async |db: TestDb| {
    let store = one_lane(&db).await;
    let mut idle = pin!(store.change(&actor(), async |change: &mut Change| new_team(change, "idle").await));
    poll_fn(|context| {
        assert!(idle.as_mut().poll(context).is_pending());
        Poll::Ready(())
    })
    .await;
    let made = [starting(&store, "a"), starting(&store, "b")];
    for (expected, made) in made.into_iter().enumerate() {
        assert_eq!(seq(made).await, expected as i64);
    }
    assert_eq!(idle.await.unwrap().receipts[0].seq, 2);
    assert_invariants(&store).await;
});

on_one_thread!(changes_one_after_the_other_have_a_commit_each, async |db: TestDb| {
    let store = one_lane(&db).await;
    for n in 0..5 {
        assert_eq!(seq(starting(&store, &format!("t{n}"))).await, n);
        assert_eq!(groups(&store), (n as u64 + 1, 0));
    }
    assert_invariants(&store).await;
});

#[tokio::test]
async fn a_change_that_waits_for_a_lock_leaves_its_lane_to_others() {
    let Some(db) = TestDb::postgres().await else { return };
    let store = one_lane(&db).await;
    let (begun, go) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (says, waits) = (begun.clone(), go.clone());
    let slow: Made = tokio::spawn(store.change(&actor(), async move |change: &mut Change| {
        new_team(change, "slow").await?;
        says.notify_one();
        waits.notified().await;
        Ok(())
    }));
    begun.notified().await;
    assert_eq!(seq(starting(&store, "quick")).await, 0);
    go.notify_one();
    assert_eq!(seq(slow).await, 1);
    assert_invariants(&store).await;
}

#[tokio::test]
async fn groups_that_wait_for_each_other_are_all_made() {
    let Some(db) = TestDb::postgres().await else { return };
    let stores = [one_lane(&db).await, one_lane(&db).await];
    make(&stores[0], &["a", "b", "c"]).await;
    let both_hold_one = Arc::new(Barrier::new(2));
    let attempts = Arc::new(AtomicU32::new(0));
    let mut made: Vec<Made> = Vec::new();
    for (store, order) in stores.iter().zip([["a", "c", "b"], ["b", "c", "a"]]) {
        for (place, id) in order.into_iter().enumerate() {
            let (barrier, attempts) = (both_hold_one.clone(), attempts.clone());
            let own = AtomicU32::new(0);
            made.push(tokio::spawn(store.change(&actor(), async move |change: &mut Change| {
                attempts.fetch_add(1, Ordering::Relaxed);
                let attempt = own.fetch_add(1, Ordering::Relaxed);
                let team = change.find(&TEAMS, &by("team_id", id)).await?.unwrap();
                if place == 0 && attempt == 0 {
                    barrier.wait().await;
                }
                set(change, id, team.float("max_budget").unwrap() + 1.0).await.map(|_| ())
            })));
        }
    }
    for made in made {
        made.await.unwrap().unwrap();
    }
    assert!(attempts.load(Ordering::Relaxed) > 6, "they met");
    for id in ["a", "b", "c"] {
        assert_eq!(budget(&stores[0], id).await, Some(7.0), "{id}");
    }
    assert_eq!(size(&stores[1]).await, 9);
    assert_invariants(&stores[0]).await;
}

#[tokio::test]
async fn a_group_whose_connection_is_lost_is_made_again() {
    let Some(db) = TestDb::postgres().await else { return };
    let (store, other) = (one_lane(&db).await, db.open().await);
    let first = starting(&store, "a");
    let (begun, go) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (says, waits, attempts) = (begun.clone(), go.clone(), AtomicU32::new(0));
    let second: Made = tokio::spawn(store.change(&actor(), async move |change: &mut Change| {
        if attempts.fetch_add(1, Ordering::Relaxed) == 0 {
            says.notify_one();
            waits.notified().await;
        }
        new_team(change, "b").await
    }));
    let last = starting(&store, "c");
    begun.notified().await;
    let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
               WHERE datname = current_database() AND pid <> pg_backend_pid() AND state = 'idle in transaction'";
    execute(&other, end).await.unwrap();
    go.notify_one();
    let mut numbers = vec![seq(first).await, seq(second).await, seq(last).await];
    numbers.sort_unstable();
    assert_eq!(numbers, [0, 1, 2]);
    assert_invariants(&store).await;
}

/// Has the database do something when a team of this name is committed.
async fn at_commit(store: &Store, id: &str, what: &str) {
    let function = format!(
        "CREATE FUNCTION at_commit() RETURNS trigger LANGUAGE plpgsql AS \
         $$ BEGIN IF NEW.team_id = '{id}' THEN {what}; END IF; RETURN NULL; END $$"
    );
    execute(store, &function).await.unwrap();
    let trigger = "CREATE CONSTRAINT TRIGGER at_commit AFTER INSERT ON \"LiteLLM_TeamTable\" \
                   DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION at_commit()";
    execute(store, trigger).await.unwrap();
}

#[tokio::test]
async fn a_commit_that_the_database_refuses_costs_only_the_change_that_is_to_blame() {
    let Some(db) = TestDb::postgres().await else { return };
    let store = one_lane(&db).await;
    at_commit(&store, "bad", "RAISE EXCEPTION 'not this one'").await;
    let (first, bad, last) = (starting(&store, "a"), starting(&store, "bad"), starting(&store, "c"));
    let mut numbers = vec![seq(first).await, seq(last).await];
    numbers.sort_unstable();
    assert_eq!(numbers, [0, 1]);
    let error = bad.await.unwrap().unwrap_err();
    assert!(matches!(error, StoreError::Statement(_)), "{error:?}");
    assert_eq!(budget(&store, "bad").await, None);
    assert_invariants(&store).await;
}

#[tokio::test]
async fn a_connection_that_is_lost_in_the_commit_is_told_to_everybody() {
    let Some(db) = TestDb::postgres().await else { return };
    let store = one_lane(&db).await;
    at_commit(&store, "bad", "PERFORM pg_terminate_backend(pg_backend_pid())").await;
    let made = [starting(&store, "a"), starting(&store, "bad"), starting(&store, "c")];
    for made in made {
        let error = made.await.unwrap().unwrap_err();
        assert!(matches!(error, StoreError::Uncertain(_) | StoreError::Unavailable { .. }), "{error:?}");
    }
    assert_eq!(size(&store).await, 0);
    assert_invariants(&store).await;
}
