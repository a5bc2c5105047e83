//! Changes to an organization: its own columns, those of its budget, and its object permission.

use serde_json::{Value, json};

use super::{check_manages, no_organization, organization_id, with_related};
use crate::manage::{Ask, Refusal, Why, budgets, parts};
use crate::model::row::{Row, RowExt as _};
use crate::model::table;
use crate::store::{Change, by};

/// What a budget has that cannot be negative.
const COUNTS: &[&str] = &["tpm_limit", "rpm_limit", "tpd_limit", "max_parallel_requests"];

/// `PATCH /organization/update`: what is null or not sent stays, but for the budget's limits, which null clears. `metadata`
/// is merged into what is there. The dashboard sends the limits inside of `litellm_budget_table`.
pub async fn update(change: &mut Change, ask: &Ask) -> Result<Row, Refusal> {
    let mut request = ask.request.clone();
    if let Some(Value::Object(nested)) = request.shift_remove("litellm_budget_table") {
        request.extend(nested.into_iter().filter(|(name, _)| budgets::COLUMNS.contains(&name.as_str())));
    }
    check_limits(&request, Why::Invalid)?;
    let organization_id =
        organization_id(ask).ok_or_else(|| Refusal::error(Why::Invalid, "organization_id is required"))?;
    let organization = get(change, ask, &organization_id).await?;
    let mut values = Row::new();
    for name in ["organization_alias", "models", "spend"] {
        if let Some(value) = request.get(name).filter(|value| !value.is_null()) {
            values.insert(name.to_owned(), value.clone());
        }
    }
    let old = organization.object("metadata").cloned().unwrap_or_default();
    values.insert("metadata".to_owned(), merged(old, &request).into());
    if let Some(wanted) = request.object("object_permission") {
        let existing = organization.text("object_permission_id");
        let id = parts::save_object_permission(change, wanted, existing).await?;
        values.insert("object_permission_id".to_owned(), id.into());
    }
    save(change, ask, &request, organization, values).await
}

/// `PATCH /v2/organization/{organization_id}`: what is sent is written. Null clears the limits, `metadata` and
/// `object_permission`; `metadata` takes the place of what is there.
pub async fn patch(change: &mut Change, ask: &Ask) -> Result<Row, Refusal> {
    let request = &ask.request;
    let refuse = |message: &str| Err(Refusal::error(Why::Unprocessable, message));
    check_limits(request, Why::Unprocessable)?;
    let cleared = |name: &str| request.get(name).is_some_and(Value::is_null);
    if cleared("organization_alias") {
        return refuse("organization_alias cannot be cleared; it is required");
    }
    if cleared("models") {
        return refuse("models cannot be set to null; send [] to clear it");
    }
    if request.object("object_permission").is_some_and(|wanted| wanted.values().all(Value::is_null)) {
        return refuse(
            "object_permission cannot be an empty object; send null to clear it, or a non-empty object to set grants",
        );
    }
    let organization_id = organization_id(ask).unwrap_or_default();
    let organization = get(change, ask, &organization_id).await?;
    let mut values = Row::new();
    for name in ["organization_alias", "models"] {
        if let Some(value) = request.get(name) {
            values.insert(name.to_owned(), value.clone());
        }
    }
    if request.contains_key("metadata") {
        let metadata = request.object("metadata").cloned().unwrap_or_default();
        values.insert("metadata".to_owned(), metadata.into());
    }
    match request.get("object_permission") {
        Some(Value::Object(wanted)) => {
            let existing = organization.text("object_permission_id");
            let id = parts::save_object_permission(change, wanted, existing).await?;
            values.insert("object_permission_id".to_owned(), id.into());
        }
        Some(_) => {
            values.insert("object_permission_id".to_owned(), Value::Null);
        }
        None => {}
    }
    save(change, ask, request, organization, values).await
}

/// The organization, held, for somebody who may change it.
async fn get(change: &mut Change, ask: &Ask, organization_id: &str) -> Result<Row, Refusal> {
    check_manages(&ask.caller, organization_id)?;
    let found = change.find(&table::ORGANIZATIONS, &by("organization_id", organization_id)).await?;
    found.ok_or_else(|| no_organization(Why::NotFound, organization_id))
}

/// Refuses limits that no budget can have.
fn check_limits(request: &Row, why: Why) -> Result<(), Refusal> {
    let checked = || {
        for field in ["max_budget", "soft_budget"] {
            parts::check_amount(request, field)?;
        }
        for field in COUNTS {
            if let Some(count) = request.int(field).filter(|count| *count < 0) {
                return Err(Refusal::error(why, format!("{field} must be non-negative. Received: {count}")));
            }
        }
        parts::check_budget_duration(request, "budget_duration")?;
        for budget in request.object("model_max_budget").into_iter().flat_map(Row::values) {
            let Some(budget) = budget.as_object() else {
                return Err(Refusal::error(why, "model_max_budget must hold an object for each model"));
            };
            parts::check_amount(budget, "max_budget")?;
            parts::check_budget_duration(budget, "budget_duration")?;
        }
        Ok(())
    };
    checked().map_err(|refusal| Refusal { why, ..refusal })
}

/// Writes the columns of the organization, and the limits that the request sends into its budget.
async fn save(
    change: &mut Change,
    ask: &Ask,
    request: &Row,
    organization: Row,
    mut values: Row,
) -> Result<Row, Refusal> {
    let mut limits = Row::new();
    for name in budgets::COLUMNS {
        match request.get(*name) {
            // LiteLLM reads a list that is null as an empty one.
            Some(Value::Null) if *name == "allowed_models" => limits.insert((*name).to_owned(), json!([])),
            Some(value) => limits.insert((*name).to_owned(), value.clone()),
            None => None,
        };
    }
    if request.contains_key("budget_duration") {
        let reset_at = parts::budget_reset_at(&ask.rules, change.now(), request.text("budget_duration"));
        limits.insert("budget_reset_at".to_owned(), reset_at);
    }
    if let Some(budget_id) = organization.text("budget_id").filter(|_| !limits.is_empty()) {
        budgets::set(change, ask, budget_id, limits).await?;
    }
    values.insert("updated_at".to_owned(), change.now_text().into());
    values.insert("updated_by".to_owned(), budgets::signature(ask).into());
    let key = by("organization_id", organization.text("organization_id").unwrap_or_default());
    let updated = change.update(&table::ORGANIZATIONS, &key, values).await?;
    with_related(change, updated.map_or(organization, |updated| updated.now)).await
}

/// Metadata with that of the request merged in: nulls say nothing, an object is merged with the object that is there.
fn merged(mut metadata: Row, request: &Row) -> Row {
    // What is a column of the budget is no business of the metadata.
    let mut others = request.clone();
    others.retain(|name, _| !budgets::COLUMNS.contains(&name.as_str()));
    let said = parts::merge_metadata(request.object("metadata").cloned().unwrap_or_default(), &others);
    for (name, value) in said.into_iter().filter(|(_, value)| !value.is_null()) {
        match (metadata.get_mut(&name), value) {
            (Some(Value::Object(old)), Value::Object(new)) => old.extend(new),
            (_, value) => drop(metadata.insert(name, value)),
        }
    }
    metadata
}
