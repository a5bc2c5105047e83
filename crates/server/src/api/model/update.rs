//! `POST /model/update`

use axum::extract::State;
use daybook::manage::models;

use super::shape;
use crate::api::Reply;
use crate::api::error::{ApiError, wrapped};
use crate::app::App;
use crate::auth::Call;
use crate::wire::models::deployments::UPDATE_DEPLOYMENT;

pub async fn handle(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    let request = call.request(&UPDATE_DEPLOYMENT)?;
    let done = app.record(&call, request, models::update).await.map_err(wrapped)?;
    Ok(Reply::recorded(done, |model| shape::stored(&model).into()))
}
