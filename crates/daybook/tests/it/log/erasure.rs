//! Parts leave the log, on the record.

use daybook::ledger::erase::{EraseError, Planned, Scope, Tally, erase, erase_subject, plan_entry, survey_subject};
use daybook::model::actor::Actor;
use daybook::model::leaf::Part;
use daybook::model::row::RowExt as _;
use daybook::model::table::{KEYS, TEAM_MEMBERSHIPS, TEAMS, USERS};
use daybook::store::{Options, Passed, Store, StoreError, audit, by, list_entries_about, read_tiles};
use daybook::testing::{TestDb, assert_invariants, execute};
use daybook::{both, row};
use serde_json::Value;

use super::{entries, head, is_sound, make_teams, play_litellm, unfence, user};

fn operator() -> Actor {
    Actor::command_line(Some("root"), "daybook erase")
}

async fn one(store: &Store, id: &str, parts: &[Part], reason: &str) -> Vec<Part> {
    let planned = Planned { audit_id: id.to_owned(), seq: 0, parts: parts.to_vec() };
    let done = erase(store, &operator(), &[planned], reason).await.unwrap();
    done.into_iter().flat_map(|erased| erased.parts).collect()
}

async fn id_of(store: &Store, seq: usize) -> String {
    entries(store).await[seq].0.text("audit_id").unwrap().to_owned()
}

both!(each_part_can_be_erased_and_every_leaf_stays_in_its_tree, async |db: TestDb| {
    let store = db.open().await;
    make_teams(&store, &user("ada"), "t", 5).await;
    let change = store.change(&user("ada"), async |change| {
        for number in 0..5 {
            change.update(&TEAMS, &by("team_id", &format!("t{number}")), row! { "max_budget": 5.0 }).await?;
        }
        Ok::<_, StoreError>(())
    });
    change.await.unwrap();
    let (old, before) = (head(&store).await, entries(&store).await);
    for (number, part) in Part::ALL.into_iter().enumerate() {
        let id = id_of(&store, 5 + number).await;
        assert_eq!(one(&store, &id, &[part], "request 17").await, [part]);
        let (ledger, shown) = entries(&store).await.swap_remove(5 + number);
        let shown = shown.unwrap();
        let salts: Value = serde_json::from_str(ledger.text("salts").unwrap()).unwrap();
        assert_eq!(salts.as_object().unwrap().len(), 4);
        assert_eq!(salts.get(part.name()), None);
        match part {
            Part::Actor => {
                assert_eq!(
                    (shown.text("changed_by"), shown.text("changed_by_api_key")),
                    (Some("[erased]"), Some("[erased]"))
                );
                assert_eq!(ledger.text("actor"), Some("null"));
            }
            Part::Object => assert_eq!(shown.text("object_id"), Some("[erased]")),
            Part::Before => assert_eq!(shown.value("before_value"), Value::Null),
            Part::After => assert_eq!(shown.value("updated_values"), Value::Null),
            Part::Context => assert_eq!(ledger.text("context"), Some("null")),
        }
        let declaration = entries(&store).await.swap_remove(10 + number).1.unwrap();
        assert_eq!(declaration.text("action"), Some("erased"));
        assert_eq!(declaration.text("table_name"), Some("LiteLLM_AuditLog"));
        assert_eq!(declaration.text("object_id"), Some(id.as_str()));
        assert_eq!(declaration.text("changed_by"), Some("cli:root"));
        assert_eq!(declaration.value("before_value"), Value::Null);
        let said = serde_json::json!({"id": id, "seq": 5 + number, "parts": [part.name()], "reason": "request 17"});
        assert_eq!(declaration.value("updated_values"), said);
    }
    let after = entries(&store).await;
    for (was, is) in before.iter().zip(&after) {
        assert_eq!(was.0.text("leaf"), is.0.text("leaf"));
    }
    let mut session = store.read().await.unwrap();
    let tiles = tlog::root_tiles(old.size).into_iter().map(|tile| tile.id);
    let tiles = read_tiles(&mut session, tiles).await.unwrap();
    assert_eq!(tlog::tree_root(old.size, |tile| tiles.get(&tile)).unwrap(), old.root);
    drop(session);
    assert_invariants(&store).await;
});

