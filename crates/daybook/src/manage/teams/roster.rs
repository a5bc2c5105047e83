//! Requests about who is in a team.

use std::collections::HashMap;

use serde_json::Value;

use super::info::{available_ids, not_a_member};
use super::members::{self, Joined, Member, find_member, leave, own_budget, roster, set_roster};
use super::{not_created, not_team_admin, shared_budget_id, stated, team_id, with_related};
use crate::manage::{Ask, Refusal, Why, parts};
use crate::model::row::{Row, RowExt as _};
use crate::model::table;
use crate::row;
use crate::store::{Change, by, teams};

/// Most members that one request may add.
pub const MOST_MEMBERS: usize = 500;

/// Requests of which a team admin or whoever stands above one may make.
fn check_administers(ask: &Ask, team: &Row, route: &str) -> Result<(), Refusal> {
    if ask.caller.administers_team(team) {
        return Ok(());
    }
    Err(not_team_admin(&ask.caller, team.text("team_id").unwrap_or_default(), route))
}

/// The team, for the endpoints that answer 400 when there is none.
async fn get(change: &mut Change, team_id: &str) -> Result<Row, Refusal> {
    let found = change.find(&table::TEAMS, &by("team_id", team_id)).await?;
    found.ok_or_else(|| Refusal::error(Why::Invalid, format!("Team id={team_id} does not exist in db")))
}

/// A team with its new members.
#[derive(Clone, Debug)]
pub struct Added {
    /// With `litellm_model_table` and `object_permission`.
    pub team: Row,
    pub users: Vec<Row>,
    pub memberships: Vec<Row>,
}

/// Adds one member or several. A single one must be new; of several, one must.
pub async fn add_members(change: &mut Change, ask: &Ask) -> Result<Added, Refusal> {
    let wanted: Vec<Member> = match ask.request.get("member") {
        Some(Value::Object(member)) => vec![Member::from_row(member)],
        Some(Value::Array(list)) => list.iter().filter_map(Value::as_object).map(Member::from_row).collect(),
        _ => Vec::new(),
    };
    parts::check_amount(&ask.request, "max_budget_in_team")?;
    parts::check_budget_duration(&ask.request, "budget_duration")?;
    let team_id = team_id(ask);
    let found = change.find(&table::TEAMS, &by("team_id", &team_id)).await?;
    let team = found.ok_or_else(|| not_created(&team_id))?;
    // Whoever lets themselves in gets what everybody gets: limits are for those to set who have a say in the team.
    let mut limits = ask.request.clone();
    if !ask.caller.administers_team(&team) {
        if !joins_by_themselves(ask, &team_id, &wanted) {
            return Err(not_team_admin(&ask.caller, &team_id, "/team/member_add"));
        }
        limits = Row::new();
    }
    if let Some(member) = wanted.first()
        && wanted.iter().all(|member| is_member(&team, member))
    {
        return Err(already_in_team(&team, member));
    }
    let joined = join_known(change, ask, &team, &wanted, &limits).await?;
    let team = with_related(change.session(), joined.team).await?;
    Ok(Added { team, users: joined.users, memberships: joined.memberships })
}

/// Somebody may add themselves as a plain member to a team that is there for everybody.
fn joins_by_themselves(ask: &Ask, team_id: &str, wanted: &[Member]) -> bool {
    let [member] = wanted else { return false };
    member.role == "user"
        && member.user_id.is_some()
        && member.user_id.as_deref() == ask.caller.user_id()
        && available_ids(&ask.rules).iter().any(|id| id == team_id)
}

fn is_member(team: &Row, member: &Member) -> bool {
    roster(team).iter().any(|have| have.is(member))
}

fn already_in_team(team: &Row, member: &Member) -> Refusal {
    let python = |text: &Option<String>| text.as_ref().map_or("None".to_owned(), |text| format!("'{text}'"));
    let existing: Vec<String> = roster(team)
        .iter()
        .map(|have| {
            let (id, email) = (python(&have.user_id), python(&have.user_email));
            format!("Member(user_id={id}, user_email={email}, role='{}')", have.role)
        })
        .collect();
    let message = format!(
        "User already in team. Member: user_id={}, user_email={}. Existing members=[{}]",
        member.user_id.as_deref().unwrap_or("None"),
        member.user_email.as_deref().unwrap_or("None"),
        existing.join(", ")
    );
    Refusal::proxy(Why::Invalid, "team_member_already_in_team", Some("member"), message)
}

