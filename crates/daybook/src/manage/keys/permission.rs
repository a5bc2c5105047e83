//! Who may do what with a key: by what the caller is to the key, and by what a team lets its members do.

use serde_json::Value;

use crate::manage::{Caller, Refusal, Why, parts};
use crate::model::row::{Row, RowExt as _};
use crate::model::table;
use crate::store::{Lock, Session, by};

use super::defaults::listed;

/// The endpoints that a team can open to its members.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Route {
    Generate,
    GenerateServiceAccount,
    Update,
    Regenerate,
}

impl Route {
    /// The path, as it stands in `team_member_permissions`.
    pub fn path(self) -> &'static str {
        match self {
            Route::Generate => "/key/generate",
            Route::GenerateServiceAccount => "/key/service-account/generate",
            Route::Update => "/key/update",
            Route::Regenerate => "/key/regenerate",
        }
    }

    /// LiteLLM's name of the endpoint, in the refusal.
    fn name(self) -> &'static str {
        match self {
            Route::Generate => "KeyManagementRoutes.KEY_GENERATE",
            Route::GenerateServiceAccount => "KeyManagementRoutes.KEY_GENERATE_SERVICE_ACCOUNT",
            Route::Update => "KeyManagementRoutes.KEY_UPDATE",
            Route::Regenerate => "KeyManagementRoutes.KEY_REGENERATE",
        }
    }
}

/// What members may call when the team says nothing else.
const MEMBERS_MAY: &[&str] = &["/key/info", "/key/health"];

/// What a caller is to a key, the strongest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// A proxy admin.
    Admin,
    /// An admin of the key's team or of the organization.
    TeamAdmin,
    /// The key's user.
    Owner,
    /// A member of the key's team.
    Member,
    Stranger,
}

/// What the caller is to the key, and the key's team if there is one.
pub async fn standing(session: &mut Session, caller: &Caller, key: &Row) -> Result<(Standing, Option<Row>), Refusal> {
    let team = match key.text("team_id") {
        Some(team_id) => session.row(&table::TEAMS, &by("team_id", team_id), Lock::No).await?,
        None => None,
    };
    let owner = caller.user_id().is_some() && caller.user_id() == key.text("user_id");
    let administers = team.as_ref().is_some_and(|team| caller.administers_team(team))
        || key.text("organization_id").is_some_and(|id| caller.is_org_admin(id));
    let standing = if caller.is_admin() {
        Standing::Admin
    } else if administers {
        Standing::TeamAdmin
    } else if owner {
        Standing::Owner
    } else if team.as_ref().is_some_and(|team| caller.team_role(team).is_some()) {
        Standing::Member
    } else {
        Standing::Stranger
    };
    Ok((standing, team))
}

/// Whether the team lets its plain members call the endpoint.
pub fn members_may(team: &Row, path: &str) -> bool {
    MEMBERS_MAY.contains(&path) || team.texts("team_member_permissions").iter().any(|allowed| allowed == path)
}

/// The refusal unless [`members_may`].
pub fn check_member(team: &Row, route: Route) -> Result<(), Refusal> {
    let regenerate_by_path = route == Route::Regenerate && members_may(team, "/key/{key_id}/regenerate");
    if members_may(team, route.path()) || regenerate_by_path {
        return Ok(());
    }
    let team_id = team.text("team_id").unwrap_or_default();
    let mut allowed = team.texts("team_member_permissions");
    if allowed.is_empty() {
        allowed = MEMBERS_MAY.iter().map(|path| (*path).to_owned()).collect();
    }
    let message = format!(
        "Team member does not have permissions for endpoint: {}. You only have access to the following endpoints: {} \
         for team {team_id}. To create keys for this team, please ask your proxy admin to check the team member \
         permission settings and update the settings to allow team member users to create keys.",
        route.name(),
        listed(&allowed)
    );
    Err(Refusal::proxy(Why::Unauthorized, "team_member_permission_error", Some(route.path()), message))
}

/// The refusal unless the caller may change the key itself: admins of all kinds, its user when the user made it, and
/// members of its team whom the team lets.
pub async fn check_change(
    session: &mut Session,
    caller: &Caller,
    key: &Row,
    route: Route,
) -> Result<Standing, Refusal> {
    let (standing, team) = standing(session, caller, key).await?;
    let verb = if route == Route::Regenerate { "regenerate" } else { "update" };
    let refused = || Refusal::error(Why::Forbidden, format!("You are not authorized to {verb} this key"));
    if standing <= Standing::TeamAdmin {
        return Ok(standing);
    }
    match team {
        Some(team) if caller.team_role(&team).is_some() => check_member(&team, route)?,
        // A user changes a key that somebody else made for them at that other person's word only; a new value for
        // the key takes nothing from the other.
        _ if standing == Standing::Owner && (route == Route::Regenerate || made_by(caller, key)) => {}
        _ => return Err(refused()),
    }
    Ok(standing)
}

