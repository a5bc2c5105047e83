//! `/management/v1/teams/{team_id}/members/bulk_update` and `bulk_delete`: many members of one team in one change, with an
//! outcome for each.

use serde_json::Value;

use super::members::{Member, budget_columns, find_member, leave, roster, set_roster, signature};
use super::{shared_budget_id, stated, team_id};
use crate::manage::{Ask, Refusal, Why, parts};
use crate::model::row::{Row, RowExt as _};
use crate::model::table;
use crate::row;
use crate::store::{Change, budgets, by, teams, users};

/// The error of somebody who is named a second time.
const DUPLICATE: &str = "Duplicate member in request";
/// The error of somebody who is not on the team.
const NOT_FOUND: &str = "User not found in team";

/// What became of one member of a request.
#[derive(Clone, Debug, Default)]
pub struct Removed {
    pub user_id: Option<String>,
    pub user_email: Option<String>,
    pub error: Option<String>,
}

/// What limits one member of a request has after it.
#[derive(Clone, Debug, Default)]
pub struct Limited {
    pub user_id: Option<String>,
    pub user_email: Option<String>,
    pub error: Option<String>,
    /// The budget that the member's membership is linked to.
    pub budget: Option<Row>,
    /// The amount that the team gives to members without one of their own.
    pub team_default: Option<f64>,
}

/// The team, held until the change ends, for somebody who has a say in its roster.
async fn get_administered(change: &mut Change, ask: &Ask, what: &str) -> Result<Row, Refusal> {
    let team_id = team_id(ask);
    let Some(team) = change.find(&table::TEAMS, &by("team_id", &team_id)).await? else {
        return Err(Refusal::text(Why::NotFound, format!("Team id={team_id} does not exist in db")));
    };
    if ask.caller.administers_team(&team) {
        return Ok(team);
    }
    let message = format!(
        "Call not allowed. User not proxy admin OR team admin OR org admin for this team. \
         route='/management/v1/teams/{team_id}/members/{what}'"
    );
    Err(Refusal::text(Why::Forbidden, message))
}

/// The items of a request, and whether each names somebody whom an earlier one names, too.
fn items(ask: &Ask) -> Vec<(Row, bool)> {
    let items: Vec<Row> = ask.request.list("members").iter().filter_map(Value::as_object).cloned().collect();
    let same = |left: &Row, right: &Row| {
        ["user_id", "user_email"].iter().any(|name| left.text(name).is_some() && left.text(name) == right.text(name))
    };
    let repeated: Vec<bool> =
        items.iter().enumerate().map(|(at, item)| items[..at].iter().any(|earlier| same(item, earlier))).collect();
    items.into_iter().zip(repeated).collect()
}

/// Takes members off a team. Whoever is on the roster no longer, but whose row still names the team, leaves it as well.
pub async fn remove_members(change: &mut Change, ask: &Ask) -> Result<Vec<Removed>, Refusal> {
    let team = get_administered(change, ask, "bulk_delete").await?;
    let (mut ids, mut nameless, mut outcomes) = (Vec::new(), Vec::<Member>::new(), Vec::new());
    for (item, repeated) in items(ask) {
        let mut outcome = Removed {
            user_id: item.text("user_id").map(str::to_owned),
            user_email: item.text("user_email").map(str::to_owned),
            error: None,
        };
        if repeated {
            outcome.error = Some(DUPLICATE.to_owned());
        } else {
            let matched = find_member(change.session(), &team, item.text("user_id"), item.text("user_email")).await?;
            match matched {
                Some(Member { user_id: Some(user_id), .. }) => ids.push(user_id),
                Some(member) => nameless.push(member),
                None => match find_stale(change, &team, &item).await? {
                    Some(user_id) => ids.push(user_id),
                    None => outcome.error = Some(NOT_FOUND.to_owned()),
                },
            }
        }
        outcomes.push(outcome);
    }
    if !ids.is_empty() {
        leave(change, &team, &ids).await?;
    }
    if !nameless.is_empty() {
        let stay: Vec<Member> = roster(&team)
            .into_iter()
            .filter(|member| !nameless.contains(member) && !member.user_id.as_ref().is_some_and(|id| ids.contains(id)))
            .collect();
        set_roster(change, &team_id(ask), &stay).await?;
    }
    Ok(outcomes)
}

/// The user whose row names a team that does not have them on its roster.
async fn find_stale(change: &mut Change, team: &Row, item: &Row) -> Result<Option<String>, Refusal> {
    let team_id = team.text("team_id").unwrap_or_default();
    let meant: Vec<Row> = match (item.text("user_id"), item.text("user_email")) {
        (Some(id), _) => users::find(change.session(), id).await?.into_iter().collect(),
        (None, Some(email)) => users::list_by_email(change.session(), email).await?,
        (None, None) => Vec::new(),
    };
    let naming = meant.iter().find(|user| user.texts("teams").iter().any(|id| id == team_id));
    Ok(naming.and_then(|user| user.text("user_id")).map(str::to_owned))
}

