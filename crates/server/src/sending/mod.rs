//! What the API and the pages both give: an entry with its proof, streams of entries, and exports.

pub mod entry;
pub mod events;
pub mod export;

use daybook::manage::{Refusal, Why};
use daybook::query;
use daybook::store::StoreError;

/// A log that cannot be read. Nothing was asked to change, so nothing is said of a change.
pub fn unreadable(error: StoreError) -> Refusal {
    if let StoreError::TooMuch(_) = error {
        return error.into();
    }
    Refusal { cause: Some(error), ..Refusal::proxy(Why::Unavailable, "no_db_connection", None, query::UNREADABLE) }
}