both!(what_is_gone_or_absent_or_needed_is_left_and_nothing_is_written, async |db: TestDb| {
    let store = db.open().await;
    make_teams(&store, &user("ada"), "t", 1).await;
    play_litellm(&store, &[("foreign".to_owned(), "2024-01-01T00:00:00.000Z", None, Some("{}"))]).await;
    store.adopt(&operator(), None, 10).await.unwrap();
    let id = id_of(&store, 0).await;
    let (planned, passed) = plan_entry(&store, &id, &Part::ALL).await.unwrap();
    assert_eq!(planned.parts, [Part::Actor, Part::Object, Part::After, Part::Context]);
    assert_eq!(passed, [(Part::Before, Passed::Absent)]);
    assert_eq!(one(&store, &id, &[Part::Before, Part::After], "r").await, [Part::After]);
    let size = head(&store).await.size;
    assert_eq!(one(&store, &id, &[Part::Before, Part::After], "r").await, []);
    assert_eq!(plan_entry(&store, &id, &[Part::After]).await.unwrap().1, [(Part::After, Passed::Gone)]);
    // What says that something is gone, or that something came later, stays.
    let declaration = id_of(&store, 2).await;
    assert_eq!(one(&store, &declaration, &[Part::Object, Part::After], "r").await, []);
    assert_eq!(one(&store, "foreign", &[Part::Context], "r").await, []);
    assert_eq!(head(&store).await.size, size);
    assert_eq!(one(&store, &declaration, &Part::ALL, "r").await, [Part::Actor, Part::Context]);
    assert_eq!(one(&store, "foreign", &Part::ALL, "r").await, [Part::Actor, Part::Object, Part::After]);
    let unknown = plan_entry(&store, "nobody", &[Part::After]).await;
    assert!(matches!(unknown, Err(EraseError::Unknown(_))));
    play_litellm(&store, &[("late".to_owned(), "2024-01-01T00:00:00.000Z", None, None)]).await;
    assert!(matches!(plan_entry(&store, "late", &[Part::After]).await, Err(EraseError::NotInLog(_))));
    assert_invariants(&store).await;
});

both!(a_person_leaves_the_whole_log, async |db: TestDb| {
    let store = db.open().await;
    let (ada, root) = (user("ada-4711"), user("root"));
    make_teams(&store, &ada, "t", 3).await;
    let change = store.change(&root, async |change| {
        change.insert(&USERS, row! { "user_id": "ada-4711", "user_email": "ada@example.com" }).await?;
        change.update(&USERS, &by("user_id", "ada-4711"), row! { "max_budget": 1.0 }).await?;
        change.insert(&KEYS, row! { "token": "k1", "user_id": "ada-4711" }).await?;
        change.insert(&TEAM_MEMBERSHIPS, row! { "user_id": "ada-4711", "team_id": "t0" }).await?;
        change.update(&TEAMS, &by("team_id", "t0"), row! { "members": ["ada-4711", "bob"] }).await?;
        change.delete(&USERS, &by("user_id", "ada-4711")).await?;
        change.delete(&TEAM_MEMBERSHIPS, &row! { "user_id": "ada-4711", "team_id": "t0" }).await?;
        change.delete(&KEYS, &by("token", "k1")).await?;
        change.update(&TEAMS, &by("team_id", "t0"), row! { "members": ["bob"] }).await?;
        Ok::<_, StoreError>(())
    });
    change.await.unwrap();
    let litellm = r#""{\"user_id\": \"ada-4711\"}""#;
    play_litellm(&store, &[("foreign".to_owned(), "2024-01-01T00:00:00.000Z", Some(litellm), Some("{}"))]).await;
    store.adopt(&operator(), None, 10).await.unwrap();
    let before = entries(&store).await.len() as u64;

    let surveyed = survey_subject(&store, "ada-4711", Scope::Rows).await.unwrap();
    assert_eq!(head(&store).await.size, before, "a survey writes nothing");
    let names_them = erase_subject(&store, &operator(), "ada-4711", Scope::Rows, "for ADA-4711", |_| {}).await;
    assert!(matches!(names_them, Err(EraseError::ReasonNames(_))));
    let done = erase_subject(&store, &operator(), "ada-4711", Scope::Rows, "request 17", |_| {}).await.unwrap();
    assert_eq!(done, surveyed);
    assert_eq!(done.mentions, 2, "the roster of the team, before and after");
    assert_eq!(head(&store).await.size, before + done.entries, "each is declared");
    assert_invariants(&store).await;
    let again = erase_subject(&store, &operator(), "ada-4711", Scope::Rows, "request 17", |_| {}).await.unwrap();
    assert_eq!(again, Tally { mentions: 2, ..Tally::default() });

    let mentions = erase_subject(&store, &operator(), "ada-4711", Scope::Mentions, "request 17", |_| {}).await.unwrap();
    assert_eq!((mentions.entries, mentions.parts, mentions.mentions), (2, 2, 0));
    let everything: String = entries(&store).await.iter().map(|entry| format!("{entry:?}")).collect();
    assert!(!everything.contains("ada-4711"), "{everything}");
    assert!(everything.contains("bob"), "the rest of the log is as it was");
    assert_invariants(&store).await;
});

both!(an_operator_who_erases_themselves_comes_to_an_end, async |db: TestDb| {
    let store = db.open().await;
    let who = operator();
    make_teams(&store, &who, "t", 5).await;
    let erasing = erase_subject(&store, &who, "cli:root", Scope::Rows, "request 17", |_| {});
    let done = tokio::time::timeout(std::time::Duration::from_secs(60), erasing).await.unwrap().unwrap();
    assert_eq!(done.entries, 5, "not the declarations that it made itself");
    assert_eq!(head(&store).await.size, 10);
    assert_invariants(&store).await;
});

