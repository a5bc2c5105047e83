//! The log checks itself.

use std::time::Duration;

use daybook::both;
use daybook::ledger::adopt::adopt;
use daybook::ledger::erase::{Planned, Scope, erase, erase_subject};
use daybook::ledger::watch::{Alarm, Pace, Watch, Watched};
use daybook::model::actor::Actor;
use daybook::model::leaf::Part;
use daybook::model::random::SystemRandom;
use daybook::model::row::RowExt as _;
use daybook::store::{Dialect, Store};
use daybook::testing::{TestDb, execute};
use tlog::{Checkpoint, SignedCheckpoint};

use super::{entries, head, make_teams, play_litellm, unfence, user};

fn watch(store: &Store, small: u64) -> (Watch, Watched) {
    let state = Watched::default();
    (Watch::new(store.clone(), state.clone(), Pace { interval: Duration::ZERO, small }), state)
}

/// Goes through the whole log once, and gives the alarm that stands then.
async fn round(watch: &mut Watch, state: &Watched) -> Option<Alarm> {
    let before = state.get().rounds;
    for _ in 0..10 {
        watch.tick().await.unwrap();
        let now = state.get();
        if now.rounds > before {
            return now.alarm;
        }
    }
    panic!("a round of a short log has an end");
}

async fn publish(store: &Store) {
    let head = head(store).await;
    let key = daybook::ledger::Keyring::generate(&head.origin, &SystemRandom).unwrap();
    let checkpoint = Checkpoint::new(&head.origin, head.tree()).unwrap();
    let signed = SignedCheckpoint::sign(checkpoint, key.current()).unwrap();
    store.publish(&signed, store.clock().now()).await.unwrap();
}

both!(an_alteration_in_any_place_is_found_and_its_position_named, async |db: TestDb| {
    let store = db.open().await;
    let root = Actor::command_line(Some("root"), "daybook erase");
    make_teams(&store, &user("ada"), "t", 300).await;
    let id = entries(&store).await[290].0.text("audit_id").unwrap().to_owned();
    let planned = Planned { audit_id: id, seq: 290, parts: vec![Part::After] };
    erase(&store, &root, &[planned], "request 17").await.unwrap();
    publish(&store).await;
    make_teams(&store, &user("ada"), "later", 3).await;
    unfence(&store).await;
    let own = |table: &str| store.dialect().own(table);
    let (ledger, tile, head_row, checkpoint) = (own("ledger"), own("tile"), own("head"), own("checkpoint"));
    let audit = "\"LiteLLM_AuditLog\"".to_owned();
    for (table, name) in [(&ledger, "ledger"), (&tile, "tile"), (&head_row, "head"), (&audit, "audit")] {
        execute(&store, &format!("CREATE TABLE saved_{name} AS SELECT * FROM {table}")).await.unwrap();
    }
    execute(&store, &format!("CREATE TABLE saved_checkpoint AS SELECT * FROM {checkpoint}")).await.unwrap();
    let zeros = match store.dialect() {
        Dialect::Sqlite => "zeroblob(length(hashes))",
        Dialect::Postgres => "decode(repeat('00', length(hashes)), 'hex')",
    };
    let row = |seq: u64| format!("id = (SELECT audit_id FROM {ledger} WHERE seq = {seq})");
    let mut cases: Vec<(u64, String)> = Vec::new();
    for seq in [5_u64, 270] {
        for (column, from, to) in [
            ("leaf", "created", "creates"),
            ("audit_id", "-", "_"),
            ("salts", "\"actor\"", "\"Actor\""),
            ("salts", "\"after\":\"", "\"before\":\"AAAAAAAAAAAAAAAAAAAAAA\",\"after\":\""),
            ("actor", "ada", "eve"),
            ("context", "192.0.2.7", "192.0.2.8"),
            ("context", "{", ""),
            ("changed_fields", "team_id", "team_ID"),
        ] {
            cases.push((
                seq,
                format!("UPDATE {ledger} SET {column} = replace({column}, '{from}', '{to}') WHERE seq = {seq}"),
            ));
        }
        for column in ["changed_by", "changed_by_api_key", "action", "table_name", "object_id"] {
            cases.push((seq, format!("UPDATE {audit} SET {column} = {column} || 'x' WHERE {}", row(seq))));
        }
        cases.push((seq, format!("UPDATE {audit} SET updated_values = '{{\"a\": 1}}' WHERE {}", row(seq))));
        cases.push((seq, format!("UPDATE {audit} SET before_value = '{{}}' WHERE {}", row(seq))));
        cases.push((seq, format!("UPDATE {audit} SET updated_at = '2020-01-01T00:00:00.000Z' WHERE {}", row(seq))));
        cases.push((seq, format!("DELETE FROM {audit} WHERE {}", row(seq))));
        cases.push((seq, format!("DELETE FROM {ledger} WHERE seq = {seq}")));
    }
    let size = head(&store).await.size;
    assert_eq!(size, 304);
    cases.push((290, format!("UPDATE {audit} SET updated_values = '{{}}' WHERE {}", row(290))));
    // The declaration of the erasure: without it the erased entry is the first to be wrong.
    cases.push((290, format!("DELETE FROM {audit} WHERE {}", row(300))));
    cases.push((0, format!("UPDATE {tile} SET hashes = {zeros} WHERE level = 0 AND n = 0")));
    cases.push((256, format!("UPDATE {tile} SET hashes = {zeros} WHERE level = 0 AND n = 1")));
    cases.push((0, format!("UPDATE {tile} SET hashes = {zeros} WHERE level = 1 AND n = 0")));
    cases.push((256, format!("DELETE FROM {tile} WHERE level = 0 AND n = 1")));
    cases.push((size, format!("UPDATE {head_row} SET root = '{}'", "0".repeat(64))));
    cases.push((301, format!("UPDATE {checkpoint} SET note = replace(note, '301', '302')")));
    cases.push((301, format!("UPDATE {checkpoint} SET note = 'x'")));
    let more = format!(
        "INSERT INTO {ledger} SELECT 400, 'x', leaf, salts, context, actor, changed_fields FROM {ledger} WHERE seq = 0"
    );
    cases.push((400, more));

    let tables =
        [(&ledger, "ledger"), (&tile, "tile"), (&head_row, "head"), (&audit, "audit"), (&checkpoint, "checkpoint")];
    let (mut whole, whole_state) = watch(&store, 4_096);
    let (mut rolling, rolling_state) = watch(&store, 0);
    assert_eq!(round(&mut whole, &whole_state).await, None, "before anything was altered");
    assert_eq!(round(&mut rolling, &rolling_state).await, None, "before anything was altered");
    for (number, (position, sql)) in cases.iter().enumerate() {
        assert_eq!(execute(&store, sql).await.unwrap_or_else(|error| panic!("{sql}: {error}")), 1, "{sql}");
        // A small log is checked whole, a large one tile by tile.
        let (watch, state) = if number % 2 == 0 { (&mut rolling, &rolling_state) } else { (&mut whole, &whole_state) };
        let alarm = round(watch, state).await.unwrap_or_else(|| panic!("not noticed: {sql}"));
        assert_eq!(alarm.position, *position, "{sql}: {alarm:?}");
        let word =
            |table: &str| sql.contains(&format!("UPDATE {table} ")) || sql.contains(&format!("FROM {table} WHERE"));
        for (table, name) in tables.iter().filter(|(table, _)| word(table)) {
            execute(&store, &format!("DELETE FROM {table}")).await.unwrap();
            execute(&store, &format!("INSERT INTO {table} SELECT * FROM saved_{name}")).await.unwrap();
        }
        assert_eq!(round(watch, state).await, None, "put back after {sql}");
    }
});

