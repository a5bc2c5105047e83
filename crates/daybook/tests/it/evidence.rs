//! `ledger::evidence`: what is in a bundle, and which folder it may go to.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use daybook::ledger::erase;
use daybook::ledger::evidence::{Bound, EvidenceError, Exported, Range, export};
use daybook::ledger::{Keyring, LastSigned, Signer};
use daybook::model::actor::Actor;
use daybook::model::leaf::Part;
use daybook::model::random::SeededRandom;
use daybook::model::table::{Kind, Table};
use daybook::store::{Change, Store, StoreError};
use daybook::testing::{FakeClock, TestDb};
use daybook::{both, row};
use serde_json::Value;
use tlog::{Bundle, SignedCheckpoint, VerifierKey};

static NOTES: Table = Table {
    name: "notes",
    primary_key: &["id"],
    identity: &["id"],
    columns: &[("id", Kind::Text), ("text", Kind::Text), ("more", Kind::Json)],
};

const SEED: u64 = 70_000;

/// A log that is the same whenever and wherever it is made.
struct Log {
    store: Store,
    signer: Signer,
    clock: Arc<FakeClock>,
    folder: tempfile::TempDir,
    _db: TestDb,
}

impl Log {
    async fn of(db: TestDb, size: u64) -> Log {
        let clock = FakeClock::at("2026-11-21T10:00:00Z");
        let mut options = db.options();
        options.clock = clock.clone();
        options.random = Arc::new(SeededRandom::new(SEED));
        options.tables = vec![&NOTES];
        options.origin = "example.com/log".to_owned();
        let store = Store::open(options).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let keys = Keyring::generate("example.com/log", &SeededRandom::new(1)).unwrap();
        let last = LastSigned::new(folder.path().join("last_signed"));
        let signer = Signer::open(store.clone(), keys, last, &Actor::system("test")).await.unwrap();
        let log = Log { store, signer, clock, folder, _db: db };
        log.grow(0, size).await;
        log
    }

    /// A hundred notes in each change, an hour apart.
    async fn grow(&self, from: u64, to: u64) {
        for first in (from..to).step_by(100) {
            let until = (first + 100).min(to);
            self.store.change(&Actor::system("test"), async |change| notes(change, first, until).await).await.unwrap();
            self.clock.advance(Duration::from_secs(3600));
        }
    }

    async fn publish(&self) {
        let signed = self.signer.checkpoint().await.unwrap();
        self.store.publish(&signed.checkpoint, signed.signed_at).await.unwrap();
    }

    fn bundle(&self) -> std::path::PathBuf {
        self.folder.path().join("bundle")
    }

    async fn export(&self, range: Range) -> Result<Exported, EvidenceError> {
        let signed = self.signer.checkpoint().await.unwrap();
        export(&self.store, &signed.checkpoint, &range, &self.bundle()).await
    }
}

async fn notes(change: &mut Change, from: u64, to: u64) -> Result<(), StoreError> {
    for n in from..to {
        let more = serde_json::json!({"z": n as f64 * 0.5, "a": [1e-6, 0.000_015, 1.5e-7, 123_456.75], "é": "\u{1f600}\n\u{7f}"});
        change.insert(&NOTES, row! { "id": format!("note-{n:05}"), "text": format!("Note {n}"), "more": more }).await?;
    }
    Ok(())
}

/// Every file below a folder.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut left = vec![folder.to_owned()];
    while let Some(next) = left.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                left.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
                found.insert(name, std::fs::read(&path).unwrap());
            }
        }
    }
    found
}

