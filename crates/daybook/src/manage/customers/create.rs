//! `POST /customer/new`: the customer, with a budget of its own or a share in one that exists.

use serde_json::Value;

use super::{lock, with_related};
use crate::manage::{Ask, Refusal, Why, budgets, parts};
use crate::model::duration::expires_at;
use crate::model::row::{Row, RowExt as _};
use crate::model::table;
use crate::model::time;
use crate::store::{Change, by, models};

/// Makes a customer. Gives the row with the rows that it refers to.
pub async fn create(change: &mut Change, ask: &Ask) -> Result<Row, Refusal> {
    let request = &ask.request;
    let user_id = request.text("user_id").unwrap_or_default().to_owned();
    if let Some(model) = request.text("default_model") {
        check_model_exists(change, ask, model).await?;
    }
    let limits = limits(change, ask)?;
    change.lock_name(&lock(&user_id)).await?;
    if change.find(&table::END_USERS, &by("user_id", &user_id)).await?.is_some() {
        let message = format!("Customer already exists, passed user_id={user_id}. Please pass a new user_id.");
        return Err(Refusal::proxy(Why::Invalid, "bad_request", Some("user_id"), message));
    }
    let mut row = crate::row! { "user_id": user_id, "blocked": false, "spend": 0.0, "models": [] };
    for name in ["alias", "blocked", "spend", "allowed_model_region", "default_model", "models"] {
        if let Some(value) = request.get(name).filter(|value| !value.is_null()) {
            row.insert(name.to_owned(), value.clone());
        }
    }
    let budget_id = if !limits.is_empty() {
        let budget = parts::insert_budget(change, None, limits, &budgets::signature(ask)).await?;
        budget.value("budget_id")
    } else if let Some(id) = request.text("budget_id") {
        check_budget_exists(change, id).await?;
        id.into()
    } else {
        Value::Null
    };
    row.insert("budget_id".to_owned(), budget_id);
    if let Some(wanted) = request.object("object_permission") {
        let id = parts::save_object_permission(change, wanted, None).await?;
        row.insert("object_permission_id".to_owned(), id.into());
    }
    let customer = change.insert(&table::END_USERS, row).await?;
    with_related(change.session(), customer).await
}

/// The columns of the customer's own budget; empty when the request sets no limit. Its period begins now, not at the next
/// full day: that is LiteLLM's way with customers.
fn limits(change: &Change, ask: &Ask) -> Result<Row, Refusal> {
    let mut limits = budgets::limits(change, ask)?;
    let begun = || expires_at(change.now(), ask.request.text("budget_duration")?).ok();
    let end = budgets::reset_at(&ask.request)?.or_else(|| begun().map(|end| time::wire(end).into()));
    if let Some(end) = end {
        limits.insert("budget_reset_at".to_owned(), end);
    }
    Ok(limits)
}

/// A budget that a customer is linked to must be there.
pub(super) async fn check_budget_exists(change: &mut Change, id: &str) -> Result<(), Refusal> {
    match change.find(&table::BUDGETS, &by("budget_id", id)).await? {
        Some(_) => Ok(()),
        None => Err(Refusal::error(Why::Invalid, format!("Budget not found, passed budget_id={id}"))),
    }
}

/// A customer's model is one that somebody has configured.
async fn check_model_exists(change: &mut Change, ask: &Ask, model: &str) -> Result<(), Refusal> {
    let mut names = models::list_names(change.session()).await?;
    names.extend(ask.rules.config_models.iter().filter_map(|model| model.text("model_name").map(str::to_owned)));
    names.sort();
    names.dedup();
    if names.iter().any(|name| name == model) {
        return Ok(());
    }
    let message = format!(
        "Default Model not on proxy. Configure via `/model/new` or config.yaml. Default_model={model}, \
         proxy_model_names={}",
        python_set(&names)
    );
    Err(Refusal::error(Why::Unprocessable, message))
}

/// A set of texts as Python shows it.
fn python_set(texts: &[String]) -> String {
    if texts.is_empty() {
        return "set()".to_owned();
    }
    let quoted: Vec<String> = texts.iter().map(|text| format!("'{text}'")).collect();
    format!("{{{}}}", quoted.join(", "))
}
