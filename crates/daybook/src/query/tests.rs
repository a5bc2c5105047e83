//! The index on real databases: against the loop over the entries, while others write, and from its file.

use std::sync::Arc;

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};

use super::live::Chores;
use super::*;
use crate::both;
use crate::model::actor::Actor;
use crate::model::facet::Facet;
use crate::model::histogram::{Division, Histogram};
use crate::model::leaf::Part;
use crate::model::question::{Column, Sort, Words};
use crate::model::table::TEAMS;
use crate::row;
use crate::store::{Change, Options, by, segment};
use crate::testing::history::{self, INSTANTS, question};
use crate::testing::oracle::{self, Known, answer};
use crate::testing::{FakeClock, TestDb, execute, texts};

fn for_random<S: Strategy>(cases: u32, strategy: S, check: impl AsyncFn(&S::Value) -> Result<(), TestCaseError>) {
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(Config { cases, failure_persistence: None, ..Config::default() }, rng);
    let handle = tokio::runtime::Handle::current();
    let outcome = tokio::task::block_in_place(|| runner.run(&strategy, |value| handle.block_on(check(&value))));
    outcome.unwrap();
}

async fn list(log: &AuditLog, question: &Question) -> Answer {
    log.list(&mut log.store().read().await.unwrap(), question).await.unwrap()
}

/// Entries of a stretch, where a history is short.
const STRETCH: u64 = 8;

/// Looks until there is nothing more to do.
async fn look_through(log: &AuditLog) -> Chores {
    let mut chores = Chores::default();
    while log.look(&mut chores).await.is_zero() {}
    chores
}

/// A log that has followed the whole history, one that is built of the rows, one that is read from a file, and one that is built of
/// what the first one has kept in the database, and of rows.
async fn all_ways(followed: AuditLog, folder: &std::path::Path) -> [AuditLog; 4] {
    let store = followed.store().clone();
    let file = folder.join("index");
    let built = AuditLog::new(store.clone(), Some(file.clone()));
    built.make().await.unwrap();
    assert!(built.status().rebuild.is_some() && built.status().load.is_none());
    let read = AuditLog::new(store.clone(), Some(file));
    read.make().await.unwrap();
    assert!(read.status().load.is_some() && read.status().rebuild.is_none(), "{:?}", read.status());
    look_through(&followed).await;
    let pieced = AuditLog::with_stretches(store, None, STRETCH);
    pieced.make().await.unwrap();
    let (taken, kept) = (pieced.status().taken, followed.status().kept);
    assert!(taken > 0 && taken == kept && kept < followed.status().rows, "{taken} of {kept}");
    [followed, built, read, pieced]
}

both!(the_index_answers_as_a_loop_over_the_entries_does, async |db: TestDb| {
    let clock = FakeClock::at(INSTANTS[0]);
    let store = Store::open(Options { clock: clock.clone(), ..db.options() }).await.unwrap();
    let log = AuditLog::with_stretches(store.clone(), None, STRETCH);
    log.make().await.unwrap();
    let known = history::play(&store, &clock).await;
    let logs = all_ways(log, db.folder()).await;
    let ask = async |question: &Question| -> Result<(), TestCaseError> {
        let expected = answer(question, &known);
        let start = usize::try_from(question.page.offset()).unwrap().min(expected.len());
        let page: Vec<&Row> = expected[start..].iter().copied().take(question.page.size as usize).collect();
        for (which, log) in logs.iter().enumerate() {
            let found = list(log, question).await;
            prop_assert_eq!(found.total, expected.len() as i64, "{}", which);
            if !matches!(question.sort.column, Column::BeforeValue | Column::UpdatedValues) {
                prop_assert_eq!(found.entries.iter().collect::<Vec<_>>(), page.clone(), "{}", which);
            }
        }
        Ok(())
    };
    for_random(300, question(), ask);
    for log in &logs {
        assert_eq!(log.status().state, State::Ready);
        assert_eq!(log.status().rows, known.len() as u64);
        assert!(log.status().bytes > known.len() * 24);
    }
});

