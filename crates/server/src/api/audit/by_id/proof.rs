//! `GET /audit/{id}/proof`: that an entry is in the log, for whoever may read the entry.
//!
//! JSON, with what the leaf commits to and its salts; or, with `Accept: text/plain` or `format=tlog-proof`, the file that other
//! tools read: [C2SP tlog-proof](https://c2sp.org/tlog-proof).

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use daybook::ledger::proof;
use daybook::manage::{Refusal, Why, access};
use daybook::model::leaf::{Leaf, Part};
use daybook::model::row::{Row, RowExt as _};
use serde_json::{Value, json};

use crate::api::Reply;
use crate::api::error::ApiError;
use crate::app::App;
use crate::auth::Call;
use crate::sending::{entry, unreadable};
use crate::wire::models::ledger::PROOF_QUERY;

pub async fn handle(State(app): State<App>, call: Call) -> Result<Response, ApiError> {
    let as_file = wants_file(&call)?;
    let id = call.param("id");
    let mut session = app.store().read().await.map_err(unreadable)?;
    let (entry, ledger) = entry::find_recorded(&mut session, &call.caller, &call.path, id).await?;
    drop(session);
    let proof = proof::prove(app.signer(), &ledger).await?;
    if as_file {
        return Ok(entry::proof_file(&proof)?);
    }
    let whole = access::sees_whole_log(&call.caller, &call.path);
    Ok(Reply::json(json!({
        "audit_id": id,
        "seq": proof.seq,
        "leaf": proof.leaf,
        "leaf_hash": tlog::leaf_hash(proof.leaf.as_bytes()).to_base64(),
        "path": proof.path.iter().map(|hash| hash.to_base64()).collect::<Vec<_>>(),
        "tree_size": proof.signed.head().size,
        "root": proof.signed.head().root.to_base64(),
        "checkpoint": proof.signed.checkpoint.to_string(),
        "disclosures": disclosures(&entry, &ledger, whole),
    }))
    .into_response())
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
