//! A log of 70,000 entries, exported by the product, in the hands of programs that we did not write: Go's own packages for
//! transparency logs, Python's `tlog-scales`, and openssl. They are run as the bundle's VERIFY.md says, by the commands and
//! with the programs in it; then each of [`alter::all`] is done to the bundle, and each checker must say what it should.
//!
//! Run by `cargo xtask foreign`, which brings what they need.

mod alter;
mod checkers;

use std::path::Path;
use std::time::Duration;

use daybook::ledger::evidence::{Range, export};
use daybook::ledger::{Keyring, LastSigned, Signer};
use daybook::model::actor::Actor;
use daybook::model::random::SystemRandom;
use daybook::model::table::{Kind, Table};
use daybook::row;
use daybook::store::{Change, Pooling, Store, StoreError};
use daybook::testing::TestDb;

use alter::Forger;
use checkers::{Checkers, Verdict};

static NOTES: Table = Table {
    name: "notes",
    primary_key: &["id"],
    identity: &["id"],
    columns: &[("id", Kind::Text), ("text", Kind::Text)],
};

const SIZE: u64 = 70_000;
const STEP: u64 = 1_000;

/// Sizes whose checkpoints were published. The second one is what an auditor has kept.
const PUBLISHED: [u64; 2] = [12_000, 65_000];

async fn notes(change: &mut Change, from: u64) -> Result<(), StoreError> {
    for n in from..from + STEP {
        change.insert(&NOTES, row! { "id": format!("note-{n:05}"), "text": "é" }).await?;
    }
    Ok(())
}

/// Makes the log and its bundle, and gives the key that signed it.
async fn make(folder: &Path) -> Keyring {
    let db = TestDb::sqlite();
    let mut options = db.options();
    options.tables = vec![&NOTES];
    options.origin = "audit.example.com/log".to_owned();
    options.pooling = Pooling { timeout: Duration::from_secs(60), ..options.pooling };
    let store = Store::open(options).await.unwrap();
    let keys = Keyring::generate("audit.example.com/log", &SystemRandom).unwrap();
    let last = LastSigned::new(folder.join("last_signed"));
    let actor = Actor::system("foreign");
    let signer = Signer::open(store.clone(), keys.clone(), last, &actor).await.unwrap();
    for from in (0..SIZE).step_by(STEP as usize) {
        store.change(&actor, async |change| notes(change, from).await).await.unwrap();
        if PUBLISHED.contains(&(from + STEP)) {
            let signed = signer.checkpoint().await.unwrap();
            store.publish(&signed.checkpoint, signed.signed_at).await.unwrap();
        }
    }
    let signed = signer.checkpoint().await.unwrap();
    export(&store, &signed.checkpoint, &Range::default(), &folder.join("bundle")).await.unwrap();
    store.close().await;
    keys
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs Go, Python's tlog-scales and openssl: cargo xtask foreign"]
async fn foreign_checkers_accept_the_bundle_and_refuse_every_alteration() {
    let started = std::time::Instant::now();
    let say = |what: &str| {
        use std::io::Write as _;
        let _ = writeln!(std::io::stderr(), "{:5.1} s  {what}", started.elapsed().as_secs_f64());
    };
    // Links to the files of the bundle stand for copies, so everything is in one folder.
    let folder = tempfile::tempdir().unwrap();
    let keys = make(folder.path()).await;
    say("70,000 entries recorded and exported");
    let bundle = folder.path().join("bundle");
    let kept = folder.path().join("kept");
    std::fs::copy(bundle.join("checkpoints/65000"), &kept).unwrap();

    // Everything that VERIFY.md says, as it says it.
    let checkers = Checkers::of(&bundle, folder.path().join("work"));
    let said = checkers.follow_the_guide(&kept);
    say("VERIFY.md followed");
    assert!(said.contains("Go: accepted 70000 leaves (70000 entries read), 277 tiles, 3 older checkpoints"), "{said}");
    assert!(said.contains("Python: accepted 70000 leaves (70000 entries read, 0 parts erased), 3 older"), "{said}");
    assert!(said.contains("Signature Verified Successfully"), "{said}");
    assert!(said.contains(r#""seq":69999"#), "the sample entry is shown: {said}");
    checkers.proof_file_is_ours(&bundle, keys.current().verifier());

    let forger = Forger::new(&bundle, keys.current().clone());
    let mut wrong = Vec::new();
    let alterations = alter::all();
    assert!(alterations.len() >= 8);
    for alteration in alterations {
        let altered = folder.path().join("altered");
        alter::copy(&bundle, &altered);
        (alteration.alter)(&forger, &altered);
        if alteration.needs_a_kept_checkpoint {
            let unaware = checkers.check(&altered, None);
            let refusals = unaware.iter().filter(|(_, verdict)| !verdict.accepted);
            wrong.extend(refusals.map(|refusal| format!("{} without a kept checkpoint: {refusal:?}", alteration.name)));
        }
        for (checker, Verdict { accepted, said }) in checkers.check(&altered, Some(&kept)) {
            let wanted = alteration.refused_by.iter().find(|(name, _)| *name == checker).map(|(_, words)| *words);
            let as_wanted = wanted.map_or(accepted, |words| !accepted && said.contains(words));
            if !as_wanted {
                wrong.push(format!("{}: {checker} should say {wanted:?}, and says {said}", alteration.name));
            }
        }
        say(alteration.name);
        std::fs::remove_dir_all(altered).unwrap();
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}
