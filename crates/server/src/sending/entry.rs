//! One entry, for whoever may read it, and the file that proves it.

use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use daybook::ledger::LedgerError;
use daybook::ledger::proof::Proof;
use daybook::manage::{Caller, Refusal, Why, audit};
use daybook::model::row::Row;
use daybook::query;
use daybook::store::{Session, find_ledger_row};

use super::unreadable;

/// The entry with this id. `path` is the one that the caller's permission goes by.
pub async fn find(session: &mut Session, caller: &Caller, path: &str, id: &str) -> Result<Row, Refusal> {
    let entry = query::find(session, id).await.map_err(unreadable)?;
    // Before the answer to an unknown id: who may not read an entry does not learn whether there is one.
    let teams = entry.as_ref().map(query::teams_of).unwrap_or_default();
    audit::check_entry(session, caller, path, id, &teams).await?;
    entry.ok_or_else(|| Refusal::message(Why::NotFound, query::not_found(id)))
}

/// The entry with this id and its row of the ledger, which alone can be proven.
pub async fn find_recorded(
    session: &mut Session,
    caller: &Caller,
    path: &str,
    id: &str,
) -> Result<(Row, Row), Refusal> {
    let entry = find(session, caller, path, id).await?;
    let ledger = find_ledger_row(session, id).await.map_err(unreadable)?;
    let ledger = ledger.ok_or_else(|| {
        let said = format!("Audit log with ID {id} was not written by Daybook and is not in the log yet");
        Refusal::message(Why::NotFound, said)
    })?;
    Ok((entry, ledger))
}

/// The `.tlog-proof` file, to be kept.
pub fn proof_file(proof: &Proof) -> Result<Response, LedgerError> {
    let name = format!("attachment; filename=\"entry-{}.tlog-proof\"", proof.seq);
    let headers = [
        (header::CONTENT_TYPE, "text/plain; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, name),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    Ok((headers, proof.file()?.to_string()).into_response())
}
