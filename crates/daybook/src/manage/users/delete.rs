//! `POST /user/delete`: users, with their keys, memberships, places on rosters and invitations. All of them or none.

use crate::manage::teams::members::leave;
use crate::manage::{Ask, Caller, Refusal, Role, Why, keys};
use crate::model::row::{Row, RowExt as _};
use crate::model::table;
use crate::store::{Change, by, key_of, teams, users};

/// Removes the users that `user_ids` names; gives how many that were.
pub async fn delete(change: &mut Change, ask: &Ask) -> Result<usize, Refusal> {
    let ids = ask.request.texts("user_ids");
    check_may_delete(&ask.caller)?;
    let (sorted, rosters) = hold(change, &ids).await?;
    // The first unknown id in the order of the request is the one that is named.
    for id in &ids {
        let Some(user) = users::find(change.session(), id).await? else {
            return Err(Refusal::error(Why::NotFound, format!("User not found, passed user_id={id}")));
        };
        check_scope(change, &ask.caller, &user).await?;
    }
    let mut deleted = 0;
    for id in &sorted {
        if change.find(&table::USERS, &by("user_id", id)).await?.is_some() {
            delete_one(change, id, &rosters).await?;
            deleted += 1;
        }
    }
    Ok(deleted)
}

/// Holds users and their teams. Gives the ids of both, sorted; from here on nobody puts these users on a roster or makes
/// them a key.
pub(super) async fn hold(change: &mut Change, ids: &[String]) -> Result<(Vec<String>, Vec<String>), Refusal> {
    let mut sorted = ids.to_vec();
    sorted.sort();
    sorted.dedup();
    // Teams before users, each in the order of their ids: whoever changes a roster locks them so.
    for team_id in rosters_of(change, &sorted).await? {
        change.find(&table::TEAMS, &by("team_id", &team_id)).await?;
    }
    for id in &sorted {
        change.find(&table::USERS, &by("user_id", id)).await?;
    }
    // Again: they may have joined a team until their rows were held.
    let rosters = rosters_of(change, &sorted).await?;
    Ok((sorted, rosters))
}

/// Ids of the teams that any of these users is in, sorted.
async fn rosters_of(change: &mut Change, user_ids: &[String]) -> Result<Vec<String>, Refusal> {
    let mut rosters = Vec::new();
    for id in user_ids {
        let on = teams::list_of_user(change.session(), id).await?;
        rosters.extend(on.iter().filter_map(|team| team.text("team_id")).map(str::to_owned));
    }
    rosters.sort();
    rosters.dedup();
    Ok(rosters)
}

pub(super) async fn delete_one(change: &mut Change, user_id: &str, rosters: &[String]) -> Result<(), Refusal> {
    // What refers to the row, and would keep it from going.
    for invitation in users::list_invitations(change.session(), user_id).await? {
        change.delete(&table::INVITATIONS, &key_of(&table::INVITATIONS, &invitation)).await?;
    }
    for membership in users::list_organization_memberships(change.session(), user_id).await? {
        let key = key_of(&table::ORGANIZATION_MEMBERSHIPS, &membership);
        change.delete(&table::ORGANIZATION_MEMBERSHIPS, &key).await?;
    }
    // The row before the rosters, so that its entry holds the user as they were, teams and all.
    change.delete(&table::USERS, &by("user_id", user_id)).await?;
    for key in crate::store::keys::list_by_user(change.session(), user_id).await? {
        keys::archive_key(change, key.text("token").unwrap_or_default()).await?;
    }
    for team_id in rosters {
        let Some(team) = change.find(&table::TEAMS, &by("team_id", team_id)).await? else { continue };
        let listed = team.list("members_with_roles").iter().any(|member| member["user_id"] == user_id);
        if listed {
            leave(change, &team, &[user_id.to_owned()]).await?;
        }
    }
    // Memberships that no roster knows of.
    for membership in users::list_team_memberships(change.session(), user_id).await? {
        change.delete(&table::TEAM_MEMBERSHIPS, &key_of(&table::TEAM_MEMBERSHIPS, &membership)).await?;
    }
    Ok(())
}

pub(super) fn check_may_delete(caller: &Caller) -> Result<(), Refusal> {
    if caller.is_admin() || !caller.administered_organizations().is_empty() {
        return Ok(());
    }
    Err(Refusal::error(Why::Forbidden, "Only PROXY_ADMIN or ORG_ADMIN users may delete users."))
}

/// An organization's admin deletes whom nobody else has a say in: no admin of the proxy, nobody of another organization.
pub(super) async fn check_scope(change: &mut Change, caller: &Caller, user: &Row) -> Result<(), Refusal> {
    if caller.is_admin() {
        return Ok(());
    }
    let user_id = user.text("user_id").unwrap_or_default();
    let memberships = users::list_organization_memberships(change.session(), user_id).await?;
    let own = |row: &Row| row.text("organization_id").is_some_and(|id| caller.is_org_admin(id));
    let is_admin = user
        .text("user_role")
        .is_some_and(|role| matches!(Role::parse(role), Role::ProxyAdmin | Role::ProxyAdminViewer));
    if !memberships.is_empty() && memberships.iter().all(own) && !is_admin {
        return Ok(());
    }
    let message = format!(
        "User {user_id} is not within your admin scope. Organization admins can only delete users of their own \
         organizations."
    );
    Err(Refusal::error(Why::Forbidden, message))
}