fn json(files: &BTreeMap<String, Vec<u8>>, name: &str) -> Value {
    serde_json::from_slice(&files[name]).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_log_is_the_same_bundle_byte_for_byte_on_both_databases() {
    let Some(postgres) = TestDb::postgres().await else { return };
    let mut bundles = Vec::new();
    for db in [TestDb::sqlite(), postgres] {
        let log = Log::of(db, 300).await;
        log.publish().await;
        log.grow(300, 700).await;
        log.export(Range::default()).await.unwrap();
        bundles.push(files(&log.bundle()));
    }
    let [sqlite, postgres] = &bundles[..] else { panic!() };
    assert_eq!(sqlite.keys().collect::<Vec<_>>(), postgres.keys().collect::<Vec<_>>());
    for (name, bytes) in sqlite {
        assert_eq!(String::from_utf8_lossy(bytes), String::from_utf8_lossy(&postgres[name]), "{name}");
    }
}

both!(a_bundle_holds_the_tree_the_leaves_and_what_they_commit_to, async |db: TestDb| {
    let log = Log::of(db, 300).await;
    log.publish().await;
    log.grow(300, 700).await;
    let exported = log.export(Range::default()).await.unwrap();
    assert_eq!(exported, Exported { origin: "example.com/log".to_owned(), size: 700, from: 0, to: 700 });
    let files = files(&log.bundle());
    let mut names: Vec<String> = tlog::tiles(700).map(|tile| tile.path()).collect();
    names.extend(tlog::bundles(700).map(Bundle::path));
    names.extend(tlog::bundles(700).map(|bundle| bundle.path().replace("tile/entries", "disclosures")));
    names.extend(["VERIFY.md", "checkpoint", "checkpoints/300", "manifest.json", "vkey"].map(str::to_owned));
    names.sort();
    assert_eq!(files.keys().cloned().collect::<Vec<_>>(), names);

    let vkey = VerifierKey::parse(String::from_utf8_lossy(&files["vkey"]).trim_end()).unwrap();
    for name in ["checkpoint", "checkpoints/300"] {
        SignedCheckpoint::parse(&files[name]).unwrap().verify([&vkey]).unwrap();
    }
    let leaves: Vec<Vec<u8>> = tlog::bundles(700)
        .flat_map(|bundle| {
            bundle.parse(&files[&bundle.path()]).unwrap().into_iter().map(<[u8]>::to_vec).collect::<Vec<_>>()
        })
        .collect();
    let root = tlog::root_of_leaves(leaves.iter().map(|leaf| tlog::leaf_hash(leaf)));
    assert_eq!(SignedCheckpoint::parse(&files["checkpoint"]).unwrap().checkpoint().head().root, root);
    let line = String::from_utf8_lossy(&files["disclosures/002.p/188"]).lines().nth(187).unwrap().to_owned();
    let shown: Value = serde_json::from_str(&line).unwrap();
    assert_eq!((&shown["seq"], &shown["row"]["object_id"]), (&699.into(), &"note-00699".into()));
    assert_eq!(shown["row"]["updated_at"], "2026-11-21T16:00:00.000Z");
    assert_eq!(shown["row"].as_object().unwrap().len(), 9);
    assert_eq!(
        json(&files, "manifest.json"),
        serde_json::json!({
            "format": "daybook-evidence/1", "origin": "example.com/log", "size": 700, "from": 0, "to": 700,
            "exported_at": "2026-11-21T17:00:00.000Z",
        })
    );
});

both!(entries_that_come_after_the_signature_are_left_out, async |db: TestDb| {
    let log = Log::of(db, 260).await;
    let signed = log.signer.checkpoint().await.unwrap();
    log.grow(260, 600).await;
    let exported = export(&log.store, &signed.checkpoint, &Range::default(), &log.bundle()).await.unwrap();
    assert_eq!((exported.size, exported.to), (260, 260));
    let files = files(&log.bundle());
    assert_eq!(files["tile/0/001.p/4"].len(), 4 * 32);
    assert!(files.contains_key("tile/1/000.p/1") && !files.contains_key("tile/0/002.p/88"));
});

both!(an_erasure_after_the_signature_asks_for_another_one, async |db: TestDb| {
    let log = Log::of(db, 260).await;
    let signed = log.signer.checkpoint().await.unwrap();
    let entry = daybook::store::list_disclosed(&mut log.store.read().await.unwrap(), 7, 8).await.unwrap().remove(0);
    let audit_id = entry.row.unwrap()["id"].as_str().unwrap().to_owned();
    let planned = erase::Planned { audit_id, seq: 7, parts: vec![Part::After] };
    erase::erase(&log.store, &Actor::system("test"), &[planned], "request 17").await.unwrap();
    let refused = export(&log.store, &signed.checkpoint, &Range::default(), &log.bundle()).await;
    assert!(matches!(refused, Err(EvidenceError::ErasedSince(260))), "{refused:?}");
    assert!(!log.bundle().exists());
    assert_eq!(log.export(Range::default()).await.unwrap().size, 261);
});

both!(a_range_takes_the_entries_of_its_files_and_every_hash, async |db: TestDb| {
    let log = Log::of(db, 1000).await;
    let at = |text: &str| Some(Bound::At(text.parse().unwrap()));
    let ranges = [
        (Range { from: Some(Bound::Seq(255)), to: Some(Bound::Seq(256)) }, (0, 512)),
        (Range { from: Some(Bound::Seq(256)), to: Some(Bound::Seq(511)) }, (256, 512)),
        (Range { from: Some(Bound::Seq(999)), to: None }, (768, 1000)),
        (Range { from: None, to: Some(Bound::Seq(5000)) }, (0, 1000)),
        // Entries 0 to 99 are of ten o'clock, and so on.
        (Range { from: at("2026-11-21T13:00:00Z"), to: at("2026-11-21T14:00:00Z") }, (256, 512)),
        (Range { from: at("2026-11-21T12:00:00.001Z"), to: at("2026-11-21T13:59:59Z") }, (256, 512)),
        (Range { from: None, to: at("2026-11-21T10:00:00Z") }, (0, 256)),
        (Range { from: at("2026-11-21T19:00:00Z"), to: None }, (768, 1000)),
    ];
    for (range, (from, to)) in ranges {
        let exported = log.export(range).await.unwrap();
        assert_eq!((exported.from, exported.to, exported.size), (from, to, 1000), "{range:?}");
        let files = files(&log.bundle());
        for bundle in tlog::bundles(1000) {
            let inside = (from / 256..to.div_ceil(256)).contains(&bundle.n);
            assert_eq!(files.contains_key(&bundle.path()), inside, "{range:?} {}", bundle.path());
            assert_eq!(files.contains_key(&bundle.path().replace("tile/entries", "disclosures")), inside);
        }
        assert!(tlog::tiles(1000).all(|tile| files.contains_key(&tile.path())));
        assert_eq!(json(&files, "manifest.json")["from"], from);
    }
    for range in [
        Range { from: Some(Bound::Seq(1000)), to: None },
        Range { from: Some(Bound::Seq(5)), to: Some(Bound::Seq(4)) },
        Range { from: at("2026-11-22T00:00:00Z"), to: None },
        Range { from: None, to: at("2026-11-21T09:59:59Z") },
    ] {
        assert!(matches!(log.export(range).await, Err(EvidenceError::Range(_))), "{range:?}");
    }
});

both!(an_empty_log_is_evidence_of_an_empty_log, async |db: TestDb| {
    let log = Log::of(db, 0).await;
    assert_eq!(log.export(Range::default()).await.unwrap().size, 0);
    let files = files(&log.bundle());
    assert_eq!(files.keys().collect::<Vec<_>>(), ["VERIFY.md", "checkpoint", "manifest.json", "vkey"]);
    assert!(!String::from_utf8_lossy(&files["VERIFY.md"]).contains("One entry by itself"));
});

both!(a_newer_bundle_replaces_an_older_one_and_keeps_its_checkpoint, async |db: TestDb| {
    let log = Log::of(db, 300).await;
    log.export(Range::default()).await.unwrap();
    let old = files(&log.bundle());
    log.grow(300, 600).await;
    log.export(Range::default()).await.unwrap();
    let new = files(&log.bundle());
    assert_eq!(new["checkpoints/300"], old["checkpoint"], "what somebody may have been shown stays in evidence");
    assert!(!new.contains_key("tile/0/001.p/44"), "nothing of the older bundle is left over");
    assert_eq!(json(&new, "manifest.json")["size"], 600);
});

both!(a_folder_with_something_else_in_it_is_refused_and_left_alone, async |db: TestDb| {
    let log = Log::of(db, 3).await;
    for (name, text) in [("notes.txt", "mine"), ("manifest.json", "{\"format\": \"other\"}"), ("checkpoint", "x")] {
        let folder = log.bundle();
        std::fs::create_dir(&folder).unwrap();
        std::fs::write(folder.join(name), text).unwrap();
        assert!(matches!(log.export(Range::default()).await, Err(EvidenceError::Occupied(_))), "{name}");
        assert_eq!(files(&folder), BTreeMap::from([(name.to_owned(), text.as_bytes().to_vec())]));
        std::fs::remove_dir_all(folder).unwrap();
    }
    std::fs::create_dir(log.bundle()).unwrap();
    log.export(Range::default()).await.unwrap();
});

both!(an_export_that_was_cut_off_is_no_bundle_and_can_be_done_again, async |db: TestDb| {
    let log = Log::of(db, 600).await;
    // What is in the way of the last tile ends the export there.
    log.export(Range::default()).await.unwrap();
    std::fs::create_dir_all(log.bundle()).unwrap();
    let bundle = log.bundle();
    log.grow(600, 601).await;
    daybook::testing::execute(
        &log.store,
        &format!("DELETE FROM {} WHERE level = 0 AND n = 1", log.store.dialect().own("tile")),
    )
    .await
    .unwrap();
    let signed = log.signer.checkpoint().await;
    let signed = signed.unwrap();
    let failed = export(&log.store, &signed.checkpoint, &Range::default(), &bundle).await;
    assert!(matches!(failed, Err(EvidenceError::Store(StoreError::Corrupt(_)))), "{failed:?}");
    let left = files(&bundle);
    assert!(left.contains_key("UNFINISHED") && !left.contains_key("manifest.json") && !left.contains_key("checkpoint"));

    let other = Log::of(TestDb::sqlite(), 5).await;
    let signed = other.signer.checkpoint().await.unwrap();
    export(&other.store, &signed.checkpoint, &Range::default(), &bundle).await.unwrap();
    let done = files(&bundle);
    assert!(
        !done.contains_key("UNFINISHED") && done.contains_key("tile/0/000.p/5") && !done.contains_key("tile/0/000")
    );
});

both!(a_bundle_that_says_something_else_than_the_log_is_kept, async |db: TestDb| {
    let log = Log::of(db, 300).await;
    log.export(Range::default()).await.unwrap();
    let kept = files(&log.bundle());
    // The same log, as a restored backup has it: shorter, then with another history.
    for size in [200, 400] {
        let went_back = Log::of(TestDb::sqlite(), 0).await;
        went_back.clock.advance(Duration::from_secs(60));
        went_back.grow(0, size).await;
        let signed = went_back.signer.checkpoint().await.unwrap();
        let refused = export(&went_back.store, &signed.checkpoint, &Range::default(), &log.bundle()).await;
        assert!(matches!(refused, Err(EvidenceError::Contradicted { .. })), "{refused:?}");
        assert_eq!(files(&log.bundle()), kept);
    }
});

both!(a_checkpoint_of_another_tree_is_refused, async |db: TestDb| {
    let log = Log::of(db, 30).await;
    let longer = Log::of(TestDb::sqlite(), 31).await;
    let other = Log::of(TestDb::sqlite(), 0).await;
    other.clock.advance(Duration::from_secs(60));
    other.grow(0, 30).await;
    for wrong in [longer, other] {
        let signed = wrong.signer.checkpoint().await.unwrap();
        let refused = export(&log.store, &signed.checkpoint, &Range::default(), &log.bundle()).await;
        assert!(matches!(refused, Err(EvidenceError::Checkpoint(_))), "{refused:?}");
        assert!(!log.bundle().exists());
    }
});
