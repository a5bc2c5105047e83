//! `POST /user/update`

use axum::extract::State;
use daybook::manage::users;

use super::shape;
use crate::api::Reply;
use crate::api::error::{ApiError, wrapped};
use crate::app::App;
use crate::auth::Call;
use crate::wire::models::users::UPDATE_USER_REQUEST;

pub async fn handle(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    let request = call.request(&UPDATE_USER_REQUEST)?;
    let done = app.record(&call, request, users::update).await.map_err(wrapped)?;
    Ok(Reply::recorded(done, shape::updated))
}
