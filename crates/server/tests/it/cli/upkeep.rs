//! `daybook erase`, `daybook ledger adopt`: beside a running server, as a process.

use std::process::Output;

use daybook::both;
use daybook::store::list_entries;
use daybook::testing::{TestDb, assert_invariants, execute};
use serde_json::{Value, json};

use super::{at, daybook, on, stderr, stdout, write};
use crate::harness::TestApp;

/// Runs the program on the database of a running server.
async fn run(app: &TestApp, arguments: &[&str]) -> Output {
    let mut command = at(app.location(), &app.files, daybook());
    let arguments: Vec<String> = arguments.iter().map(|text| (*text).to_owned()).collect();
    tokio::task::spawn_blocking(move || command.args(arguments).output().unwrap()).await.unwrap()
}

async fn litellm_writes(app: &TestApp, count: usize) {
    let rows: Vec<String> = (0..count)
        .map(|number| {
            format!(
                "('row-{number}', '2024-01-01T00:00:00.000Z', 'ada', 'k', 'updated', 'LiteLLM_TeamTable', 't1', NULL, '{{}}')"
            )
        })
        .collect();
    execute(app.store(), &format!(r#"INSERT INTO "LiteLLM_AuditLog" VALUES {}"#, rows.join(", "))).await.unwrap();
}

served!(an_entry_loses_a_part_and_readers_see_that, async |app: &TestApp| {
    let ada = app.master().header("litellm-changed-by", "ada@example.com");
    ada.post("/team/new", json!({"team_id": "t1", "metadata": {"note": "private"}})).await.ok();
    let entries = app.entries().await;
    let count = entries.len();
    let entry = entries.into_iter().find(|entry| entry.name() == "created LiteLLM_TeamTable").unwrap();
    let arguments = ["erase", "--entry", &entry.id, "--part", "after,before,actor", "--reason", "request 17"];
    let dry = run(app, &[&arguments[..], &["--dry-run"]].concat()).await;
    assert!(dry.status.success(), "{}", stderr(&dry));
    assert!(stdout(&dry).contains(&format!("The actor, after of entry {}", entry.seq)), "{}", stdout(&dry));
    assert!(stdout(&dry).contains("Nothing was changed."), "{}", stdout(&dry));
    let unasked = run(app, &arguments).await;
    assert_eq!(unasked.status.code(), Some(1));
    assert!(stderr(&unasked).contains("--yes"), "{}", stderr(&unasked));
    assert_eq!(app.master().get("/audit").await.ok()["total"], count, "nothing was written so far");
    assert_eq!(app.master().get("/audit?changed_by=ada@example.com").await.ok()["total"], count);

    let done = run(app, &[&arguments[..], &["--yes"]].concat()).await;
    assert!(done.status.success(), "{}", stderr(&done));
    assert!(stdout(&done).contains("2 parts of 1 entries were erased"), "{}", stdout(&done));
    assert!(stdout(&done).contains("The before is left: the entry has none."), "{}", stdout(&done));
    let shown = app.master().get(&format!("/audit/{}", entry.id)).await.ok();
    for (name, value) in [
        ("changed_by", json!("[erased]")),
        ("changed_by_api_key", json!("[erased]")),
        ("before_value", Value::Null),
        ("updated_values", Value::Null),
        ("object_id", json!("t1")),
        ("action", json!("created")),
        ("table_name", json!("LiteLLM_TeamTable")),
    ] {
        assert_eq!(shown[name], value, "{name}");
    }
    assert_eq!(shown.as_object().unwrap().len(), 9);
    assert_eq!(app.master().get("/audit?changed_by=ada@example.com").await.ok()["total"], count - 1);
    let page = app.master().get("/audit?sort_by=updated_at&sort_order=asc").await.ok();
    assert_eq!(page["total"], count + 1);
    assert!(page["audit_logs"].as_array().unwrap().contains(&shown));
    let declared = &app.entries().await[0];
    assert_eq!((declared.name().as_str(), &declared.object_id), ("erased LiteLLM_AuditLog", &entry.id));
    assert_eq!(declared.context["route"], "daybook erase");
    assert!(declared.changed_by.starts_with("cli:"), "{}", declared.changed_by);
    let wanted = json!({"id": entry.id, "seq": entry.seq, "parts": ["actor", "after"], "reason": "request 17"});
    assert_eq!(declared.updated, wanted);
    app.master().post("/team/update", json!({"team_id": "t1", "max_budget": 5})).await.ok();

    let again = run(app, &[&arguments[..], &["--yes"]].concat()).await;
    assert!(again.status.success());
    assert!(stdout(&again).contains("There is nothing to erase."), "{}", stdout(&again));
    let unknown = run(app, &["erase", "--entry", "nobody", "--part", "after", "--reason", "r", "--yes"]).await;
    assert_eq!(unknown.status.code(), Some(1));
    assert!(stderr(&unknown).contains("the log has no entry nobody"), "{}", stderr(&unknown));
    assert_eq!(stderr(&unknown).lines().count(), 1);
});

served!(a_person_is_erased_beside_a_running_server, async |app: &TestApp| {
    app.master().post("/user/new", json!({"user_id": "ada-4711", "user_email": "ada@example.com"})).await.ok();
    app.master().post("/user/delete", json!({"user_ids": ["ada-4711"]})).await.ok();
    let before = app.entries().await.len();
    let named = run(app, &["erase", "--subject", "ada-4711", "--reason", "ada-4711 asked", "--yes"]).await;
    assert_eq!(named.status.code(), Some(1));
    assert!(stderr(&named).contains("the reason names ada-4711"), "{}", stderr(&named));
    assert!(app.entries().await.is_empty(), "a refusal writes nothing");
    let done = run(app, &["erase", "--subject", "ada-4711", "--reason", "request 17", "--yes"]).await;
    assert!(done.status.success(), "{}", stderr(&done));
    assert!(app.entries().await.len() <= before, "at most one declaration an entry");
    let page = app.master().get("/audit?page_size=100").await.ok().to_string();
    assert!(!page.contains("ada-4711") && !page.contains("ada@example.com"), "{page}");
    let again = run(app, &["erase", "--subject", "ada-4711", "--reason", "request 17", "--yes"]).await;
    assert!(again.status.success());
    assert!(stdout(&again).contains("There is nothing to erase."), "{}", stdout(&again));
});

served!(rows_of_litellm_are_counted_and_adopted_beside_a_running_server, async |app: &TestApp| {
    app.master().post("/team/new", json!({"team_id": "t1"})).await.ok();
    let doctor = async || stdout(&run(app, &["doctor", "--port", "0"]).await);
    assert!(!doctor().await.contains("not in the log"));
    litellm_writes(app, 600).await;
    assert!(doctor().await.contains("600 rows of the audit table are LiteLLM's and not in the log"));
    let dry = run(app, &["ledger", "adopt", "--dry-run"]).await;
    assert!(dry.status.success(), "{}", stderr(&dry));
    assert!(stdout(&dry).contains("600 rows"), "{}", stdout(&dry));
    app.entries().await;
    assert!(app.entries().await.is_empty(), "a dry run writes nothing");
    let (done, busy) = tokio::join!(run(app, &["ledger", "adopt"]), async {
        for number in 0..10 {
            let id = format!("busy{number}");
            app.master().post("/team/new", json!({"team_id": id})).await.ok();
        }
    });
    let () = busy;
    assert!(done.status.success(), "{}", stderr(&done));
    assert!(stdout(&done).contains("600 rows of the audit table were adopted."), "{}", stdout(&done));
    assert!(!doctor().await.contains("not in the log"));
    let again = run(app, &["ledger", "adopt"]).await;
    assert!(stdout(&again).contains("Every row of the audit table is in the log."), "{}", stdout(&again));
    assert_eq!(app.master().get("/audit?changed_by=ada").await.ok()["total"], 600);
    let adopted = app.entries().await.into_iter().filter(|entry| entry.context["adopted"] == true).count();
    assert_eq!(adopted, 600);
});

both!(without_a_log_there_is_nothing_to_work_on, async |db: TestDb| {
    for arguments in [&["ledger", "adopt"][..], &["erase", "--subject", "a", "--reason", "r", "--yes"]] {
        let empty = TestDb::sqlite();
        let output = on(&empty, daybook()).args(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        assert!(stderr(&output).contains("daybook serve"), "{}", stderr(&output));
        let daybook::store::Location::Sqlite { path } = &empty.location else { panic!("it is a file") };
        assert!(!path.exists(), "it is not made");
    }
    let store = db.open().await;
    for wrong in [
        &["erase", "--reason", "r"][..],
        &["erase", "--entry", "a", "--reason", "r"],
        &["erase", "--entry", "a", "--part", "everything", "--reason", "r"],
        &["erase", "--entry", "a", "--part", "after", "--subject", "b", "--reason", "r"],
        &["erase", "--subject", "a"],
    ] {
        let output = on(&db, daybook()).args(wrong).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{wrong:?}: {}", stderr(&output));
    }
    assert!(list_entries(&mut store.read().await.unwrap(), 0, i64::MAX).await.unwrap().is_empty());
    assert_invariants(&store).await;
});

both!(an_erasure_that_would_not_be_recorded_is_refused, async |db: TestDb| {
    let store = db.open().await;
    let folder = tempfile::tempdir().unwrap();
    let config = write(folder.path(), "config.yaml", "litellm_settings:\n  store_audit_logs: false\n");
    let arguments = ["erase", "--subject", "a", "--reason", "r", "--yes", "--config", &config];
    let output = on(&db, daybook()).args(arguments).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("changes are not recorded"), "{}", stderr(&output));
    store.close().await;
});
