//! `POST /user/new`: the user, the key that comes with it, its teams and organizations.

use serde_json::Value;

use super::{blank, check_email_is_free, check_id, check_may_give_role, is_nothing, lock_email};
use crate::manage::callbacks::seal_callbacks;
use crate::manage::keys::defaults::{Unset, bound};
use crate::manage::teams::members::{Member, join};
use crate::manage::{Ask, Caller, Refusal, Role, Rules, Why, keys, parts};
use crate::model::row::{Row, RowExt as _};
use crate::model::table;
use crate::store::{Change, by};

/// What a user was made with.
#[derive(Clone, Debug)]
pub struct Created {
    /// The row, after everything that hangs on it.
    pub user: Row,
    /// The raw key and its row, unless `auto_create_key` is false.
    pub key: Option<(String, Row)>,
    /// Whether the request names teams, known or not.
    pub names_teams: bool,
}

/// A team that a new user joins.
pub(super) struct Wanted {
    pub(super) team_id: String,
    role: String,
    limits: Row,
}

/// Makes a user.
pub async fn create(change: &mut Change, ask: &Ask) -> Result<Created, Refusal> {
    let request = with_defaults(&ask.request, &ask.rules);
    if let Some(role) = request.text("user_role") {
        check_may_give_role(&ask.caller, role)?;
    }
    for field in ["max_budget", "spend"] {
        parts::check_amount(&request, field)?;
    }
    parts::check_budget_duration(&request, "budget_duration")?;
    let metadata = parts::merge_metadata(request.object("metadata").cloned().unwrap_or_default(), &request);
    parts::check_changed_by_flag(ask.caller.is_admin(), &metadata)?;
    let email = request.text("user_email").filter(|email| !email.trim().is_empty()).map(str::to_owned);

    let user_id = match request.text("user_id").filter(|id| !id.is_empty()) {
        Some(id) => id.to_owned(),
        None => change.new_id(),
    };
    check_id(ask.caller.is_admin(), &user_id)?;
    // The teams before the names, as whoever changes a roster locks them.
    let wanted = wanted_teams(&request);
    let teams = find_teams(change, &ask.caller, &wanted).await?;
    change.lock_name(&format!("user_id:{user_id}")).await?;
    if change.find(&table::USERS, &by("user_id", &user_id)).await?.is_some() {
        return Err(Refusal::error(Why::Conflict, format!("User with id {user_id} already exists")));
    }
    if let Some(email) = &email {
        lock_email(change, email).await?;
        check_email_is_free(change, email, None).await?;
    }
    let organizations = find_organizations(change, &ask.caller, &request).await?;

    let row = user_row(change, ask, &request, &user_id, metadata, &teams).await?;
    change.insert(&table::USERS, row).await?;
    for organization_id in organizations {
        insert_membership(change, &user_id, &organization_id).await?;
    }
    for (team, wanted) in &teams {
        let member = Member { user_id: Some(user_id.clone()), user_email: email.clone(), role: wanted.role.clone() };
        join(change, &ask.rules, team, &[member], &wanted.limits).await?;
    }
    let key = match request.flag("auto_create_key") {
        Some(false) => None,
        _ => Some(insert_key(change, ask, &request, &user_id, &teams).await?),
    };
    let user = change.find(&table::USERS, &by("user_id", &user_id)).await?.unwrap_or_default();
    Ok(Created { user, key, names_teams: !wanted.is_empty() })
}

/// The request with the configured members of a new internal user where it is silent.
fn with_defaults(request: &Row, rules: &Rules) -> Row {
    let mut request = request.clone();
    let internal = request
        .text("user_role")
        .is_none_or(|role| matches!(Role::parse(role), Role::InternalUser | Role::InternalUserViewer));
    let Some(defaults) = rules.default_internal_user_params.as_object().filter(|_| internal) else { return request };
    for (name, value) in defaults {
        let silent = request.get(name).is_none_or(|sent| sent.is_null() || (name == "models" && is_nothing(sent)));
        if silent && name != "available_teams" {
            request.insert(name.clone(), value.clone());
        }
    }
    request
}

