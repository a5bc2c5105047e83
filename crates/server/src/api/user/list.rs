//! `GET /user/list`

use axum::extract::State;
use daybook::manage::users::{self, Question};
use daybook::model::row::RowExt as _;
use serde_json::{Value, json};

use super::shape;
use crate::api::Reply;
use crate::api::error::ApiError;
use crate::app::App;
use crate::auth::Call;
use crate::wire::models::users::USER_LIST_QUERY;

pub async fn handle(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    let query = call.query(&USER_LIST_QUERY)?;
    let (page, page_size) = (query.int("page").unwrap_or(1), query.int("page_size").unwrap_or(25));
    let question = Question { params: query.into_map(), page, page_size };
    let mut session = app.store().read().await?;
    let listed = users::list(&mut session, &call.caller, &question).await?;
    let shown: Vec<Value> = listed
        .users
        .iter()
        .map(|user| {
            let count = user.text("user_id").and_then(|id| listed.key_counts.get(id)).copied().unwrap_or(0);
            let mut shown = shape::listed(user);
            shown.insert("key_count".to_owned(), count.into());
            Value::Object(shown)
        })
        .collect();
    Ok(Reply::json(json!({
        "users": shown,
        "total": listed.total,
        "page": page,
        "page_size": page_size,
        "total_pages": listed.total.saturating_add(page_size - 1) / page_size,
    })))
}
