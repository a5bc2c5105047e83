//! What a key may spend and how fast: amounts, budgets per model, allocations out of a team's or organization's limits.

use serde_json::Value;

use crate::manage::parts;
use crate::manage::{Refusal, Why};
use crate::model::row::{Row, RowExt as _};
use crate::model::table;
use crate::store::{Change, by, keys};

/// The amounts and periods of a request, as far as they stand alone.
pub(super) fn check_amounts(request: &Row) -> Result<(), Refusal> {
    parts::check_amount(request, "max_budget")?;
    parts::check_amount(request, "soft_budget")?;
    parts::check_budget_duration(request, "budget_duration")
}

/// `model_max_budget` as it is stored: every limit a number. A limit may be sent as text.
pub(super) fn model_budgets(budgets: &Row) -> Result<Row, Refusal> {
    let mut checked = budgets.clone();
    for budget in checked.values_mut() {
        let Some(budget) = budget.as_object_mut() else {
            return Err(invalid_model_budget("a model's budget must be an object"));
        };
        for name in ["budget_limit", "max_budget"] {
            let number = match budget.get(name) {
                None | Some(Value::Number(_)) => continue,
                Some(Value::String(text)) => text.trim().parse::<f64>().ok().filter(|number| number.is_finite()),
                Some(Value::Null) if name == "max_budget" => continue,
                Some(_) => None,
            };
            let Some(number) = number else {
                let value = budget.value(name);
                return Err(invalid_model_budget(&match value {
                    Value::String(text) => format!("could not convert string to float: '{text}'"),
                    other => format!("could not convert to float: {other}"),
                }));
            };
            budget.insert(name.to_owned(), Value::from(number));
        }
    }
    Ok(checked)
}

fn invalid_model_budget(reason: &str) -> Refusal {
    Refusal::text(
        Why::Invalid,
        format!(
            "Invalid model_max_budget: {reason}. Example of valid model_max_budget: \
             https://docs.litellm.ai/docs/proxy/users"
        ),
    )
}

/// A budget that a key is linked to must be there.
pub(super) async fn check_budget_exists(change: &mut Change, budget_id: &str) -> Result<(), Refusal> {
    match change.find(&table::BUDGETS, &by("budget_id", budget_id)).await? {
        Some(_) => Ok(()),
        None => Err(Refusal::error(Why::Invalid, format!("Budget not found, passed budget_id={budget_id}"))),
    }
}

/// Who hands out guaranteed throughput.
#[derive(Clone, Copy)]
enum Pool {
    Team,
    Organization,
}

/// A guaranteed allocation must fit into what the team and the organization have left. `key` is the row as it will be.
pub(super) async fn check_guarantees(change: &mut Change, key: &Row) -> Result<(), Refusal> {
    if guaranteed(key, "tpm_limit").is_none() && guaranteed(key, "rpm_limit").is_none() {
        return Ok(());
    }
    if let Some(team_id) = key.text("team_id")
        && let Some(team) = change.find(&table::TEAMS, &by("team_id", team_id)).await?
    {
        let siblings = keys::list_by_team(change.session(), team_id).await?;
        check_pool(Pool::Team, &team, &siblings, key)?;
    }
    if let Some(organization_id) = key.text("organization_id")
        && let Some(organization) = change.find(&table::ORGANIZATIONS, &by("organization_id", organization_id)).await?
        && let Some(budget_id) = organization.text("budget_id")
        && let Some(budget) = change.find(&table::BUDGETS, &by("budget_id", budget_id)).await?
    {
        let siblings = keys::list_by_organization(change.session(), organization_id).await?;
        check_pool(Pool::Organization, &budget, &siblings, key)?;
    }
    Ok(())
}

fn check_pool(pool: Pool, limits: &Row, siblings: &[Row], key: &Row) -> Result<(), Refusal> {
    let owner = match pool {
        Pool::Team => "team",
        Pool::Organization => "organization",
    };
    for (column, name) in [("tpm_limit", "TPM"), ("rpm_limit", "RPM")] {
        let (Some(wanted), Some(limit)) = (guaranteed(key, column), limits.int(column)) else { continue };
        let allocated: i64 = siblings
            .iter()
            .filter(|sibling| sibling.text("token") != key.text("token"))
            .filter_map(|sibling| guaranteed(sibling, column))
            .sum();
        if allocated.saturating_add(wanted) > limit {
            return Err(Refusal::text(
                Why::Invalid,
                format!(
                    "Allocated {name} limit={allocated} + Key {name} limit={wanted} is greater than {owner} {name} \
                     limit={limit}"
                ),
            ));
        }
    }
    Ok(())
}

/// The key's limit, when it is one that is guaranteed.
fn guaranteed(key: &Row, column: &str) -> Option<i64> {
    let kind = key.object("metadata")?.text(&format!("{}_type", column))?;
    if kind == "guaranteed_throughput" { key.int(column) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::row;

    #[test]
    fn a_models_budget_needs_a_number() {
        let stored = model_budgets(&row! { "m": {"budget_limit": "7", "time_period": "1d"} }).unwrap();
        assert_eq!(stored, row! { "m": {"budget_limit": 7.0, "time_period": "1d"} });
        assert_eq!(model_budgets(&row! { "m": {"budget_limit": 1} }).unwrap(), row! { "m": {"budget_limit": 1} });
        for bad in [row! { "m": {"budget_limit": "x"} }, row! { "m": {"max_budget": [1]} }, row! { "m": 5 }] {
            assert!(model_budgets(&bad).is_err(), "{bad:?}");
        }
        let refusal = model_budgets(&row! { "m": {"budget_limit": "x"} }).unwrap_err();
        assert!(refusal.reason().starts_with("Invalid model_max_budget: could not convert string to float: 'x'."));
    }

    #[test]
    fn only_guaranteed_limits_are_allocations() {
        let key =
            |limit: i64, kind: &str| row! { "token": kind, "tpm_limit": limit, "metadata": {"tpm_limit_type": kind} };
        let team = row! { "tpm_limit": 100 };
        let siblings = [key(60, "guaranteed_throughput"), key(1000, "dynamic")];
        let wanted = |limit| row! { "token": "new", "tpm_limit": limit, "metadata": {"tpm_limit_type": "guaranteed_throughput"} };
        assert!(check_pool(Pool::Team, &team, &siblings, &wanted(40)).is_ok());
        let refusal = check_pool(Pool::Team, &team, &siblings, &wanted(41)).unwrap_err();
        assert_eq!(refusal.reason(), "Allocated TPM limit=60 + Key TPM limit=41 is greater than team TPM limit=100");
        assert!(check_pool(Pool::Team, &row! {}, &siblings, &wanted(4100)).is_ok());
    }
}
