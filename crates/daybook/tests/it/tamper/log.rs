//! A log like a real one, and its rows as they are stored.

use daybook::model::actor::Actor;
use daybook::model::table::{BUDGETS, TEAMS};
use daybook::row;
use daybook::store::{Change, Dialect, Store, StoreError, by, find_head};
use daybook::testing::{execute, texts};
use serde_json::{Value, json};
use tlog::{Checkpoint, SignedCheckpoint, SignerKey};

/// A log with two keys and some published checkpoints.
pub struct Log {
    pub store: Store,
    pub dialect: Dialect,
    pub size: u64,
    /// The newest one, as an auditor kept it.
    pub kept: String,
    /// The sizes of the published checkpoints.
    pub published: Vec<u64>,
    /// Their notes.
    pub notes: Vec<String>,
    pub ledger: Vec<Row>,
    pub audit: Vec<Row>,
}

/// Column to stored text; `None` for NULL.
pub type Row = Vec<(&'static str, Option<String>)>;

pub const LEDGER: &[&str] = &["seq", "audit_id", "leaf", "salts", "context", "actor", "changed_fields"];
pub const AUDIT: &[&str] = &[
    "id",
    "updated_at",
    "changed_by",
    "changed_by_api_key",
    "action",
    "table_name",
    "object_id",
    "before_value",
    "updated_values",
];

pub fn key(seed: u8) -> SignerKey {
    SignerKey::from_seed("daybook", &[seed; 32]).unwrap()
}

fn actor() -> Actor {
    Actor::system("/test")
}

/// Signs the log as it is. One key signs: a second one would be enough for a note whose first signature was altered.
async fn publish(store: &Store, key: &SignerKey) -> (u64, String) {
    let head = find_head(&mut store.read().await.unwrap()).await.unwrap().unwrap().tree();
    let checkpoint = SignedCheckpoint::sign(Checkpoint::new("daybook", head).unwrap(), key).unwrap();
    store.publish(&checkpoint, store.clock().now()).await.unwrap();
    (head.size, checkpoint.to_string())
}

async fn work(change: &mut Change, n: u64) -> Result<(), StoreError> {
    let id = format!("team-{}", n / 3);
    match n % 3 {
        0 => {
            let metadata = json!({"näme": "Zoë \"quoted\" \\ back", "list": [1, 2.5, null, true], "tiny": 1e-7});
            let team = row! { "team_id": id, "team_alias": "a b", "max_budget": 10.5, "models": ["x", "y"], "metadata": metadata };
            change.insert(&TEAMS, team).await?;
        }
        1 => {
            let value = 0.1 + 0.2 * n as f64;
            change.update(&TEAMS, &by("team_id", &id), row! { "max_budget": value, "blocked": true }).await?;
            change
                .insert(
                    &BUDGETS,
                    row! { "budget_id": format!("b-{n}"), "max_budget": 1.0, "created_by": "me", "updated_by": "me" },
                )
                .await?;
        }
        _ => {
            change.delete(&TEAMS, &by("team_id", &id)).await?;
        }
    }
    Ok(())
}

impl Log {
    /// A log of about `size` entries, with a checkpoint every `every` entries.
    pub async fn make(store: Store, size: u64, every: u64) -> Log {
        store.introduce_log_key(&key(1).verifier().to_string(), store.clock().now()).await.unwrap();
        let (mut published, mut notes, mut n, mut both) = (Vec::new(), Vec::new(), 0, false);
        loop {
            let change = store.change(&actor(), async move |change: &mut Change| work(change, n).await);
            let last = change.await.unwrap().receipts.last().unwrap().seq;
            n += 1;
            let have = u64::try_from(last).unwrap() + 1;
            if have >= size / 2 && !both {
                let (new, old) = (key(2).verifier().to_string(), key(1).verifier().to_string());
                let (new, old) = (&new, &old);
                store
                    .change(&actor(), async move |change: &mut Change| change.add_log_key(new, old).await)
                    .await
                    .unwrap();
                both = true;
            }
            if have / every > published.len() as u64 {
                let (size, note) = publish(&store, &key(if both { 2 } else { 1 })).await;
                published.push(size);
                notes.push(note);
            }
            if have >= size {
                break;
            }
        }
        // The last entries are not signed yet.
        for n in [3_000_000, 3_000_001] {
            store.change(&actor(), async move |change: &mut Change| work(change, n).await).await.unwrap();
        }
        let dialect = store.dialect();
        drop_fence(&store, dialect).await;
        let size = find_head(&mut store.read().await.unwrap()).await.unwrap().unwrap().size;
        let ledger = rows(&store, dialect, &dialect.own("ledger"), LEDGER, "seq").await;
        let audit =
            rows(&store, dialect, r#""LiteLLM_AuditLog""#, AUDIT, "(SELECT seq FROM ledger WHERE audit_id = id)").await;
        let kept: String = notes.last().cloned().unwrap();
        Log { store, dialect, size, kept, published, notes, ledger, audit }
    }

    /// The name of one of Daybook's own tables.
    pub fn own(&self, table: &str) -> String {
        self.dialect.own(table)
    }

    pub fn leaf(&self, position: u64) -> &str {
        text(&self.ledger[usize::try_from(position).unwrap()], "leaf")
    }
}

/// A column that is not NULL.
pub fn text<'r>(row: &'r Row, name: &str) -> &'r str {
    row.iter().find(|(column, _)| *column == name).unwrap().1.as_deref().unwrap()
}

/// Whoever tampers with a database is not stopped by a trigger.
async fn drop_fence(store: &Store, dialect: Dialect) {
    let statements: &[&str] = match dialect {
        Dialect::Sqlite => &[
            "DROP TRIGGER daybook_ledger_no_update",
            "DROP TRIGGER daybook_ledger_no_delete",
            "DROP TRIGGER daybook_audit_no_update",
            "DROP TRIGGER daybook_audit_no_delete",
        ],
        Dialect::Postgres => &[
            "DROP TRIGGER daybook_append_only ON daybook.ledger",
            r#"DROP TRIGGER daybook_append_only ON "LiteLLM_AuditLog""#,
        ],
    };
    for statement in statements {
        execute(store, statement).await.unwrap();
    }
}

/// Every row of a table, each column as the text that is stored.
pub async fn rows(
    store: &Store,
    dialect: Dialect,
    table: &str,
    columns: &'static [&'static str],
    order: &str,
) -> Vec<Row> {
    let (array, as_text, end) = match dialect {
        Dialect::Sqlite => ("json_array", "TEXT", ""),
        Dialect::Postgres => ("json_build_array", "text", "::text"),
    };
    let list: Vec<String> = columns.iter().map(|column| format!(r#"CAST("{column}" AS {as_text})"#)).collect();
    let order = order.replace("FROM ledger", &format!("FROM {}", dialect.own("ledger")));
    let sql = format!("SELECT {array}({}){end} FROM {table} ORDER BY {order}", list.join(", "));
    let read = |text: String| {
        let values: Vec<Value> = serde_json::from_str(&text).unwrap();
        columns.iter().copied().zip(values.into_iter().map(|value| value.as_str().map(str::to_owned))).collect()
    };
    texts(store, &sql).await.into_iter().map(read).collect()
}
