//! Which route a caller may call: LiteLLM's order of checks (contract: route authorization), as one function.
//!
//! Ownership of the object that a route names is the business of the function that carries the request out.

use super::{Caller, Refusal, Role, Rules, Why};
use crate::model::row::{Row, RowExt as _};
use crate::store::{Session, teams};

pub mod routes;

/// What the request says, as far as permissions look at it.
#[derive(Clone, Copy)]
pub struct Asked<'a> {
    pub method: &'a str,
    /// The path as it was called.
    pub path: &'a str,
    /// The JSON body, when it is an object.
    pub body: Option<&'a Row>,
    /// The value of a query parameter, by name.
    pub query: &'a dyn Fn(&str) -> Option<String>,
    /// What [`organization_of_team`] gave.
    pub team_organization: Option<&'a str>,
}

impl Asked<'_> {
    /// The organization that the request is about: `organization_id` of the body, else of the query string.
    fn organization(&self) -> Option<String> {
        let of_body = self.body.and_then(|body| body.text("organization_id").map(str::to_owned));
        of_body.or_else(|| (self.query)("organization_id")).filter(|id| !id.is_empty())
    }

    /// Organizations that the request names, in the body or the query string.
    fn organizations(&self) -> Vec<String> {
        let mut named = Vec::new();
        if let Some(body) = self.body {
            named.extend(body.text("organization_id").map(str::to_owned));
            named.extend(body.texts("organizations"));
        }
        named.extend((self.query)("organization_id"));
        named.extend(self.team_organization.map(str::to_owned));
        named.retain(|id| !id.is_empty());
        named
    }
}

/// The organization of a team that is named in the path of a request: the team's say stands for the request's. It is looked
/// up only for a caller to whom it could open the route.
pub async fn organization_of_team(
    session: &mut Session,
    caller: &Caller,
    team_id: &str,
) -> Result<Option<String>, Refusal> {
    if caller.administered_organizations().is_empty() {
        return Ok(None);
    }
    let team = teams::find(session, team_id).await?;
    Ok(team.and_then(|team| team.text("organization_id").map(str::to_owned)))
}

/// Refuses a caller who may not call the route.
pub fn authorize(caller: &Caller, rules: &Rules, asked: &Asked<'_>) -> Result<(), Refusal> {
    let allowed_routes = caller.key.as_ref().map(|key| key.texts("allowed_routes")).unwrap_or_default();
    let granted = allowed_routes.iter().any(|allowed| routes::allows(allowed, asked.path));
    if !allowed_routes.is_empty() && !granted {
        let list: Vec<String> = allowed_routes.iter().map(|route| format!("'{route}'")).collect();
        let message = format!(
            "Virtual key is not allowed to call this route. Only allowed to call routes: [{}]. Tried to call route: {}",
            list.join(", "),
            asked.path
        );
        return Err(Refusal { why: Why::Forbidden, detail: super::Detail::Text(message), cause: None });
    }
    if caller.is_admin() {
        return Ok(());
    }
    if rules.admin_only_routes.iter().any(|route| routes::allows(route, asked.path)) {
        let message = format!("user not allowed to access this route. Route={} is an admin only route", asked.path);
        return Err(Refusal::proxy(Why::Forbidden, "auth_error", None, message));
    }
    if routes::LEDGER.contains(asked.path) {
        return Ok(());
    }
    if routes::WHOLE_LEDGER.contains(asked.path) {
        return if sees_whole_log(caller, asked.path) { Ok(()) } else { Err(only_admins(caller, asked.path)) };
    }
    if routes::AUDIT.contains(asked.path) {
        // The whole log is for admins and their viewers; who administers a team or an organization sees its rows, which
        // the question itself is narrowed to. LiteLLM shows the whole log to whoever names an organization of theirs.
        if sees_whole_log(caller, asked.path)
            || (reads_by_team(caller) && names_team(asked))
            || names_own_organization(caller, asked)
        {
            return Ok(());
        }
        return Err(only_admins(caller, asked.path));
    }
    if routes::INFO.contains(asked.path) {
        return own_user_only(caller, asked);
    }
    organization_routes(caller, asked)?;
    if caller.role == Role::ProxyAdminViewer {
        if asked.method == "GET" {
            return Ok(());
        }
        let message = format!(
            "user not allowed to access this route, role= proxy_admin_viewer. Trying to access: {}",
            asked.path
        );
        return Err(Refusal::proxy(Why::Forbidden, "auth_error", None, message));
    }
    let internal_user = caller.user.is_some() && matches!(caller.role, Role::InternalUser | Role::Other);
    if internal_user && routes::INTERNAL_USER.contains(asked.path) {
        return Ok(());
    }
    // Of all that the request names: nobody gets at another organization by naming their own beside it.
    let organizations = asked.organizations();
    let administers_all = !organizations.is_empty() && organizations.iter().all(|id| caller.is_org_admin(id));
    if administers_all && routes::org_admin(asked.path) {
        return Ok(());
    }
    if caller.role == Role::InternalUserViewer && routes::INTERNAL_USER_VIEWER.contains(asked.path) {
        return Ok(());
    }
    if routes::SELF_MANAGED.contains(asked.path) {
        return Ok(());
    }
    let service_account = caller.user.is_none() && caller.principal.service_account_id.is_some();
    if granted || (service_account && routes::KEY_MANAGEMENT.contains(asked.path)) {
        return Ok(());
    }
    Err(only_admins(caller, asked.path))
}

