//! `daybook keygen`, `daybook ledger`, and a start whose key does not fit.

use std::path::Path;
use std::process::{Command, Output};

use daybook::both;
use daybook::testing::TestDb;
use serde_json::{Value, json};
use tlog::{SignedCheckpoint, SignerKey, VerifierKey};

use super::{Serving, daybook, on, stderr, stdout};

const MASTER_KEY: &str = "sk-1234";

fn program(db: &TestDb) -> Command {
    let mut command = on(db, daybook());
    command.env("LITELLM_MASTER_KEY", MASTER_KEY);
    command
}

fn run(db: &TestDb, arguments: &[&str]) -> Output {
    program(db).args(arguments).output().unwrap()
}

#[track_caller]
fn succeeds(output: &Output) -> String {
    assert!(output.status.success(), "{}{}", stdout(output), stderr(output));
    stdout(output)
}

/// A start that is refused; what it says.
fn refused(mut command: Command) -> String {
    let output = command.args(["serve", "--host", "127.0.0.1", "--port", "0"]).output().unwrap();
    assert!(!output.status.success(), "{}", stdout(&output));
    stderr(&output)
}

fn key_file(db: &TestDb) -> std::path::PathBuf {
    db.folder().join("signing_key")
}

async fn get(server: &Serving, path: &str) -> (u16, String) {
    let request = reqwest::Client::new().get(format!("{}{path}", server.base)).bearer_auth(MASTER_KEY);
    let response = request.send().await.unwrap();
    (response.status().as_u16(), response.text().await.unwrap())
}

async fn budget(server: &Serving, id: &str) -> u16 {
    let body = json!({"budget_id": id, "max_budget": 5});
    let url = format!("{}/budget/new", server.base);
    reqwest::Client::new().post(url).bearer_auth(MASTER_KEY).json(&body).send().await.unwrap().status().as_u16()
}

async fn checkpoint(server: &Serving) -> SignedCheckpoint {
    let (status, text) = get(server, "/ledger/checkpoint").await;
    assert_eq!(status, 200, "{text}");
    SignedCheckpoint::parse(text.as_bytes()).unwrap()
}

/// The newest entry of the log.
async fn newest(server: &Serving) -> Value {
    let (_, text) = get(server, "/audit?page_size=1").await;
    serde_json::from_str::<Value>(&text).unwrap()["audit_logs"][0].clone()
}

fn vkey(banner: &str) -> VerifierKey {
    VerifierKey::parse(banner.lines().find_map(|line| line.strip_prefix("  log key     ")).unwrap()).unwrap()
}

#[test]
fn keygen_prints_a_key_and_its_public_half() {
    let output = daybook().args(["keygen", "audit.example.com/log"]).output().unwrap();
    let said = succeeds(&output);
    let [public, secret] = said.lines().collect::<Vec<_>>()[..] else { panic!("{said}") };
    let key = SignerKey::parse(secret).unwrap();
    assert_eq!(public, format!("# public: {}", key.verifier()));
    assert_eq!(key.verifier().name(), "audit.example.com/log");
    let again = daybook().args(["keygen", "audit.example.com/log"]).output().unwrap();
    assert_ne!(stdout(&again), said, "each key is another one");
    let bad = daybook().args(["keygen", "two words"]).output().unwrap();
    assert!(!bad.status.success() && stderr(&bad).contains("two words cannot name a log"), "{}", stderr(&bad));
}

