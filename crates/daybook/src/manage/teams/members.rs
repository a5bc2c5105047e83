//! Who is in a team: the roster, the users that it names, and their memberships.

use serde_json::{Value, json};

use super::{shared_budget_id, stated};
use crate::manage::{Refusal, Rules, Why, keys, parts, users};
use crate::model::actor::MASTER_USER;
use crate::model::row::{Row, RowExt as _};
use crate::model::table;
use crate::row;
use crate::store::{Change, Session, by, teams};

/// Somebody on a roster, or somebody who is to be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Member {
    pub user_id: Option<String>,
    pub user_email: Option<String>,
    /// `admin` or `user`.
    pub role: String,
}

impl Member {
    pub fn from_row(row: &Row) -> Member {
        Member {
            user_id: row.text("user_id").map(str::to_owned),
            user_email: row.text("user_email").map(str::to_owned),
            role: row.text("role").unwrap_or("user").to_owned(),
        }
    }

    /// In the order in which `jsonb` keeps the members, so that both databases show the same.
    pub fn to_json(&self) -> Value {
        json!({ "role": self.role, "user_id": self.user_id, "user_email": self.user_email })
    }

    /// Whether this is the same person: by id when both have one, else by address.
    pub(super) fn is(&self, other: &Member) -> bool {
        match (&self.user_id, &other.user_id) {
            (Some(left), Some(right)) => left == right,
            _ => match (&self.user_email, &other.user_email) {
                (Some(left), Some(right)) => normalized(left) == normalized(right),
                _ => false,
            },
        }
    }
}

/// Everybody on a team's roster.
pub fn roster(team: &Row) -> Vec<Member> {
    team.list("members_with_roles").iter().filter_map(Value::as_object).map(Member::from_row).collect()
}

fn to_json(roster: &[Member]) -> Value {
    Value::Array(roster.iter().map(Member::to_json).collect())
}

/// An address as it is compared.
fn normalized(email: &str) -> String {
    email.trim().to_lowercase()
}

/// What [`join`] did.
#[derive(Clone, Debug)]
pub struct Joined {
    /// The team as it now is.
    pub team: Row,
    /// Rows of those who were not members before. As in LiteLLM, the row of a user who existed has its `teams` as they
    /// were.
    pub users: Vec<Row>,
    /// Their memberships, each with its budget as `litellm_budget_table`.
    pub memberships: Vec<Row>,
}

/// Adds members to a team's roster, making users and membership rows where there are none. Who is a member already stays
/// as they are. `limits` are the request's `max_budget_in_team`, `budget_duration` and `allowed_models`.
pub async fn join(
    change: &mut Change,
    rules: &Rules,
    team: &Row,
    members: &[Member],
    limits: &Row,
) -> Result<Joined, Refusal> {
    let team_id = team.text("team_id").unwrap_or_default().to_owned();
    let mut roster = roster(team);
    let new: Vec<Member> =
        members.iter().filter(|member| !roster.iter().any(|have| have.is(member))).cloned().collect();
    let admitted = admit(change, rules, &team_id, &new, limits, shared_budget_id(team)).await?;
    for member in admitted.members {
        if !roster.iter().any(|have| have.is(&member)) {
            roster.push(member);
        }
    }
    let team = set_roster(change, &team_id, &roster).await?;
    Ok(Joined { team, users: admitted.users, memberships: admitted.memberships })
}

/// Puts a roster into its team's row; the row as it now is.
pub(super) async fn set_roster(change: &mut Change, team_id: &str, roster: &[Member]) -> Result<Row, Refusal> {
    let now = change.now_text();
    let values = row! { "members_with_roles": to_json(roster), "updated_at": now };
    match change.update(&table::TEAMS, &by("team_id", team_id), values).await? {
        Some(updated) => Ok(updated.now),
        None => Err(super::not_created(team_id)),
    }
}

/// People who may be put on a roster.
#[derive(Debug, Default)]
pub(super) struct Admitted {
    /// With their user ids settled.
    pub members: Vec<Member>,
    pub users: Vec<Row>,
    pub memberships: Vec<Row>,
}

/// Finds or makes the users of these members, names the team in their rows and gives each a membership.
pub(super) async fn admit(
    change: &mut Change,
    rules: &Rules,
    team_id: &str,
    members: &[Member],
    limits: &Row,
    shared_budget: Option<&str>,
) -> Result<Admitted, Refusal> {
    lock_names(change, members).await?;
    let mut admitted = Admitted::default();
    for member in members {
        let (user_id, user) = match find_user(change, member).await? {
            Some(user) => {
                let user_id = user.text("user_id").unwrap_or_default().to_owned();
                (user_id, name_team(change, user, team_id).await?)
            }
            None => {
                let user = create_user(change, rules, member, team_id).await?;
                (user.text("user_id").unwrap_or_default().to_owned(), user)
            }
        };
        let membership = create_membership(change, rules, &user_id, team_id, limits, shared_budget).await?;
        admitted.members.push(Member { user_id: Some(user_id), ..member.clone() });
        admitted.users.push(user);
        admitted.memberships.push(membership);
    }
    teams::attach_budgets(change.session(), &mut admitted.memberships).await?;
    Ok(admitted)
}

