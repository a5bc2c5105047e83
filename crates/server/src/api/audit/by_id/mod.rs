//! `GET /audit/{id}`.

pub mod proof;

use axum::extract::State;

use crate::api::Reply;
use crate::api::error::ApiError;
use crate::app::App;
use crate::auth::Call;
use crate::sending::{entry, unreadable};

pub async fn handle(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    let mut session = app.store().read().await.map_err(unreadable)?;
    let entry = entry::find(&mut session, &call.caller, &call.path, call.param("id")).await?;
    drop(session);
    Ok(Reply::json(entry).newest_checkpoint(&app))
}
