//! `GET /budget/list`

use axum::extract::State;
use daybook::manage::budgets;

use crate::api::Reply;
use crate::api::error::ApiError;
use crate::api::shape::{budget_row, list};
use crate::app::App;
use crate::auth::Call;

pub async fn handle(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    let mut session = app.store().read().await?;
    let found = budgets::list(&mut session, &call.caller).await?;
    Ok(Reply::json(list(found.iter().map(budget_row))))
}
