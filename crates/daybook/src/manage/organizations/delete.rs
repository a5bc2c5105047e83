//! Organizations that go, and what goes with them.

use std::collections::HashMap;

use crate::manage::{Ask, Refusal, Why, keys, teams};
use crate::model::row::{Row, RowExt as _};
use crate::model::table;
use crate::row;
use crate::store::{Change, by, key_of, organizations};

/// Removes organizations: all of those that are named, or none when one of them does not exist. Gives them as they were,
/// with their budgets, which stay.
///
/// Their teams go as deleted teams go, their keys are kept in the archive, memberships are removed, users forget the
/// organization.
pub async fn delete(change: &mut Change, ask: &Ask) -> Result<Vec<Row>, Refusal> {
    if !ask.caller.is_admin() {
        return Err(Refusal::error(Why::Unauthorized, "Only proxy admins can delete organizations"));
    }
    let mut ids: Vec<String> = Vec::new();
    for id in ask.request.texts("organization_ids") {
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    // In one order for everybody, so that nobody waits in a circle; the refusal names the first in the request's order.
    // While the rows are held nothing new can refer to them.
    let mut sorted = ids.clone();
    sorted.sort();
    let mut found = HashMap::new();
    for id in sorted {
        let organization = change.find(&table::ORGANIZATIONS, &by("organization_id", &id)).await?;
        found.insert(id, organization);
    }
    for id in &ids {
        if !matches!(found.get(id), Some(Some(_))) {
            return Err(Refusal::error(Why::NotFound, format!("Organization={id} not found")));
        }
    }
    let mut deleted = Vec::new();
    for id in &ids {
        deleted.push(delete_one(change, id).await?);
    }
    Ok(deleted)
}

async fn delete_one(change: &mut Change, organization_id: &str) -> Result<Row, Refusal> {
    let ids = [organization_id.to_owned()];
    let mut held = Vec::new();
    for team in organizations::list_teams(change.session(), &ids).await? {
        let team_id = team.text("team_id").unwrap_or_default().to_owned();
        held.extend(change.find(&table::TEAMS, &by("team_id", &team_id)).await?.map(|team| (team_id, team)));
    }
    for (team_id, team) in held {
        teams::delete_one(change, &team_id, &team).await?;
    }
    for key in organizations::list_keys(change.session(), &ids).await? {
        keys::archive_key(change, key.text("token").unwrap_or_default()).await?;
    }
    for membership in organizations::list_memberships(change.session(), &ids).await? {
        let key = key_of(&table::ORGANIZATION_MEMBERSHIPS, &membership);
        change.delete(&table::ORGANIZATION_MEMBERSHIPS, &key).await?;
    }
    // The database would set these to NULL by itself, and leave no entry.
    for user in organizations::list_users(change.session(), &ids).await? {
        let values = row! { "organization_id": null, "updated_at": change.now_text() };
        change.update(&table::USERS, &key_of(&table::USERS, &user), values).await?;
    }
    let gone = change.delete(&table::ORGANIZATIONS, &by("organization_id", organization_id)).await?;
    let mut shown = [gone.unwrap_or_default()];
    organizations::attach_budgets(change.session(), &mut shown).await?;
    let [mut gone] = shown;
    gone.extend(row! { "members": [], "teams": [] });
    Ok(gone)
}
