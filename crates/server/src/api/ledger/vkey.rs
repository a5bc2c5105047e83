//! `GET /ledger/vkey`: one public key a line, as [C2SP signed-note](https://c2sp.org/signed-note) writes it.
//!
//! First the key that signs here, then the others that sign, then those that sign no more, the newest first: what they have
//! signed is still published, and stays good.

use axum::extract::State;
use axum::response::Response;
use daybook::store::list_log_keys;

use super::text;
use crate::api::error::ApiError;
use crate::app::App;
use crate::auth::LedgerReader;

pub async fn handle(State(app): State<App>, _reader: LedgerReader) -> Result<Response, ApiError> {
    let signer = app.signer();
    let known = list_log_keys(&mut signer.read().await?).await.map_err(crate::sending::unreadable)?;
    let mut keys = vec![signer.keys().current().verifier().to_string()];
    let present = known.iter().filter(|key| key.retired_at.is_none());
    // The order of the list is that in which they came into use.
    let retired = known.iter().rev().filter(|key| key.retired_at.is_some());
    for key in present.chain(retired) {
        if !keys.contains(&key.vkey) {
            keys.push(key.vkey.clone());
        }
    }
    Ok(text(keys.into_iter().map(|key| format!("{key}\n")).collect()))
}
