//! `GET /key/aliases`

use axum::extract::State;
use daybook::manage::keys::list;
use daybook::model::row::RowExt as _;
use serde_json::json;

use crate::api::Reply;
use crate::api::error::{ApiError, wrapped};
use crate::app::App;
use crate::auth::Call;
use crate::wire::models::keys::KEY_ALIASES_QUERY;

pub async fn handle(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    let query = call.query(&KEY_ALIASES_QUERY)?.with_defaults();
    let mut session = app.store().read().await.map_err(wrapped)?;
    let now = app.store().clock().now();
    let (aliases, total) = list::aliases(&mut session, &call.caller, &query, now).await.map_err(wrapped)?;
    let size = query.int("size").unwrap_or(1).max(1);
    Ok(Reply::json(json!({
        "aliases": aliases,
        "total_count": total,
        "current_page": query.value("page"),
        "total_pages": (total + size - 1) / size,
        "size": size,
    })))
}