both!(the_index_surveys_as_a_loop_over_the_entries_does, async |db: TestDb| {
    let clock = FakeClock::at(INSTANTS[0]);
    let store = Store::open(Options { clock: clock.clone(), ..db.options() }).await.unwrap();
    let log = AuditLog::with_stretches(store.clone(), None, STRETCH);
    log.make().await.unwrap();
    let known = history::play(&store, &clock).await;
    let logs = all_ways(log, db.folder()).await;
    let ask = async |(filter, division, limit): &(Filter, Division, i64)| -> Result<(), TestCaseError> {
        let total = oracle::matching(filter, &known).len() as i64;
        let (grid, counts) = oracle::histogram(filter, *division, &known);
        let facet = |facet| (facet, oracle::facet(filter, facet, *limit as usize, &known));
        let survey = Survey { facets: Facet::ALL.map(facet).to_vec(), total };
        let expected = oracle::stretch(filter, &known);
        let size = known.iter().filter(|known| known.seq.is_some()).count() as i64;
        for log in &logs {
            let mut session = store.read().await.unwrap();
            let found = log.histogram(&mut session, filter, *division).await.unwrap();
            prop_assert_eq!(&found, &Histogram { grid: grid.clone(), counts: counts.clone(), total });
            prop_assert_eq!(&log.facets(&mut session, filter, *limit).await.unwrap(), &survey);
            let (mut cursor, mut seen) = (Cursor::At(0), Vec::new());
            loop {
                let polled = log.poll(&mut session, filter, cursor, *limit).await.unwrap().unwrap();
                prop_assert_eq!(polled.complete_through, size);
                let left = expected.len() - seen.len();
                prop_assert_eq!(polled.entries.len(), left.min(*limit as usize));
                prop_assert_eq!(polled.has_more, left > *limit as usize);
                seen.extend(polled.entries);
                cursor = Cursor::At(polled.next);
                if !polled.has_more {
                    break;
                }
            }
            prop_assert_eq!(cursor, Cursor::At(size));
            prop_assert_eq!(seen.iter().map(|(seq, row)| (*seq, row)).collect::<Vec<_>>(), expected.clone());
        }
        Ok(())
    };
    for_random(40, (history::filter(), history::division(), 1..=100_i64), ask);
});

async fn raise(store: &Store, team: &str, budget: i64) -> String {
    let id = team.to_owned();
    let work = async move |change: &mut Change| {
        if change.update(&TEAMS, &by("team_id", &id), row! { "max_budget": budget }).await?.is_none() {
            change.insert(&TEAMS, row! { "team_id": id.clone(), "max_budget": budget }).await?;
        }
        Ok::<_, StoreError>(())
    };
    store.change(&Actor::system("test"), work).await.unwrap().receipts.pop().unwrap().audit_id
}

both!(every_acknowledged_change_is_in_the_next_answer_of_every_replica, async |db: TestDb| {
    let (store, other) = (db.open().await, db.open().await);
    let (here, there) = (AuditLog::new(store.clone(), None), AuditLog::new(other.clone(), None));
    here.make().await.unwrap();
    there.make().await.unwrap();
    let written = Arc::new(tokio::sync::Mutex::new(0_u64));
    let mut tasks = tokio::task::JoinSet::new();
    for writer in 0..4 {
        let (store, here, there, written) = (store.clone(), here.clone(), there.clone(), written.clone());
        tasks.spawn(async move {
            for number in 0..15 {
                let id = raise(&store, &format!("t{writer}"), number).await;
                // Counted once it is acknowledged; others may have been acknowledged and not counted yet.
                let counted = {
                    let mut written = written.lock().await;
                    *written += 1;
                    *written
                };
                for log in [&here, &there] {
                    let mine = Filter { object_id: vec![format!("t{writer}")], ..Filter::default() };
                    let newest = list(log, &Question { filter: mine, ..Question::default() }).await;
                    assert_eq!(newest.entries[0].text("id"), Some(id.as_str()));
                    assert_eq!(newest.total, number + 1);
                    assert!(list(log, &Question::default()).await.total >= counted as i64);
                }
            }
        });
    }
    // Whoever follows sees each entry once, in order, and none is missing below what is said to be complete.
    let follower = {
        let here = here.clone();
        tokio::spawn(async move {
            let (mut cursor, mut seen) = (Cursor::At(0), Vec::new());
            while seen.len() < 60 {
                let mut session = here.store().read().await.unwrap();
                let polled = here.poll(&mut session, &Filter::default(), cursor, 7).await.unwrap().unwrap();
                cursor = Cursor::At(polled.next);
                seen.extend(polled.entries.into_iter().map(|(seq, _)| seq));
                assert!(polled.has_more || seen.len() as i64 == polled.complete_through);
                tokio::task::yield_now().await;
            }
            seen
        })
    };
    while let Some(done) = tasks.join_next().await {
        done.unwrap();
    }
    assert_eq!(follower.await.unwrap(), (0..60).collect::<Vec<i64>>());
});

