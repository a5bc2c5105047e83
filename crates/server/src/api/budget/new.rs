//! `POST /budget/new`

use axum::extract::State;
use daybook::manage::budgets;
use daybook::model::row::{Row, RowExt as _};
use serde_json::{Value, json};

use crate::api::Reply;
use crate::api::error::ApiError;
use crate::api::shape::pick;
use crate::app::App;
use crate::auth::Call;
use crate::wire::models::organizations::BUDGET_NEW_REQUEST;

pub async fn handle(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    let request = call.request(&BUDGET_NEW_REQUEST)?;
    let done = app.record(&call, request, budgets::create).await?;
    Ok(Reply::recorded(done, |row| Value::Object(shown(&row))))
}

/// The row and LiteLLM's relations, which are not loaded.
fn shown(row: &Row) -> Row {
    let mut shown = pick(
        row,
        &[
            "budget_id",
            "max_budget",
            "soft_budget",
            "max_parallel_requests",
            "tpm_limit",
            "rpm_limit",
            "tpd_limit",
            "model_max_budget",
            "budget_duration",
            "budget_reset_at",
            "allowed_models",
            "temp_budget_increase",
            "temp_budget_expiry",
            "created_at",
            "created_by",
            "updated_at",
            "updated_by",
            "organization",
            "projects",
            "keys",
            "end_users",
            "tags",
            "model_access_groups",
            "team_membership",
            "organization_membership",
        ],
    );
    if shown.value("allowed_models").is_null() {
        shown.insert("allowed_models".to_owned(), json!([]));
    }
    shown
}
