//! `/ledger`: the log for those who check it. Checkpoints, hash tiles and keys are for whoever holds a valid key, or for
//! everybody (`daybook.ledger.public`); what entries say is for those who may read the whole log.

pub mod checkpoint;
pub mod checkpoints;
pub mod consistency;
pub mod disclosures;
pub mod tile;
pub mod vkey;

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use daybook::ledger::LedgerError;
use daybook::manage::{Refusal, Why};

use super::Route;
use super::error::ApiError;
use crate::app::App;
use crate::wire::models::ledger::{CHECKPOINT_QUERY, CHECKPOINTS_QUERY, CONSISTENCY_QUERY};

const TAG: &str = "ledger";

pub static ROUTES: &[Route] = &[
    Route::get("/ledger/checkpoint", "The log's newest checkpoint, signed now, or a published one by its size", || {
        get(checkpoint::handle)
    })
    .query(&CHECKPOINT_QUERY)
    .tag(TAG),
    Route::get("/ledger/checkpoints", "The checkpoints that were published, the newest first", || {
        get(checkpoints::handle)
    })
    .query(&CHECKPOINTS_QUERY)
    .tag(TAG),
    Route::get("/ledger/consistency", "The proof that an earlier tree is the beginning of a later one", || {
        get(consistency::handle)
    })
    .query(&CONSISTENCY_QUERY)
    .tag(TAG),
    Route::get("/ledger/vkey", "The public keys that sign the log, the present one first", || get(vkey::handle))
        .tag(TAG),
    Route::get(
        "/ledger/disclosures/{*path}",
        "What the leaves of an entry bundle commit to, a line of JSON each",
        || get(disclosures::handle),
    )
    .tag(TAG),
    Route::get("/ledger/tile/{*path}", "Hash tiles and entry bundles in C2SP layout", || get(tile::handle)).tag(TAG),
];

/// A log that is not signed, or cannot be read.
impl From<LedgerError> for ApiError {
    fn from(error: LedgerError) -> ApiError {
        match error {
            LedgerError::Store(error) => crate::sending::unreadable(error).into(),
            LedgerError::WentBack(_) | LedgerError::Stopped(_) | LedgerError::Key(_) => {
                Refusal::proxy(Why::Unavailable, "log_not_signed", None, error.to_string()).into()
            }
            other => {
                tracing::error!(error = &other as &dyn std::error::Error, "no proof");
                let said = "The log cannot be signed or proven at the moment.";
                Refusal::proxy(Why::Unavailable, "log_not_signed", None, said).into()
            }
        }
    }
}

/// Nothing has this name in the log.
fn missing(what: impl Into<String>) -> ApiError {
    Refusal::message(Why::NotFound, what).into()
}

/// A text that may change.
fn text(body: String) -> Response {
    let kind = (header::CONTENT_TYPE, "text/plain; charset=utf-8");
    ([kind, (header::CACHE_CONTROL, "no-cache")], body).into_response()
}

/// Bytes that never change under their name, once they are signed for; a cache that is shared may keep them if everybody may see
/// them.
fn kept(app: &App, body: Vec<u8>, signed: bool, open: bool) -> Response {
    let mut response = ([(header::CONTENT_TYPE, "application/octet-stream")], body).into_response();
    let keep = match (signed, app.settings().public_ledger && open) {
        (true, true) => "public, max-age=31536000, immutable",
        (true, false) => "private, max-age=31536000, immutable",
        (false, _) => "no-cache",
    };
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static(keep));
    response
}
