//! `POST /budget/delete`: null for a budget that is not there, as LiteLLM answers.

use axum::extract::State;
use daybook::manage::budgets;

use crate::api::Reply;
use crate::api::error::ApiError;
use crate::api::shape::budget_row;
use crate::app::App;
use crate::auth::Call;
use crate::wire::models::budgets::BUDGET_DELETE_REQUEST;

pub async fn handle(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    let request = call.request(&BUDGET_DELETE_REQUEST)?;
    let done = app.record(&call, request, budgets::delete).await?;
    Ok(Reply::recorded(done, |row| row.map(|row| budget_row(&row)).into()))
}
