//! A new team, with the people on its roster.

use serde_json::Value;

use super::members::{self, Member};
use super::{DASHBOARD, SHARED_BUDGET_ID, limits, stated, with_related};
use crate::manage::callbacks::seal_callbacks;
use crate::manage::{Ask, Refusal, Why, parts};
use crate::model::row::{Row, RowExt as _};
use crate::model::table;
use crate::row;
use crate::store::{Change, by, teams};

/// Columns that a request sets under their own names.
const COLUMNS: &[&str] = &[
    "team_alias",
    "organization_id",
    "admins",
    "members",
    "team_member_permissions",
    "tpm_limit",
    "rpm_limit",
    "tpd_limit",
    "max_budget",
    "soft_budget",
    "budget_duration",
    "models",
    "blocked",
    "router_settings",
    "access_group_ids",
    "default_team_member_models",
    "model_max_budget",
];

/// Makes a team. Gives its row with `litellm_model_table` and `object_permission`.
pub async fn create(change: &mut Change, ask: &Ask) -> Result<Row, Refusal> {
    let request = with_defaults(ask);
    limits::check_amounts(&request)?;
    limits::check_soft_budget(&request)?;
    let team_id = settle_id(change, ask, &request).await?;
    match request.text("organization_id").filter(|id| !id.is_empty()) {
        Some(id) => {
            let missing = || Refusal::text(Why::Invalid, format!("Organization not found for organization_id={id}"));
            let organization = limits::get_organization(change.session(), id, missing).await?;
            if !ask.caller.is_admin() && !ask.caller.is_org_admin(id) {
                return Err(Refusal::text(Why::Forbidden, "You do not have access to this organization"));
            }
            limits::check_organization(&organization, &request)?;
        }
        None => limits::check_maker(ask, &request)?,
    }
    let mut metadata = parts::merge_metadata(request.object("metadata").cloned().unwrap_or_default(), &request);
    metadata.shift_remove(SHARED_BUDGET_ID);
    parts::check_changed_by_flag(ask.caller.is_admin(), &metadata)?;
    seal_callbacks(change, &ask.rules, &mut metadata)?;

    let shared_budget = save_shared_budget(change, ask, &request, None).await?;
    if let Some(id) = &shared_budget {
        metadata.insert(SHARED_BUDGET_ID.to_owned(), id.clone().into());
    }
    let people = people(ask, &request);
    let admitted = members::admit(change, &ask.rules, &team_id, &people, &Row::new(), shared_budget.as_deref()).await?;

    let now = change.now_text();
    let mut team = row! { "team_id": team_id, "models": [], "admins": [], "members": [] };
    for name in COLUMNS {
        if let Some(value) = stated(&request, name) {
            team.insert((*name).to_owned(), value.clone());
        }
    }
    if team.text("organization_id") == Some("") {
        team.remove("organization_id");
    }
    let roster: Vec<Value> = admitted.members.iter().map(Member::to_json).collect();
    team.insert("members_with_roles".to_owned(), roster.into());
    team.insert("metadata".to_owned(), metadata.into());
    let reset_at = parts::budget_reset_at(&ask.rules, change.now(), request.text("budget_duration"));
    team.insert("budget_reset_at".to_owned(), reset_at);
    if stated(&request, "budget_limits").is_some() {
        let windows = parts::budget_limits(&ask.rules, change.now(), &request)?;
        team.insert("budget_limits".to_owned(), windows);
    }
    if let Some(aliases) = stated(&request, "model_aliases") {
        let id = save_aliases(change, aliases.clone(), None).await?;
        team.insert("model_id".to_owned(), id);
    }
    if let Some(wanted) = request.object("object_permission") {
        let id = parts::save_object_permission(change, wanted, None).await?;
        team.insert("object_permission_id".to_owned(), id.into());
    }
    team.insert("created_at".to_owned(), now.clone().into());
    team.insert("updated_at".to_owned(), now.into());
    let team = change.insert(&table::TEAMS, team).await?;
    with_related(change.session(), team).await
}

/// The request with `default_team_params` in the place of what it leaves out.
fn with_defaults(ask: &Ask) -> Row {
    let mut request = ask.request.clone();
    for (name, value) in ask.rules.default_team_params.as_object().into_iter().flatten() {
        if stated(&request, name).is_none() && name != "team_id" {
            request.insert(name.clone(), value.clone());
        }
    }
    request
}

