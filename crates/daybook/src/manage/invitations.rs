//! Links by which people join LiteLLM's dashboard.

use jiff::ToSpan as _;

use super::{Ask, Caller, Refusal, Role, Why};
use crate::model::row::{Row, RowExt as _};
use crate::model::{table, time};
use crate::row;
use crate::store::{Change, by, settings, teams, users};

/// How many days a link can be used.
const DAYS: i64 = 7;

fn missing() -> Refusal {
    Refusal::error(Why::Invalid, "Invitation id does not exist in the database.")
}

/// Makes a link for a user.
pub async fn create(change: &mut Change, ask: &Ask) -> Result<Row, Refusal> {
    check_invites(change, &ask.caller).await?;
    let user_id = ask.request.text("user_id").unwrap_or_default().to_owned();
    if !ask.caller.is_admin() && !may_invite(change, &ask.caller, &user_id).await? {
        let message = "You can only create invitations for users in your organization or team.";
        return Err(Refusal::error(Why::Invalid, message));
    }
    let by_whom = ask.caller.user_id().unwrap_or_default().to_owned();
    // The table refers to both.
    for id in [&user_id, &by_whom] {
        if users::find(change.session(), id).await?.is_none() {
            let message = "User id does not exist in 'LiteLLM_UserTable'. Fix this by creating user via `/user/new`.";
            return Err(Refusal::error(Why::Invalid, message));
        }
    }
    let expires = change.now().checked_add((DAYS * 24).hours()).unwrap_or(change.now());
    let row = row! {
        "id": change.new_id(),
        "user_id": user_id,
        "is_accepted": false,
        "accepted_at": null,
        "expires_at": time::wire(expires),
        "created_at": change.now_text(),
        "created_by": by_whom,
        "updated_at": change.now_text(),
        "updated_by": by_whom,
    };
    Ok(change.insert(&table::INVITATIONS, row).await?)
}

/// Marks a link as used, or as not used.
pub async fn update(change: &mut Change, ask: &Ask) -> Result<Row, Refusal> {
    let id = ask.request.text("invitation_id").unwrap_or_default();
    let by_whom = ask.caller.user_id().unwrap_or_default().to_owned();
    let Some(found) = settings::find_invitation(change.session(), id).await? else { return Err(missing()) };
    let known = users::find(change.session(), &by_whom).await?.is_some();
    let mut values = row! {
        "is_accepted": ask.request.value("is_accepted"),
        "accepted_at": change.now_text(),
        "updated_at": change.now_text(),
    };
    if known {
        values.insert("updated_by".to_owned(), by_whom.into());
    }
    // A link that is as it should be was accepted when it was, not now.
    if found.value("is_accepted") == ask.request.value("is_accepted") {
        return Ok(found);
    }
    let updated = change.update(&table::INVITATIONS, &by("id", id), values).await?;
    updated.map(|updated| updated.now).ok_or_else(missing)
}

/// Removes a link.
pub async fn delete(change: &mut Change, ask: &Ask) -> Result<Row, Refusal> {
    check_invites(change, &ask.caller).await?;
    let id = ask.request.text("invitation_id").unwrap_or_default();
    let found = change.find(&table::INVITATIONS, &by("id", id)).await?.ok_or_else(missing)?;
    if !ask.caller.is_admin() && found.text("created_by") != ask.caller.user_id() {
        let message = "Organization admins can only delete invitations they created.";
        return Err(Refusal::error(Why::Forbidden, message));
    }
    change.delete(&table::INVITATIONS, &by("id", id)).await?.ok_or_else(missing)
}

/// The link with this id.
pub async fn get(session: &mut crate::store::Session, id: &str) -> Result<Row, Refusal> {
    settings::find_invitation(session, id).await?.ok_or_else(missing)
}

/// Admins of the proxy, of an organization or of a team.
async fn check_invites(change: &mut Change, caller: &Caller) -> Result<(), Refusal> {
    if caller.is_admin() || !caller.administered_organizations().is_empty() {
        return Ok(());
    }
    for id in caller.user.as_ref().map(|user| user.texts("teams")).unwrap_or_default() {
        let team = teams::find(change.session(), &id).await?;
        if team.is_some_and(|team| caller.team_role(&team) == Some("admin")) {
            return Ok(());
        }
    }
    let message = format!("Admin-only endpoint. Not allowed to access this., your role={}", caller.stated_role());
    Err(Refusal::error(Why::Invalid, message))
}

/// Whether somebody who is no admin of the proxy may have this user's link. Whoever has it becomes the user: it is for nobody
/// who may do more than the caller.
async fn may_invite(change: &mut Change, caller: &Caller, user_id: &str) -> Result<bool, Refusal> {
    let Some(user) = users::find(change.session(), user_id).await? else { return Ok(false) };
    if matches!(user.text("user_role").map(Role::parse), Some(Role::ProxyAdmin | Role::ProxyAdminViewer)) {
        return Ok(false);
    }
    let memberships = users::list_organization_memberships(change.session(), user_id).await?;
    let administered_by_caller =
        |membership: &Row| membership.text("organization_id").is_some_and(|id| caller.is_org_admin(id));
    let is_admin = |membership: &&Row| membership.text("user_role") == Some("org_admin");
    if !memberships.iter().filter(is_admin).all(administered_by_caller) {
        return Ok(false);
    }
    if memberships.iter().any(administered_by_caller) {
        return Ok(true);
    }
    for id in user.texts("teams") {
        let team = teams::find(change.session(), &id).await?;
        if team.is_some_and(|team| caller.administers_team(&team)) {
            return Ok(true);
        }
    }
    Ok(false)
}
