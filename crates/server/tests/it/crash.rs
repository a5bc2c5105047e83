//! kill -9 in the middle of many changes: what was acknowledged is there, and nothing is there without its entry.

use std::path::Path;
use std::process::{Child, Command, Stdio};

use daybook::model::row::RowExt as _;
use daybook::model::table::{KEYS, TEAMS};
use daybook::store::{Location, Lock, Options, Store, by, find_head, list_entries};
use daybook::testing::{TestDb, assert_invariants};
use serde_json::{Value, json};

/// The real program, as a process that can be killed.
struct Process {
    child: Child,
    base: String,
}

impl Process {
    async fn start(location: &Location, folder: &Path) -> Process {
        let mut command = Command::new(env!("CARGO_BIN_EXE_daybook"));
        command
            .args(["serve", "--host", "127.0.0.1", "--port", "0", "--data-dir"])
            .arg(folder)
            .env("LITELLM_MASTER_KEY", "sk-1234")
            .env_remove("DATABASE_URL")
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        match location {
            Location::Sqlite { path } => command.env("DATABASE_URL", format!("sqlite:{}", path.display())),
            Location::Postgres { url, .. } => command.env("DATABASE_URL", url),
        };
        let mut child = command.spawn().unwrap();
        let stdout = child.stdout.take().unwrap();
        let address = tokio::task::spawn_blocking(move || {
            use std::io::BufRead as _;
            let mut lines = std::io::BufReader::new(stdout).lines();
            let address = lines.by_ref().find_map(|line| {
                let line = line.unwrap();
                let (_, rest) = line.split_once("http://")?;
                Some(rest.split(|c: char| c.is_whitespace() || c == '/').next().unwrap().to_owned())
            });
            // Keep reading: a full pipe would stop the server.
            std::thread::spawn(move || lines.for_each(drop));
            address.expect("the banner names the address")
        })
        .await
        .unwrap();
        Process { child, base: format!("http://{address}") }
    }

    fn kill(&mut self) {
        self.child.kill().unwrap(); // SIGKILL
        self.child.wait().unwrap();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

async fn post(client: &reqwest::Client, base: &str, path: &str, body: Value) -> Option<(Value, i64)> {
    let response = client.post(format!("{base}{path}")).bearer_auth("sk-1234").json(&body).send().await.ok()?;
    if !response.status().is_success() {
        return None;
    }
    let seq = response.headers().get("x-daybook-audit-seq")?.to_str().ok()?.parse().ok()?;
    Some((response.json().await.ok()?, seq))
}

async fn kill_and_check(db: TestDb) {
    let folder = tempfile::tempdir().unwrap();
    let mut server = Process::start(&db.location, folder.path()).await;
    let client = reqwest::Client::new();
    for team in 0..8 {
        let body = json!({"team_id": format!("t{team}")});
        post(&client, &server.base, "/team/new", body).await.expect("the server works before it is killed");
    }

    // 500 changes at once: half of them make keys, half change a budget.
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..500_u32 {
        let (client, base) = (client.clone(), server.base.clone());
        tasks.spawn(async move {
            let (path, body) = if number.is_multiple_of(2) {
                ("/key/generate", json!({"key_alias": format!("k{number}")}))
            } else {
                let team = format!("t{}", number % 8);
                ("/team/update", json!({"team_id": team, "max_budget": number}))
            };
            post(&client, &base, path, body.clone()).await.map(|(answer, seq)| (path, body, answer, seq))
        });
    }
    // Killed when a good part has been acknowledged and the rest is in flight.
    let mut acknowledged = Vec::new();
    while let Some(outcome) = tasks.join_next().await {
        acknowledged.extend(outcome.unwrap());
        if acknowledged.len() == 120 {
            server.kill();
        }
    }
    assert!(acknowledged.len() >= 120, "only {} changes were acknowledged", acknowledged.len());
    assert!(acknowledged.len() < 500, "everything was done before the kill: the test shows nothing");

    let store = Store::open(Options::new(db.location.clone())).await.unwrap();
    assert_invariants(&store).await;
    let mut session = store.read().await.unwrap();
    let entries = list_entries(&mut session, 0, i64::MAX).await.unwrap();
    for (path, body, answer, seq) in &acknowledged {
        let (_, audit) = &entries[usize::try_from(*seq).unwrap()];
        let after = audit.as_ref().unwrap().object("updated_values").unwrap();
        if *path == "/key/generate" {
            let token = answer["token"].as_str().unwrap();
            assert_eq!(after.text("token"), Some(token));
            let row = session.row(&KEYS, &by("token", token), Lock::No).await.unwrap();
            assert!(row.is_some(), "an acknowledged key is gone");
        } else {
            assert_eq!(after.float("max_budget"), body["max_budget"].as_f64(), "entry {seq}");
        }
    }
    // No row without its entry: every team is what its last entry says, every key has been created on the record.
    for team in 0..8 {
        let id = format!("t{team}");
        let row = session.row(&TEAMS, &by("team_id", &id), Lock::No).await.unwrap().unwrap();
        let last = entries.iter().rev().filter_map(|(_, audit)| audit.as_ref()).find(|audit| {
            audit.text("object_id") == Some(&id) && audit.text("table_name") == Some("LiteLLM_TeamTable")
        });
        let recorded = last.unwrap().object("updated_values").unwrap();
        assert_eq!(recorded.float("max_budget"), row.float("max_budget"), "{id}");
    }
    let created = entries
        .iter()
        .filter(|(_, audit)| audit.as_ref().unwrap().text("table_name") == Some("LiteLLM_VerificationToken"))
        .count();
    let head = find_head(&mut session).await.unwrap().unwrap();
    drop(session);
    let sql = "UPDATE \"LiteLLM_VerificationToken\" SET spend = spend";
    let keys = daybook::testing::execute(&store, sql).await.unwrap();
    assert_eq!(keys, created as u64, "keys and their entries");
    assert_eq!(head.size, entries.len() as u64);
    store.close().await;

    // And it goes on.
    let mut again = Process::start(&db.location, folder.path()).await;
    let (_, seq) =
        post(&client, &again.base, "/team/update", json!({"team_id": "t0", "max_budget": 123_456})).await.unwrap();
    assert_eq!(u64::try_from(seq).unwrap(), head.size);
    again.kill();
}

daybook::both!(a_killed_server_has_lost_nothing_that_it_acknowledged, kill_and_check);