async fn settle_id(change: &mut Change, ask: &Ask, request: &Row) -> Result<String, Refusal> {
    let Some(id) = request.text("team_id").filter(|id| !id.is_empty()) else { return Ok(change.new_id()) };
    if id == DASHBOARD {
        return Err(Refusal::error(Why::Invalid, format!("team_id '{DASHBOARD}' is reserved.")));
    }
    change.lock_name(&format!("team_id:{id}")).await?;
    let exists = change.find(&table::TEAMS, &by("team_id", id)).await?.is_some();
    if exists || (!ask.caller.is_admin() && has_been(change, id).await?) {
        let message = format!("Team id = {id} already exists. Please use a different team id.");
        return Err(Refusal::error(Why::Invalid, message));
    }
    Ok(id.to_owned())
}

/// Whether a team of this id is in the archive. Entries of the log still name it, so only a proxy admin gives the
/// id again.
async fn has_been(change: &mut Change, team_id: &str) -> Result<bool, Refusal> {
    let filter = teams::Filter { ids: Some(vec![team_id.to_owned()]), ..teams::Filter::default() };
    Ok(teams::count(change.session(), &table::DELETED_TEAMS, &filter).await? > 0)
}

/// The roster: who is asked for and, as an admin, who asks.
fn people(ask: &Ask, request: &Row) -> Vec<Member> {
    let mut people: Vec<Member> = Vec::new();
    for member in request.list("members_with_roles").iter().filter_map(Value::as_object).map(Member::from_row) {
        if !people.contains(&member) {
            people.push(member);
        }
    }
    let stays_out = ask.caller.is_admin() && ask.rules.disable_auto_add_proxy_admin_to_teams;
    if let Some(user_id) = ask.caller.user_id().filter(|_| !stays_out)
        && !people.iter().any(|member| member.user_id.as_deref() == Some(user_id))
    {
        people.push(Member { user_id: Some(user_id.to_owned()), user_email: None, role: "admin".to_owned() });
    }
    people
}

/// Request members that become columns of the budget that a team's members share.
const SHARED_BUDGET: &[(&str, &str)] = &[
    ("team_member_budget", "max_budget"),
    ("team_member_rpm_limit", "rpm_limit"),
    ("team_member_tpm_limit", "tpm_limit"),
    ("team_member_budget_duration", "budget_duration"),
    ("team_member_model_max_budget", "model_max_budget"),
];

/// Makes or changes the budget that a team's members share, when the request says something about it. Gives its id.
pub(super) async fn save_shared_budget(
    change: &mut Change,
    ask: &Ask,
    request: &Row,
    existing: Option<&str>,
) -> Result<Option<String>, Refusal> {
    let sent = |name: &str| match existing {
        Some(_) => request.contains_key(name),
        None => stated(request, name).is_some(),
    };
    let mut columns: Row = SHARED_BUDGET
        .iter()
        .filter(|(name, _)| sent(name))
        .map(|(name, column)| ((*column).to_owned(), request.value(name)))
        .collect();
    if columns.is_empty() {
        return Ok(None);
    }
    if columns.contains_key("budget_duration") {
        let reset_at = parts::budget_reset_at(&ask.rules, change.now(), columns.text("budget_duration"));
        columns.insert("budget_reset_at".to_owned(), reset_at);
    }
    let signature = members::signature(change);
    if let Some(id) = existing {
        let mut values = columns.clone();
        values.insert("updated_at".to_owned(), change.now_text().into());
        values.insert("updated_by".to_owned(), signature.clone().into());
        if change.update(&table::BUDGETS, &by("budget_id", id), values).await?.is_some() {
            return Ok(Some(id.to_owned()));
        }
    }
    let id = format!("team-budget-{}", change.new_id().replace('-', ""));
    parts::insert_budget(change, Some(id.clone()), columns, &signature).await?;
    Ok(Some(id))
}

/// Makes or changes the row of a team's model aliases. Gives its id.
pub(super) async fn save_aliases(change: &mut Change, aliases: Value, existing: Option<i64>) -> Result<Value, Refusal> {
    let (now, signature) = (change.now_text(), members::signature(change));
    let mut values = row! { "aliases": aliases, "updated_at": now, "updated_by": signature };
    if let Some(id) = existing
        && change.update(&table::MODEL_ALIASES, &row! { "id": id }, values.clone()).await?.is_some()
    {
        return Ok(id.into());
    }
    values.insert("created_at".to_owned(), now.into());
    values.insert("created_by".to_owned(), signature.into());
    Ok(change.insert(&table::MODEL_ALIASES, values).await?.value("id"))
}
