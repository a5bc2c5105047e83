//! `POST /budget/info`

use axum::extract::State;
use daybook::manage::budgets;
use daybook::model::row::RowExt as _;

use crate::api::Reply;
use crate::api::error::ApiError;
use crate::api::shape::{budget_row, list};
use crate::app::App;
use crate::auth::Call;
use crate::wire::models::budgets::BUDGET_REQUEST;

pub async fn handle(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    let ids = call.request(&BUDGET_REQUEST)?.texts("budgets");
    let mut session = app.store().read().await?;
    let found = budgets::list_by_ids(&mut session, &ids).await?;
    Ok(Reply::json(list(found.iter().map(budget_row))))
}
