//! Who may read which part of the audit log.
//!
//! [`super::access`] has let the caller through to the handler; what is left is the part that only the handler knows: the
//! teams that the question names, or that the entry is about.

use super::access::{only_admins, sees_whole_log};
use super::{Caller, Refusal};
use crate::model::table;
use crate::store::{Lock, Session, by};

/// Refuses a caller who may neither read the whole log nor administers every one of `teams`. No team is nobody's.
pub async fn check_every_team(
    session: &mut Session,
    caller: &Caller,
    path: &str,
    teams: &[String],
) -> Result<(), Refusal> {
    if sees_whole_log(caller, path) {
        return Ok(());
    }
    for team_id in teams {
        if !administers(session, caller, team_id).await? {
            return Err(only_admins(caller, path));
        }
    }
    if teams.is_empty() { Err(only_admins(caller, path)) } else { Ok(()) }
}

/// Refuses a caller who may neither read the whole log nor administers one of `teams`.
pub async fn check_any_team(session: &mut Session, caller: &Caller, path: &str, teams: &[&str]) -> Result<(), Refusal> {
    if sees_whole_log(caller, path) {
        return Ok(());
    }
    for team_id in teams {
        if administers(session, caller, team_id).await? {
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
