//! `POST /customer/unblock`: the answer names those who are still blocked.

use axum::extract::State;
use daybook::manage::customers;
use serde_json::json;

use crate::api::Reply;
use crate::api::error::ApiError;
use crate::app::App;
use crate::auth::Call;
use crate::wire::models::customers::BLOCK_USERS;

pub async fn handle(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    let request = call.request(&BLOCK_USERS)?;
    let done = app.record(&call, request, customers::unblock).await?;
    Ok(Reply::recorded(done, |blocked| json!({ "blocked_users": blocked })))
}
