//! `POST /key/generate`

use axum::extract::State;
use daybook::manage::keys;

use super::shape;
use crate::api::Reply;
use crate::api::error::{ApiError, wrapped};
use crate::app::App;
use crate::auth::Call;
use crate::wire::models::keys::GENERATE_KEY_REQUEST;

pub async fn handle(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    let request = call.request(&GENERATE_KEY_REQUEST)?;
    let done = app.record(&call, request, keys::generate).await.map_err(wrapped)?;
    Ok(Reply::recorded(done, shape::generated))
}