both!(rows_that_come_past_the_log_are_in_the_next_answer_and_once, async |db: TestDb| {
    let store = db.open().await;
    let log = AuditLog::new(store.clone(), None);
    log.make().await.unwrap();
    let mut written = history::play_litellm(&store, 30).await;
    assert_eq!(list(&log, &Question::default()).await.total, 30);
    raise(&store, "t1", 1).await;
    assert_eq!(list(&log, &Question::default()).await.total, 31);
    // A change of our own does not come past the log.
    let waiting = format!("SELECT CAST(count(*) AS text) FROM {}", store.dialect().own("arrival"));
    assert_eq!(texts(&store, &waiting).await, ["30"]);
    let adopted = store.adopt(&Actor::system("test"), None, 1000).await.unwrap().adopted;
    assert_eq!(adopted, 30);
    assert_eq!(texts(&store, &waiting).await, ["0"]);
    assert_eq!(list(&log, &Question::default()).await.total, 31);
    let logged = Filter { after_seq: Some(-1), ..Filter::default() };
    assert_eq!(list(&log, &Question { filter: logged, ..Question::default() }).await.total, 31);
    let known: Vec<Known> = history::known(&store, std::mem::take(&mut written)).await;
    let by_key = Question { sort: Sort { column: Column::ChangedBy, ..Sort::default() }, ..Question::default() };
    let expected = answer(&by_key, &known);
    let found = list(&log, &by_key).await;
    assert_eq!(found.entries.iter().collect::<Vec<_>>(), expected[..10]);
});

/// On PostgreSQL transactions that began earlier may commit later.
#[tokio::test(flavor = "multi_thread")]
async fn a_row_whose_transaction_began_first_and_ended_last_is_not_passed_over() {
    let Some(db) = TestDb::postgres().await else { return };
    let store = db.open().await;
    let log = AuditLog::new(store.clone(), None);
    log.make().await.unwrap();
    let row = |id: &str| {
        format!(
            r#"INSERT INTO "LiteLLM_AuditLog" VALUES ('{id}', '2026-11-21 20:00:00', '', '', 'created', 'x', 'y', NULL, NULL)"#
        )
    };
    let slow = store.altered_for_test(&[row("slow")]).await.unwrap();
    execute(&store, &row("fast")).await.unwrap();
    assert_eq!(list(&log, &Question::default()).await.total, 1);
    slow.commit_for_test().await.unwrap();
    assert_eq!(list(&log, &Question::default()).await.total, 2);
    assert_eq!(list(&log, &Question::default()).await.total, 2);
}

both!(what_is_erased_is_no_more_found_and_leaves_memory_and_file, async |db: TestDb| {
    let file = db.folder().join("index");
    let store = db.open().await;
    let log = AuditLog::new(store.clone(), Some(file.clone()));
    log.make().await.unwrap();
    let id = raise(&store, "t1", 5).await;
    raise(&store, "t1", 6).await;
    let secret = raise(&store, "somebody-by-name", 6).await;
    log.catch_up().await.unwrap();
    log.save().await;
    let holds_it = || std::fs::read(&file).unwrap().windows(16).any(|bytes| bytes == b"somebody-by-name");
    assert!(holds_it());
    let work = async move |change: &mut Change| change.erase(&secret, &Part::ALL, "asked for").await;
    store.change::<_, StoreError, _>(&Actor::system("test"), work).await.unwrap();
    log.look(&mut Chores::default()).await;
    assert!(!holds_it());
    let teams =
        Question { filter: Filter { team_id: vec!["t1".to_owned()], ..Filter::default() }, ..Question::default() };
    assert_eq!(list(&log, &teams).await.total, 2);
    let five = Question {
        filter: Filter { words: Some(Words(vec!["5".to_owned()])), ..Filter::default() },
        ..Question::default()
    };
    text::catch_up(&store).await.unwrap();
    let with_five = list(&log, &five).await.total;
    let work = async move |change: &mut Change| change.erase(&id, &[Part::After, Part::Object], "asked for").await;
    store.change::<_, StoreError, _>(&Actor::system("test"), work).await.unwrap();
    assert_eq!(list(&log, &teams).await.total, 1);
    // Also where the words were found before.
    text::catch_up(&store).await.unwrap();
    assert_eq!(list(&log, &five).await.total, with_five - 1);
    let all = list(&log, &Question::default()).await;
    assert_eq!(all.total, 5);
    assert_eq!(all.entries[4].text("object_id"), Some("[erased]"));
});