both!(nothing_that_goes_on_beside_it_is_an_alarm, async |db: TestDb| {
    let store = db.open().await;
    make_teams(&store, &user("ada"), "first", 100).await;
    let rows: Vec<(String, &str, Option<&str>, Option<&str>)> =
        (0..150).map(|number| (format!("row-{number}"), "2024-01-01T00:00:00.000Z", None, Some("{}"))).collect();
    play_litellm(&store, &rows).await;
    let mut tasks = tokio::task::JoinSet::new();
    for client in 0..3 {
        let store = store.clone();
        tasks.spawn(async move {
            for turn in 0..10 {
                make_teams(&store, &user("bob"), &format!("t{client}-{turn}-"), 3).await;
            }
        });
    }
    let root = Actor::command_line(Some("root"), "test");
    tasks.spawn({
        let (store, root) = (store.clone(), root.clone());
        async move {
            adopt(&store, &root, |_| {}).await.unwrap();
            erase_subject(&store, &root, "ada", Scope::Rows, "request 17", |_| {}).await.unwrap();
            publish(&store).await;
        }
    });
    let checks: Vec<(Watch, Watched)> = [4_096, 0].map(|small| watch(&store, small)).into();
    let mut states = Vec::new();
    let mut watching = tokio::task::JoinSet::new();
    for (mut watch, state) in checks {
        states.push(state);
        watching.spawn(async move {
            loop {
                watch.tick().await.unwrap();
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        });
    }
    tasks.join_all().await;
    let rounds: Vec<u64> = states.iter().map(|state| state.get().rounds).collect();
    // One more whole round each, over all that has come in.
    for (state, before) in states.iter().zip(rounds) {
        while state.get().rounds < before + 2 {
            assert_eq!(state.get().alarm, None);
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        let now = state.get();
        assert_eq!(now.alarm, None);
        assert!(now.last_round_at.is_some());
    }
    watching.abort_all();
    daybook::testing::assert_invariants(&store).await;
});

both!(a_database_that_does_not_answer_is_no_alarm, async |db: TestDb| {
    let store = db.open().await;
    make_teams(&store, &user("ada"), "t", 1).await;
    let (mut watch, state) = watch(&store, 0);
    assert_eq!(round(&mut watch, &state).await, None);
    store.close().await;
    for _ in 0..3 {
        assert!(watch.tick().await.is_err());
    }
    assert_eq!(state.get().alarm, None);
});