/// [`members::join`]; only a proxy admin makes users by naming them.
async fn join_known(
    change: &mut Change,
    ask: &Ask,
    team: &Row,
    wanted: &[Member],
    limits: &Row,
) -> Result<Joined, Refusal> {
    if !ask.caller.is_admin() {
        let ids: Vec<String> = wanted.iter().filter_map(|member| member.user_id.clone()).collect();
        let known: HashMap<String, Row> = teams::list_users_by_ids(change.session(), &ids).await?;
        if let Some(unknown) = ids.iter().find(|id| !known.contains_key(*id)) {
            let message =
                format!("User {unknown} does not exist. Only proxy admins can add users who do not exist yet.");
            return Err(Refusal::error(Why::Forbidden, message));
        }
    }
    members::join(change, &ask.rules, team, wanted, limits).await
}

/// What became of a request for many members.
#[derive(Clone, Debug)]
pub struct BulkAdded {
    pub requested: Vec<Member>,
    pub added: Added,
}

/// Adds many members, or every user there is. Who is a member already counts as added.
pub async fn add_members_in_bulk(change: &mut Change, ask: &Ask) -> Result<BulkAdded, Refusal> {
    let requested = requested_in_bulk(change, ask).await?;
    parts::check_amount(&ask.request, "max_budget_in_team")?;
    let team_id = team_id(ask);
    let found = change.find(&table::TEAMS, &by("team_id", &team_id)).await?;
    let team = found.ok_or_else(|| not_created(&team_id))?;
    check_administers(ask, &team, "/team/bulk_member_add")?;
    let joined = join_known(change, ask, &team, &requested, &ask.request).await?;
    let team = with_related(change.session(), joined.team).await?;
    let added = Added { team, users: joined.users, memberships: joined.memberships };
    Ok(BulkAdded { requested, added })
}

async fn requested_in_bulk(change: &mut Change, ask: &Ask) -> Result<Vec<Member>, Refusal> {
    if ask.request.flag("all_users") == Some(true) {
        if !ask.caller.is_admin() {
            return Err(Refusal::error(Why::Forbidden, "Only proxy admins can add all users to a team."));
        }
        let users = teams::list_users(change.session()).await?;
        return Ok(users
            .iter()
            .map(|user| Member {
                user_id: user.text("user_id").map(str::to_owned),
                user_email: user.text("user_email").map(str::to_owned),
                role: "user".to_owned(),
            })
            .collect());
    }
    let requested: Vec<Member> =
        ask.request.list("members").iter().filter_map(Value::as_object).map(Member::from_row).collect();
    match requested.len() {
        0 => Err(Refusal::error(Why::Invalid, "At least one member is required")),
        count if count > MOST_MEMBERS => {
            let message = format!("Maximum {MOST_MEMBERS} members can be added at once. Found {count} members.");
            Err(Refusal::error(Why::Invalid, message))
        }
        _ => Ok(requested),
    }
}

/// Members of the request that are limits of the member's budget.
const LIMITS: &[&str] = &[
    "max_budget_in_team",
    "tpm_limit",
    "rpm_limit",
    "budget_duration",
    "allowed_models",
    "temp_budget_increase",
    "temp_budget_expiry",
    "model_max_budget",
];

/// Changes a member's role or budget. Gives the member and the limits as they were asked for.
pub async fn update_member(change: &mut Change, ask: &Ask) -> Result<Row, Refusal> {
    let request = &ask.request;
    parts::check_amount(request, "max_budget_in_team")?;
    parts::check_budget_duration(request, "budget_duration")?;
    let team_id = team_id(ask);
    let team = get(change, &team_id).await?;
    check_administers(ask, &team, "/team/member_update")?;
    let (user_id, user_email) = (request.text("user_id"), request.text("user_email"));
    let Some(member) = find_member(change.session(), &team, user_id, user_email).await? else {
        return Err(not_a_member(user_id.or(user_email).unwrap_or_default(), &team_id));
    };
    if let Some(role) = request.text("role").filter(|role| *role != member.role) {
        let mut roster = roster(&team);
        for entry in roster.iter_mut().filter(|entry| **entry == member) {
            entry.role = role.to_owned();
        }
        set_roster(change, &team_id, &roster).await?;
    }
    if let Some(user_id) = &member.user_id
        && LIMITS.iter().any(|name| request.contains_key(*name))
    {
        set_limits(change, ask, &team, user_id).await?;
    }
    let mut echo = row! { "user_id": member.user_id, "user_email": user_email, "team_id": team_id };
    for name in LIMITS {
        echo.insert((*name).to_owned(), request.value(name));
    }
    Ok(echo)
}

