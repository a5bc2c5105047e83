//! `/management/v1/users/bulk` and `bulk_delete`: many users in one request, each with an outcome of its own.

use super::create::{Created, create, wanted_teams};
use super::delete::{check_may_delete, check_scope, delete_one, hold};
use super::{Role, lock_email};
use crate::manage::{Ask, Refusal, Why, parts};
use crate::model::row::{Row, RowExt as _};
use crate::model::table;
use crate::store::{Change, by, teams, users};

/// One user of a batch, with everything that belongs to it, or nothing of it. Where `/user/new` passes over an unknown
/// team or organization, here the user is not made.
pub async fn create_in_batch(change: &mut Change, ask: &Ask) -> Result<Created, Refusal> {
    let request = &ask.request;
    check_role(ask)?;
    parts::check_budget_duration(request, "budget_duration")?;
    // The teams before the names, as whoever changes a roster locks them.
    let trouble = trouble_with_teams(change, ask).await?;
    let user_id = request.text("user_id").unwrap_or_default();
    change.lock_name(&format!("user_id:{user_id}")).await?;
    if change.find(&table::USERS, &by("user_id", user_id)).await?.is_some() {
        return Err(Refusal::error(Why::Conflict, format!("User id={user_id} already exists")));
    }
    if let Some(email) = request.text("user_email").filter(|email| !email.trim().is_empty()) {
        lock_email(change, email).await?;
        if users::find_by_email(change.session(), email).await?.is_some() {
            return Err(Refusal::error(Why::Conflict, format!("User email={email} already exists")));
        }
    }
    if !trouble.is_empty() {
        return Err(Refusal::error(Why::Invalid, trouble.join("; ")));
    }
    let mut organizations = request.texts("organizations");
    // In the order of all who lock several.
    organizations.sort();
    for id in organizations {
        if change.find(&table::ORGANIZATIONS, &by("organization_id", &id)).await?.is_none() {
            let message =
                format!("Failed to add user to organizations: Organization not found for organization_id={id}");
            return Err(Refusal::error(Why::Invalid, message));
        }
    }
    create(change, ask).await
}

fn check_role(ask: &Ask) -> Result<(), Refusal> {
    let Some(role) = ask.request.text("user_role") else { return Ok(()) };
    let administrative = matches!(Role::parse(role), Role::ProxyAdmin | Role::ProxyAdminViewer);
    if ask.caller.is_admin() || !administrative {
        return Ok(());
    }
    let message = format!(
        "Only proxy admins can create administrative users (proxy_admin, proxy_admin_viewer). Attempted to create user \
         with role: {role}. Your role: {}",
        ask.caller.role.as_str()
    );
    Err(Refusal::error(Why::Forbidden, message))
}

/// What keeps the user from the teams that the request names: in the order of the request, a text each.
async fn trouble_with_teams(change: &mut Change, ask: &Ask) -> Result<Vec<String>, Refusal> {
    let wanted: Vec<String> = wanted_teams(&ask.request).into_iter().map(|wanted| wanted.team_id).collect();
    let mut sorted = wanted.clone();
    sorted.sort();
    let mut trouble = std::collections::HashMap::new();
    for id in sorted {
        let why = match change.find(&table::TEAMS, &by("team_id", &id)).await? {
            None => format!("Team id={id} does not exist"),
            Some(team) if !ask.caller.administers_team(&team) => {
                format!("Call not allowed. User not proxy admin OR team admin. team_id={id}")
            }
            Some(_) => continue,
        };
        trouble.insert(id, why);
    }
    Ok(wanted.iter().filter_map(|id| trouble.remove(id)).collect())
}

/// What became of one id of a batch.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    pub user_id: String,
    pub user_email: Option<String>,
    /// Ids of the teams that the user was in, sorted.
    pub teams_removed: Vec<String>,
    /// Why the user was not deleted.
    pub error: Option<String>,
}

/// Deletes the users of a batch who are there and in the caller's care: these all together. Gives an outcome for each id
/// of the request.
pub async fn delete_in_batch(change: &mut Change, ask: &Ask) -> Result<Vec<Outcome>, Refusal> {
    check_may_delete(&ask.caller)?;
    let ids = ask.request.texts("user_ids");
    let (sorted, rosters) = hold(change, &ids).await?;
    let mut known: Vec<Outcome> = Vec::new();
    for user_id in sorted {
        let outcome = match users::find(change.session(), &user_id).await? {
            None => Outcome { error: Some(format!("User id={user_id} not found")), user_id, ..Outcome::default() },
            Some(user) => match check_scope(change, &ask.caller, &user).await {
                // What keeps anything from being written is no outcome of one user.
                Err(refusal) if refusal.cause.is_some() => return Err(refusal),
                Err(refusal) => Outcome { error: Some(refusal.reason()), user_id, ..Outcome::default() },
                Ok(()) => Outcome {
                    user_email: user.text("user_email").map(str::to_owned),
                    teams_removed: teams_of(change, &user).await?,
                    user_id,
                    error: None,
                },
            },
        };
        known.push(outcome);
    }
    for outcome in known.iter().filter(|outcome| outcome.error.is_none()) {
        delete_one(change, &outcome.user_id, &rosters).await?;
    }
    let outcome_of = |(index, id): (usize, &String)| {
        if ids[..index].contains(id) {
            let error = Some(format!("Duplicate user_id in request: {id}"));
            return Some(Outcome { user_id: id.clone(), error, ..Outcome::default() });
        }
        known.iter().find(|outcome| outcome.user_id == *id).cloned()
    };
    Ok(ids.iter().enumerate().filter_map(outcome_of).collect())
}

/// Teams that have the user on their roster, or that the user's row names.
async fn teams_of(change: &mut Change, user: &Row) -> Result<Vec<String>, Refusal> {
    let on = teams::list_of_user(change.session(), user.text("user_id").unwrap_or_default()).await?;
    let named = teams::list_by_ids(change.session(), &user.texts("teams")).await?;
    let mut ids: Vec<String> =
        on.iter().chain(&named).filter_map(|team| team.text("team_id").map(str::to_owned)).collect();
    ids.sort();
    ids.dedup();
    Ok(ids)
}
