//! `/ui/export` and `/ui/entries/{id}/proof`: what the pages let their reader take away.

use axum::extract::{Path, State};
use axum::response::Response;
use daybook::ledger::proof::prove;
use daybook::query;

use super::filter::asked;
use super::page::Failure;
use super::session::{AUDIT, Reader};
use crate::app::App;
use crate::sending::entry;
use crate::sending::export::{Format, NO_FORMAT, export};

pub async fn handle(State(app): State<App>, reader: Reader) -> Result<Response, Failure> {
    let format = Format::parse(reader.last("format"));
    let format = format.ok_or_else(|| Failure::from(query::Rejected::Meaning(NO_FORMAT.to_owned())))?;
    let (question, session) = asked(&app, &reader).await?;
    drop(session);
    Ok(export(app, question.filter, format).await?)
}

/// The `.tlog-proof` file of an entry: the API's, byte for byte.
pub async fn proof(State(app): State<App>, Path(id): Path<String>, reader: Reader) -> Result<Response, Failure> {
    let mut session = app.store().read().await?;
    let (_, ledger) = entry::find_recorded(&mut session, &reader.caller, AUDIT, &id).await?;
    drop(session);
    Ok(entry::proof_file(&prove(app.signer(), &ledger).await?)?)
}
