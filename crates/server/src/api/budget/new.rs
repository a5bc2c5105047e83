//! `POST /budget/new`

use axum::extract::State;
use daybook::manage::budgets;
use serde_json::Value;

use crate::api::Reply;
use crate::api::error::ApiError;
use crate::api::shape::budget_row;
use crate::app::App;
use crate::auth::Call;
use crate::wire::models::budgets::BUDGET_NEW_REQUEST;

pub async fn handle(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    let request = call.request(&BUDGET_NEW_REQUEST)?;
    let done = app.record(&call, request, budgets::create).await?;
    Ok(Reply::recorded(done, |row| Value::Object(budget_row(&row))))
}
