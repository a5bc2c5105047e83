//! What is done to the log itself: parts leave it, rows of LiteLLM's come into it, and it checks itself.

mod adoption;
mod erasure;
mod watch;
mod words;

use daybook::model::actor::{Actor, Context, Principal, Verdict};
use daybook::model::table::TEAMS;
use daybook::row;
use daybook::store::{Dialect, Head, Store, StoreError, Stored, find_head, list_entries};
use daybook::testing::execute;

/// A user with a key, calling from an address.
fn user(id: &str) -> Actor {
    let principal = Principal {
        user_id: Some(id.to_owned()),
        key_hash: format!("hash-of-{id}"),
        key_alias: None,
        service_account_id: None,
        is_master: false,
        is_admin: true,
        may_assert: false,
    };
    let context = Context {
        request_id: "r1".to_owned(),
        method: "POST".to_owned(),
        route: "/team/new".to_owned(),
        address: Some("192.0.2.7".to_owned()),
        user_agent: Some(format!("client of {id}")),
    };
    Actor { principal, asserted: None, verdict: Verdict::None, context }
}

/// Makes teams, all in one change.
async fn make_teams(store: &Store, actor: &Actor, prefix: &str, count: usize) {
    let prefix = prefix.to_owned();
    let change = store.change(actor, async move |change| {
        for number in 0..count {
            change.insert(&TEAMS, row! { "team_id": format!("{prefix}{number}"), "models": ["a"] }).await?;
        }
        Ok::<_, StoreError>(())
    });
    change.await.unwrap();
}

async fn entries(store: &Store) -> Vec<Stored> {
    list_entries(&mut store.read().await.unwrap(), 0, i64::MAX).await.unwrap()
}

async fn head(store: &Store) -> Head {
    find_head(&mut store.read().await.unwrap()).await.unwrap().unwrap()
}

/// Takes the fence away, as a database administrator could.
async fn unfence(store: &Store) {
    let statements: &[&str] = match store.dialect() {
        Dialect::Sqlite => &[
            "DROP TRIGGER daybook_ledger_no_update",
            "DROP TRIGGER daybook_ledger_no_delete",
            "DROP TRIGGER daybook_audit_no_update",
            "DROP TRIGGER daybook_audit_no_delete",
        ],
        Dialect::Postgres => {
            &["ALTER TABLE daybook.ledger DISABLE TRIGGER ALL", "ALTER TABLE \"LiteLLM_AuditLog\" DISABLE TRIGGER ALL"]
        }
    };
    for sql in statements {
        execute(store, sql).await.unwrap();
    }
}

/// Whether the invariants hold.
async fn is_sound(store: &Store) -> bool {
    let store = store.clone();
    tokio::spawn(async move { daybook::testing::assert_invariants(&store).await }).await.is_ok()
}

/// Rows as LiteLLM inserts them, beside the ledger: id, time, and the two JSON columns as they are stored.
async fn play_litellm(store: &Store, rows: &[(String, &str, Option<&str>, Option<&str>)]) {
    let quoted = |text: &str| format!("'{}'", text.replace('\'', "''"));
    for rows in rows.chunks(500) {
        let values: Vec<String> = rows
            .iter()
            .map(|(id, at, before, after)| {
                let [before, after] = [before, after].map(|json| json.map_or("NULL".to_owned(), quoted));
                let fixed = "'ada', 'sk-hash', 'updated', 'LiteLLM_TeamTable', 't1'";
                format!("({}, {}, {fixed}, {before}, {after})", quoted(id), quoted(at))
            })
            .collect();
        let sql = format!(r#"INSERT INTO "LiteLLM_AuditLog" VALUES {}"#, values.join(", "));
        execute(store, &sql).await.unwrap();
    }
}