/// Whether what is kept in the database says so.
async fn keeps(store: &Store, text: &str) -> bool {
    let own = store.dialect().own("segment");
    let hex = match store.dialect() {
        crate::store::Dialect::Sqlite => "lower(hex(data))",
        crate::store::Dialect::Postgres => "encode(data, 'hex')",
    };
    let wanted = crate::model::secret::hex(text.as_bytes());
    texts(store, &format!("SELECT {hex} FROM {own}")).await.iter().any(|data| data.contains(&wanted))
}

async fn erase(store: &Store, id: &str, part: Part) {
    let id = id.to_owned();
    let work = async move |change: &mut Change| change.erase(&id, &[part], "asked for").await;
    store.change::<_, StoreError, _>(&Actor::system("test"), work).await.unwrap();
}

both!(what_is_erased_is_kept_nowhere, async |db: TestDb| {
    let store = db.open().await;
    let log = AuditLog::with_stretches(store.clone(), None, 2);
    log.make().await.unwrap();
    let (first, second) = (raise(&store, "ann-by-name", 1).await, raise(&store, "bob-by-name", 2).await);
    raise(&store, "t3", 3).await;
    look_through(&log).await;
    assert_eq!(log.status().kept, 2);
    assert!(keeps(&store, "ann-by-name").await && keeps(&store, "bob-by-name").await);
    let before = segment::erasures(&mut store.read().await.unwrap()).await.unwrap();
    // The object has no words, the values have.
    erase(&store, &first, Part::Object).await;
    assert!(!keeps(&store, "ann-by-name").await && !keeps(&store, "bob-by-name").await);
    let late = segment::keep(
        &store,
        segment::Shape { entries: 2, format: index::snapshot::FORMAT },
        0,
        b"ann-by-name".to_vec(),
        before,
    )
    .await;
    assert!(!late.unwrap());
    assert!(!keeps(&store, "ann-by-name").await);
    erase(&store, &first, Part::After).await;
    look_through(&log).await;
    assert_eq!(log.status().kept, 4);
    assert!(!keeps(&store, "ann-by-name").await && keeps(&store, "bob-by-name").await);
    erase(&store, &second, Part::Object).await;
    erase(&store, &second, Part::After).await;
    // A look of a process that has kept all this.
    let mut chores = look_through(&log).await;
    assert!(!keeps(&store, "bob-by-name").await);
    let built = AuditLog::with_stretches(store.clone(), None, 2);
    built.make().await.unwrap();
    assert_eq!((built.status().taken, built.status().rows), (6, 7));
    // Another one erases.
    let third = texts(&store, &format!("SELECT audit_id FROM {} WHERE seq = 2", store.dialect().own("ledger"))).await;
    erase(&store, &third[0], Part::Before).await;
    erase(&store, &third[0], Part::After).await;
    while log.look(&mut chores).await.is_zero() {}
    assert_eq!(log.status().kept, 8);
});

