//! Who may read which part of the audit log.
//!
//! [`super::access`] has let the caller through to the handler; what is left is the part that only the handler knows: the
//! teams and organizations that the question names, or that the entry is about.

use super::access::{only_admins, reads_by_team, sees_whole_log};
use super::{Caller, Refusal};
use crate::model::question::Filter;
use crate::model::table;
use crate::store::{Lock, Session, audit, by, organizations};

/// Narrows a question to the organizations that it names, and refuses a caller who neither may read the whole log, nor
/// administers every one of those organizations, nor every team that the question names.
///
/// To whoever may read the whole log the organizations mean nothing, as in LiteLLM.
pub async fn narrow(
    session: &mut Session,
    caller: &Caller,
    path: &str,
    named: &[String],
    filter: &mut Filter,
) -> Result<(), Refusal> {
    if sees_whole_log(caller, path) {
        return Ok(());
    }
    let by_organization = !named.is_empty() && named.iter().all(|id| caller.is_org_admin(id));
    if !by_organization && !administers_all(session, caller, &filter.team_id).await? {
        return Err(only_admins(caller, path));
    }
    if !named.is_empty() {
        filter.scope = Some(organizations::scope(session, named).await?);
    }
    Ok(())
}

/// Whether the caller administers every one of these teams. No team is nobody's.
async fn administers_all(session: &mut Session, caller: &Caller, teams: &[String]) -> Result<bool, Refusal> {
    if !reads_by_team(caller) {
        return Ok(false);
    }
    for team_id in teams {
        if !administers(session, caller, team_id).await? {
            return Ok(false);
        }
    }
    Ok(!teams.is_empty())
}

/// Refuses a caller who may neither read the whole log, nor administers one of the teams that an entry is about, nor an
/// organization that it is about.
pub async fn check_entry(
    session: &mut Session,
    caller: &Caller,
    path: &str,
    id: &str,
    teams: &[&str],
) -> Result<(), Refusal> {
    if sees_whole_log(caller, path) {
        return Ok(());
    }
    if reads_by_team(caller) {
        for team_id in teams {
            if administers(session, caller, team_id).await? {
                return Ok(());
            }
        }
    }
    let own: Vec<String> = caller.administered_organizations().into_iter().map(str::to_owned).collect();
    if !own.is_empty() {
        let scope = organizations::scope(session, &own).await?;
        if audit::is_within(session, id, &scope).await? {
            return Ok(());
        }
    }
    Err(only_admins(caller, path))
}

/// A team that is gone is administered by nobody.
async fn administers(session: &mut Session, caller: &Caller, team_id: &str) -> Result<bool, Refusal> {
    let team = session.row(&table::TEAMS, &by("team_id", team_id), Lock::No).await?;
    Ok(team.is_some_and(|team| caller.administers_team(&team)))
}
