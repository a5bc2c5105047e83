//! `GET /audit` and what lies below it.

mod access;
mod by_id;
mod list;
mod litellm_rows;
mod organization;
mod questions;

use serde_json::Value;

use crate::harness::TestApp;

/// SHA-256 of the harness's master key.
const MASTER_HASH: &str = "88dc28d0f030c55ed4ab77ed8faf098196cb1c05df778539800c9f1243fe6b4b";

/// A row as LiteLLM inserts one: beside the ledger. JSON columns are given as they are stored.
struct Foreign<'a> {
    id: &'a str,
    at: &'a str,
    changed_by: &'a str,
    changed_by_api_key: &'a str,
    action: &'a str,
    table: &'a str,
    object_id: &'a str,
    before: Option<&'a str>,
    updated: Option<&'a str>,
}

impl Default for Foreign<'_> {
    fn default() -> Self {
        Foreign {
            id: "row",
            at: "2024-06-08T23:41:14.793Z",
            changed_by: "default_user_id",
            changed_by_api_key: "litellm_proxy_master_key",
            action: "created",
            table: "LiteLLM_TeamTable",
            object_id: "t1",
            before: None,
            updated: Some("{}"),
        }
    }
}

impl Foreign<'_> {
    async fn insert(&self, app: &TestApp) {
        let quoted = |text: &str| format!("'{}'", text.replace('\'', "''"));
        let texts =
            [self.id, self.at, self.changed_by, self.changed_by_api_key, self.action, self.table, self.object_id];
        let mut values: Vec<String> = texts.iter().map(|text| quoted(text)).collect();
        values.extend([self.before, self.updated].map(|json| json.map_or("NULL".to_owned(), quoted)));
        let sql = format!(r#"INSERT INTO "LiteLLM_AuditLog" VALUES ({})"#, values.join(", "));
        daybook::testing::execute(app.store(), &sql).await.unwrap();
    }
}

/// The ids of a page.
#[track_caller]
fn ids(page: &Value) -> Vec<&str> {
    page["audit_logs"].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap()).collect()
}
