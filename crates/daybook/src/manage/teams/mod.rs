//! What the plane does with teams: the team row, its roster, and what hangs on both.
//!
//! The roster (`members_with_roles`) is the truth about who is in a team; `LiteLLM_TeamMembership` holds a member's budget
//! and `LiteLLM_UserTable.teams` the way back. The three are only changed together, by [`members::join`] and
//! [`members::leave`].

mod create;
mod limits;
pub mod members;

pub use create::create;

use serde_json::Value;

use super::{Ask, Caller, Refusal, Why};
use crate::model::row::{Row, RowExt as _};
use crate::model::table;
use crate::store::{Change, Session, by, teams};

/// The team of the dashboard's own sessions in LiteLLM; nobody else may make it.
const DASHBOARD: &str = "litellm-dashboard";

/// The `team_id` of a request; models that require it leave no other case.
fn team_id(ask: &Ask) -> String {
    ask.request.text("team_id").unwrap_or_default().to_owned()
}

/// The team, held until the change ends, or LiteLLM's usual 404.
async fn get(change: &mut Change, team_id: &str) -> Result<Row, Refusal> {
    let found = change.find(&table::TEAMS, &by("team_id", team_id)).await?;
    found.ok_or_else(|| Refusal::error(Why::NotFound, format!("Team not found, passed team_id={team_id}")))
}

/// The 404 of the endpoints about members.
fn not_created(team_id: &str) -> Refusal {
    let message = format!("Team doesn't exist in db. Team={team_id}. Create team via `/team/new` call.");
    Refusal::error(Why::NotFound, message)
}

/// The 403 for somebody who has no say in a team's roster.
fn not_team_admin(caller: &Caller, team_id: &str, route: &str) -> Refusal {
    let user = caller.user_id().unwrap_or("None");
    let message = format!(
        "Call not allowed. User not proxy admin OR team admin. route={route}, team_id={team_id}, user_id={user}"
    );
    Refusal::error(Why::Forbidden, message)
}

/// The row with the rows that it refers to.
async fn with_related(session: &mut Session, team: Row) -> Result<Row, Refusal> {
    let mut teams = [team];
    teams::attach_related(session, &mut teams).await?;
    let [team] = teams;
    Ok(team)
}

/// The id of the budget that members share who have none of their own.
fn shared_budget_id(team: &Row) -> Option<&str> {
    team.object("metadata")?.text("team_member_budget_id")
}

/// Members of the request that say something.
fn stated<'a>(request: &'a Row, name: &str) -> Option<&'a Value> {
    request.get(name).filter(|value| !value.is_null())
}