/// Whether the caller may read every entry of the audit log: an admin, a viewer, or a key that was made for it.
pub fn sees_whole_log(caller: &Caller, path: &str) -> bool {
    let allowed_routes = caller.key.as_ref().map(|key| key.texts("allowed_routes")).unwrap_or_default();
    caller.sees_everything() || allowed_routes.iter().any(|allowed| routes::allows(allowed, path))
}

/// Whether teams that the caller administers count, when it comes to the log.
pub fn reads_by_team(caller: &Caller) -> bool {
    caller.user.is_some() && caller.role != Role::InternalUserViewer
}

/// Refuses whoever is neither an admin nor an admin's viewer, where a route is open to more than may see what is there: admins
/// of an organization, for one.
pub fn check_admin_view(caller: &Caller) -> Result<(), Refusal> {
    if caller.sees_everything() { Ok(()) } else { Err(not_admin(caller)) }
}

/// What an endpoint says to whoever is not an admin, on a route that is open to them.
pub fn not_admin(caller: &Caller) -> Refusal {
    let role = caller.role.as_str();
    Refusal::error(Why::Invalid, format!("Admin-only endpoint. Not allowed to access this., your role={role}"))
}

fn names_team(asked: &Asked<'_>) -> bool {
    !routes::QUESTIONS.contains(asked.path) || (asked.query)("object_team_id").is_some_and(|id| !id.is_empty())
}

/// Whether the question names an organization of the caller's; of several, the handler looks at all. One entry is asked for
/// without naming any.
fn names_own_organization(caller: &Caller, asked: &Asked<'_>) -> bool {
    if routes::QUESTIONS.contains(asked.path) {
        (asked.query)("organization_id").is_some_and(|id| caller.is_org_admin(&id))
    } else {
        !caller.administered_organizations().is_empty()
    }
}

/// The refusal that LiteLLM gives whoever is not an admin.
pub fn only_admins(caller: &Caller, path: &str) -> Refusal {
    let message = format!(
        "Authentication Error, Only proxy admin can be used to generate, delete, update info for new \
         keys/users/teams. Route={path}. Your role={}. Your user_id={}",
        if caller.user.is_some() { caller.stated_role() } else { "unknown" },
        mask(if caller.user.is_some() { caller.user_id().unwrap_or("unknown") } else { "unknown" }),
    );
    Refusal::proxy(Why::Unauthorized, "auth_error", None, message)
}

/// LiteLLM's masking of a user id in an error: `***` up to four characters, stars up to eight, else the ends.
fn mask(user_id: &str) -> String {
    let characters: Vec<char> = user_id.chars().collect();
    match characters.len() {
        0..=4 => "***".to_owned(),
        length @ 5..=8 => "*".repeat(length),
        length => {
            let start: String = characters[..6].iter().collect();
            let end: String = characters[length - 2..].iter().collect();
            format!("{start}{}{end}", "*".repeat(length - 8))
        }
    }
}

fn own_user_only(caller: &Caller, asked: &Asked<'_>) -> Result<(), Refusal> {
    if asked.path != "/user/info" || caller.sees_everything() {
        return Ok(());
    }
    let Some(wanted) = (asked.query)("user_id") else { return Ok(()) };
    let own = caller.user_id().unwrap_or("None");
    if wanted == own {
        return Ok(());
    }
    let message = format!("key not allowed to access this user's info. user_id={wanted}, key's user_id={own}");
    Err(Refusal::proxy(Why::Forbidden, "auth_error", None, message))
}

/// The checks that LiteLLM makes for organizations before it looks at roles.
fn organization_routes(caller: &Caller, asked: &Asked<'_>) -> Result<(), Refusal> {
    let Some(user) = &caller.user else { return Ok(()) };
    let role = user.text("user_role").unwrap_or("internal_user");
    let refuse =
        |param: &str, message: String| Err(Refusal::proxy(Why::Unauthorized, "auth_error", Some(param), message));
    if asked.path == "/organization/new" {
        return refuse("user_role", format!("Only proxy admins can create new organizations. You are {role}"));
    }
    if caller.role == Role::ProxyAdminViewer {
        return Ok(());
    }
    let named = asked.organization();
    if routes::ORG_ADMIN_ONLY.contains(asked.path) {
        let Some(id) = named else {
            return refuse(
                "organization_id",
                "Passed organization_id is None, please pass an organization_id in your request".to_owned(),
            );
        };
        let Some(own) = caller.organization_role(&id) else {
            let message = format!(
                "You do not have a role within the selected organization. Passed organization_id: {id}. Please contact \
                 the organization admin to request access."
            );
            return refuse("organization_id", message);
        };
        if own != "org_admin" {
            let message = format!(
                "You do not have the required role to perform {} in Organization {id}. Your role is {own} in \
                 Organization {id}",
                asked.path
            );
            return refuse("user_role", message);
        }
        return Ok(());
    }
    if asked.path == "/team/new" && !caller.organizations.is_empty() {
        // The team is made where the body says: what the query string names decides nothing.
        let of_body = asked.body.and_then(|body| body.text("organization_id")).filter(|id| !id.is_empty());
        let Some(id) = of_body else {
            let ids: Vec<String> = caller
                .organizations
                .iter()
                .filter_map(|row| row.text("organization_id"))
                .map(|id| format!("'{id}'"))
                .collect();
            let message = format!(
                "Passed organization_id is None, please specify the organization_id in your request. You are part of \
                 multiple organizations: [{}]",
                ids.join(", ")
            );
            return refuse("organization_id", message);
        };
        if !caller.is_org_admin(id) {
            let own = caller.organization_role(id).unwrap_or("None");
            let message = format!(
                "You do not have the required role to call {}. Your role is {own} in Organization {id}",
                asked.path
            );
            return refuse("user_role", message);
        }
    }
    Ok(())
}
