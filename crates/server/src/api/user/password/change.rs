//! `POST /user/password/change`

use axum::extract::State;
use daybook::manage::users;
use serde_json::json;

use crate::api::Reply;
use crate::api::error::{ApiError, wrapped};
use crate::app::App;
use crate::auth::Call;
use crate::wire::models::users::CHANGE_PASSWORD_REQUEST;

pub async fn handle(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    let request = call.request(&CHANGE_PASSWORD_REQUEST)?;
    let done = app.record(&call, request, users::change_password).await.map_err(wrapped)?;
    Ok(Reply::recorded(done, |_| json!({"message": "Password changed successfully"})))
}