/// The teams that a request names: `team_id`, then `teams`, each once.
pub(super) fn wanted_teams(request: &Row) -> Vec<Wanted> {
    let mut wanted: Vec<Wanted> = Vec::new();
    let single = request.get("team_id").filter(|value| value.is_string());
    for named in single.into_iter().chain(request.list("teams")) {
        let Some(team_id) = named.as_str().or_else(|| named["team_id"].as_str()) else { continue };
        if wanted.iter().any(|have| have.team_id == team_id) {
            continue;
        }
        let mut limits = Row::new();
        if let Some(budget) = named.get("max_budget_in_team").filter(|budget| !budget.is_null()) {
            limits.insert("max_budget_in_team".to_owned(), budget.clone());
        }
        let role = named["user_role"].as_str().unwrap_or("user").to_owned();
        wanted.push(Wanted { team_id: team_id.to_owned(), role, limits });
    }
    wanted
}

/// The teams that exist, held in the order of their ids. Unknown ones are passed over, as LiteLLM does.
async fn find_teams<'a>(
    change: &mut Change,
    caller: &Caller,
    wanted: &'a [Wanted],
) -> Result<Vec<(Row, &'a Wanted)>, Refusal> {
    let mut sorted: Vec<&Wanted> = wanted.iter().collect();
    sorted.sort_by(|left, right| left.team_id.cmp(&right.team_id));
    let mut teams = Vec::new();
    for wanted in sorted {
        let Some(team) = change.find(&table::TEAMS, &by("team_id", &wanted.team_id)).await? else { continue };
        if !caller.administers_team(&team) {
            let message = format!("Only proxy admins and admins of the team may add users to team {}.", wanted.team_id);
            return Err(Refusal::error(Why::Forbidden, message));
        }
        teams.push((team, wanted));
    }
    Ok(teams)
}

/// The ids of the organizations that exist, sorted. Unknown ones are passed over, as LiteLLM does.
async fn find_organizations(change: &mut Change, caller: &Caller, request: &Row) -> Result<Vec<String>, Refusal> {
    let mut wanted = request.texts("organizations");
    wanted.sort();
    wanted.dedup();
    let mut found = Vec::new();
    for id in wanted {
        if change.find(&table::ORGANIZATIONS, &by("organization_id", &id)).await?.is_none() {
            continue;
        }
        if !caller.is_admin() && !caller.is_org_admin(&id) {
            let message = format!("Only proxy admins and admins of the organization may add users to {id}.");
            return Err(Refusal::error(Why::Forbidden, message));
        }
        found.push(id);
    }
    Ok(found)
}

async fn user_row(
    change: &mut Change,
    ask: &Ask,
    request: &Row,
    user_id: &str,
    metadata: Row,
    teams: &[(Row, &Wanted)],
) -> Result<Row, Refusal> {
    let mut row = blank(change, user_id);
    let columns = [
        "user_alias",
        "user_email",
        "user_role",
        "team_id",
        "sso_user_id",
        "models",
        "spend",
        "max_budget",
        "max_parallel_requests",
        "tpm_limit",
        "rpm_limit",
        "budget_duration",
        "allowed_cache_controls",
        "model_max_budget",
    ];
    for name in columns {
        if let Some(value) = request.get(name).filter(|value| !value.is_null()) {
            row.insert(name.to_owned(), value.clone());
        }
    }
    row.insert("metadata".to_owned(), Value::Object(metadata));
    let reset = parts::budget_reset_at(&ask.rules, change.now(), request.text("budget_duration"));
    row.insert("budget_reset_at".to_owned(), reset);
    // In the order of the request; each joins below, and finds itself named here already.
    let known = |id: &str| teams.iter().any(|(team, _)| team.text("team_id") == Some(id));
    let named: Vec<Value> = wanted_teams(request)
        .into_iter()
        .filter(|wanted| known(&wanted.team_id))
        .map(|wanted| wanted.team_id.into())
        .collect();
    row.insert("teams".to_owned(), Value::Array(named));
    if let Some(wanted) = request.object("object_permission") {
        let id = parts::save_object_permission(change, wanted, None).await?;
        row.insert("object_permission_id".to_owned(), id.into());
    }
    Ok(row)
}

