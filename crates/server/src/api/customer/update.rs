//! `POST /customer/update`

use axum::extract::State;
use daybook::manage::customers;

use super::shape;
use crate::api::Reply;
use crate::api::error::{ApiError, wrapped};
use crate::app::App;
use crate::auth::Call;
use crate::wire::models::customers::UPDATE_CUSTOMER_REQUEST;

pub async fn handle(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    let request = call.request(&UPDATE_CUSTOMER_REQUEST)?;
    let done = app.record(&call, request, customers::update).await.map_err(wrapped)?;
    Ok(Reply::recorded(done, shape::one))
}
