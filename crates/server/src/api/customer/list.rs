//! `GET /customer/list`

use axum::extract::State;
use daybook::manage::customers;

use super::shape;
use crate::api::Reply;
use crate::api::error::{ApiError, wrapped};
use crate::api::shape::list;
use crate::app::App;
use crate::auth::Call;
use crate::wire::models::customers::CUSTOMER_LIST_QUERY;

pub async fn handle(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    let query = call.query(&CUSTOMER_LIST_QUERY)?;
    let (page, page_size) = (query.int("page").unwrap_or(1), query.int("page_size").unwrap_or(50));
    let mut session = app.store().read().await.map_err(wrapped)?;
    let found = customers::list(&mut session, &call.caller, query.str("search"), page, page_size).await;
    Ok(Reply::json(list(found.map_err(wrapped)?.iter().map(shape::customer))))
}
