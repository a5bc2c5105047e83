//! `GET /ledger/vkey`: one public key a line, as [C2SP signed-note](https://c2sp.org/signed-note) writes it.

use axum::extract::State;
use axum::response::Response;

use super::text;
use crate::app::App;
use crate::auth::LedgerReader;

pub async fn handle(State(app): State<App>, _reader: LedgerReader) -> Response {
    text(app.signer().keys().verifiers().map(|key| format!("{key}\n")).collect())
}
