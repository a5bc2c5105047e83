//! `daybook verify`: the verdict is the exit code, on a database, a bundle and a running server.

use std::process::{Command, Output};

use daybook::both;
use daybook::model::actor::Actor;
use daybook::model::table::TEAMS;
use daybook::row;
use daybook::store::{Change, Dialect, Location, Store, StoreError};
use daybook::testing::{TestDb, execute};
use serde_json::{Value, json};

use super::{Serving, daybook, on, stderr, stdout};

fn verify(db: &TestDb, arguments: &[&str]) -> Output {
    let mut command = on(db, daybook());
    command.arg("verify").args(arguments).output().unwrap()
}

/// The exit code and the report.
fn json_of(db: &TestDb, arguments: &[&str]) -> (Option<i32>, Value) {
    let output = verify(db, &[arguments, &["--json"]].concat());
    (output.status.code(), serde_json::from_slice(&output.stdout).unwrap())
}

fn url(db: &TestDb) -> String {
    match &db.location {
        Location::Sqlite { path } => format!("sqlite:{}", path.display()),
        Location::Postgres { url, .. } => url.clone(),
    }
}

fn server(db: &TestDb) -> Serving {
    let mut command: Command = on(db, daybook());
    command.env("LITELLM_MASTER_KEY", "sk-1234");
    Serving::start(command)
}

async fn teams(change: &mut Change) -> Result<(), StoreError> {
    for n in 0..300 {
        change.insert(&TEAMS, row! { "team_id": format!("team-{n}"), "max_budget": 0.1 }).await?;
    }
    Ok(())
}

/// A log of 300 entries that a server has signed.
async fn log(db: &TestDb) -> Store {
    server(db).stop();
    let store = db.open().await;
    store.change(&Actor::system("test"), async |change| teams(change).await).await.unwrap();
    store
}

async fn alter(store: &Store) {
    let fence = match store.dialect() {
        Dialect::Sqlite => "DROP TRIGGER daybook_audit_no_update",
        Dialect::Postgres => r#"DROP TRIGGER daybook_append_only ON "LiteLLM_AuditLog""#,
    };
    execute(store, fence).await.unwrap();
    let ledger = store.dialect().own("ledger");
    let which = format!("(SELECT audit_id FROM {ledger} WHERE seq = 17)");
    let sql = format!(r#"UPDATE "LiteLLM_AuditLog" SET "changed_by" = 'nobody' WHERE "id" = {which}"#);
    assert_eq!(execute(store, &sql).await.unwrap(), 1);
}

both!(the_configured_database_is_verified_and_an_edit_is_named, async |db: TestDb| {
    let store = log(&db).await;
    let sound = verify(&db, &[]);
    assert_eq!((sound.status.code(), stdout(&sound).lines().next()), (Some(0), Some("SOUND")), "{}", stdout(&sound));
    assert!(stdout(&sound).contains("300 entries"), "{}", stdout(&sound));
    let (code, report) = json_of(&db, &["--db", &url(&db)]);
    assert_eq!((code, &report["verdict"], &report["shown"]), (Some(0), &json!("sound"), &json!(300)), "{report}");

    alter(&store).await;
    store.close().await;
    let tampered = verify(&db, &[]);
    let said = "TAMPERED  entry 17: changed_by of its audit row is not what its leaf says";
    assert_eq!((tampered.status.code(), stdout(&tampered).lines().next()), (Some(1), Some(said)));
    let (code, report) = json_of(&db, &[]);
    assert_eq!((code, &report["first_bad_position"]), (Some(1), &json!(17)), "{report}");
});

both!(an_exported_bundle_is_verified_without_its_database, async |db: TestDb| {
    log(&db).await.close().await;
    let folder = tempfile::tempdir().unwrap();
    let bundle = folder.path().join("bundle").display().to_string();
    let exported = on(&db, daybook()).args(["export", "--evidence", &bundle]).output().unwrap();
    assert!(exported.status.success(), "{}", stderr(&exported));
    let vkey = std::fs::read_to_string(format!("{bundle}/vkey")).unwrap();
    let (code, report) = json_of(&db, &["--bundle", &bundle, "--vkey", vkey.trim()]);
    assert_eq!((code, &report["shown"], &report["keys_given"]), (Some(0), &json!(300), &json!(true)), "{report}");

    // The bundle's checkpoint is worth keeping: the database must go on from it.
    let kept = format!("{bundle}/checkpoint");
    let (code, report) = json_of(&db, &["--checkpoint", &kept]);
    assert_eq!((code, &report["older_checkpoints"]), (Some(0), &json!(1)), "{report}");

    let path = format!("{bundle}/disclosures/001.p/44");
    let altered = std::fs::read_to_string(&path).unwrap().replacen("team-290", "team-299", 1);
    std::fs::write(&path, altered).unwrap();
    let (code, report) = json_of(&db, &["--bundle", &bundle]);
    assert_eq!((code, &report["first_bad_position"]), (Some(1), &json!(290)), "{report}");
});

both!(a_running_server_is_verified_from_outside, async |db: TestDb| {
    let store = log(&db).await;
    let server = server(&db);
    let (code, report) = json_of(&db, &["--url", &server.base, "--key", "sk-1234"]);
    assert_eq!((code, &report["shown"]), (Some(0), &json!(300)), "{report}");
    let (code, report) = json_of(&db, &["--url", &server.base]);
    assert_eq!((code, &report["verdict"]), (Some(2), &json!("incomplete")), "{report}");

    alter(&store).await;
    store.close().await;
    let (code, report) = json_of(&db, &["--url", &server.base, "--key", "sk-1234"]);
    assert_eq!((code, &report["first_bad_position"]), (Some(1), &json!(17)), "{report}");
    // The tree says nothing of what readers see.
    let (code, _) = json_of(&db, &["--url", &server.base, "--key", "sk-1234", "--tree-only"]);
    assert_eq!(code, Some(0));
    server.stop();
});

#[test]
fn what_cannot_be_read_is_incomplete_and_nothing_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let nowhere = format!("sqlite:{}", folder.path().join("daybook.db").display());
    for arguments in [
        &["--db", &nowhere][..],
        &["--db", "mysql://host/name"],
        &["--bundle", "nowhere"],
        &["--url", "http://127.0.0.1:1"],
        &["--db", &nowhere, "--vkey", "nonsense"],
        &[],
    ] {
        let output = daybook().env("DAYBOOK_DATA_DIR", folder.path()).arg("verify").args(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(stdout(&output).starts_with("INCOMPLETE  "), "{}", stdout(&output));
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}
