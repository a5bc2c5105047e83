//! `/audit`: reading the audit log.

pub mod by_id;
pub mod export;
pub mod facets;
pub mod histogram;
pub mod list;
pub mod objects;
pub mod stream;

use axum::routing::get;
use daybook::manage::{Refusal, Why, audit};
use daybook::model::question::Filter;
use daybook::query::{self, Rejected};
use daybook::store::Session;

use super::Route;
use super::error::ApiError;
use crate::app::App;
use crate::auth::Call;
use crate::sending::unreadable;
use crate::wire::Problem;
use crate::wire::models::audit::{
    AUDIT_QUERY, EXPORT_QUERY, FACETS_QUERY, HISTOGRAM_QUERY, OBJECT_QUERY, STREAM_QUERY,
};
use crate::wire::models::ledger::PROOF_QUERY;

const TAG: &str = "audit";

pub static ROUTES: &[Route] = &[
    Route::get("/audit", "Entries of the audit log, a page at a time", || get(list::handle))
        .query(&AUDIT_QUERY)
        .tag(TAG),
    Route::get("/audit/histogram", "How many entries at what time", || get(histogram::handle))
        .query(&HISTOGRAM_QUERY)
        .tag(TAG),
    Route::get("/audit/facets", "The most frequent values of entries", || get(facets::handle))
        .query(&FACETS_QUERY)
        .tag(TAG),
    Route::get("/audit/stream", "Entries as they come, as server-sent events", || get(stream::handle))
        .query(&STREAM_QUERY)
        .tag(TAG),
    Route::get("/audit/export", "Everything that a filter finds, as CSV or JSON lines", || get(export::handle))
        .query(&EXPORT_QUERY)
        .tag(TAG),
    Route::get("/audit/objects/{table}/{id}", "What an object is, or was at an instant", || get(objects::handle))
        .query(&OBJECT_QUERY)
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

/// A view of the log for whoever asks, and the question narrowed to what they may see of it.
async fn readable(app: &App, call: &Call, filter: &mut Filter) -> Result<Session, ApiError> {
    let mut session = app.store().read().await.map_err(unreadable)?;
    let mut named: Vec<String> = call.query.all("organization_id").map(str::to_owned).collect();
    named.retain(|id| !id.is_empty());
    audit::narrow(&mut session, &call.caller, &call.path, &named, filter).await?;
    Ok(query::caught_up(app.store(), session, filter).await.map_err(unreadable)?)
}
