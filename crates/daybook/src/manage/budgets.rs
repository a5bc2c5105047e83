//! Budgets that stand by themselves, for keys, organizations, members and customers to refer to.

use serde_json::Value;

use super::{Ask, Refusal, Why, parts};
use crate::model::actor::MASTER_USER;
use crate::model::row::{Row, RowExt as _};
use crate::model::table;
use crate::model::time;
use crate::store::{Change, by};

/// Members of a request that are columns of the budget.
pub(super) const COLUMNS: &[&str] = &[
    "max_budget",
    "soft_budget",
    "max_parallel_requests",
    "tpm_limit",
    "rpm_limit",
    "tpd_limit",
    "model_max_budget",
    "budget_duration",
    "allowed_models",
    "temp_budget_increase",
    "temp_budget_expiry",
];

/// Makes a budget. Gives its row.
pub async fn create(change: &mut Change, ask: &Ask) -> Result<Row, Refusal> {
    let request = &ask.request;
    let mut limits = limits(change, ask)?;
    if let Some(at) = request.text("budget_reset_at").and_then(time::parse) {
        limits.insert("budget_reset_at".to_owned(), time::wire(at).into());
    }
    let id = request.text("budget_id").filter(|id| !id.is_empty()).map(str::to_owned);
    if let Some(id) = &id {
        change.lock_name(&format!("budget_id:{id}")).await?;
        if change.find(&table::BUDGETS, &by("budget_id", id)).await?.is_some() {
            return Err(Refusal::error(Why::Invalid, format!("Budget with id '{id}' already exists.")));
        }
    }
    let signature = signature(ask);
    parts::insert_budget(change, id, limits, &signature).await
}

/// The columns that a request sets, checked, with the start of the first period.
pub(super) fn limits(change: &Change, ask: &Ask) -> Result<Row, Refusal> {
    let request = &ask.request;
    for field in ["max_budget", "soft_budget"] {
        parts::check_amount(request, field)?;
    }
    parts::check_budget_duration(request, "budget_duration")?;
    let mut limits = Row::new();
    for name in COLUMNS {
        if let Some(value) = request.get(*name).filter(|value| !value.is_null()) {
            limits.insert((*name).to_owned(), without_nulls(value));
        }
    }
    let reset = parts::budget_reset_at(&ask.rules, change.now(), request.text("budget_duration"));
    if !reset.is_null() {
        limits.insert("budget_reset_at".to_owned(), reset);
    }
    Ok(limits)
}

/// `created_by`, `updated_by`, which these tables require.
pub(super) fn signature(ask: &Ask) -> String {
    ask.caller.signature().unwrap_or_else(|| MASTER_USER.to_owned())
}

/// The budgets of models as they are stored: without what nobody said.
fn without_nulls(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let said = members.iter().filter(|(_, value)| !value.is_null());
            Value::Object(said.map(|(name, value)| (name.clone(), without_nulls(value))).collect())
        }
        other => other.clone(),
    }
}