both!(the_first_start_makes_a_key_for_the_owner_alone, async |db: TestDb| {
    let server = Serving::start(program(&db));
    assert!(server.banner.contains("made now, in"), "{}", server.banner);
    let key = vkey(&server.banner);
    checkpoint(&server).await.verify([&key]).unwrap();
    assert_eq!(get(&server, "/ledger/vkey").await.1, format!("{key}\n"));
    #[cfg(unix)]
    for name in ["signing_key", "last_signed"] {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(db.folder().join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    let secret = std::fs::read_to_string(key_file(&db)).unwrap();
    let banner = server.banner.clone();
    let log = server.stop();
    assert!(!banner.contains("PRIVATE") && !log.contains("PRIVATE") && secret.starts_with("PRIVATE+KEY+"));

    let server = Serving::start(program(&db));
    assert!(!server.banner.contains("made now"), "{}", server.banner);
    assert_eq!(vkey(&server.banner), key);
    server.stop();
    let said = succeeds(&run(&db, &["doctor", "--port", "0"]));
    assert!(
        said.contains(&key.to_string()) && said.contains("a checkpoint of 0 entries, which the log bears out"),
        "{said}"
    );
});

both!(a_key_that_does_not_fit_the_log_is_refused, async |db: TestDb| {
    let server = Serving::start(program(&db));
    let key = vkey(&server.banner);
    server.stop();
    let kept = std::fs::read_to_string(key_file(&db)).unwrap();

    std::fs::remove_file(key_file(&db)).unwrap();
    let said = refused(program(&db));
    assert!(said.contains("signed with a key that is not here") && said.contains(&key.to_string()), "{said}");
    assert!(!key_file(&db).exists(), "no other key is made");

    let other = stdout(&daybook().args(["keygen", key.name()]).output().unwrap());
    std::fs::write(key_file(&db), &other).unwrap();
    let said = refused(program(&db));
    assert!(said.contains("is not this log's, which is") && said.contains(&key.to_string()), "{said}");

    let mut command = program(&db);
    command.env("DAYBOOK_SIGNING_KEY", stdout(&daybook().args(["keygen", "another/log"]).output().unwrap()));
    let said = refused(command);
    assert!(said.contains("the signing key is for the log another/log, and this log is"), "{said}");

    std::fs::write(key_file(&db), &kept[..kept.len() / 2]).unwrap();
    let said = refused(program(&db));
    // The key itself may have a plus sign in it.
    let secret = kept.trim().splitn(5, '+').last().unwrap();
    assert!(secret.len() == 44 && said.contains("signing_key") && !said.contains(&secret[..8]), "{said}");

    std::fs::remove_file(key_file(&db)).unwrap();
    let mut command = program(&db);
    command.env("DAYBOOK_SIGNING_KEY", kept.trim());
    let server = Serving::start(command);
    assert_eq!(vkey(&server.banner), key);
    server.stop();
});

both!(two_keys_sign_while_the_key_changes_and_the_change_is_an_entry, async |db: TestDb| {
    let server = Serving::start(program(&db));
    let old = vkey(&server.banner);
    assert_eq!(budget(&server, "a").await, 200);
    server.stop();

    let said = succeeds(&run(&db, &["ledger", "rotate-key"]));
    let server = Serving::start(program(&db));
    let new = vkey(&server.banner);
    assert!(new != old && said.contains(&new.to_string()) && said.contains(&old.to_string()), "{said}");
    let signed = checkpoint(&server).await;
    signed.verify([&old]).unwrap();
    signed.verify([&new]).unwrap();
    assert_eq!(get(&server, "/ledger/vkey").await.1, format!("{new}\n{old}\n"));
    let entry = newest(&server).await;
    assert_eq!((&entry["action"], &entry["table_name"]), (&json!("created"), &json!("daybook_log_key")));
    assert_eq!(entry["updated_values"]["vkey"], new.to_string());
    assert_eq!(entry["updated_values"]["previous"], old.to_string());
    assert_eq!(entry["updated_values"]["size"], 1);
    assert!(entry["changed_by"].as_str().unwrap().starts_with("cli:"), "{entry}");
    server.stop();

    let said = succeeds(&run(&db, &["ledger", "retire-key"]));
    assert!(said.contains(&format!("Retired: {old}")), "{said}");
    assert!(succeeds(&run(&db, &["ledger", "retire-key"])).contains("No key to retire"));
    let server = Serving::start(program(&db));
    let signed = checkpoint(&server).await;
    signed.verify([&new]).unwrap();
    assert!(signed.verify([&old]).is_err());
    // What the old one has signed is still published.
    assert_eq!(get(&server, "/ledger/vkey").await.1, format!("{new}\n{old}\n"));
    assert_eq!(newest(&server).await["action"], "deleted");
    assert_eq!(signed.checkpoint().head().size, 3);
    server.stop();
});

both!(a_second_key_in_the_configuration_is_recorded_by_the_start, async |db: TestDb| {
    let server = Serving::start(program(&db));
    let old = vkey(&server.banner);
    server.stop();
    let kept = std::fs::read_to_string(key_file(&db)).unwrap();
    let fresh = stdout(&daybook().args(["keygen", old.name()]).output().unwrap());
    let fresh = fresh.lines().last().unwrap();
    let mut command = program(&db);
    command.env("DAYBOOK_SIGNING_KEY", format!("{fresh} {}", kept.trim()));
    let server = Serving::start(command);
    assert_eq!(newest(&server).await["updated_values"]["previous"], old.to_string());
    checkpoint(&server).await.verify([&old]).unwrap();
    assert_eq!(checkpoint(&server).await.checkpoint().head().size, 1);
    server.stop();
});

both!(a_database_that_went_back_goes_on_under_a_new_name, async |db: TestDb| {
    let server = Serving::start(program(&db));
    assert_eq!(budget(&server, "a").await, 200);
    server.stop();
    let backup = db.copy().await;
    for name in ["signing_key", "last_signed"] {
        std::fs::copy(db.folder().join(name), backup.folder().join(name)).unwrap();
    }
    let server = Serving::start(program(&db));
    assert_eq!(budget(&server, "b").await, 200);
    let last = checkpoint(&server).await;
    let old = vkey(&server.banner);
    server.stop();
    // The backup comes back under files that are not part of it.
    std::fs::copy(db.folder().join("last_signed"), backup.folder().join("last_signed")).unwrap();

    let server = Serving::start(program(&backup));
    assert!(
        server.banner.contains("NOT SIGNED  the database went back: a checkpoint of 2 entries"),
        "{}",
        server.banner
    );
    assert_eq!(get(&server, "/ledger/checkpoint").await.0, 503);
    assert_eq!(get(&server, "/audit").await.0, 200);
    assert_eq!(budget(&server, "c").await, 503);
    let doctor = run(&backup, &["doctor", "--port", "0"]);
    let said = stdout(&doctor) + &stderr(&doctor);
    assert!(!doctor.status.success(), "{said}");
    for part in ["went back", "Restore it forward", "daybook ledger new-origin"] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let log = server.stop();
    assert!(log.contains("went back"), "{log}");
    let refused = run(&backup, &["ledger", "rotate-key"]);
    assert!(!refused.status.success() && stderr(&refused).contains("went back"), "{}", stderr(&refused));
    assert_eq!(std::fs::read_to_string(key_file(&backup)).unwrap().lines().count(), 1, "nothing was changed");

    let said = succeeds(&run(&backup, &["ledger", "new-origin", "--origin", "audit.example.com/second"]));
    assert!(said.contains("The log is now audit.example.com/second"), "{said}");
    let server = Serving::start(program(&backup));
    let entry = newest(&server).await;
    assert_eq!((&entry["action"], &entry["table_name"]), (&json!("updated"), &json!("daybook_head")));
    assert_eq!(entry["updated_values"]["previous_checkpoint"], last.to_string());
    assert_eq!(entry["before_value"]["origin"], old.name());
    assert_eq!(budget(&server, "c").await, 200);
    let signed = checkpoint(&server).await;
    signed.verify([&vkey(&server.banner)]).unwrap();
    assert_eq!((signed.checkpoint().origin(), signed.checkpoint().head().size), ("audit.example.com/second", 3));
    server.stop();
    let kept = |folder: &Path| {
        let names = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.filter(|name| name.starts_with("signing_key.") && name.ends_with(".old")).count()
    };
    assert_eq!(kept(backup.folder()), 1, "the old key is kept");
});

both!(a_replica_that_holds_the_key_of_an_earlier_name_does_not_rename_the_log_back, async |db: TestDb| {
    let server = Serving::start(program(&db));
    let old = vkey(&server.banner);
    assert_eq!(budget(&server, "a").await, 200);
    server.stop();
    let replica = tempfile::tempdir().unwrap();
    for name in ["signing_key", "last_signed"] {
        std::fs::copy(db.folder().join(name), replica.path().join(name)).unwrap();
    }
    succeeds(&run(&db, &["ledger", "new-origin", "--origin", "audit.example.com/second"]));
    let on_replica = |name: &str| {
        let mut command = program(&db);
        command.env("DAYBOOK_DATA_DIR", replica.path()).args(["ledger", "new-origin"]);
        // A database file has these beside it, unless they are named.
        command.env("DAYBOOK_SIGNING_KEY_FILE", replica.path().join("signing_key"));
        command.env("DAYBOOK_LAST_SIGNED_FILE", replica.path().join("last_signed"));
        if !name.is_empty() {
            command.args(["--origin", name]);
        }
        let output = command.output().unwrap();
        assert!(!output.status.success(), "{}", stdout(&output));
        stderr(&output)
    };
    for name in ["", old.name()] {
        let said = on_replica(name);
        assert!(said.contains("before") && said.contains("copy the present key here"), "{said}");
    }
    let server = Serving::start(program(&db));
    assert_eq!(checkpoint(&server).await.checkpoint().origin(), "audit.example.com/second");
    let keys = get(&server, "/ledger/vkey").await.1;
    assert_eq!(keys, format!("{}\n{old}\n", vkey(&server.banner)));
    server.stop();
});

both!(keys_and_names_do_not_change_while_nothing_is_recorded, async |db: TestDb| {
    Serving::start(program(&db)).stop();
    let kept = std::fs::read_to_string(key_file(&db)).unwrap();
    let config = db.folder().join("unrecorded.yaml");
    std::fs::write(&config, "litellm_settings:\n  store_audit_logs: false\n").unwrap();
    for command in ["rotate-key", "retire-key", "new-origin"] {
        let output = run(&db, &["ledger", command, "--config", config.to_str().unwrap()]);
        assert!(!output.status.success(), "{command}");
        assert!(stderr(&output).contains("changes are not recorded"), "{command}: {}", stderr(&output));
    }
    assert_eq!(std::fs::read_to_string(key_file(&db)).unwrap(), kept);

    let key = SignerKey::parse(kept.trim()).unwrap();
    let fresh = stdout(&daybook().args(["keygen", key.verifier().name()]).output().unwrap());
    let mut command = program(&db);
    command.env("DAYBOOK_SIGNING_KEY", format!("{} {}", fresh.lines().last().unwrap(), kept.trim()));
    let output = command
        .args(["serve", "--host", "127.0.0.1", "--port", "0", "--config", config.to_str().unwrap()])
        .output()
        .unwrap();
    assert!(!output.status.success() && stderr(&output).contains("a key comes into the log by an entry"));
});

both!(a_lost_key_is_followed_by_a_new_origin, async |db: TestDb| {
    let server = Serving::start(program(&db));
    assert_eq!(budget(&server, "a").await, 200);
    server.stop();
    std::fs::remove_file(key_file(&db)).unwrap();
    assert!(refused(program(&db)).contains("daybook ledger new-origin"));
    succeeds(&run(&db, &["ledger", "new-origin"]));
    let server = Serving::start(program(&db));
    assert_eq!(checkpoint(&server).await.checkpoint().head().size, 2);
    server.stop();
});
