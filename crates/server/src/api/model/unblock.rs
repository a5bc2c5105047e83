//! `POST /model/unblock`

use axum::extract::State;
use daybook::manage::models;

use super::shape;
use crate::api::Reply;
use crate::api::error::{ApiError, wrapped};
use crate::app::App;
use crate::auth::Call;
use crate::wire::models::deployments::BLOCK_MODEL_REQUEST;

pub async fn handle(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    let request = call.request(&BLOCK_MODEL_REQUEST)?;
    let done = app.record(&call, request, models::unblock).await.map_err(wrapped)?;
    Ok(Reply::recorded(done, |model| shape::stored(&model).into()))
}
