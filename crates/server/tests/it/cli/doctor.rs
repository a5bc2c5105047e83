//! `daybook doctor`

use std::collections::BTreeMap;
use std::path::Path;

use daybook::both;
use daybook::testing::{TestDb, execute};

use super::{Serving, daybook, on, stderr, stdout};

/// Every file under a folder, with its bytes.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.insert(path.display().to_string(), std::fs::read(&path).unwrap());
        }
    }
    found
}

#[test]
fn before_the_first_start_it_says_what_would_be_made_and_makes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let mut command = daybook();
    command.args(["doctor", "--port", "0", "--data-dir"]).arg(&data);
    let output = command.output().unwrap();
    let said = stdout(&output);
    assert!(output.status.success(), "{}", stderr(&output));
    for part in [
        "daybook.data_dir",
        "command line --data-dir",
        "is not there yet and would be made",
        "version 10 would be made",
        "none configured: one would be made and shown once",
        "on: every change leaves its entries",
    ] {
        assert!(said.contains(part), "{part} is not in\n{said}");
    }
    assert!(!data.exists());
}

#[test]
fn after_the_first_start_it_reads_the_log_and_changes_no_byte() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = |mut command: std::process::Command| {
        command.env("DAYBOOK_DATA_DIR", folder.path().join("data"));
        command
    };
    let server = Serving::start(arguments(daybook()));
    let while_it_runs = arguments(daybook()).args(["doctor", "--port", "0"]).output().unwrap();
    assert!(while_it_runs.status.success(), "{}", stderr(&while_it_runs));
    server.stop();
    let before = files(folder.path());
    let output = arguments(daybook()).args(["doctor", "--port", "0"]).output().unwrap();
    let said = stdout(&output);
    assert!(output.status.success(), "{}", stderr(&output));
    for part in
        ["version 10, as this program needs it", "the one that the first start made", "0 entries, root e3b0c442"]
    {
        assert!(said.contains(part), "{part} is not in\n{said}");
    }
    assert_eq!(files(folder.path()), before);
}

both!(a_newer_schema_is_one_sentence_and_exit_code_1, async |db: TestDb| {
    let store = db.open().await;
    let table = store.dialect().own("migration");
    execute(&store, &format!("INSERT INTO {table} (version, name) VALUES (99, 'of the future')")).await.unwrap();
    store.close().await;
    let output = on(&db, daybook()).args(["doctor", "--port", "0"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(stderr(&output).lines().count(), 1);
    assert!(stderr(&output).contains("schema version 99"), "{}", stderr(&output));
});

#[tokio::test]
async fn an_empty_postgresql_stays_empty() {
    let Some(db) = TestDb::empty_postgres().await else { return };
    for _ in 0..2 {
        let output = on(&db, daybook()).args(["doctor", "--port", "0"]).output().unwrap();
        assert!(output.status.success(), "{}", stderr(&output));
        assert!(stdout(&output).contains("version 10 would be made"), "{}", stdout(&output));
    }
}

#[test]
fn a_data_folder_that_cannot_be_made_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a-file");
    std::fs::write(&file, "").unwrap();
    let mut command = daybook();
    command.args(["doctor", "--port", "0", "--data-dir"]).arg(file.join("data"));
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("cannot make the data folder"), "{}", stderr(&output));
}

#[test]
fn secrets_are_shown_as_set() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = daybook();
    command
        .args(["doctor", "--port", "0", "--data-dir"])
        .arg(folder.path())
        .env("LITELLM_MASTER_KEY", "sk-hunter22")
        .env("LITELLM_SALT_KEY", "hunter33");
    let output = command.output().unwrap();
    let said = format!("{}{}", stdout(&output), stderr(&output));
    assert!(said.contains("as configured (environment LITELLM_MASTER_KEY)"), "{said}");
    assert!(!said.contains("hunter"), "{said}");
}
