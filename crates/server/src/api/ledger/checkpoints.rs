//! `GET /ledger/checkpoints`.

use axum::extract::State;
use daybook::model::time;
use daybook::store::list_checkpoints;
use serde_json::{Value, json};

use crate::api::Reply;
use crate::api::error::ApiError;
use crate::app::App;
use crate::auth::LedgerReader;
use crate::wire::models::ledger::CHECKPOINTS_QUERY;

pub async fn handle(State(app): State<App>, reader: LedgerReader) -> Result<Reply, ApiError> {
    let asked = reader.query(&CHECKPOINTS_QUERY)?;
    let below = asked.int("below").map_or(u64::MAX, i64::unsigned_abs);
    let limit = asked.int("limit").and_then(|limit| usize::try_from(limit).ok()).unwrap_or(100);
    let found = list_checkpoints(&mut app.signer().read().await?, below, limit).await?;
    let shown: Vec<Value> = found
        .iter()
        .map(|one| json!({"size": one.size, "signed_at": time::wire(one.signed_at), "note": one.note}))
        .collect();
    Ok(Reply::json(json!({ "checkpoints": shown })))
}
