//! `GET /audit/stream`: entries as they come. A client that was cut off says in `Last-Event-ID`, as browsers do by themselves, or
//! in `after_seq` which entry it has seen last.

use axum::extract::State;
use axum::response::Response;
use daybook::query;

use super::readable;
use crate::api::error::ApiError;
use crate::app::App;
use crate::auth::Call;
use crate::sending::events::{Rows, events};
use crate::sending::unreadable;

pub async fn handle(State(app): State<App>, call: Call) -> Result<Response, ApiError> {
    let mut filter = query::parse(call.query.iter(), &app.rules().master_key_hash)?.filter;
    // What the caller may see of it is settled once.
    drop(readable(&app, &call, &mut filter).await?);
    let after = call.last_event_id.or(filter.after_seq);
    Ok(events(app, filter, after, Rows).await.map_err(unreadable)?)
}
