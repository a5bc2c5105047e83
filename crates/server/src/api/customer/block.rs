//! `POST /customer/block`

use axum::extract::State;
use daybook::manage::customers;
use serde_json::json;

use super::shape;
use crate::api::Reply;
use crate::api::error::ApiError;
use crate::api::shape::list;
use crate::app::App;
use crate::auth::Call;
use crate::wire::models::customers::BLOCK_USERS;

pub async fn handle(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    let request = call.request(&BLOCK_USERS)?;
    let done = app.record(&call, request, customers::block).await?;
    Ok(Reply::recorded(done, |blocked| json!({"blocked_users": list(blocked.iter().map(shape::customer))})))
}
