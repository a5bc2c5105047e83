//! `GET /budget/settings`: what LiteLLM's dashboard needs to show a budget's form.

use axum::extract::State;
use daybook::manage::budgets;
use daybook::model::row::RowExt as _;
use serde_json::{Value, json};

use crate::api::Reply;
use crate::api::error::ApiError;
use crate::app::App;
use crate::auth::Call;
use crate::wire::models::budgets::BUDGET_SETTINGS_QUERY;

/// Name, type and description of each field.
const FIELDS: &[(&str, &str, &str)] = &[
    ("max_budget", "Float", "Requests will fail if this budget (in USD) is exceeded."),
    ("soft_budget", "Float", "An alert is raised at this amount (in USD); requests go on."),
    ("max_parallel_requests", "Integer", "Max concurrent requests allowed for this budget id."),
    ("tpm_limit", "Integer", "Max tokens per minute, allowed for this budget id."),
    ("rpm_limit", "Integer", "Max requests per minute, allowed for this budget id."),
    ("tpd_limit", "Integer", "How many tokens batches may use in a day under this budget."),
    ("budget_duration", "String", "How long a period of the budget is: 1h, 1d, 30d."),
    ("model_max_budget", "Object", "Limits of single models, by their names."),
];

pub async fn handle(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    let query = call.query(&BUDGET_SETTINGS_QUERY)?;
    let mut session = app.store().read().await?;
    let id = query.str("budget_id").unwrap_or_default();
    let budget = budgets::find_visible(&mut session, &call.caller, id).await?.unwrap_or_default();
    let fields = FIELDS.iter().map(|(name, kind, description)| {
        json!({
            "field_name": name,
            "field_type": kind,
            "field_description": description,
            "field_value": budget.value(name),
            "stored_in_db": true,
            "field_default_value": null,
            "premium_field": false,
            "nested_fields": null,
            "field_options": null,
            "field_tab": null,
            "source": "unset",
            "editable": true,
        })
    });
    Ok(Reply::json(fields.collect::<Vec<Value>>()))
}