/// Changes the limits of members: what was sent is written, a null clears.
pub async fn update_limits(change: &mut Change, ask: &Ask) -> Result<Vec<Limited>, Refusal> {
    let team = get_administered(change, ask, "bulk_update").await?;
    let mut named: Vec<(Row, Limited)> = Vec::new();
    for (item, repeated) in items(ask) {
        let matched = find_member(change.session(), &team, item.text("user_id"), item.text("user_email")).await?;
        let user_id = matched.and_then(|member| member.user_id);
        let again =
            user_id.is_some() && named.iter().any(|(_, earlier)| earlier.error.is_none() && earlier.user_id == user_id);
        let error = if repeated || again {
            Some(DUPLICATE.to_owned())
        } else if user_id.is_none() {
            Some(NOT_FOUND.to_owned())
        } else {
            parts::check_amount(&item, "max_budget_in_team").err().map(|refusal| refusal.reason())
        };
        let shown = if error.is_none() { user_id } else { item.text("user_id").map(str::to_owned) };
        let user_email = item.text("user_email").map(str::to_owned);
        named.push((item, Limited { user_id: shown, user_email, error, ..Limited::default() }));
    }
    // Memberships are locked in the order of their users.
    let mut order: Vec<(&str, &Row)> = named
        .iter()
        .filter(|(_, outcome)| outcome.error.is_none())
        .filter_map(|(item, outcome)| Some((outcome.user_id.as_deref()?, item)))
        .collect();
    order.sort_by_key(|(user_id, _)| *user_id);
    for (user_id, item) in order {
        patch_limits(change, ask, &team, user_id, item).await?;
    }
    let team_default = match shared_budget_id(&team) {
        Some(id) => budgets::find(change.session(), id).await?.and_then(|budget| budget.float("max_budget")),
        None => None,
    };
    let mut outcomes = Vec::new();
    for (_, mut outcome) in named {
        if let Some(user_id) = outcome.user_id.as_deref().filter(|_| outcome.error.is_none()) {
            outcome.budget = budget_of(change, user_id, &team_id(ask)).await?;
            outcome.team_default = team_default;
        }
        outcomes.push(outcome);
    }
    Ok(outcomes)
}

async fn budget_of(change: &mut Change, user_id: &str, team_id: &str) -> Result<Option<Row>, Refusal> {
    let membership = teams::find_membership(change.session(), user_id, team_id).await?;
    match membership.as_ref().and_then(|row| row.text("budget_id")) {
        Some(id) => Ok(budgets::find(change.session(), id).await?),
        None => Ok(None),
    }
}

/// Columns that limit a member. A budget without any of them is none.
const LIMITS: &[&str] = &[
    "max_budget",
    "soft_budget",
    "max_parallel_requests",
    "tpm_limit",
    "rpm_limit",
    "model_max_budget",
    "budget_duration",
    "allowed_models",
    "temp_budget_increase",
    "temp_budget_expiry",
];

/// Merges limits into a member's own budget. One that others use, too, is copied first: nobody else gets these limits.
/// Who has no limit left goes without a budget of their own.
async fn patch_limits(change: &mut Change, ask: &Ask, team: &Row, user_id: &str, patch: &Row) -> Result<(), Refusal> {
    let mut columns = budget_columns(&ask.rules, change.now(), patch);
    if columns.is_empty() {
        return Ok(());
    }
    let team_id = team.text("team_id").unwrap_or_default();
    let key = teams::membership_key(user_id, team_id);
    let membership = change.find(&table::TEAM_MEMBERSHIPS, &key).await?;
    let current = match membership.as_ref().and_then(|row| row.text("budget_id")) {
        Some(id) => change.find(&table::BUDGETS, &by("budget_id", id)).await?,
        None => None,
    };
    let current_id = current.as_ref().and_then(|budget| budget.text("budget_id")).map(str::to_owned);
    let is_default = current_id.is_some() && current_id.as_deref() == shared_budget_id(team);
    let is_shared = is_default
        || match &current_id {
            Some(id) => budgets::list_references(change.session(), id).await?.len() > 1,
            None => false,
        };
    let mut limits = current.unwrap_or_default();
    if is_shared && columns.iter().all(|(name, value)| name == "budget_reset_at" || limits.value(name) == *value) {
        return Ok(());
    }
    let reset_at = limits.value("budget_reset_at");
    limits.extend(columns.clone());
    let limited = LIMITS.iter().any(|name| is_limit(&limits, name));
    if !limited {
        if current_id.is_some() {
            change.update(&table::TEAM_MEMBERSHIPS, &key, row! { "budget_id": null }).await?;
        }
        return Ok(());
    }
    if let Some(id) = current_id.filter(|_| !is_shared) {
        columns.insert("updated_at".to_owned(), change.now_text().into());
        columns.insert("updated_by".to_owned(), signature(change).into());
        change.update(&table::BUDGETS, &by("budget_id", &id), columns).await?;
        return Ok(());
    }
    // The copy. What members spend on a model they do not take over from the team's budget.
    let mut own: Row = LIMITS
        .iter()
        .filter(|name| is_limit(&limits, name) && !(is_default && **name == "model_max_budget"))
        .map(|name| ((*name).to_owned(), limits.value(name)))
        .collect();
    let reset_at = columns.get("budget_reset_at").cloned().unwrap_or(reset_at);
    own.insert("budget_reset_at".to_owned(), reset_at);
    let signature = signature(change);
    let budget = parts::insert_budget(change, None, own, &signature).await?;
    let values = row! { "budget_id": budget.value("budget_id") };
    if membership.is_some() {
        change.update(&table::TEAM_MEMBERSHIPS, &key, values).await?;
    } else {
        let mut row = key;
        row.extend(values);
        change.insert(&table::TEAM_MEMBERSHIPS, row).await?;
    }
    Ok(())
}

/// Whether the column holds a limit: an empty list or object is none.
fn is_limit(limits: &Row, name: &str) -> bool {
    match stated(limits, name) {
        None => false,
        Some(Value::Array(items)) => !items.is_empty(),
        Some(Value::Object(members)) => !members.is_empty(),
        Some(_) => true,
    }
}
