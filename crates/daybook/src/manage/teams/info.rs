//! What is known of one team, and what a caller is in it.

use std::collections::HashMap;

use serde_json::Value;

use super::members::roster;
use super::{shared_budget_id, with_related};
use crate::manage::{Caller, Refusal, Rules, Why};
use crate::model::row::{Row, RowExt as _};
use crate::model::table;
use crate::store::teams::{Filter, Order};
use crate::store::{Lock, Session, by, teams};

/// A team and what belongs to it.
#[derive(Clone, Debug)]
pub struct Info {
    /// With `litellm_model_table` and `object_permission`; roster entries have `user_alias` besides.
    pub team: Row,
    pub keys: Vec<Row>,
    /// Each with `litellm_budget_table` and `budget_source`.
    pub memberships: Vec<Row>,
    /// The budget that members share.
    pub member_budget: Option<Row>,
    /// Of the team's organization; `None` without one.
    pub organization_models: Option<Vec<String>>,
    pub edit_access: EditAccess,
}

/// What the caller may change about the team's settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EditAccess {
    Unrestricted,
    /// A team admin, while no field is enabled for team admins.
    TeamAdminDisabled,
    None,
}

impl EditAccess {
    pub fn as_str(self) -> &'static str {
        match self {
            EditAccess::Unrestricted => "unrestricted",
            EditAccess::TeamAdminDisabled => "team_admin_disabled",
            EditAccess::None => "none",
        }
    }

    fn of(caller: &Caller, team: &Row) -> EditAccess {
        if caller.is_admin() || team.text("organization_id").is_some_and(|id| caller.is_org_admin(id)) {
            EditAccess::Unrestricted
        } else if caller.team_role(team) == Some("admin") {
            EditAccess::TeamAdminDisabled
        } else {
            EditAccess::None
        }
    }
}

/// Everything about a team, for its members and for whoever administers it.
pub async fn info(
    session: &mut Session,
    caller: &Caller,
    team_id: Option<&str>,
    key_limit: Option<i64>,
) -> Result<Info, Refusal> {
    let Some(team_id) = team_id else {
        return Err(Refusal::message(Why::Unprocessable, "Malformed request. No team id passed in."));
    };
    let Some(team) = teams::find(session, team_id).await? else {
        let message = format!("Team not found, passed team id: {team_id}.");
        return Err(Refusal::message(Why::NotFound, message));
    };
    check_sees(caller, &team, team_id)?;
    let ids = [team_id.to_owned()];
    let keys = teams::list_keys(session, &ids, key_limit).await?;
    let shared = shared_budget_id(&team).map(str::to_owned);
    let mut memberships = teams::list_memberships(session, &ids).await?;
    for membership in &mut memberships {
        let source = match membership.text("budget_id") {
            None => "none",
            Some(id) if Some(id) == shared.as_deref() => "team",
            Some(_) => "member",
        };
        membership.insert("budget_source".to_owned(), source.into());
    }
    let member_budget = match &shared {
        Some(id) => session.row(&table::BUDGETS, &by("budget_id", id), Lock::No).await?,
        None => None,
    };
    let organization_models = match team.text("organization_id") {
        Some(id) => teams::find_organization(session, id).await?.map(|organization| organization.texts("models")),
        None => None,
    };
    let edit_access = EditAccess::of(caller, &team);
    let team = hydrate(session, team).await?;
    let team = with_related(session, team).await?;
    Ok(Info { team, keys, memberships, member_budget, organization_models, edit_access })
}

fn check_sees(caller: &Caller, team: &Row, team_id: &str) -> Result<(), Refusal> {
    if caller.sees_everything()
        || caller.team_role(team).is_some()
        || caller.team_id() == Some(team_id)
        || caller.administers_team(team)
    {
        return Ok(());
    }
    let message = match caller.user_id() {
        None if caller.team_id().is_none() => format!(
            "API key not authorized to access this team={team_id}. No user_id or team_id associated with this key."
        ),
        user_id => format!("User={} not authorized to access this team={team_id}", user_id.unwrap_or("None")),
    };
    Err(Refusal::error(Why::Forbidden, message))
}

/// Adds to the roster what the users' rows say: the alias, and the address where the roster has none.
async fn hydrate(session: &mut Session, mut team: Row) -> Result<Row, Refusal> {
    let roster = roster(&team);
    let ids: Vec<String> = roster.iter().filter_map(|member| member.user_id.clone()).collect();
    let users: HashMap<String, Row> = teams::list_users_by_ids(session, &ids).await?;
    let hydrated: Vec<Value> = roster
        .iter()
        .map(|member| {
            let user = member.user_id.as_ref().and_then(|id| users.get(id));
            let of_user = |name: &str| user.map_or(Value::Null, |user| user.value(name));
            let email = member.user_email.clone().map_or_else(|| of_user("user_email"), Value::String);
            serde_json::json!({
                "user_id": member.user_id,
                "user_email": email,
                "role": member.role,
                "user_alias": of_user("user_alias"),
            })
        })
        .collect();
    team.insert("members_with_roles".to_owned(), hydrated.into());
    Ok(team)
}

/// The caller's own membership, with `role`, `user_email` and `team_alias`.
pub async fn my_membership(session: &mut Session, caller: &Caller, team_id: &str) -> Result<Row, Refusal> {
    let Some(team) = teams::find(session, team_id).await? else { return Err(super::not_found(team_id)) };
    let Some(user_id) = caller.user_id() else {
        let message = "No 'user_id' is associated with your API key.";
        return Err(Refusal::error(Why::Forbidden, message));
    };
    let member = roster(&team).into_iter().find(|member| member.user_id.as_deref() == Some(user_id));
    let Some(member) = member else { return Err(not_a_member(user_id, team_id)) };
    let membership = teams::find_membership(session, user_id, team_id).await?.unwrap_or_else(
        || crate::row! { "user_id": user_id, "team_id": team_id, "budget_id": null, "spend": 0.0, "total_spend": 0.0 },
    );
    let mut memberships = [membership];
    teams::attach_budgets(session, &mut memberships).await?;
    let [mut membership] = memberships;
    let email = member.user_email.map(Value::String).or_else(|| Some(caller.user.as_ref()?.value("user_email")));
    membership.insert("role".to_owned(), member.role.into());
    membership.insert("user_email".to_owned(), email.unwrap_or_default());
    membership.insert("team_alias".to_owned(), team.value("team_alias"));
    Ok(membership)
}

/// The 404 for somebody who is not on the roster.
pub(super) fn not_a_member(user: &str, team_id: &str) -> Refusal {
    Refusal::error(Why::NotFound, format!("User {user} is not a member of team {team_id}"))
}

/// Ids of the teams that anybody may join.
pub(super) fn available_ids(rules: &Rules) -> Vec<String> {
    match rules.default_internal_user_params.as_object() {
        Some(params) => params.texts("available_teams"),
        None => Vec::new(),
    }
}

/// The teams that anybody may join and the caller has not.
pub async fn available(session: &mut Session, caller: &Caller, rules: &Rules) -> Result<Vec<Row>, Refusal> {
    let ids = available_ids(rules);
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let filter = Filter { ids: Some(ids), ..Filter::default() };
    let order = Order { column: "team_id", descending: false };
    let mut found = teams::list(session, &table::TEAMS, &filter, &order, None).await?;
    found.retain(|team| caller.team_role(team).is_none());
    teams::attach_related(session, &mut found).await?;
    Ok(found)
}
