//! The recordings of `tests/golden`, held against a fresh server each, on both databases.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use daybook::testing::{POSTGRES_TEMPLATE, TestDb};
use tokio::task::{JoinSet, spawn_blocking};

use crate::harness::TestApp;

/// The files whose routes are all built, and the header in which each sends its keys.
const FILES: &[(&str, &str)] = &[
    ("audit_api.jsonl", "Authorization"),
    ("auth_roles_headers.jsonl", "Authorization"),
    ("config_health.jsonl", "Authorization"),
    ("custom_key_header.jsonl", "X-My-Key"),
    ("keys.jsonl", "Authorization"),
    ("management_v1.jsonl", "Authorization"),
    ("orgs_budgets_customers.jsonl", "Authorization"),
    ("models.jsonl", "Authorization"),
    ("premium_gates.jsonl", "Authorization"),
    ("teams.jsonl", "Authorization"),
    ("users.jsonl", "Authorization"),
];

fn golden() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

fn python(script: &str) -> Command {
    let mut command = Command::new("python3");
    // -B: no __pycache__ in the source tree.
    command.current_dir(golden()).arg("-B").arg(script);
    command
}

/// Replays one file; what was found goes to `report`.
async fn replay(db: TestDb, file: &'static str, header: &'static str, report: PathBuf) -> Output {
    let own_header = (header != "Authorization").then(|| header.to_owned());
    let app = TestApp::build(db).settings(|settings| settings.key_header_name = own_header).start().await;
    let mut command = python("replay.py");
    command
        .args(["--base", &format!("http://{}", app.address), "--key-header", header, "--needs"])
        .args(["--ignore", "differences.json", "--fail-on-diff", "--show", "20", "--json"])
        .arg(report)
        .arg(file);
    let output = spawn_blocking(move || command.output().unwrap()).await.unwrap();
    app.stop().await;
    output
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_recordings_are_answered_as_recorded_but_for_the_differences_that_are_meant() {
    if Command::new("python3").arg("--version").output().is_err() {
        assert!(std::env::var_os("CI").is_none(), "python3 must be there in CI: run cargo xtask test");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut replays = JoinSet::new();
    let mut reports = Vec::new();
    let mut run = |name: &str, db: TestDb, file, header| {
        let report = folder.path().join(format!("{file}.{name}.json"));
        reports.push(report.clone());
        let title = format!("{file} on {name}");
        replays.spawn(async move { (title, replay(db, file, header, report).await) });
    };
    for (file, header) in FILES {
        // The tests on a database that LiteLLM made come second: SQLite has had its turn.
        if std::env::var_os(POSTGRES_TEMPLATE).is_none() {
            run("SQLite", TestDb::sqlite(), *file, *header);
        }
        if let Some(db) = TestDb::postgres().await {
            run("PostgreSQL", db, *file, *header);
        }
    }
    let mut wrong = String::new();
    for (title, output) in replays.join_all().await {
        if !output.status.success() {
            let said = [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned()).concat();
            wrong.push_str(&format!("--- {title}\n{said}\n"));
        }
    }
    let stale = python("stale.py").arg("differences.json").args(reports).output().unwrap();
    if !stale.status.success() {
        let said = [stale.stdout, stale.stderr].map(|text| String::from_utf8_lossy(&text).into_owned()).concat();
        wrong.push_str(&format!("--- differences.json\n{said}"));
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}