async fn insert_membership(change: &mut Change, user_id: &str, organization_id: &str) -> Result<(), Refusal> {
    let now = change.now_text();
    let row = crate::row! {
        "user_id": user_id,
        "organization_id": organization_id,
        "user_role": Role::InternalUser.as_str(),
        "spend": 0.0,
        "created_at": now,
        "updated_at": now,
    };
    change.insert(&table::ORGANIZATION_MEMBERSHIPS, row).await?;
    Ok(())
}

/// The user's own key: with the user's models and rate limits, without a budget of its own.
async fn insert_key(
    change: &mut Change,
    ask: &Ask,
    request: &Row,
    user_id: &str,
    teams: &[(Row, &Wanted)],
) -> Result<(String, Row), Refusal> {
    // What the caller says of the key, without what no such key takes from the request.
    let mut said = ask.request.clone();
    for name in ["key_type", "allowed_routes"] {
        said.shift_remove(name);
    }
    keys::check_said(&ask.caller, &said)?;
    let mut wanted = request.clone();
    for name in ["max_budget", "budget_duration", "budget_id", "key_type", "allowed_routes"] {
        wanted.shift_remove(name);
    }
    wanted.insert("user_id".to_owned(), user_id.into());
    // A key of a team that is yet to be made would be let into it when it is.
    let team_id = wanted.text("team_id");
    if !ask.caller.is_admin() && !teams.iter().any(|(team, _)| team.text("team_id") == team_id) {
        wanted.shift_remove("team_id");
    }
    bound(&ask.rules, &mut wanted, Unset::Bound)?;
    let mut columns = keys::generate::columns(&ask.rules, change.now(), &wanted)?;
    // Nobody has asked for a key of a type, and nobody has made this one but its owner's arrival.
    for name in ["key_type", "created_by", "updated_by"] {
        columns.insert(name.to_owned(), Value::Null);
    }
    if let Some(metadata) = columns.get_mut("metadata").and_then(Value::as_object_mut) {
        seal_callbacks(change, &ask.rules, metadata)?;
    }
    if let Some(alias) = wanted.text("key_alias") {
        keys::claim_alias(change, alias, None).await?;
    }
    let raw = change.new_key();
    let key = keys::insert_key(change, &raw, columns).await?;
    Ok((raw, key))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn defaults_are_for_internal_users_and_fill_only_what_is_silent() {
        let rules = Rules {
            default_internal_user_params: json!({"models": ["m"], "max_budget": 5, "available_teams": ["t"]}),
            ..Rules::default()
        };
        for (request, models, budget) in [
            (json!({}), json!(["m"]), json!(5)),
            (json!({"models": [], "max_budget": null}), json!(["m"]), json!(5)),
            (json!({"models": ["x"], "max_budget": 1.0}), json!(["x"]), json!(1.0)),
            (json!({"user_role": "internal_user_viewer"}), json!(["m"]), json!(5)),
            (json!({"user_role": "proxy_admin"}), Value::Null, Value::Null),
        ] {
            let made = with_defaults(request.as_object().unwrap(), &rules);
            assert_eq!((made.value("models"), made.value("max_budget")), (models, budget), "{request}");
            assert!(!made.contains_key("available_teams"));
        }
    }

    #[test]
    fn a_team_named_twice_is_joined_once() {
        let request = crate::row! {
            "team_id": "a",
            "teams": [{"team_id": "b", "user_role": "admin", "max_budget_in_team": 2.0}, {"team_id": "a"}],
        };
        let wanted = wanted_teams(&request);
        let ids: Vec<&str> = wanted.iter().map(|wanted| wanted.team_id.as_str()).collect();
        assert_eq!(ids, ["a", "b"]);
        assert_eq!((wanted[1].role.as_str(), wanted[1].limits.float("max_budget_in_team")), ("admin", Some(2.0)));
    }
}
