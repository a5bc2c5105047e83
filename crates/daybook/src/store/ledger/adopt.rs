//! Rows of the audit table that LiteLLM wrote by itself come into the log.
//!
//! The row stays as it is. It gets a ledger row and a leaf, whose time is that of the adoption: the log knows the row from
//! then on, and says so (`adopted`, and when LiteLLM wrote it). A value that has no canonical form, a number that JSON
//! readers round, is committed to as its exact text; the context's `raw` names such parts.

use serde_json::{Value, json};

use super::append::{Appending, New};
use crate::model::actor::Actor;
use crate::model::canonical::{canonical, exact_text};
use crate::model::leaf::Parts;
use crate::model::row::{Row, RowExt as _};
use crate::store::Store;
use crate::store::audit;
use crate::store::db::{Bind, Session};
use crate::store::error::StoreError;

/// How far an adoption has got: the `updated_at` of the last row, as stored, and its id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdoptedTo {
    updated_at: String,
    id: String,
}

/// What one batch did.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    pub adopted: u64,
    /// The audit ids of rows that cannot come into the log, and why.
    pub refused: Vec<(String, String)>,
    /// Where the next batch begins; `None` after the last one.
    pub next: Option<AdoptedTo>,
}

/// How many rows of the audit table are not in the log.
pub async fn count_unadopted(session: &mut Session) -> Result<i64, StoreError> {
    let ledger = session.dialect().own("ledger");
    let sql = format!(r#"SELECT (SELECT count(*) FROM "LiteLLM_AuditLog") - (SELECT count(*) FROM {ledger}) AS n"#);
    let sql = session.sql(sql);
    session.count(sql).await
}

impl Store {
    /// Brings at most `limit` rows into the log, oldest first, from where an earlier batch ended. One transaction.
    ///
    /// The end of the log is held before the rows are looked for: whoever else adopts or appends has been seen, so no row
    /// comes in twice.
    pub async fn adopt(&self, actor: &Actor, from: Option<&AdoptedTo>, limit: i64) -> Result<Batch, StoreError> {
        if let Some(reason) = self.refuses_changes() {
            return Err(StoreError::unavailable(reason));
        }
        let mut session = self.db.write().await?;
        let mut appending = Appending::begin(self, &mut session).await?;
        let rows = unadopted(&mut session, from, limit).await?;
        let mut batch = Batch::default();
        let mut adopted = Vec::new();
        for stored in &rows {
            let row = audit::read(stored);
            let new = entry(&row);
            let id = new.audit_id.clone();
            match new.commit(self).and_then(|entry| appending.add(entry)) {
                Ok(()) => adopted.push(id),
                Err(error) => batch.refused.push((id, error.to_string())),
            }
        }
        batch.adopted = adopted.len() as u64;
        appending.finish(&mut session, Vec::new()).await?;
        forget_arrivals(&mut session, adopted).await?;
        session.commit().await.map_err(StoreError::in_commit)?;
        if batch.adopted > 0 {
            tracing::info!(by = actor.changed_by(), rows = batch.adopted, "LiteLLM's rows came into the log");
        }
        if rows.len() as i64 == limit {
            batch.next = rows.last().map(|last| AdoptedTo {
                updated_at: last.text("updated_at").unwrap_or_default().to_owned(),
                id: last.text("id").unwrap_or_default().to_owned(),
            });
        }
        Ok(batch)
    }
}

/// What is in the log did not come past it any more.
async fn forget_arrivals(session: &mut Session, ids: Vec<String>) -> Result<(), StoreError> {
    let dialect = session.dialect();
    let mut sql = session.sql(format!("DELETE FROM {} WHERE ", dialect.own("arrival")));
    let list = sql.bind(Bind::Texts(ids));
    sql.push(&dialect.any_of("audit_id", &list));
    session.execute(sql).await.map(|_| ())
}

/// Rows as [`audit::entry`] gives them.
async fn unadopted(session: &mut Session, from: Option<&AdoptedTo>, limit: i64) -> Result<Vec<Row>, StoreError> {
    let dialect = session.dialect();
    let (id, ledger) = (dialect.by_bytes(r#"a."id""#), dialect.own("ledger"));
    let mut sql = session.sql(format!(
        r#"SELECT {} FROM "LiteLLM_AuditLog" AS a{} WHERE NOT EXISTS (SELECT 1 FROM {ledger} AS l WHERE l.audit_id = a."id")"#,
        audit::entry(dialect),
        dialect.indexed_by("daybook_audit_updated_at")
    ));
    if let Some(from) = from {
        let at = sql.bind(Bind::from(from.updated_at.as_str()));
        let at = dialect.stored_time(&at);
        sql.push(&format!(r#" AND (a."updated_at", {id}) > ({at}, "#));
        sql.push_with("?)", [Bind::from(from.id.as_str())]);
    }
    sql.push(&format!(r#" ORDER BY a."updated_at", {id}"#));
    sql.push_with(" LIMIT ?", [Bind::Int(limit)]);
    session.objects(sql).await
}

fn entry(row: &Row) -> New<'_> {
    let text = |name: &str| row.text(name).unwrap_or_default();
    let mut raw = Vec::new();
    let mut value = |column: &str, part: &'static str| {
        let shown = row.get(column).filter(|value| !value.is_null())?;
        if canonical(shown).is_ok() {
            return Some(shown.clone());
        }
        raw.push(part);
        Some(Value::String(exact_text(shown)))
    };
    let (before, after) = (value("before_value", "before"), value("updated_values", "after"));
    // Not who adopted it: this part cannot be erased, so it names nobody.
    let mut context = json!({
        "adopted": true,
        "written_at": crate::model::shown::written_at(text("updated_at")),
        "outcome": "adopted",
    });
    if !raw.is_empty() {
        context["raw"] = raw.into();
    }
    let parts = Parts {
        actor: json!({"changed_by": text("changed_by"), "changed_by_api_key": text("changed_by_api_key")}),
        object: Value::from(text("object_id")),
        before,
        after,
        context,
    };
    New {
        audit_id: text("id").to_owned(),
        action: row.text("action").unwrap_or_default(),
        table: row.text("table_name").unwrap_or_default(),
        parts,
        changed_fields: daybook_verify::changed::changed_fields(row.get("before_value"), row.get("updated_values")),
    }
}