/// Writes limits into the member's own budget, which is made when there is none: the one that members share stays.
async fn set_limits(change: &mut Change, ask: &Ask, team: &Row, user_id: &str) -> Result<(), Refusal> {
    let team_id = team.text("team_id").unwrap_or_default();
    let key = teams::membership_key(user_id, team_id);
    let membership = change.find(&table::TEAM_MEMBERSHIPS, &key).await?;
    let shared = shared_budget_id(team);
    let current = membership.as_ref().and_then(|row| row.text("budget_id"));
    if let Some(own) = current.filter(|id| Some(*id) != shared) {
        let mut values = members::budget_columns(&ask.rules, change.now(), &ask.request);
        values.insert("updated_at".to_owned(), change.now_text().into());
        values.insert("updated_by".to_owned(), members::signature(change).into());
        change.update(&table::BUDGETS, &by("budget_id", own), values).await?;
        return Ok(());
    }
    if shared.is_none() && LIMITS.iter().all(|name| stated(&ask.request, name).is_none()) {
        return Ok(());
    }
    let budget = own_budget(change, &ask.rules, shared, &ask.request).await?;
    set_budget(change, membership, user_id, team_id, budget.value("budget_id")).await?;
    Ok(())
}

/// Links a membership, made when there is none, to a budget.
async fn set_budget(
    change: &mut Change,
    membership: Option<Row>,
    user_id: &str,
    team_id: &str,
    budget_id: Value,
) -> Result<Row, Refusal> {
    let Some(membership) = membership else {
        let row = row! { "user_id": user_id, "team_id": team_id, "budget_id": budget_id };
        return Ok(change.insert(&table::TEAM_MEMBERSHIPS, row).await?);
    };
    let key = teams::membership_key(user_id, team_id);
    let updated = change.update(&table::TEAM_MEMBERSHIPS, &key, row! { "budget_id": budget_id }).await?;
    Ok(updated.map_or(membership, |updated| updated.now))
}

/// Takes a member off a team.
pub async fn delete_member(change: &mut Change, ask: &Ask) -> Result<Row, Refusal> {
    let team_id = team_id(ask);
    let team = get(change, &team_id).await?;
    check_administers(ask, &team, "/team/member_delete")?;
    let (user_id, user_email) = (ask.request.text("user_id"), ask.request.text("user_email"));
    let Some(member) = find_member(change.session(), &team, user_id, user_email).await? else {
        return Err(Refusal::error(Why::Invalid, "User not found in team"));
    };
    let team = match &member.user_id {
        Some(user_id) => leave(change, &team, std::slice::from_ref(user_id)).await?,
        None => {
            let mut roster = roster(&team);
            roster.retain(|entry| *entry != member);
            set_roster(change, &team_id, &roster).await?
        }
    };
    with_related(change.session(), team).await
}

/// Sets what a member has spent in the team, to `reset_to` or to nothing. Gives the membership.
pub async fn reset_member_spend(change: &mut Change, ask: &Ask) -> Result<Row, Refusal> {
    parts::check_amount(&ask.request, "reset_to")?;
    let (membership, _) = membership_to_reset(change, ask, "reset_spend").await?;
    let key = crate::store::key_of(&table::TEAM_MEMBERSHIPS, &membership);
    let values = row! { "spend": ask.request.float("reset_to").unwrap_or(0.0) };
    let updated = change.update(&table::TEAM_MEMBERSHIPS, &key, values).await?;
    with_budget(change, updated.map_or(membership, |updated| updated.now)).await
}

/// Gives a member the team's budget for members (or none, where there is none) in the place of their own. Gives the
/// membership.
pub async fn reset_member_budget(change: &mut Change, ask: &Ask) -> Result<Row, Refusal> {
    let (membership, team) = membership_to_reset(change, ask, "reset_budget").await?;
    let shared = shared_budget_id(&team).map_or(Value::Null, Value::from);
    let user_id = membership.text("user_id").unwrap_or_default().to_owned();
    let team_id = membership.text("team_id").unwrap_or_default().to_owned();
    let membership = set_budget(change, Some(membership), &user_id, &team_id, shared).await?;
    with_budget(change, membership).await
}

async fn membership_to_reset(change: &mut Change, ask: &Ask, what: &str) -> Result<(Row, Row), Refusal> {
    let team_id = team_id(ask);
    let user_id = ask.request.text("user_id").unwrap_or_default().to_owned();
    let team = super::get(change, &team_id).await?;
    check_administers(ask, &team, &format!("/team/{team_id}/member/{user_id}/{what}"))?;
    let found = change.find(&table::TEAM_MEMBERSHIPS, &teams::membership_key(&user_id, &team_id)).await?;
    let membership = found.ok_or_else(|| not_a_member(&user_id, &team_id))?;
    Ok((membership, team))
}

async fn with_budget(change: &mut Change, membership: Row) -> Result<Row, Refusal> {
    let mut memberships = [membership];
    teams::attach_budgets(change.session(), &mut memberships).await?;
    let [membership] = memberships;
    Ok(membership)
}
