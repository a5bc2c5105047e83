//! `daybook serve`

use std::net::TcpListener;

use daybook::both;
use daybook::model::secret::hash_key;
use daybook::testing::{TestDb, execute};

use super::{Serving, daybook, on, stderr, write};

async fn get(base: &str, path: &str, key: &str) -> (u16, String) {
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let response = http.get(format!("{base}{path}")).bearer_auth(key).send().await.unwrap();
    (response.status().as_u16(), response.text().await.unwrap())
}

both!(a_first_start_shows_a_key_that_works_and_keeps_only_its_hash, async |db: TestDb| {
    let first = Serving::start(on(&db, daybook()));
    assert!(first.banner.contains("audit log   on, 0 entries, origin "), "{}", first.banner);
    assert!(first.banner.contains("schema version 10"), "{}", first.banner);
    let key = first.banner.lines().find_map(|line| line.strip_prefix("  master key  ")).unwrap().to_owned();
    assert!(key.starts_with("sk-"));
    assert!(first.banner.contains(&format!("curl -s {}/key/generate -H 'Authorization: Bearer {key}'", first.base)));
    assert_eq!(get(&first.base, "/health/license", &key).await.0, 200);
    assert_eq!(get(&first.base, "/health/license", "sk-other").await.0, 401);
    first.stop();

    let store = db.open().await;
    assert_eq!(store.find_setting("master_key_hash").await.unwrap(), Some(hash_key(&key)));
    store.close().await;

    let second = Serving::start(on(&db, daybook()));
    assert!(!second.banner.contains("sk-"), "{}", second.banner);
    assert!(second.banner.contains("the one that the first start made"), "{}", second.banner);
    assert_eq!(get(&second.base, "/health/license", &key).await.0, 200);
    second.stop();
});

both!(a_switched_off_audit_log_is_said_loudly_with_the_place_that_did_it, async |db: TestDb| {
    let folder = tempfile::tempdir().unwrap();
    let file = write(folder.path(), "config.yaml", "litellm_settings:\n  store_audit_logs: false\n");
    let mut command = on(&db, daybook());
    command.env("LITELLM_MASTER_KEY", "sk-1234").env("CONFIG_FILE_PATH", &file);
    let server = Serving::start(command);
    assert!(server.banner.contains("audit log   OFF. Changes are carried out and NOT recorded."), "{}", server.banner);
    assert!(server.banner.contains(&format!("({file}:2)")), "{}", server.banner);
    assert!(server.banner.contains("as configured (environment LITELLM_MASTER_KEY)"), "{}", server.banner);
    let log = server.stop();
    assert!(log.contains("the audit log is OFF"), "{log}");
});

both!(a_newer_schema_is_refused_and_nothing_is_touched, async |db: TestDb| {
    let store = db.open().await;
    let table = store.dialect().own("migration");
    execute(&store, &format!("INSERT INTO {table} (version, name) VALUES (99, 'of the future')")).await.unwrap();
    store.close().await;
    let output = on(&db, daybook()).args(["serve", "--host", "127.0.0.1", "--port", "0"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("schema version 99, this program knows versions up to 10"), "{}", stderr(&output));
});

#[test]
fn a_taken_address_is_named_before_a_master_key_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let data = folder.path().join("data");
    let mut command = daybook();
    command.args(["serve", "--host", "127.0.0.1", "--port", &port, "--data-dir"]).arg(&data);
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = stderr(&output);
    assert!(said.starts_with(&format!("daybook: cannot listen on 127.0.0.1:{port}: another program does")), "{said}");
    assert!(!data.exists(), "a start that failed left its data folder");
}

#[test]
fn a_database_that_does_not_answer_is_named_without_its_password() {
    let unused = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = unused.local_addr().unwrap().port();
    drop(unused);
    let mut command = daybook();
    command
        .args(["serve", "--host", "127.0.0.1", "--port", "0"])
        .env("DATABASE_URL", format!("postgresql://me:hunter22@127.0.0.1:{port}/litellm"))
        .env("DAYBOOK_DATABASE_TIMEOUT", "1");
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = stderr(&output);
    let last = said.lines().last().unwrap();
    let place = format!("daybook: cannot use PostgreSQL at 127.0.0.1:{port}/litellm (schema public): ");
    assert!(last.starts_with(&place), "{said}");
    assert!(last.contains("refused"), "{said}");
    assert!(!said.contains("hunter22"), "{said}");
}

#[test]
fn a_wrong_setting_is_named_with_file_and_line() {
    let folder = tempfile::tempdir().unwrap();
    let file = write(folder.path(), "config.yaml", "daybook:\n  host: 127.0.0.1\n  prot: 1\n");
    for command in ["serve", "doctor"] {
        let output = daybook().args([command, "--config", &file]).output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        assert!(
            stderr(&output).starts_with(&format!("daybook: {file}:3: daybook.prot: unknown setting")),
            "{}",
            stderr(&output)
        );
        assert!(output.stdout.is_empty());
    }
}

both!(a_server_leaves_the_checkpoint_of_its_last_change_beside_its_data, async |db: TestDb| {
    let mut command = on(&db, daybook());
    command.env("LITELLM_MASTER_KEY", "sk-1234");
    let server = Serving::start(command);
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let team =
        http.post(format!("{}/team/new", server.base)).bearer_auth("sk-1234").json(&serde_json::json!({})).send().await;
    let size: u64 = 1 + team.unwrap().headers()["x-daybook-audit-seq"].to_str().unwrap().parse::<u64>().unwrap();
    server.stop();
    let latest = std::fs::read(db.folder().join("checkpoints/latest")).unwrap();
    let latest = tlog::SignedCheckpoint::parse(&latest).unwrap();
    assert!(latest.checkpoint().head().size >= size, "{latest} does not hold entry {}", size - 1);
});
