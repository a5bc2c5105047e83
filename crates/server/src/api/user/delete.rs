//! `POST /user/delete`

use axum::extract::State;
use daybook::manage::users;
use serde_json::Value;

use crate::api::Reply;
use crate::api::error::ApiError;
use crate::app::App;
use crate::auth::Call;
use crate::wire::models::users::DELETE_USER_REQUEST;

pub async fn handle(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    let request = call.request(&DELETE_USER_REQUEST)?;
    let done = app.record(&call, request, users::delete).await?;
    Ok(Reply::recorded(done, Value::from))
}