both!(a_removal_that_nobody_declares_is_noticed, async |db: TestDb| {
    let store = db.open().await;
    make_teams(&store, &user("ada"), "t", 2).await;
    one(&store, &id_of(&store, 0).await, &[Part::Context], "request 17").await;
    assert!(is_sound(&store).await);
    unfence(&store).await;
    let ledger = store.dialect().own("ledger");
    // As an erasure does it, of another part than the one that was declared.
    let salts: Value = serde_json::from_str(entries(&store).await[0].0.text("salts").unwrap()).unwrap();
    let mut left = salts.as_object().unwrap().clone();
    left.remove("actor");
    let left = Value::Object(left);
    execute(&store, &format!("UPDATE {ledger} SET salts = '{left}', actor = 'null' WHERE seq = 0")).await.unwrap();
    let gone = "changed_by = '[erased]', changed_by_api_key = '[erased]'";
    let id = id_of(&store, 0).await;
    execute(&store, &format!("UPDATE \"LiteLLM_AuditLog\" SET {gone} WHERE id = '{id}'")).await.unwrap();
    assert!(!is_sound(&store).await);
});

both!(the_fence_lets_nothing_through_but_the_parts, async |db: TestDb| {
    let store = db.open().await;
    make_teams(&store, &user("ada"), "t", 2).await;
    let (ledger, erasing) = (store.dialect().own("ledger"), store.dialect().own("erasing"));
    execute(&store, &format!("INSERT INTO {erasing} (seq) VALUES (0)")).await.unwrap();
    let (first, second) = (id_of(&store, 0).await, id_of(&store, 1).await);
    let audit = r#""LiteLLM_AuditLog""#;
    for sql in [
        format!("UPDATE {ledger} SET leaf = '{{}}' WHERE seq = 0"),
        format!("UPDATE {ledger} SET seq = 9 WHERE seq = 0"),
        format!("UPDATE {ledger} SET audit_id = 'x' WHERE seq = 0"),
        format!("UPDATE {ledger} SET salts = '{{}}' WHERE seq = 1"),
        format!("DELETE FROM {ledger} WHERE seq = 0"),
        format!("UPDATE {audit} SET id = 'x' WHERE id = '{first}'"),
        format!("UPDATE {audit} SET changed_by = 'x' WHERE id = '{second}'"),
        format!("DELETE FROM {audit} WHERE id = '{first}'"),
    ] {
        assert!(execute(&store, &sql).await.is_err(), "{sql} went through");
    }
    assert!(is_sound(&store).await);
    let sql = format!("UPDATE {audit} SET changed_by = 'x' WHERE id = '{first}'");
    assert_eq!(execute(&store, &sql).await.unwrap(), 1, "what erasures need does go through");
    execute(&store, &format!("DELETE FROM {erasing}")).await.unwrap();
    one(&store, &second, &[Part::After], "r").await;
    let left = execute(&store, &format!("UPDATE {erasing} SET seq = seq")).await.unwrap();
    assert_eq!(left, 0, "an erasure leaves the gate closed");
});

both!(an_erasure_that_would_not_be_recorded_is_refused, async |db: TestDb| {
    let store = db.open().await;
    make_teams(&store, &user("ada"), "t", 1).await;
    let id = id_of(&store, 0).await;
    let silent = Store::open(Options { audit: false, ..db.options() }).await.unwrap();
    let planned = Planned { audit_id: id.clone(), seq: 0, parts: vec![Part::After] };
    let refused = erase(&silent, &operator(), &[planned], "r").await;
    assert!(matches!(refused, Err(EraseError::Store(StoreError::Unrecordable(_)))), "{refused:?}");
    let shown = audit::find(&mut store.read().await.unwrap(), &id).await.unwrap().unwrap();
    assert_ne!(shown.value("updated_values"), Value::Null);
});

both!(erasures_of_one_entry_at_once_are_declared_once, async |db: TestDb| {
    let store = db.open().await;
    make_teams(&store, &user("ada"), "t", 1).await;
    let id = id_of(&store, 0).await;
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let (store, id) = (store.clone(), id.clone());
        tasks.spawn(async move { one(&store, &id, &[Part::After, Part::Actor], "r").await.len() });
    }
    assert_eq!(tasks.join_all().await.iter().sum::<usize>(), 2);
    let about = list_entries_about(&mut store.read().await.unwrap(), &id).await.unwrap();
    assert_eq!(about.len(), 1);
    assert_invariants(&store).await;
});

#[tokio::test]
async fn nothing_of_a_person_is_left_in_the_files() {
    let db = TestDb::sqlite();
    let store = db.open().await;
    make_teams(&store, &user("ada-4711"), "t", 300).await;
    let daybook::store::Location::Sqlite { path } = &db.location else { panic!("it is a file") };
    let holds = || {
        let files = ["", "-wal"].map(|end| std::fs::read(format!("{}{end}", path.display())).unwrap_or_default());
        files.concat().windows(8).any(|bytes| bytes == b"ada-4711")
    };
    assert!(holds());
    erase_subject(&store, &operator(), "ada-4711", Scope::Rows, "request 17", |_| {}).await.unwrap();
    assert!(store.forget().await.unwrap());
    assert!(!holds());
    assert_invariants(&store).await;
}
