//! `GET /ledger/checkpoint`: [C2SP tlog-checkpoint](https://c2sp.org/tlog-checkpoint).

use axum::extract::State;
use axum::response::Response;
use daybook::store::find_checkpoint;

use super::{missing, text};
use crate::api::error::ApiError;
use crate::app::App;
use crate::auth::LedgerReader;
use crate::wire::models::ledger::CHECKPOINT_QUERY;

pub async fn handle(State(app): State<App>, reader: LedgerReader) -> Result<Response, ApiError> {
    let asked = reader.query(&CHECKPOINT_QUERY)?;
    let size = match asked.int("size") {
        Some(size) => size.unsigned_abs(),
        None => {
            let signed = app.signer().checkpoint().await?;
            let size = signed.head().size;
            // Published in the meantime: with the signatures of witnesses.
            let published = find_checkpoint(&mut app.signer().read().await?, size).await?;
            if published.is_none() {
                // What is handed out is to be held to.
                app.publisher().nudge();
            }
            let ours = signed.checkpoint.to_string();
            return Ok(text(published.map_or(ours, |published| published.note)));
        }
    };
    let published = find_checkpoint(&mut app.signer().read().await?, size).await?;
    let published = published.ok_or_else(|| missing(format!("No checkpoint of {size} entries was published")))?;
    Ok(text(published.note))
}
