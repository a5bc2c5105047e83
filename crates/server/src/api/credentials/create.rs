//! `POST /credentials`

use axum::extract::State;
use daybook::manage::credentials;

use super::shape;
use crate::api::Reply;
use crate::api::error::{ApiError, wrapped};
use crate::app::App;
use crate::auth::Call;
use crate::wire::models::credentials::CREATE_CREDENTIAL_ITEM;

pub async fn handle(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    let request = call.request(&CREATE_CREDENTIAL_ITEM)?;
    let done = app.record(&call, request, credentials::create).await.map_err(wrapped)?;
    Ok(Reply::recorded(done, |()| shape::done("created")))
}
