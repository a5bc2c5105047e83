//! LiteLLM is updated and migrates the database while Daybook runs on it.

use daybook::model::table;
use daybook::testing::{TestDb, execute};
use serde_json::json;

use crate::coverage::{visit, world};
use crate::harness::TestApp;

/// What a later release's migration may well do to a table.
fn migration(table: &str) -> Vec<String> {
    vec![
        format!("ALTER TABLE \"{table}\" ADD COLUMN later_maybe text DEFAULT 'kept'"),
        format!("ALTER TABLE \"{table}\" ADD COLUMN later_json jsonb NOT NULL DEFAULT '{{\"kept\": true}}'"),
        format!("ALTER TABLE \"{table}\" ADD COLUMN later_list text[] DEFAULT ARRAY['kept']"),
        format!("ALTER TABLE \"{table}\" ADD COLUMN later_when timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP"),
        format!("CREATE INDEX \"{table}_later_idx\" ON \"{table}\" (later_maybe, later_when)"),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_later_migration_needs_no_restart_on_postgres() {
    let Some(db) = TestDb::postgres().await else { return };
    let app = TestApp::start(db).await;
    // So that every statement is prepared on some connection.
    visit(&app).await;
    let before = (world::team(&app).await, world::key(&app).await);
    for table in table::ALL {
        for sql in migration(table.name) {
            execute(app.store(), &sql).await.unwrap();
        }
    }
    for sql in [
        "CREATE TABLE \"LiteLLM_LaterTable\" (id text PRIMARY KEY, note text, team_id text NOT NULL \
         REFERENCES \"LiteLLM_TeamTable\" (team_id) ON DELETE CASCADE ON UPDATE CASCADE)"
            .to_owned(),
        format!("INSERT INTO \"LiteLLM_LaterTable\" VALUES ('l', 'n', '{}')", before.0),
    ] {
        execute(app.store(), &sql).await.unwrap();
    }
    visit(&app).await;
    for table in table::ALL {
        // Whatever was inserted, updated, rotated or archived: what we do not know is as the database made it.
        let sql = format!(
            "SELECT count(*)::text FROM \"{}\" WHERE later_maybe IS DISTINCT FROM 'kept' OR later_list IS DISTINCT FROM \
             ARRAY['kept'] OR later_json <> '{{\"kept\": true}}'",
            table.name
        );
        assert_eq!(TestDb::lines(app.location(), &sql).await, ["0"], "{}", table.name);
    }

    app.entries().await;
    app.master().post("/key/update", json!({"key": before.1, "max_budget": 3})).await.ok();
    let entry = app.entries().await.pop().unwrap();
    assert_eq!(entry.before["later_maybe"], "kept", "what we do not know is on the record too");
    app.master().post("/team/delete", json!({"team_ids": [before.0]})).await.ok();
    let left = app.entry_names().await;
    assert!(left.contains(&"deleted LiteLLM_LaterTable".to_owned()), "{left:?}");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_column_that_we_do_not_know_survives_every_change_of_its_row_on_postgres() {
    let Some(db) = TestDb::postgres().await else { return };
    let app = TestApp::start(db).await;
    let tables = [&table::TEAMS, &table::KEYS, &table::USERS, &table::ORGANIZATIONS, &table::DELETED_KEYS];
    for table in tables {
        // An archive has what is put into it.
        let default = if table == &table::DELETED_KEYS { "" } else { " DEFAULT 'theirs'" };
        execute(app.store(), &format!("ALTER TABLE \"{}\" ADD COLUMN later text{default}", table.name)).await.unwrap();
    }
    // Started again: now the column was there first.
    let app = TestApp::start(app.stop_and_keep().await).await;
    let (team, user, key) = (world::team(&app).await, world::user(&app).await, world::key(&app).await);
    let organization = world::organization(&app).await;
    let master = app.master();
    master.post("/team/update", json!({"team_id": team, "max_budget": 1})).await.ok();
    master.post("/team/block", json!({"team_id": team})).await.ok();
    master.post("/user/update", json!({"user_id": user, "max_budget": 1})).await.ok();
    master.post("/key/update", json!({"key": key, "max_budget": 1})).await.ok();
    let rotated = master.post("/key/regenerate", json!({"key": key})).await.ok();
    master.post("/key/block", json!({"key": rotated["key"]})).await.ok();
    let body = json!({"organization_id": organization, "member": {"user_id": user, "role": "internal_user"}});
    master.post("/organization/member_add", body).await.ok();
    for table in tables {
        let sql = format!("SELECT DISTINCT COALESCE(later, 'lost') FROM \"{}\" ORDER BY 1", table.name);
        assert_eq!(TestDb::lines(app.location(), &sql).await, ["theirs"], "{}", table.name);
    }
    app.stop().await;
}
