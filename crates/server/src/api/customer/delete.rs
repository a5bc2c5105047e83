//! `POST /customer/delete`

use axum::extract::State;
use daybook::manage::customers;
use daybook::model::row::RowExt as _;
use serde_json::json;

use crate::api::Reply;
use crate::api::error::{ApiError, wrapped};
use crate::app::App;
use crate::auth::Call;
use crate::wire::models::customers::DELETE_CUSTOMER_REQUEST;
use crate::wire::python;

pub async fn handle(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    let request = call.request(&DELETE_CUSTOMER_REQUEST)?;
    let named = python::repr(&request.value("user_ids"));
    let done = app.record(&call, request, customers::delete).await.map_err(wrapped)?;
    Ok(Reply::recorded(done, |count| {
        json!({
            "deleted_customers": count,
            "message": format!("Successfully deleted customers with ids: {named}"),
        })
    }))
}
