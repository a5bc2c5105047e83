//! `GET /key/list`

use axum::extract::State;
use daybook::manage::keys::list;
use daybook::model::row::RowExt as _;
use serde_json::{Value, json};

use super::shape;
use crate::api::Reply;
use crate::api::error::{ApiError, wrapped};
use crate::app::App;
use crate::auth::Call;
use crate::wire::models::keys::KEY_LIST_QUERY;

pub async fn handle(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    let query = call.query(&KEY_LIST_QUERY)?.with_defaults();
    let mut session = app.store().read().await.map_err(wrapped)?;
    let now = app.store().clock().now();
    let page = list::list(&mut session, &call.caller, &query, now).await.map_err(wrapped)?;
    let keys = if query.flag("return_full_object") == Some(true) {
        shape::listed(&page)
    } else {
        page.rows.iter().map(|key| key.value("token")).collect::<Vec<Value>>().into()
    };
    let size = query.int("size").unwrap_or(1).max(1);
    Ok(Reply::json(json!({
        "keys": keys,
        "total_count": page.total,
        "current_page": query.value("page"),
        "total_pages": (page.total + size - 1) / size,
    })))
}
