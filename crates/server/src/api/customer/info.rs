//! `GET /customer/info`

use axum::extract::State;
use daybook::manage::customers;

use super::shape;
use crate::api::Reply;
use crate::api::error::{ApiError, wrapped};
use crate::app::App;
use crate::auth::Call;
use crate::wire::models::customers::CUSTOMER_INFO_QUERY;

pub async fn handle(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    let query = call.query(&CUSTOMER_INFO_QUERY)?;
    let mut session = app.store().read().await.map_err(wrapped)?;
    let id = query.str("end_user_id").unwrap_or_default();
    let customer = customers::get(&mut session, &call.caller, id).await.map_err(wrapped)?;
    Ok(Reply::json(shape::one(customer)))
}
