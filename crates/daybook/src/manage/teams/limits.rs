//! What a team may be given: amounts that make sense, within those of its organization or its maker.

use serde_json::Value;

use crate::manage::{Ask, Refusal, Why, parts};
use crate::model::row::{Row, RowExt as _};
use crate::store::{Session, teams};

/// Words that stand for every model.
const ALL_MODELS: &[&str] = &["all-proxy-models", "all-org-models", "*"];

/// Refuses amounts and durations that no budget can have.
pub(super) fn check_amounts(request: &Row) -> Result<(), Refusal> {
    for field in ["max_budget", "soft_budget", "team_member_budget"] {
        parts::check_amount(request, field)?;
    }
    for field in ["budget_duration", "team_member_budget_duration"] {
        parts::check_budget_duration(request, field)?;
    }
    Ok(())
}

/// A soft budget warns before the budget ends, so it must lie below. `team` is the row as it will be.
pub(super) fn check_soft_budget(team: &Row) -> Result<(), Refusal> {
    match (team.float("soft_budget"), team.float("max_budget")) {
        (Some(soft), Some(max)) if soft >= max => Err(Refusal::error(
            Why::Invalid,
            format!(
                "soft_budget ({}) must be strictly lower than max_budget ({})",
                parts::python_float(soft),
                parts::python_float(max)
            ),
        )),
        _ => Ok(()),
    }
}

/// Refuses what the team's organization does not have itself. `team` holds the members to look at.
pub(super) fn check_organization(organization: &Row, team: &Row) -> Result<(), Refusal> {
    let id = organization.text("organization_id").unwrap_or_default();
    let refuse = |message: String| Err(Refusal::text(Why::Invalid, message));
    let allowed = organization.texts("models");
    if !allows_all(&allowed) {
        let outside = |model: &&String| !allowed.contains(model);
        if let Some(model) = team.texts("models").iter().find(outside) {
            let list: Vec<String> = allowed.iter().map(|model| format!("'{model}'")).collect();
            return refuse(format!(
                "Model '{model}' not in organization's allowed models. Organization allowed models=[{}]. \
                 Organization: {id}",
                list.join(", ")
            ));
        }
    }
    let budget = organization.object("litellm_budget_table").cloned().unwrap_or_default();
    for field in LIMITS {
        if let Some((wanted, most)) = excess(field, team, &budget) {
            return refuse(format!(
                "Team {field} ({wanted}) exceeds organization's {field} ({most}). Organization: {id}"
            ));
        }
    }
    Ok(())
}

/// The organization, which must exist.
pub(super) async fn get_organization(
    session: &mut Session,
    id: &str,
    missing: impl FnOnce() -> Refusal,
) -> Result<Row, Refusal> {
    teams::find_organization(session, id).await?.ok_or_else(missing)
}

/// Refuses what the maker of a team outside any organization does not have.
pub(super) fn check_maker(ask: &Ask, team: &Row) -> Result<(), Refusal> {
    let Some(user) = ask.caller.user.as_ref().filter(|_| !ask.caller.is_admin()) else { return Ok(()) };
    let id = user.text("user_id").unwrap_or_default();
    for field in LIMITS {
        if let Some((wanted, most)) = excess(field, team, user) {
            let message = format!("Team {field} ({wanted}) is higher than the user's own ({most}). User: {id}");
            return Err(Refusal::error(Why::Invalid, message));
        }
    }
    let allowed = user.texts("models");
    if !allows_all(&allowed)
        && let Some(model) = team.texts("models").iter().find(|model| !allowed.contains(model))
    {
        let message = format!("Model '{model}' is not among the user's own models. User: {id}");
        return Err(Refusal::error(Why::Invalid, message));
    }
    Ok(())
}

const LIMITS: &[&str] = &["max_budget", "tpm_limit", "rpm_limit"];

/// The wanted limit and the one that it exceeds, as Python shows them.
fn excess(field: &str, team: &Row, owner: &Row) -> Option<(String, String)> {
    let (wanted, most) = (team.float(field)?, owner.float(field)?);
    (wanted > most).then(|| (shown(&team.value(field)), shown(&owner.value(field))))
}

fn is_all(model: &str) -> bool {
    ALL_MODELS.contains(&model)
}

fn allows_all(models: &[String]) -> bool {
    models.is_empty() || models.iter().any(|model| is_all(model))
}

fn shown(number: &Value) -> String {
    match number.as_f64() {
        Some(float) if number.is_f64() => parts::python_float(float),
        _ => number.to_string(),
    }
}
