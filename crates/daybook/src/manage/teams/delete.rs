//! Teams that go, and what goes with them.

use std::collections::HashMap;

use super::members::{self, forget_team};
use super::{check_manages, not_found};
use crate::manage::{Ask, Refusal, keys, models};
use crate::model::row::{Row, RowExt as _};
use crate::model::table;
use crate::row;
use crate::store::{Change, by, key_of, teams};

/// Removes teams: all of those that are named, or none when one of them does not exist. Gives their ids.
///
/// The team and its keys are kept in the archive; its own models and the memberships are removed; users and projects
/// forget the team.
pub async fn delete(change: &mut Change, ask: &Ask) -> Result<Vec<String>, Refusal> {
    let mut ids: Vec<String> = Vec::new();
    for id in ask.request.texts("team_ids") {
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    // In one order for everybody, so that nobody waits in a circle; the refusal names the first in the request's order.
    let mut sorted = ids.clone();
    sorted.sort();
    let mut found = HashMap::new();
    for id in sorted {
        let team = change.find(&table::TEAMS, &by("team_id", &id)).await?;
        found.insert(id, team);
    }
    let mut teams = Vec::new();
    for id in &ids {
        let team = found.remove(id).flatten().ok_or_else(|| not_found(id))?;
        check_manages(&ask.caller, &team)?;
        teams.push(team);
    }
    for (id, team) in ids.iter().zip(&teams) {
        delete_one(change, id, team).await?;
    }
    Ok(ids)
}

/// Removes a team that the change holds, and what hangs on it.
pub(in crate::manage) async fn delete_one(change: &mut Change, team_id: &str, team: &Row) -> Result<(), Refusal> {
    let ids = [team_id.to_owned()];
    for key in teams::list_keys(change.session(), &ids, None).await? {
        keys::archive_key(change, key.text("token").unwrap_or_default()).await?;
    }
    models::delete_models_of_team(change, team_id).await?;
    // The database would set these to NULL by itself, and leave no entry.
    for project in teams::list_projects(change.session(), team_id).await? {
        let values =
            row! { "team_id": null, "updated_at": change.now_text(), "updated_by": members::signature(change) };
        change.update(&table::PROJECTS, &key_of(&table::PROJECTS, &project), values).await?;
    }
    for membership in teams::list_memberships(change.session(), &ids).await? {
        change.delete(&table::TEAM_MEMBERSHIPS, &key_of(&table::TEAM_MEMBERSHIPS, &membership)).await?;
    }
    let mut user_ids: Vec<String> = teams::list_users_naming(change.session(), team_id)
        .await?
        .iter()
        .filter_map(|user| user.text("user_id").map(str::to_owned))
        .collect();
    user_ids.extend(members::roster(team).into_iter().filter_map(|member| member.user_id));
    user_ids.sort();
    user_ids.dedup();
    for user_id in user_ids {
        forget_team(change, &user_id, team_id).await?;
    }
    change.archive(&table::TEAMS, &by("team_id", team_id), &table::DELETED_TEAMS, Row::new()).await?;
    Ok(())
}
