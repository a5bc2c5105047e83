//! `GET /ledger/disclosures/...`: what is disclosed of the entries of a bundle, under the bundle's own name. An erasure takes parts
//! out of it, so it may change.

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use daybook::ledger::disclosure;
use daybook::store::{find_head, list_disclosed};
use tlog::{Bundle, TILE_WIDTH};

use super::missing;
use crate::api::error::ApiError;
use crate::app::App;
use crate::auth::LedgerReader;

pub async fn handle(State(app): State<App>, reader: LedgerReader) -> Result<Response, ApiError> {
    let none = || missing("There is no such bundle in the log");
    let name = reader.path.strip_prefix("/ledger/disclosures/").ok_or_else(none)?;
    let bundle = Bundle::from_path(&format!("tile/entries/{name}")).ok_or_else(none)?;
    let mut session = app.signer().read().await?;
    let size = find_head(&mut session).await?.map_or(0, |head| head.size);
    let first = bundle.n.checked_mul(TILE_WIDTH as u64).ok_or_else(none)?;
    let end = first.checked_add(bundle.width() as u64).filter(|end| *end <= size).ok_or_else(none)?;
    let entries = list_disclosed(&mut session, first, end).await?;
    let headers = [(header::CONTENT_TYPE, "application/x-ndjson"), (header::CACHE_CONTROL, "no-store")];
    Ok((headers, disclosure::lines(&entries)).into_response())
}
