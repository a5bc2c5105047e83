//! `POST /key/{key}/reset_spend`

use axum::extract::State;
use daybook::manage::keys;
use daybook::model::row::{Row, RowExt as _};
use serde_json::{Value, json};

use crate::api::Reply;
use crate::api::error::ApiError;
use crate::app::App;
use crate::auth::Call;
use crate::wire::models::keys::RESET_SPEND_REQUEST;

pub async fn handle(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    let mut request = call.request(&RESET_SPEND_REQUEST)?;
    request.insert("key".to_owned(), call.param("key").into());
    let done = app.record(&call, request, keys::reset_spend).await?;
    Ok(Reply::recorded(done, shape))
}

fn shape((before, now): (Row, Row)) -> Value {
    json!({
        "key_hash": now.value("token"),
        "spend": now.value("spend"),
        "previous_spend": before.value("spend"),
        "max_budget": now.value("max_budget"),
        "budget_reset_at": now.value("budget_reset_at"),
    })
}
