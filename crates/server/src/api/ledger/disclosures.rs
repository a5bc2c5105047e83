//! `GET /ledger/disclosures/...`: what a reader sees of the entries of a bundle, with the salts that show that it is what the
//! leaves commit to. One JSON line an entry, as in an evidence bundle.

use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use daybook::ledger::evidence::disclosure;
use daybook::store::{find_head, list_disclosed};
use tlog::{Bundle, TILE_WIDTH};

use super::missing;
use crate::api::error::ApiError;
use crate::app::App;
use crate::auth::LedgerReader;

pub async fn handle(State(app): State<App>, reader: LedgerReader) -> Result<Response, ApiError> {
    let none = || missing("There are no such entries in the log");
    let path = reader.path.strip_prefix("/ledger/disclosures/").ok_or_else(none)?;
    let bundle = Bundle::from_path(&format!("tile/entries/{path}")).ok_or_else(none)?;
    let mut session = app.signer().read().await?;
    let size = find_head(&mut session).await?.map_or(0, |head| head.size);
    let first = bundle.n.checked_mul(TILE_WIDTH as u64).ok_or_else(none)?;
    let end = first.checked_add(bundle.width() as u64).filter(|end| *end <= size).ok_or_else(none)?;
    let lines: String =
        list_disclosed(&mut session, first, end).await?.iter().map(|entry| disclosure(entry) + "\n").collect();
    let kind = (header::CONTENT_TYPE, "application/jsonl; charset=utf-8");
    let mut response = ([kind], lines).into_response();
    // Unlike leaves these change: a part of an entry may be erased. And they hold what only few may see.
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    Ok(response)
}
