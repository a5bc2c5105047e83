//! `daybook export`

use std::path::Path;
use std::process::{Command, Output};

use daybook::both;
use daybook::model::actor::Actor;
use daybook::model::table::TEAMS;
use daybook::row;
use daybook::store::{Change, StoreError};
use daybook::testing::TestDb;
use tlog::{SignedCheckpoint, VerifierKey};

use super::{Serving, daybook, on, stderr, stdout};

/// The program on a test's database, with its key in a folder.
fn program(db: &TestDb, data: &Path) -> Command {
    let mut command = on(db, daybook());
    command.env("DAYBOOK_DATA_DIR", data);
    command.env("DAYBOOK_SIGNING_KEY_FILE", data.join("signing_key"));
    command.env("DAYBOOK_LAST_SIGNED_FILE", data.join("last_signed"));
    command
}

fn export(db: &TestDb, data: &Path, arguments: &[&str]) -> Output {
    let bundle = data.join("bundle");
    program(db, data).args(["export", "--evidence"]).arg(bundle).args(arguments).output().unwrap()
}

async fn teams(change: &mut Change) -> Result<(), StoreError> {
    for n in 0..300 {
        change.insert(&TEAMS, row! { "team_id": format!("team-{n}") }).await?;
    }
    Ok(())
}

both!(the_operator_exports_what_the_server_has_recorded, async |db: TestDb| {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    Serving::start(program(&db, data)).stop();
    let store = db.open().await;
    store.change(&Actor::system("test"), async |change| teams(change).await).await.unwrap();
    store.close().await;

    let output = export(&db, data, &[]);
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(stdout(&output).contains("300 entries of "), "{}", stdout(&output));
    let read = |name: &str| std::fs::read_to_string(data.join("bundle").join(name)).unwrap();
    let key = VerifierKey::parse(read("vkey").trim_end()).unwrap();
    let checkpoint = SignedCheckpoint::parse(read("checkpoint").as_bytes()).unwrap();
    checkpoint.verify([&key]).unwrap();
    assert_eq!(checkpoint.checkpoint().head().size, 300);
    assert_eq!(read("disclosures/001.p/44").lines().count(), 44);
    let manifest: serde_json::Value = serde_json::from_str(&read("manifest.json")).unwrap();
    assert_eq!((&manifest["from"], &manifest["to"]), (&0.into(), &300.into()));
    let secret = std::fs::read_to_string(data.join("signing_key")).unwrap();
    let shown = read("VERIFY.md") + &read("vkey") + &read("checkpoint");
    assert!(!shown.contains(secret.trim()) && !shown.contains("PRIVATE+KEY"));

    let output = export(&db, data, &["--from", "299", "--to", "2999-12-31"]);
    assert!(stdout(&output).contains("of which 256 to 299 are shown"), "{} {}", stdout(&output), stderr(&output));
    let output = export(&db, data, &["--to", "2001-01-01"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("no entry of the log, which has 300, is in that range"), "{}", stderr(&output));
    let output = export(&db, data, &["--from", "yesterday"]);
    assert!(stderr(&output).contains("neither the number of an entry nor a date"), "{}", stderr(&output));
});

both!(without_a_log_or_its_key_nothing_is_exported_and_nothing_is_made, async |db: TestDb| {
    let folder = tempfile::tempdir().unwrap();
    let output = export(&db, folder.path(), &[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("`daybook serve` makes it"), "{}", stderr(&output));

    let data = folder.path().join("data");
    Serving::start(program(&db, &data)).stop();
    let elsewhere = tempfile::tempdir().unwrap();
    let output = export(&db, elsewhere.path(), &[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("signed with a key that is not here"), "{}", stderr(&output));
    assert_eq!(std::fs::read_dir(elsewhere.path()).unwrap().count(), 0);
});