/// Others who make or look for the same people wait; always in the same order, so that nobody waits in a circle.
async fn lock_names(change: &mut Change, members: &[Member]) -> Result<(), Refusal> {
    let ids = members.iter().filter_map(|member| member.user_id.as_ref()).map(|id| format!("user_id:{id}"));
    let emails = members.iter().filter_map(|member| member.user_email.as_deref());
    let mut names: Vec<String> = ids.chain(emails.map(|email| format!("user_email:{}", normalized(email)))).collect();
    names.sort();
    names.dedup();
    for name in names {
        change.lock_name(&name).await?;
    }
    Ok(())
}

/// The user whom a member names, held until the change ends.
async fn find_user(change: &mut Change, member: &Member) -> Result<Option<Row>, Refusal> {
    let namesakes = match &member.user_email {
        Some(email) => teams::list_users_by_email(change.session(), email).await?,
        None => Vec::new(),
    };
    let user_id = match (&member.user_id, namesakes.as_slice()) {
        (Some(id), []) => id.clone(),
        (Some(id), namesakes) => {
            if !namesakes.iter().any(|user| user.text("user_id") == Some(id)) {
                let email = member.user_email.as_deref().unwrap_or_default();
                let message = format!("user_email={email} and user_id={id} belong to different users.");
                return Err(Refusal::error(Why::Invalid, message));
            }
            id.clone()
        }
        (None, []) => return Ok(None),
        (None, [user]) => user.text("user_id").unwrap_or_default().to_owned(),
        (None, _) => {
            let email = member.user_email.as_deref().unwrap_or_default();
            let message = format!("Multiple users have user_email={email}. Use user_id instead.");
            return Err(Refusal::error(Why::Invalid, message));
        }
    };
    Ok(change.find(&table::USERS, &by("user_id", &user_id)).await?)
}

/// Adds the team to a user's `teams`. The row that comes back has them as they were.
async fn name_team(change: &mut Change, user: Row, team_id: &str) -> Result<Row, Refusal> {
    let before = user.value("teams");
    let mut named = user.texts("teams");
    if named.iter().any(|id| id == team_id) {
        return Ok(user);
    }
    named.push(team_id.to_owned());
    let user_id = user.text("user_id").unwrap_or_default();
    let values = row! { "teams": named, "updated_at": change.now_text() };
    let mut now = match change.update(&table::USERS, &by("user_id", user_id), values).await? {
        Some(updated) => updated.now,
        None => user,
    };
    now.insert("teams".to_owned(), before);
    Ok(now)
}

/// A user whom a roster names for the first time. LiteLLM keeps the address only of those who have no id yet.
async fn create_user(change: &mut Change, rules: &Rules, member: &Member, team_id: &str) -> Result<Row, Refusal> {
    if let Some(user_id) = &member.user_id {
        let principal = &change.actor().principal;
        // A roster names its maker, whoever that is.
        users::check_id(principal.is_admin || principal.user_id.as_ref() == Some(user_id), user_id)?;
    }
    let defaults = rules.default_internal_user_params.as_object().cloned().unwrap_or_default();
    let duration = defaults.text("budget_duration");
    let now = change.now_text();
    let email = if member.user_id.is_some() { None } else { member.user_email.clone() };
    let row = row! {
        "user_id": member.user_id.clone().unwrap_or_else(|| change.new_id()),
        "user_email": email,
        "user_role": defaults.text("user_role").unwrap_or("internal_user"),
        "teams": [team_id],
        "models": defaults.texts("models"),
        "max_budget": defaults.value("max_budget"),
        "budget_duration": duration,
        "budget_reset_at": parts::budget_reset_at(rules, change.now(), duration),
        "created_at": now,
        "updated_at": now,
    };
    Ok(change.insert(&table::USERS, row).await?)
}

async fn create_membership(
    change: &mut Change,
    rules: &Rules,
    user_id: &str,
    team_id: &str,
    limits: &Row,
    shared_budget: Option<&str>,
) -> Result<Row, Refusal> {
    let key = teams::membership_key(user_id, team_id);
    let existing = change.find(&table::TEAM_MEMBERSHIPS, &key).await?;
    let own = ["max_budget_in_team", "budget_duration", "allowed_models", "tpm_limit", "rpm_limit"]
        .iter()
        .any(|name| stated(limits, name).is_some());
    let budget_id = if own {
        let budget = own_budget(change, rules, shared_budget, limits).await?;
        budget.text("budget_id").map(str::to_owned)
    } else {
        shared_budget.map(str::to_owned)
    };
    match existing {
        Some(membership) if !own => Ok(membership),
        Some(membership) => {
            let updated = change.update(&table::TEAM_MEMBERSHIPS, &key, row! { "budget_id": budget_id }).await?;
            Ok(updated.map_or(membership, |updated| updated.now))
        }
        None => {
            let row = row! { "user_id": user_id, "team_id": team_id, "budget_id": budget_id };
            Ok(change.insert(&table::TEAM_MEMBERSHIPS, row).await?)
        }
    }
}

