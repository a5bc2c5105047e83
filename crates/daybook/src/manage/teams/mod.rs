//! What the plane does with teams: the team row, its roster, and what hangs on both.
//!
//! The roster (`members_with_roles`) is the truth about who is in a team; `LiteLLM_TeamMembership` holds a member's budget
//! and `LiteLLM_UserTable.teams` the way back. The three are only changed together, by [`members::join`] and
//! [`members::leave`].

mod batch;
mod block;
mod callbacks;
mod create;
mod delete;
mod info;
mod limits;
mod list;
pub mod members;
mod models;
mod permissions;
mod roster;
mod update;

pub use batch::{Limited, Removed, remove_members, update_limits};
pub use block::{block, unblock};
pub use callbacks::{Callbacks, add_callback, delete_callback, disable_logging, list_callbacks};
pub use create::create;
pub use delete::delete;
pub(in crate::manage) use delete::delete_one;
pub use info::{EditAccess, Info, available, info, my_membership};
pub use list::{Listed, deleted, list, list_page};
pub use models::{add_models, delete_models};
pub use permissions::{list_permissions, update_permissions, update_permissions_of_many};
pub use roster::{
    Added, BulkAdded, MOST_MEMBERS, add_members, add_members_in_bulk, delete_member, reset_member_budget,
    reset_member_spend, update_member,
};
pub use update::{patch, update};

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
    found.ok_or_else(|| not_found(team_id))
}

fn not_found(team_id: &str) -> Refusal {
    Refusal::error(Why::NotFound, format!("Team not found, passed team_id={team_id}"))
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

/// Refuses whoever has no say over a team as a whole. The route has let in proxy admins, admins of an organization that the
/// request names (not necessarily the team's), and keys that an admin has granted the route; such a key has no user.
fn check_manages(caller: &Caller, team: &Row) -> Result<(), Refusal> {
    let granted =
        caller.user_id().is_none() && caller.key.as_ref().is_some_and(|key| !key.texts("allowed_routes").is_empty());
    if granted || caller.administers_team(team) {
        return Ok(());
    }
    Err(Refusal::error(Why::Forbidden, "You do not have access to this team"))
}

/// The row with the rows that it refers to.
async fn with_related(session: &mut Session, team: Row) -> Result<Row, Refusal> {
    let mut teams = [team];
    teams::attach_related(session, &mut teams).await?;
    let [team] = teams;
    Ok(team)
}

/// The member of a team's metadata that names the budget which members share. No request sets it: whoever could point it at
/// another row could rewrite that row.
pub(in crate::manage) const SHARED_BUDGET_ID: &str = "team_member_budget_id";

/// The id of the budget that members share who have none of their own.
fn shared_budget_id(team: &Row) -> Option<&str> {
    team.object("metadata")?.text(SHARED_BUDGET_ID)
}

/// Members of the request that say something.
fn stated<'a>(request: &'a Row, name: &str) -> Option<&'a Value> {
    request.get(name).filter(|value| !value.is_null())
}
