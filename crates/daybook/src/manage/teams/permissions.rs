//! What the plain members of a team may call (`team_member_permissions`).

use serde_json::Value;

use super::{not_created, not_team_admin, stated, team_id, with_related};
use crate::manage::{Ask, Caller, Refusal, Why};
use crate::model::row::{Row, RowExt as _};
use crate::model::table;
use crate::row;
use crate::store::teams::{Filter, Order};
use crate::store::{Change, Session, by, teams};

/// The team, for somebody who may see its permissions.
pub async fn list_permissions(session: &mut Session, caller: &Caller, team_id: &str) -> Result<Row, Refusal> {
    let team = teams::find(session, team_id).await?.ok_or_else(|| not_created(team_id))?;
    if caller.sees_everything() || caller.administers_team(&team) {
        return Ok(team);
    }
    Err(not_team_admin(caller, team_id, "/team/permissions_list"))
}

/// Sets a team's permissions. As in LiteLLM their names are not checked.
pub async fn update_permissions(change: &mut Change, ask: &Ask) -> Result<Row, Refusal> {
    let team_id = team_id(ask);
    let key = by("team_id", &team_id);
    let team = change.find(&table::TEAMS, &key).await?.ok_or_else(|| not_created(&team_id))?;
    if !ask.caller.administers_team(&team) {
        return Err(not_team_admin(&ask.caller, &team_id, "/team/permissions_update"));
    }
    let permissions = ask.request.value("team_member_permissions");
    let values = row! { "team_member_permissions": permissions, "updated_at": change.now_text() };
    let updated = change.update(&table::TEAMS, &key, values).await?;
    let team = updated.map_or(team, |updated| updated.now);
    with_related(change.session(), team).await
}

/// Adds permissions to several teams or to all. Gives the number of teams that did not have them all.
pub async fn update_permissions_of_many(change: &mut Change, ask: &Ask) -> Result<usize, Refusal> {
    let refuse = |message: String| Err(Refusal::error(Why::Invalid, message));
    if !ask.caller.is_admin() {
        let message = "Only proxy admins can update the permissions of many teams.";
        return Err(Refusal::error(Why::Forbidden, message));
    }
    let all = ask.request.flag("apply_to_all_teams") == Some(true);
    let ids = match (all, stated(&ask.request, "team_ids").and_then(Value::as_array)) {
        (true, Some(_)) => return refuse("Pass either team_ids or apply_to_all_teams, not both.".to_owned()),
        (false, None) => return refuse("Either team_ids or apply_to_all_teams must be passed.".to_owned()),
        (true, None) => {
            let order = Order { column: "team_id", descending: false };
            let teams = teams::list(change.session(), &table::TEAMS, &Filter::default(), &order, None).await?;
            teams.iter().filter_map(|team| team.text("team_id").map(str::to_owned)).collect()
        }
        (false, Some(ids)) if ids.is_empty() => return refuse("At least one team id is required".to_owned()),
        (false, Some(_)) => {
            let mut ids = ask.request.texts("team_ids");
            ids.sort();
            ids.dedup();
            ids
        }
    };
    let wanted = ask.request.texts("permissions");
    let mut changed = 0;
    for team_id in ids {
        let team = super::get(change, &team_id).await?;
        let mut permissions = team.texts("team_member_permissions");
        let before = permissions.len();
        for permission in &wanted {
            if !permissions.contains(permission) {
                permissions.push(permission.clone());
            }
        }
        if permissions.len() > before {
            changed += 1;
            let values = row! { "team_member_permissions": permissions, "updated_at": change.now_text() };
            change.update(&table::TEAMS, &by("team_id", &team_id), values).await?;
        }
    }
    Ok(changed)
}
