//! `GET /ledger/consistency`: RFC 6962's consistency proof, and the two roots that it connects.

use axum::extract::State;
use daybook::ledger::proof;
use daybook::manage::{Refusal, Why};
use serde_json::{Value, json};

use crate::api::Reply;
use crate::api::error::ApiError;
use crate::app::App;
use crate::auth::LedgerReader;
use crate::wire::models::ledger::CONSISTENCY_QUERY;

pub async fn handle(State(app): State<App>, reader: LedgerReader) -> Result<Reply, ApiError> {
    let asked = reader.query(&CONSISTENCY_QUERY)?;
    let signed = app.signer().checkpoint().await?;
    let size = signed.head().size;
    let from = asked.int("from").map_or(0, i64::unsigned_abs);
    let to = asked.int("to").map_or(size, i64::unsigned_abs);
    if from > to || to > size {
        let said = format!("from must be at most to, and to at most the {size} entries of the log");
        return Err(Refusal::error(Why::Invalid, said).into());
    }
    let mut session = app.signer().read().await?;
    let path = proof::consistency(&mut session, from, to).await?;
    let path: Vec<Value> = path.iter().map(|hash| hash.to_base64().into()).collect();
    Ok(Reply::json(json!({
        "from": from,
        "to": to,
        "from_root": proof::root(&mut session, from).await?.to_base64(),
        "to_root": proof::root(&mut session, to).await?.to_base64(),
        "proof": path,
        "checkpoint": signed.checkpoint.to_string(),
    })))
}
