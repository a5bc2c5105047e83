//! `/ui/export` and `/ui/entries/{id}/proof`: what the pages let their reader take away.

use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use daybook::ledger::proof;
use daybook::manage::audit;
use daybook::model::row::RowExt as _;
use daybook::query;
use daybook::store::find_ledger_row;

use super::log::{parameters, readable};
use super::page::Failure;
use super::session::{AUDIT, Reader};
use crate::app::App;
use crate::sending::export::{Format, NO_FORMAT, export};

pub async fn handle(State(app): State<App>, reader: Reader) -> Result<Response, Failure> {
    let format = Format::parse(reader.last("format"));
    let format = format.ok_or_else(|| Failure::from(query::Rejected::Meaning(NO_FORMAT.to_owned())))?;
    let pairs = parameters(&reader, app.store().clock().now());
    let pairs: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let mut filter = query::parse(pairs, &app.rules().master_key_hash)?.filter;
    drop(readable(&app, &reader, &mut filter).await?);
    Ok(export(app, filter, format).await?)
}

/// The `.tlog-proof` file of an entry.
pub async fn proof(State(app): State<App>, Path(id): Path<String>, reader: Reader) -> Result<Response, Failure> {
    let mut session = app.store().read().await?;
    let entry = query::find(&mut session, &id).await?;
    let teams = entry.as_ref().map(query::teams_of).unwrap_or_default();
    audit::check_entry(&mut session, &reader.caller, AUDIT, &id, &teams).await?;
    let ledger = find_ledger_row(&mut session, &id).await?;
    drop(session);
    let Some(ledger) = ledger else { return Err(Failure::not_found(format!("The log has no entry {id}."))) };
    let seq = ledger.int("seq").unwrap_or_default().unsigned_abs();
    let made = async {
        let signed = app.signer().checkpoint().await?;
        let path = proof::inclusion(&mut app.signer().read().await?, seq, signed.head().size).await?;
        proof::check(ledger.text("leaf").unwrap_or_default(), seq, &path, &signed)?;
        Ok::<_, Failure>(proof::file(seq, path, &signed)?)
    };
    let file = made.await?;
    let name = format!("attachment; filename=\"entry-{seq}.tlog-proof\"");
    let headers = [
        (header::CONTENT_TYPE, "text/plain; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, name),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    Ok((headers, file.to_string()).into_response())
}