/// Columns of a budget that a member's own one takes over from the one that members share.
const INHERITED: &[&str] =
    &["max_budget", "tpm_limit", "rpm_limit", "budget_duration", "model_max_budget", "allowed_models"];

/// A budget for one member alone: the limits of the shared one, where there is one, and over them those of the request.
pub(super) async fn own_budget(
    change: &mut Change,
    rules: &Rules,
    shared: Option<&str>,
    limits: &Row,
) -> Result<Row, Refusal> {
    let base = match shared {
        Some(id) => change.find(&table::BUDGETS, &by("budget_id", id)).await?.unwrap_or_default(),
        None => Row::new(),
    };
    let mut columns: Row =
        INHERITED.iter().filter_map(|name| Some(((*name).to_owned(), stated(&base, name)?.clone()))).collect();
    columns.extend(budget_columns(rules, change.now(), limits));
    if !columns.contains_key("budget_reset_at") {
        let reset_at = parts::budget_reset_at(rules, change.now(), columns.text("budget_duration"));
        columns.insert("budget_reset_at".to_owned(), reset_at);
    }
    let signature = signature(change);
    parts::insert_budget(change, None, columns, &signature).await
}

/// The columns of a member's budget that a request sets; an explicit null clears.
pub(super) fn budget_columns(rules: &Rules, now: jiff::Timestamp, limits: &Row) -> Row {
    let mut columns = Row::new();
    if let Some(amount) = limits.get("max_budget_in_team") {
        columns.insert("max_budget".to_owned(), amount.clone());
    }
    for name in
        ["tpm_limit", "rpm_limit", "temp_budget_increase", "temp_budget_expiry", "model_max_budget", "budget_duration"]
    {
        if let Some(value) = limits.get(name) {
            columns.insert(name.to_owned(), value.clone());
        }
    }
    if limits.contains_key("allowed_models") {
        columns.insert("allowed_models".to_owned(), limits.texts("allowed_models").into());
    }
    if limits.contains_key("budget_duration") {
        let reset_at = parts::budget_reset_at(rules, now, limits.text("budget_duration"));
        columns.insert("budget_reset_at".to_owned(), reset_at);
    }
    columns
}

/// `created_by` and `updated_by` of what this change makes: who authenticated, whoever is asserted.
pub(super) fn signature(change: &Change) -> String {
    let principal = &change.actor().principal;
    match &principal.user_id {
        Some(user_id) if !principal.is_master => user_id.clone(),
        _ => MASTER_USER.to_owned(),
    }
}

/// Takes users off a team's roster, with their memberships and with their keys of the team, which are archived. Who is not
/// a member is left alone. Gives the team as it now is.
pub async fn leave(change: &mut Change, team: &Row, user_ids: &[String]) -> Result<Row, Refusal> {
    let team_id = team.text("team_id").unwrap_or_default().to_owned();
    let mut sorted = user_ids.to_vec();
    sorted.sort();
    sorted.dedup();
    for user_id in &sorted {
        for key in teams::list_keys_of_member(change.session(), &team_id, user_id).await? {
            keys::archive_key(change, key.text("token").unwrap_or_default()).await?;
        }
        change.delete(&table::TEAM_MEMBERSHIPS, &teams::membership_key(user_id, &team_id)).await?;
        forget_team(change, user_id, &team_id).await?;
    }
    let mut roster = roster(team);
    roster.retain(|member| !member.user_id.as_ref().is_some_and(|id| sorted.contains(id)));
    set_roster(change, &team_id, &roster).await
}

/// Removes the team from a user's `teams`.
pub(super) async fn forget_team(change: &mut Change, user_id: &str, team_id: &str) -> Result<(), Refusal> {
    let key = by("user_id", user_id);
    let Some(user) = change.find(&table::USERS, &key).await? else { return Ok(()) };
    let mut named = user.texts("teams");
    named.retain(|id| id != team_id);
    let values = row! { "teams": named, "updated_at": change.now_text() };
    change.update(&table::USERS, &key, values).await?;
    Ok(())
}

/// The roster entry that a request names by id or by address; an address may also be that of the user behind the entry.
pub(super) async fn find_member(
    session: &mut Session,
    team: &Row,
    user_id: Option<&str>,
    user_email: Option<&str>,
) -> Result<Option<Member>, Refusal> {
    let roster = roster(team);
    if let Some(user_id) = user_id {
        return Ok(roster.into_iter().find(|member| member.user_id.as_deref() == Some(user_id)));
    }
    let Some(email) = user_email else { return Ok(None) };
    let same =
        |member: &&Member| member.user_email.as_deref().is_some_and(|have| normalized(have) == normalized(email));
    if let Some(member) = roster.iter().find(same) {
        return Ok(Some(member.clone()));
    }
    let namesakes = teams::list_users_by_email(session, email).await?;
    let is_namesake = |member: &&Member| namesakes.iter().any(|user| user.text("user_id") == member.user_id.as_deref());
    Ok(roster.iter().find(is_namesake).cloned())
}
