//! What is shown of a user: `GET /user/info`, `GET /v2/user/info`.

use std::collections::HashMap;

use serde_json::Value;

use crate::manage::{Caller, Refusal, Why};
use crate::model::row::{Row, RowExt as _};
use crate::model::table;
use crate::store::{Lock, Session, by, keys, teams, users};

/// A user with everything that is shown along.
#[derive(Clone, Debug)]
pub struct Info {
    /// The row, with `object_permission` and `organization_memberships`.
    pub user: Row,
    /// The user's keys, each with the name of its team as `team_alias`.
    pub keys: Vec<Row>,
    pub teams: Vec<TeamInfo>,
}

/// A team of a user.
#[derive(Clone, Debug)]
pub struct TeamInfo {
    pub team: Row,
    /// The user's own membership.
    pub membership: Option<Row>,
    pub keys: Vec<Row>,
}

/// What an admin sees who names nobody: every key and every team.
#[derive(Clone, Debug)]
pub struct Overview {
    pub user: Option<Row>,
    pub keys: Vec<Row>,
    pub teams: Vec<Row>,
}

/// The user, for somebody who may see them.
pub async fn get(session: &mut Session, user_id: &str) -> Result<Info, Refusal> {
    let Some(user) = users::find(session, user_id).await? else {
        return Err(Refusal::text(Why::NotFound, format!("User {user_id} not found")));
    };
    let mut own = keys::list_by_user(session, user_id).await?;
    own.retain(|key| key.text("team_id") != Some(users::SESSION_TEAM));
    own.sort_by_key(|key| (key.time("created_at"), key.text("token").map(str::to_owned)));
    let named = teams::list_by_ids(session, &user.texts("teams")).await?;
    let aliases = aliases(session, &own).await?;
    let mut infos = Vec::new();
    for team in named {
        let team_id = team.text("team_id").unwrap_or_default().to_owned();
        let key = teams::membership_key(user_id, &team_id);
        let mut membership = session.row(&table::TEAM_MEMBERSHIPS, &key, Lock::No).await?;
        if let Some(row) = &mut membership {
            teams::attach_budgets(session, std::slice::from_mut(row)).await?;
        }
        let keys = keys::list_by_team(session, &team_id).await?;
        infos.push(TeamInfo { team, membership, keys });
    }
    let user = with_related(session, user).await?;
    Ok(Info { user, keys: name_teams(own, &aliases), teams: infos })
}

/// Every key and every team, and the admin's own row, should there be one.
pub async fn overview(session: &mut Session, user_id: &str) -> Result<Overview, Refusal> {
    let user = match users::find(session, user_id).await? {
        Some(user) => Some(with_related(session, user).await?),
        None => None,
    };
    let all = users::list_keys_of_all(session).await?;
    let order = teams::Order { column: "created_at", descending: false };
    let teams = teams::list(session, &table::TEAMS, &teams::Filter::default(), &order, None).await?;
    let aliases = teams.iter().filter_map(|team| Some((team.text("team_id")?.to_owned(), team.value("team_alias"))));
    let keys = name_teams(all, &aliases.collect());
    Ok(Overview { user, keys, teams })
}

/// The user's row with `object_permission`; whoever may not see it hears what one hears of a user who does not exist.
pub async fn find_visible(session: &mut Session, caller: &Caller, user_id: &str) -> Result<Row, Refusal> {
    let hidden = || Refusal::text(Why::NotFound, format!("User not found: {user_id}"));
    let user = users::find(session, user_id).await?.ok_or_else(hidden)?;
    let own = caller.user_id() == Some(user_id);
    if !own && !caller.sees_everything() && !is_in_the_care_of(session, caller, &user).await? {
        return Err(hidden());
    }
    with_related(session, user).await
}

/// Whether the caller administers an organization or a team of the user.
async fn is_in_the_care_of(session: &mut Session, caller: &Caller, user: &Row) -> Result<bool, Refusal> {
    let user_id = user.text("user_id").unwrap_or_default();
    let memberships = users::list_organization_memberships(session, user_id).await?;
    if memberships.iter().filter_map(|row| row.text("organization_id")).any(|id| caller.is_org_admin(id)) {
        return Ok(true);
    }
    let teams = teams::list_of_user(session, user_id).await?;
    Ok(teams.iter().any(|team| caller.administers_team(team)))
}

/// The row with the rows that hang on it.
async fn with_related(session: &mut Session, mut user: Row) -> Result<Row, Refusal> {
    let permission = match user.text("object_permission_id") {
        Some(id) => session.row(&table::OBJECT_PERMISSIONS, &by("object_permission_id", id), Lock::No).await?,
        None => None,
    };
    let user_id = user.text("user_id").unwrap_or_default().to_owned();
    let memberships = users::list_organization_memberships(session, &user_id).await?;
    user.insert("object_permission".to_owned(), permission.map_or(Value::Null, Value::Object));
    let memberships = memberships.into_iter().map(Value::Object).collect();
    user.insert("organization_memberships".to_owned(), Value::Array(memberships));
    Ok(user)
}

/// The names of the teams that keys belong to, by id.
async fn aliases(session: &mut Session, keys: &[Row]) -> Result<HashMap<String, Value>, Refusal> {
    let mut ids: Vec<String> = keys.iter().filter_map(|key| key.text("team_id")).map(str::to_owned).collect();
    ids.sort();
    ids.dedup();
    let teams = teams::list_by_ids(session, &ids).await?;
    Ok(teams.iter().filter_map(|team| Some((team.text("team_id")?.to_owned(), team.value("team_alias")))).collect())
}

/// The keys with `team_alias`: the word `None` where there is no name, as in LiteLLM.
fn name_teams(mut keys: Vec<Row>, aliases: &HashMap<String, Value>) -> Vec<Row> {
    for key in &mut keys {
        let alias = key.text("team_id").and_then(|id| aliases.get(id)).and_then(Value::as_str).unwrap_or("None");
        let alias = Value::from(alias);
        key.insert("team_alias".to_owned(), alias);
    }
    keys
}
