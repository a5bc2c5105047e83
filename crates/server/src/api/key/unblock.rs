//! `POST /key/unblock`

use axum::extract::State;
use daybook::manage::keys;

use crate::api::Reply;
use crate::api::error::ApiError;
use crate::api::key::shape;
use crate::app::App;
use crate::auth::Call;
use crate::wire::models::keys::BLOCK_KEY_REQUEST;

pub async fn handle(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    let request = call.request(&BLOCK_KEY_REQUEST)?;
    let done = app.record(&call, request, keys::unblock).await?;
    Ok(Reply::recorded(done, |key| shape::row_with_token(&key).into()))
}
