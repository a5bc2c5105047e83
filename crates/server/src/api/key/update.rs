//! `POST /key/update`

use axum::extract::State;
use daybook::manage::keys;

use crate::api::Reply;
use crate::api::error::{ApiError, wrapped};
use crate::api::key::shape;
use crate::app::App;
use crate::auth::Call;
use crate::wire::models::keys::UPDATE_KEY_REQUEST;

pub async fn handle(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    let request = call.request(&UPDATE_KEY_REQUEST)?;
    let done = app.record(&call, request, keys::update).await.map_err(wrapped)?;
    Ok(Reply::recorded(done, shape::updated))
}
