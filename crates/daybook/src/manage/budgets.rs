//! Budgets that stand by themselves, for keys, organizations, members and customers to refer to.

mod delete;
mod page;

pub use delete::delete;
pub use page::{Listed, Question, SORTABLE, check_lists, list_page};

use serde_json::Value;

use super::access::check_admin_view;
use super::{Ask, Caller, Refusal, Why, parts};
use crate::model::actor::MASTER_USER;
use crate::model::row::{Row, RowExt as _};
use crate::model::table;
use crate::model::time;
use crate::store::{Change, Session, budgets, by};

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
    if let Some(at) = reset_at(request)? {
        limits.insert("budget_reset_at".to_owned(), at);
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

/// Changes a budget: what was sent is written, a null clears. A new duration begins a new period, unless the request says
/// when it ends. Gives the row; `None` when there is no such budget.
pub async fn update(change: &mut Change, ask: &Ask) -> Result<Option<Row>, Refusal> {
    let request = &ask.request;
    let Some(id) = request.text("budget_id") else {
        return Err(Refusal::error(Why::Invalid, "budget_id is required"));
    };
    check(request)?;
    let mut values: Row =
        COLUMNS.iter().filter_map(|name| Some(((*name).to_owned(), without_nulls(request.get(*name)?)))).collect();
    if request.contains_key("budget_reset_at") {
        let at = reset_at(request)?.unwrap_or_default();
        values.insert("budget_reset_at".to_owned(), at);
    } else if request.contains_key("budget_duration") {
        let at = parts::budget_reset_at(&ask.rules, change.now(), request.text("budget_duration"));
        values.insert("budget_reset_at".to_owned(), at);
    }
    set(change, ask, id, values).await
}

/// When the request says that a period ends. A date that a timestamp cannot hold is refused.
pub(super) fn reset_at(request: &Row) -> Result<Option<Value>, Refusal> {
    let Some(text) = request.text("budget_reset_at") else { return Ok(None) };
    match time::parse(text) {
        Some(at) => Ok(Some(time::wire(at).into())),
        None => Err(Refusal::error(Why::Invalid, format!("budget_reset_at is out of range. Received: {text}"))),
    }
}

/// Writes columns of a budget, with its bookkeeping. `None` when there is no such budget.
pub(super) async fn set(change: &mut Change, ask: &Ask, id: &str, mut values: Row) -> Result<Option<Row>, Refusal> {
    values.insert("updated_at".to_owned(), change.now_text().into());
    values.insert("updated_by".to_owned(), signature(ask).into());
    let updated = change.update(&table::BUDGETS, &by("budget_id", id), values).await?;
    Ok(updated.map(|updated| updated.now))
}

/// The budgets of these ids, at least one of which must be named.
pub async fn list_by_ids(session: &mut Session, ids: &[String]) -> Result<Vec<Row>, Refusal> {
    if ids.is_empty() {
        return Err(Refusal::error(Why::Invalid, "Specify list of budget id's to query. Passed in=[]"));
    }
    Ok(budgets::list_by_ids(session, ids).await?)
}

/// Every budget, for admins and their viewers.
pub async fn list(session: &mut Session, caller: &Caller) -> Result<Vec<Row>, Refusal> {
    check_admin_view(caller)?;
    Ok(budgets::list(session).await?)
}

/// One budget, for admins and their viewers.
pub async fn find_visible(session: &mut Session, caller: &Caller, id: &str) -> Result<Option<Row>, Refusal> {
    check_admin_view(caller)?;
    Ok(budgets::find(session, id).await?)
}

/// Refuses amounts and durations that no budget can have.
fn check(request: &Row) -> Result<(), Refusal> {
    for field in ["max_budget", "soft_budget"] {
        parts::check_amount(request, field)?;
    }
    parts::check_budget_duration(request, "budget_duration")
}

/// The columns that a request sets, checked, with the start of the first period.
pub(super) fn limits(change: &Change, ask: &Ask) -> Result<Row, Refusal> {
    let request = &ask.request;
    check(request)?;
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
