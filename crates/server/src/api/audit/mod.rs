//! `/audit`: reading the audit log.

pub mod by_id;
pub mod list;

use axum::routing::get;
use daybook::manage::{Refusal, Why};
use daybook::query::{self, Rejected};
use daybook::store::StoreError;

use super::Route;
use super::error::ApiError;
use crate::wire::Problem;
use crate::wire::models::audit::AUDIT_QUERY;
use crate::wire::models::ledger::PROOF_QUERY;

const TAG: &str = "audit";

pub static ROUTES: &[Route] = &[
    Route::get("/audit", "Entries of the audit log, a page at a time", || get(list::handle))
        .query(&AUDIT_QUERY)
        .tag(TAG),
    Route::get("/audit/{id}", "One entry of the audit log", || get(by_id::handle)).tag(TAG),
    Route::get("/audit/{id}/proof", "The proof that an entry is in the log", || get(by_id::proof::handle))
        .query(&PROOF_QUERY)
        .tag(TAG),
];

impl From<Rejected> for ApiError {
    fn from(rejected: Rejected) -> ApiError {
        match rejected {
            Rejected::Form(items) => ApiError::Validation(
                items
                    .into_iter()
                    .map(|item| Problem::new(item.kind, item.message).at(item.parameter).at("query"))
                    .collect(),
            ),
            Rejected::Meaning(message) => ApiError::Plain(Refusal::error(Why::Invalid, message)),
        }
    }
}

/// A log that cannot be read. Nothing was asked to change, so nothing is said of a change.
pub(super) fn unreadable(error: StoreError) -> Refusal {
    Refusal { cause: Some(error), ..Refusal::proxy(Why::Unavailable, "no_db_connection", None, query::UNREADABLE) }
}
