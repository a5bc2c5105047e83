//! The words of entries follow the log, and forget what it forgets.

use daybook::model::leaf::Part;
use daybook::model::question::Words;
use daybook::model::row::RowExt as _;
use daybook::model::table::TEAMS;
use daybook::store::{Change, Store, StoreError, text};
use daybook::testing::{TestDb, execute, texts};
use daybook::{both, row};

use super::{entries, make_teams, play_litellm, user};

async fn find(store: &Store, word: &str) -> Vec<i64> {
    text::catch_up(store).await.unwrap();
    seen(store, word).await
}

/// Without catching up.
async fn seen(store: &Store, word: &str) -> Vec<i64> {
    text::sequences(&mut store.read().await.unwrap(), &Words(vec![word.to_owned()]), 0).await.unwrap()
}

async fn erase(store: &Store, seq: usize, parts: &[Part]) {
    let id = entries(store).await[seq].0.text("audit_id").unwrap().to_owned();
    let parts = parts.to_vec();
    let work = async move |change: &mut Change| change.erase(&id, &parts, "r").await;
    store.change::<_, StoreError, _>(&user("ada"), work).await.unwrap().value.unwrap();
}

both!(words_come_in_when_they_are_asked_for_and_no_entry_twice, async |db: TestDb| {
    let store = db.open().await;
    // More than one batch.
    make_teams(&store, &user("ada"), "many", 1200).await;
    assert_eq!(seen(&store, "many7").await, [0; 0], "a change writes none");
    let other = db.open().await;
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..8 {
        let store = if number % 2 == 0 { store.clone() } else { other.clone() };
        tasks.spawn(async move { text::catch_up(&store).await.unwrap() });
    }
    tasks.join_all().await;
    assert_eq!(seen(&store, "id").await, (0..1200).collect::<Vec<i64>>());
    assert_eq!(seen(&other, "many7").await, [7]);
    assert_eq!(text::covered(&mut store.read().await.unwrap()).await.unwrap(), 1200);
    play_litellm(&store, &[("a".to_owned(), "2024-01-01T00:00:00.000Z", None, Some(r#"{"x": "Fremd"}"#))]).await;
    assert_eq!(find(&store, "fremd").await, [0; 0]);
    store.adopt(&user("ada"), None, 10).await.unwrap();
    assert_eq!(find(&store, "fremd").await, [1200]);
});

both!(what_is_erased_is_not_found_any_more_and_nothing_brings_it_back, async |db: TestDb| {
    let store = db.open().await;
    for alias in ["geheim eins", "zwei"] {
        let work = async move |change: &mut Change| {
            let key = daybook::store::by("team_id", "t");
            let alias = row! { "team_alias": alias };
            if change.update(&TEAMS, &key, alias.clone()).await?.is_none() {
                change.insert(&TEAMS, row! { "team_id": "t", "team_alias": alias["team_alias"] }).await?;
            }
            Ok::<_, StoreError>(())
        };
        store.change(&user("ada"), work).await.unwrap();
    }
    // In the table: gone in the commit of the erasure.
    assert_eq!(find(&store, "geheim").await, [0, 1]);
    assert_eq!(find(&store, "zwei").await, [1]);
    erase(&store, 1, &[Part::Before]).await;
    assert_eq!(seen(&store, "geheim").await, [0]);
    assert_eq!((seen(&store, "zwei").await, seen(&store, "alias").await), (vec![1], vec![0, 1]));
    erase(&store, 0, &[Part::After, Part::Actor]).await;
    assert_eq!((seen(&store, "geheim").await, seen(&store, "alias").await), (vec![], vec![1]));
    // Not in the table yet.
    let work =
        async |change: &mut Change| change.insert(&TEAMS, row! { "team_id": "u", "team_alias": "spaeter" }).await;
    store.change::<_, StoreError, _>(&user("ada"), work).await.unwrap();
    let seq = entries(&store).await.len() - 1;
    erase(&store, seq, &[Part::After]).await;
    assert_eq!(find(&store, "spaeter").await, [0; 0]);
    assert_eq!((find(&store, "geheim").await, find(&store, "zwei").await), (vec![], vec![1]));
});

both!(erasures_and_readers_at_once_leave_no_word_of_what_is_gone, async |db: TestDb| {
    let store = db.open().await;
    let other = db.open().await;
    make_teams(&store, &user("ada"), "gone", 40).await;
    let following = tokio::spawn({
        let other = other.clone();
        async move {
            while text::covered(&mut other.read().await.unwrap()).await.unwrap() < 80 {
                text::catch_up(&other).await.unwrap();
            }
        }
    });
    for seq in 0..40 {
        erase(&store, seq, &[Part::After]).await;
    }
    following.await.unwrap();
    for number in 0..40 {
        assert_eq!(find(&store, &format!("gone{number}")).await, [0; 0]);
    }
    assert_eq!(find(&store, "erased").await.len(), 0, "the action is no value");
    assert_eq!(find(&store, "reason").await, (40..80).collect::<Vec<i64>>());
});

#[tokio::test]
async fn words_that_were_made_otherwise_are_made_again() {
    let db = TestDb::sqlite();
    let store = db.open().await;
    make_teams(&store, &user("ada"), "t", 3).await;
    assert_eq!(find(&store, "t1").await, [1]);
    execute(&store, "UPDATE daybook_text_mark SET version = 'of another program'").await.unwrap();
    execute(&store, "INSERT INTO daybook_text (daybook_text, rowid, words) VALUES ('delete', 1, 't1')").await.unwrap();
    assert_eq!(seen(&store, "t1").await, [0; 0]);
    assert_eq!(find(&store, "t1").await, [1]);
    // An erasure does not know what to take out, so it takes out everything.
    execute(&store, "UPDATE daybook_text_mark SET version = 'of another program'").await.unwrap();
    erase(&store, 1, &[Part::After]).await;
    assert_eq!(seen(&store, "t0").await, [0; 0]);
    assert_eq!((find(&store, "t0").await, find(&store, "t1").await), (vec![0], vec![]));
}

#[tokio::test]
async fn no_word_of_what_was_erased_is_left_in_the_files() {
    let db = TestDb::sqlite();
    let store = db.open().await;
    let daybook::store::Location::Sqlite { path } = &db.location else { panic!("it is a file") };
    make_teams(&store, &user("ada"), "before", 300).await;
    make_teams(&store, &user("ada"), "qzx4711person", 30).await;
    make_teams(&store, &user("ada"), "zzz", 300).await;
    text::catch_up(&store).await.unwrap();
    // The table keeps the words in pages of its own.
    let pages = "SELECT hex(block) FROM daybook_text_data";
    let word: String = "qzx4711person".bytes().map(|byte| format!("{byte:02X}")).collect();
    assert!(texts(&store, pages).await.iter().any(|page| page.contains(&word)));
    for seq in 300..330 {
        erase(&store, seq, &[Part::After, Part::Object]).await;
    }
    assert_eq!(seen(&store, "zzz7").await, [337]);
    text::catch_up(&store).await.unwrap();
    assert!(!texts(&store, pages).await.iter().any(|page| page.contains(&word)));
    // The rows of the teams hold the name, of course.
    execute(&store, r#"DELETE FROM "LiteLLM_TeamTable""#).await.unwrap();
    assert!(store.forget().await.unwrap());
    let files = ["", "-wal"].map(|end| std::fs::read(format!("{}{end}", path.display())).unwrap_or_default());
    assert!(!files.concat().windows(13).any(|bytes| bytes == b"qzx4711person"));
}
