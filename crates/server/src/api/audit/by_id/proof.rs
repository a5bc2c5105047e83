//! `GET /audit/{id}/proof`: that an entry is in the log, for whoever may read the entry.
//!
//! JSON, with what the leaf commits to and its salts; or, with `Accept: text/plain` or `format=tlog-proof`, the file that other
//! tools read: [C2SP tlog-proof](https://c2sp.org/tlog-proof).

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use daybook::ledger::{Signed, proof};
use daybook::manage::{Refusal, Why, access, audit};
use daybook::model::leaf::{Leaf, Part};
use daybook::model::row::{Row, RowExt as _};
use daybook::query;
use daybook::store::{Session, find_checkpoint, find_ledger_row};
use serde_json::{Value, json};
use tlog::SignedCheckpoint;

use crate::api::Reply;
use crate::api::audit::unreadable;
use crate::api::error::ApiError;
use crate::app::App;
use crate::auth::Call;
use crate::wire::models::ledger::PROOF_QUERY;

pub async fn handle(State(app): State<App>, call: Call) -> Result<Response, ApiError> {
    let as_file = wants_file(&call)?;
    let id = call.param("id");
    let mut session = app.store().read().await.map_err(unreadable)?;
    let entry = query::find(&mut session, id).await.map_err(unreadable)?;
    let teams = entry.as_ref().map(query::teams_of).unwrap_or_default();
    audit::check_entry(&mut session, &call.caller, &call.path, id, &teams).await?;
    let Some(entry) = entry else { return Err(Refusal::message(Why::NotFound, query::not_found(id)).into()) };
    let ledger = find_ledger_row(&mut session, id).await.map_err(unreadable)?;
    drop(session);
    let Some(ledger) = ledger else {
        let said = format!("Audit log with ID {id} was not written by Daybook and is not in the log yet");
        return Err(Refusal::message(Why::NotFound, said).into());
    };
    let seq = ledger.int("seq").unwrap_or_default().unsigned_abs();
    let leaf = ledger.text("leaf").unwrap_or_default();

    // Signed now, so that it covers an entry of a moment ago.
    let signed = app.signer().checkpoint().await?;
    let mut session = app.signer().read().await?;
    let path = proof::inclusion(&mut session, seq, signed.head().size).await?;
    let signed = cosigned(&mut session, &signed).await?;
    drop(session);
    proof::check(leaf, seq, &path, &signed)?;
    if as_file {
        let file = proof::file(seq, path, &signed)?;
        let name = format!("attachment; filename=\"entry-{seq}.tlog-proof\"");
        let kind = "text/plain; charset=utf-8".to_owned();
        return Ok(
            ([(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, name)], file.to_string()).into_response()
        );
    }
    let whole = access::sees_whole_log(&call.caller, &call.path);
    Ok(Reply::json(json!({
        "audit_id": id,
        "seq": seq,
        "leaf": leaf,
        "leaf_hash": tlog::leaf_hash(leaf.as_bytes()).to_base64(),
        "path": path.iter().map(|hash| hash.to_base64()).collect::<Vec<_>>(),
        "tree_size": signed.head().size,
        "root": signed.head().root.to_base64(),
        "checkpoint": signed.checkpoint.to_string(),
        "disclosures": disclosures(&entry, &ledger, whole),
    }))
    .into_response())
}

/// The checkpoint with the signatures of witnesses, when the very same one was published.
async fn cosigned(session: &mut Session, signed: &Signed) -> Result<Signed, ApiError> {
    let published = find_checkpoint(session, signed.head().size).await.map_err(unreadable)?;
    let published = published.and_then(|published| SignedCheckpoint::parse(published.note.as_bytes()).ok());
    let same = published.filter(|published| published.note().text() == signed.checkpoint.note().text());
    Ok(Signed { checkpoint: same.unwrap_or_else(|| signed.checkpoint.clone()), signed_at: signed.signed_at })
}

/// Whether the caller wants the file: says so, or takes plain text and no JSON.
fn wants_file(call: &Call) -> Result<bool, ApiError> {
    match call.query(&PROOF_QUERY)?.str("format") {
        Some("tlog-proof") => Ok(true),
        Some("json") => Ok(false),
        Some(_) => Err(Refusal::error(Why::Invalid, "format must be json or tlog-proof").into()),
        None => Ok(call.accepts_only_text()),
    }
}

/// Each part that the leaf commits to, with its salt: SHA-256(salt, name, 0x00, canonical JSON) is the leaf's digest. An absent
/// part is null, an erased one says so. Who acted from where is for those who may read the whole log.
fn disclosures(entry: &Row, ledger: &Row, whole: bool) -> Value {
    let kept = |name: &str| ledger.text(name).and_then(|text| serde_json::from_str::<Value>(text).ok());
    let salts = kept("salts").unwrap_or_default();
    let leaf = Leaf::parse(ledger.text("leaf").unwrap_or_default()).ok();
    let mut shown = Row::new();
    for part in Part::ALL {
        let value = match part {
            Part::Actor | Part::Context if !whole => continue,
            Part::Actor => kept("actor").unwrap_or_default(),
            Part::Context => kept("context").unwrap_or_default(),
            Part::Object => entry.value("object_id"),
            Part::Before => entry.value("before_value"),
            Part::After => entry.value("updated_values"),
        };
        let disclosed = match (leaf.as_ref().and_then(|leaf| leaf.digest(part)), salts.get(part.name())) {
            (None, _) => Value::Null,
            (Some(_), Some(salt)) => json!({"salt": salt, "value": value}),
            (Some(_), None) => json!({"erased": true}),
        };
        shown.insert(part.name().to_owned(), disclosed);
    }
    Value::Object(shown)
}
