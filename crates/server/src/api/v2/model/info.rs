//! `GET /v2/model/info`

use axum::extract::State;
use daybook::manage::models;
use daybook::model::row::RowExt as _;
use serde_json::json;

use crate::api::Reply;
use crate::api::error::ApiError;
use crate::api::shape::list;
use crate::app::App;
use crate::auth::Call;
use crate::wire::models::deployments::MODEL_INFO_V2_QUERY;

pub async fn handle(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    let question = call.query(&MODEL_INFO_V2_QUERY)?.with_defaults();
    let mut session = app.store().read().await?;
    let (found, total) = models::page(&mut session, app.store(), &app.rules(), &call.caller, &question).await?;
    let size = question.int("size").unwrap_or(50).max(1).unsigned_abs();
    Ok(Reply::json(json!({
        "data": list(found),
        "total_count": total,
        "current_page": question.value("page"),
        "total_pages": (total as u64).div_ceil(size),
        "size": size,
    })))
}
