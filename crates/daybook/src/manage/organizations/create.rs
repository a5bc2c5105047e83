//! A new organization.

use super::organization_id;
use crate::manage::{Ask, Refusal, Why, budgets, parts};
use crate::model::row::{Row, RowExt as _};
use crate::model::table;
use crate::store::{Change, by, organizations};

/// Makes an organization, and a budget for it unless the request names one. Gives its row with `litellm_budget_table`.
pub async fn create(change: &mut Change, ask: &Ask) -> Result<Row, Refusal> {
    if !ask.caller.is_admin() {
        let message = "Only proxy admins can create new organizations.";
        return Err(Refusal::error(Why::Forbidden, message));
    }
    let request = &ask.request;
    let limits = budgets::limits(change, ask)?;
    let organization_id = match organization_id(ask).filter(|id| !id.is_empty()) {
        Some(id) => id,
        None => change.new_id(),
    };
    change.lock_name(&format!("organization_id:{organization_id}")).await?;
    if change.find(&table::ORGANIZATIONS, &by("organization_id", &organization_id)).await?.is_some() {
        let message = format!("Organization with id '{organization_id}' already exists.");
        return Err(Refusal::error(Why::Invalid, message));
    }
    let signature = budgets::signature(ask);
    let budget = match request.text("budget_id").filter(|id| !id.is_empty()) {
        Some(id) => {
            let found = change.find(&table::BUDGETS, &by("budget_id", id)).await?;
            found.ok_or_else(|| Refusal::error(Why::Invalid, format!("Budget not found, passed budget_id={id}")))?
        }
        None => parts::insert_budget(change, None, limits, &signature).await?,
    };
    let now = change.now_text();
    // What is a column of the budget is no business of the metadata.
    let mut others = request.clone();
    others.retain(|name, _| !budgets::COLUMNS.contains(&name.as_str()));
    let metadata = parts::merge_metadata(request.object("metadata").cloned().unwrap_or_default(), &others);
    let mut row = crate::row! {
        "organization_id": organization_id,
        "organization_alias": request.value("organization_alias"),
        "budget_id": budget.value("budget_id"),
        "metadata": metadata,
        "models": request.list("models"),
        "spend": 0.0,
        "model_spend": {},
        "created_at": now,
        "created_by": signature,
        "updated_at": now,
        "updated_by": signature,
    };
    if let Some(wanted) = request.object("object_permission") {
        let id = parts::save_object_permission(change, wanted, None).await?;
        row.insert("object_permission_id".to_owned(), id.into());
    }
    let mut shown = [change.insert(&table::ORGANIZATIONS, row).await?];
    organizations::attach_budgets(change.session(), &mut shown).await?;
    let [organization] = shown;
    Ok(organization)
}