both!(a_stretch_that_is_damaged_or_does_not_fit_is_passed_over, async |db: TestDb| {
    let store = db.open().await;
    for number in 0..9 {
        raise(&store, "t1", number).await;
    }
    let log = AuditLog::with_stretches(store.clone(), None, 2);
    log.make().await.unwrap();
    look_through(&log).await;
    let built = async |entries: u64| {
        let log = AuditLog::with_stretches(store.clone(), None, entries);
        log.make().await.unwrap();
        let total = list(&log, &Question::default()).await.total;
        (log.status().taken, total)
    };
    assert_eq!(built(2).await, (8, 9));
    // Of another length.
    assert_eq!(built(4).await, (0, 9));
    let own = store.dialect().own("segment");
    // The stretch of others, and one that is cut short.
    let other = format!("UPDATE {own} SET data = (SELECT data FROM {own} WHERE first = 2) WHERE first = 0");
    execute(&store, &other).await.unwrap();
    assert_eq!(built(2).await, (6, 9));
    let firsts = format!("SELECT CAST(first AS text) FROM {own} ORDER BY first");
    assert_eq!(texts(&store, &firsts).await, ["2", "4", "6"]);
    execute(&store, &format!("UPDATE {own} SET data = substr(data, 1, 100) WHERE first = 2")).await.unwrap();
    assert_eq!(built(2).await, (4, 9));
    // What could not be read is made again.
    look_through(&AuditLog::with_stretches(store.clone(), None, 2)).await;
    assert_eq!(built(2).await, (8, 9));
    execute(&store, &format!("UPDATE {own} SET format = 1 WHERE first = 4")).await.unwrap();
    assert_eq!(built(2).await, (6, 9));
    // What is of an older form is made again.
    look_through(&AuditLog::with_stretches(store.clone(), None, 2)).await;
    assert_eq!(built(2).await, (8, 9));
    // An entry's row is gone.
    let fence = match store.dialect() {
        crate::store::Dialect::Sqlite => "DROP TRIGGER daybook_audit_no_delete",
        crate::store::Dialect::Postgres => r#"ALTER TABLE "LiteLLM_AuditLog" DISABLE TRIGGER daybook_append_only"#,
    };
    execute(&store, fence).await.unwrap();
    let ledger = store.dialect().own("ledger");
    let last = format!(r#"DELETE FROM "LiteLLM_AuditLog" WHERE "id" = (SELECT audit_id FROM {ledger} WHERE seq = 7)"#);
    execute(&store, &last).await.unwrap();
    assert_eq!(built(2).await, (0, 8));
    assert_eq!(texts(&store, &format!("SELECT CAST(count(*) AS text) FROM {own}")).await, ["0"]);
    // The stretch without it is left to the rows.
    look_through(&AuditLog::with_stretches(store.clone(), None, 2)).await;
    assert_eq!(texts(&store, &firsts).await, ["0", "2", "4"]);
    assert_eq!(built(2).await, (6, 8));
    // As many rows as entries again, and one of them in no log.
    let unlogged = r#"INSERT INTO "LiteLLM_AuditLog" VALUES ('x', '2026-11-21T20:00:00Z', '', '', 'created', 'x', 'y', NULL, NULL)"#;
    execute(&store, unlogged).await.unwrap();
    assert_eq!(built(2).await, (6, 9));
});

both!(a_file_of_another_log_or_of_another_past_is_passed_over, async |db: TestDb| {
    let file = db.folder().join("index");
    let store = db.open().await;
    for number in 0..5 {
        raise(&store, "t1", number).await;
    }
    let log = AuditLog::new(store.clone(), Some(file.clone()));
    log.make().await.unwrap();
    // A row goes although the log has it: nobody says so but the number of rows.
    let fence = match store.dialect() {
        crate::store::Dialect::Sqlite => "DROP TRIGGER daybook_audit_no_delete",
        crate::store::Dialect::Postgres => r#"ALTER TABLE "LiteLLM_AuditLog" DISABLE TRIGGER daybook_append_only"#,
    };
    execute(&store, fence).await.unwrap();
    execute(&store, r#"DELETE FROM "LiteLLM_AuditLog" WHERE "action" = 'created'"#).await.unwrap();
    // The running index notices when it would show the row.
    assert_eq!(list(&log, &Question::default()).await.total, 4);
    let again = AuditLog::new(store.clone(), Some(file.clone()));
    again.make().await.unwrap();
    assert!(again.status().rebuild.is_some());
    assert_eq!(list(&again, &Question::default()).await.total, 4);
    store.close().await;

    let other = TestDb::sqlite();
    let store = other.open().await;
    for number in 0..6 {
        raise(&store, "t2", number).await;
    }
    let log = AuditLog::new(store.clone(), Some(file.clone()));
    log.make().await.unwrap();
    assert!(log.status().rebuild.is_some());
    let team = Filter { object_id: vec!["t2".to_owned()], ..Filter::default() };
    assert_eq!(list(&log, &Question { filter: team, ..Question::default() }).await.total, 6);
    std::fs::write(&file, b"not an index").unwrap();
    let log = AuditLog::new(store, Some(file));
    log.make().await.unwrap();
    assert!(log.status().rebuild.is_some());
});
