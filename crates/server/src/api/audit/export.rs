//! `GET /audit/export`: everything that a filter finds, oldest first, as CSV or JSON lines.

use axum::extract::State;
use axum::response::Response;
use daybook::manage::{Refusal, Why};
use daybook::query;

use super::readable;
use crate::api::error::ApiError;
use crate::app::App;
use crate::auth::Call;
use crate::sending::export::{Format, NO_FORMAT, export};
use crate::sending::unreadable;

pub async fn handle(State(app): State<App>, call: Call) -> Result<Response, ApiError> {
    let format = Format::parse(call.query.last("format"));
    let format = format.ok_or_else(|| Refusal::error(Why::Invalid, NO_FORMAT))?;
    let mut filter = query::parse(call.query.iter(), &app.rules().master_key_hash)?.filter;
    // What the caller may see of it is settled once.
    drop(readable(&app, &call, &mut filter).await?);
    Ok(export(app, filter, format).await.map_err(unreadable)?)
}
