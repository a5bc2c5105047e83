//! `POST /customer/update`. What is null, or an empty object, is not a change.

use serde_json::Value;

use super::create::check_budget_exists;
use super::{missing, with_related};
use crate::manage::{Ask, Refusal, budgets, parts};
use crate::model::row::{Row, RowExt as _};
use crate::model::table;
use crate::store::{Change, by};

/// Changes a customer. Gives the row with the rows that it refers to.
pub async fn update(change: &mut Change, ask: &Ask) -> Result<Row, Refusal> {
    let request = &ask.request;
    parts::check_amount(request, "max_budget")?;
    let user_id = request.text("user_id").unwrap_or_default();
    let key = by("user_id", user_id);
    let Some(customer) = change.find(&table::END_USERS, &key).await? else {
        return Err(missing("user_id", user_id));
    };
    let mut values = Row::new();
    for name in ["alias", "blocked", "allowed_model_region", "default_model", "models"] {
        if let Some(value) = request.get(name).filter(|value| !value.is_null()) {
            values.insert(name.to_owned(), value.clone());
        }
    }
    if let Some(id) = request.text("budget_id") {
        check_budget_exists(change, id).await?;
        values.insert("budget_id".to_owned(), id.into());
    }
    if let Some(amount) = request.get("max_budget").filter(|amount| !amount.is_null()) {
        // In the budget that the customer has from now on.
        let budget_id = values.text("budget_id").or(customer.text("budget_id")).map(str::to_owned);
        let own = save_max_budget(change, ask, budget_id.as_deref(), amount).await?;
        values.extend(own.map(|id| ("budget_id".to_owned(), Value::from(id))));
    }
    if let Some(wanted) = request.object("object_permission").filter(|wanted| !wanted.is_empty()) {
        let id = parts::save_object_permission(change, wanted, customer.text("object_permission_id")).await?;
        values.insert("object_permission_id".to_owned(), id.into());
    }
    let updated = change.update(&table::END_USERS, &key, values).await?;
    with_related(change.session(), updated.map_or(customer, |updated| updated.now)).await
}

/// Sets the amount in the budget that the customer has, which others may share: LiteLLM does so, too. Gives the id of one
/// that had to be made.
async fn save_max_budget(
    change: &mut Change,
    ask: &Ask,
    budget_id: Option<&str>,
    amount: &Value,
) -> Result<Option<String>, Refusal> {
    let limits = crate::row! { "max_budget": amount };
    if let Some(id) = budget_id
        && budgets::set(change, ask, id, limits.clone()).await?.is_some()
    {
        return Ok(None);
    }
    let budget = parts::insert_budget(change, None, limits, &budgets::signature(ask)).await?;
    Ok(budget.text("budget_id").map(str::to_owned))
}