fn made_by(caller: &Caller, key: &Row) -> bool {
    caller.user_id().is_some() && caller.user_id() == key.text("created_by")
}

/// Members that only a proxy admin sets, when they are not what `stored` holds already.
pub(super) fn check_admin_members(caller: &Caller, request: &Row, stored: &Row) -> Result<(), Refusal> {
    if caller.is_admin() {
        return Ok(());
    }
    let refuse = |message: &str| Err(Refusal::error(Why::Forbidden, message));
    let differs = |name: &str| {
        let said = request.get(name).filter(|value| !is_empty(value));
        let has = stored.get(name).filter(|value| !is_empty(value));
        request.contains_key(name) && said != has
    };
    if differs("permissions") {
        return refuse("Only proxy admins can set `permissions`.");
    }
    if differs("allowed_routes") || request.text("key_type") == Some("management") {
        return refuse(
            "Only proxy admins can set `allowed_routes` on a key. Use `key_type` to pick a preset route bucket instead.",
        );
    }
    let metadata = stored.object("metadata").cloned().unwrap_or_default();
    for name in ["throttle_on_budget_exceeded", "end_user_budget_id"] {
        let said = request.value(name);
        if !said.is_null() && said != metadata.value(name) {
            return refuse(&format!("Only proxy admins can set `{name}`."));
        }
    }
    Ok(())
}

/// The log names whoever holds a service account's key by `metadata.service_account_id`, so nobody but a proxy admin
/// writes it there, when it is not what `stored` holds already.
pub(super) fn check_service_account(caller: &Caller, request: &Row, stored: &Row) -> Result<(), Refusal> {
    let id = |key: &Row| key.object("metadata").map_or(Value::Null, |metadata| metadata.value("service_account_id"));
    let said = id(request);
    if caller.is_admin() || said.is_null() || said == id(stored) {
        return Ok(());
    }
    let message = "Only proxy admins can set `service_account_id` in metadata. Use /key/service-account/generate to make \
                   a key for a service account.";
    Err(Refusal::proxy(Why::Forbidden, "auth_error", Some("metadata"), message))
}

/// Members that only admins set and that live in `metadata`, when they come in it. `manages` says whether the caller
/// administers what the key belongs to: such admins raise a budget for a while.
pub(super) fn check_admin_metadata(caller: &Caller, manages: bool, request: &Row, stored: &Row) -> Result<(), Refusal> {
    let Some(sent) = request.get("metadata") else { return Ok(()) };
    if caller.is_admin() {
        return Ok(());
    }
    let wanted = parts::merge_metadata(sent.as_object().cloned().unwrap_or_default(), request);
    let has = stored.object("metadata").cloned().unwrap_or_default();
    let differs = |name: &str| !is_same(&wanted.value(name), &has.value(name));
    let refuse = |message: String| Err(Refusal::error(Why::Forbidden, message));
    // Leaving these out lifts them, so that is a change too.
    for name in ["throttle_on_budget_exceeded", "end_user_budget_id"] {
        if differs(name) {
            return refuse(format!("Only proxy admins can set `{name}`."));
        }
    }
    for name in ["temp_budget_increase", "temp_budget_expiry"] {
        if !manages && !wanted.value(name).is_null() && differs(name) {
            return refuse(format!("Only proxy admins, team admins, or org admins can change `{name}` of a key."));
        }
    }
    Ok(())
}

fn is_same(left: &Value, right: &Value) -> bool {
    left == right || (left.as_f64().is_some() && left.as_f64() == right.as_f64())
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::row;

    #[test]
    fn a_member_may_what_the_team_lists() {
        let team = row! { "team_id": "t", "team_member_permissions": ["/key/update", "/key/{key_id}/regenerate"] };
        assert!(check_member(&team, Route::Update).is_ok());
        assert!(check_member(&team, Route::Regenerate).is_ok());
        let refusal = check_member(&team, Route::Generate).unwrap_err();
        assert_eq!(refusal.why, Why::Unauthorized);
        let closed = row! { "team_id": "t" };
        let message = check_member(&closed, Route::Generate).unwrap_err().reason();
        assert!(
            message.starts_with(
                "Team member does not have permissions for endpoint: KeyManagementRoutes.KEY_GENERATE. You only have \
                 access to the following endpoints: ['/key/info', '/key/health'] for team t. To create keys for this \
                 team, "
            ),
            "{message}"
        );
    }
}
