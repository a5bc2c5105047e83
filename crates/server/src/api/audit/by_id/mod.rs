//! `GET /audit/{id}`.

pub mod proof;

use axum::extract::State;
use daybook::manage::{Refusal, Why, audit};
use daybook::query;

use super::unreadable;
use crate::api::Reply;
use crate::api::error::ApiError;
use crate::app::App;
use crate::auth::Call;

pub async fn handle(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    let id = call.param("id");
    let mut session = app.store().read().await.map_err(unreadable)?;
    let entry = query::find(&mut session, id).await.map_err(unreadable)?;
    // Before the answer to an unknown id: who may not read an entry does not learn whether there is one.
    let teams = entry.as_ref().map(query::teams_of).unwrap_or_default();
    audit::check_entry(&mut session, &call.caller, &call.path, id, &teams).await?;
    match entry {
        Some(entry) => Ok(Reply::json(entry).newest_checkpoint(&app)),
        None => Err(Refusal::message(Why::NotFound, query::not_found(id)).into()),
    }
}
