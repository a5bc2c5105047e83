//! What is asked about models: `/models`, `/model/info`, `/v2/model/info`.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::access::{Access, Listing, View, check_team};
use super::catalog::{Deployment, deployments};
use super::view;
use crate::manage::{Caller, Refusal, Rules, Why};
use crate::model::row::{Row, RowExt as _};
use crate::row;
use crate::store::{Session, Store, teams};

/// `/models`: the names that the caller may use, those out of service left out.
pub async fn list(
    session: &mut Session,
    store: &Store,
    rules: &Rules,
    caller: &Caller,
    listing: &Listing,
) -> Result<Vec<Row>, Refusal> {
    let all = deployments(session, store.sealer(), rules).await?;
    let view = viewed(session, caller, &all, listing.team_id.as_deref()).await?;
    Ok(entries(&view, listing).iter().map(|(name, behind)| view::listed(name, "openai", behind)).collect())
}

/// `/models/{model_id}`
pub async fn one(
    session: &mut Session,
    store: &Store,
    rules: &Rules,
    caller: &Caller,
    id: &str,
    team_id: Option<&str>,
) -> Result<Row, Refusal> {
    let all = deployments(session, store.sealer(), rules).await?;
    let view = viewed(session, caller, &all, team_id).await?;
    let entries = entries(&view, &Listing::default());
    let Some((name, behind)) = entries.iter().find(|(name, _)| name == id) else {
        let mut unknown: Vec<&str> = id.split(',').map(str::trim).collect();
        unknown.retain(|id| !entries.iter().any(|(name, _)| name == id));
        let message = match id.contains(',') && !unknown.is_empty() {
            true => format!("The following model(s) do not exist or are not accessible: {}", unknown.join(", ")),
            false => format!("The model `{id}` does not exist or is not accessible"),
        };
        return Err(Refusal::text(Why::NotFound, message));
    };
    let Some(first) = behind.first() else {
        return Err(Refusal::text(Why::NotFound, format!("Model '{id}' not found in router configuration")));
    };
    let owner = if first.provider().is_empty() { "openai" } else { first.provider() };
    Ok(view::listed(name, owner, behind))
}

async fn viewed<'a>(
    session: &mut Session,
    caller: &'a Caller,
    all: &'a [Deployment],
    team_id: Option<&str>,
) -> Result<View<'a>, Refusal> {
    let view = View::new(caller, all);
    match team_id.filter(|id| !id.is_empty()) {
        Some(team_id) => view.of_team(session, team_id).await,
        None => Ok(view),
    }
}

fn entries<'a>(view: &View<'a>, listing: &Listing) -> Vec<(String, Vec<&'a Deployment>)> {
    let mut by_name = view.by_name();
    let named = view.names(listing).into_iter().map(|name| {
        let behind = by_name.remove(name.as_str()).unwrap_or_default();
        (name, behind)
    });
    named.filter(|(_, behind)| behind.is_empty() || !behind.iter().all(|model| model.is_blocked())).collect()
}

/// `/model/info`: the deployments that the caller sees, or the one that is named.
pub async fn info(
    session: &mut Session,
    store: &Store,
    rules: &Rules,
    caller: &Caller,
    question: &Row,
) -> Result<Vec<Row>, Refusal> {
    let all = deployments(session, store.sealer(), rules).await?;
    let view = View::new(caller, &all);
    let wanted = question.text("litellm_model_id");
    let mut found: Vec<&Deployment> = match wanted {
        Some(id) => all.iter().filter(|model| model.id() == id && in_scope(&view, model)).collect(),
        None => view.shown(),
    };
    if let (Some(id), true) = (wanted, found.is_empty()) {
        return Err(Refusal::error(Why::Invalid, format!("Model id = {id} not found on litellm proxy")));
    }
    let access = view.access(session).await?;
    if question.flag("include_team_models") == Some(true) {
        found.retain(|model| usable(&access, model));
    }
    if let Some(team_id) = asked_team(question) {
        let allowed = of_team(session, &view, team_id).await?;
        found.retain(|model| allowed.contains(model.id()));
    }
    let redactor = store.redactor();
    Ok(found.iter().map(|model| view::shown(model, access_row(&access, model), redactor)).collect())
}

/// `/v2/model/info`: one page of the deployments, and how many there are.
pub async fn page(
    session: &mut Session,
    store: &Store,
    rules: &Rules,
    caller: &Caller,
    question: &Row,
) -> Result<(Vec<Row>, usize), Refusal> {
    if question.flag("use_stored_params") == Some(true) && question.text("modelId").is_none() {
        return Err(Refusal::text(Why::Invalid, "use_stored_params requires modelId"));
    }
    let all = deployments(session, store.sealer(), rules).await?;
    let view = View::new(caller, &all);
    let mut found: Vec<&Deployment> =
        all.iter().filter(|model| in_scope(&view, model) && asked(model, question)).collect();
    if question.flag("user_models_only") == Some(true) {
        let own: BTreeSet<String> =
            caller.user.as_ref().map(|user| user.texts("teams")).unwrap_or_default().into_iter().collect();
        let me = caller.user_id();
        found.retain(|model| {
            let made = model.info.flag("db_model") == Some(true) && model.info.text("created_by") == me && me.is_some();
            made || model.team_id().is_some_and(|team| own.contains(team))
        });
    }
    let with_teams = question.flag("include_team_models") == Some(true);
    let access = view.access(session).await?;
    if with_teams {
        found.retain(|model| usable(&access, model));
    }
    if let Some(team_id) = asked_team(question) {
        let allowed = of_team(session, &view, team_id).await?;
        found.retain(|model| allowed.contains(model.id()));
    }
    let total = found.len();
    let redactor = store.redactor();
    let shown = |model: &&Deployment| {
        let access = if with_teams { access_row(&access, model) } else { Row::new() };
        view::shown(model, access, redactor)
    };
    let mut rows: Vec<Row> = Vec::new();
    let size = question.int("size").unwrap_or(50).max(1).unsigned_abs();
    let skip = (question.int("page").unwrap_or(1).max(1).unsigned_abs() - 1).saturating_mul(size);
    let (size, skip) = (usize::try_from(size).unwrap_or(usize::MAX), usize::try_from(skip).unwrap_or(usize::MAX));
    match question.text("sortBy").filter(|by| !by.is_empty()) {
        Some(by) => {
            let order = question.text("sortOrder").filter(|order| !order.is_empty()).unwrap_or("asc").to_lowercase();
            if !matches!(order.as_str(), "asc" | "desc") {
                let given = question.text("sortOrder").unwrap_or_default();
                let message = format!("Invalid sortOrder: {given}. Must be 'asc' or 'desc'");
                return Err(Refusal::text(Why::Invalid, message));
            }
            rows = found.iter().map(shown).collect();
            sort(&mut rows, by, order == "desc");
            rows = rows.into_iter().skip(skip).take(size).collect();
        }
        // Only what is on the page needs its prices looked up.
        None => rows.extend(found.iter().skip(skip).take(size).map(shown)),
    }
    Ok((rows, total))
}

fn asked(model: &Deployment, question: &Row) -> bool {
    let text = |name: &str| question.text(name).map(str::trim).filter(|text| !text.is_empty());
    let named = |name: &str| model.name == name || model.public_name() == name;
    let found = |wanted: &str| {
        let wanted = wanted.to_lowercase();
        model.public_name().to_lowercase().contains(&wanted) || model.name.to_lowercase().contains(&wanted)
    };
    text("model").is_none_or(named)
        && text("modelId").is_none_or(|id| model.id() == id)
        && text("search").is_none_or(found)
        && question.flag("blocked").is_none_or(|blocked| model.is_blocked() == blocked)
        && text("access_group").is_none_or(|group| model.info.texts("access_groups").iter().any(|have| have == group))
        && !(question.flag("exclude_auto_routers") == Some(true) && model.model().starts_with("auto_router/"))
        && (question.flag("wildcard_only") != Some(true) || model.name.contains('*'))
}

/// By a column of what is shown; what has no value comes last upwards and downwards first.
fn sort(rows: &mut [Row], by: &str, down: bool) {
    let info = |row: &Row, name: &str| row.object("model_info").map(|info| info.value(name)).unwrap_or_default();
    let text = |row: &Row| match by {
        "model_name" => row.text("model_name").unwrap_or_default().to_lowercase(),
        _ => match info(row, by) {
            Value::String(time) => time,
            _ if down => String::new(),
            _ => "~".to_owned(),
        },
    };
    let cost = |row: &Row| {
        let price = |name| info(row, name).as_f64().unwrap_or(0.0);
        let sum = price("input_cost_per_token") + price("output_cost_per_token");
        if sum != 0.0 {
            sum
        } else if down {
            f64::NEG_INFINITY
        } else {
            f64::INFINITY
        }
    };
    let compare = |left: &Row, right: &Row| match by {
        "model_name" | "created_at" | "updated_at" => text(left).cmp(&text(right)),
        "costs" => cost(left).total_cmp(&cost(right)),
        "status" => info(left, "db_model").as_bool().cmp(&info(right, "db_model").as_bool()),
        _ => Ordering::Equal,
    };
    // Equal ones keep their order in both directions.
    rows.sort_by(|left, right| if down { compare(right, left) } else { compare(left, right) });
}

/// Whether it is no other team's own model.
fn in_scope(view: &View<'_>, model: &Deployment) -> bool {
    model.team_id().is_none_or(|team| check_team(view.caller, team).is_ok())
}

fn usable(access: &Access, model: &Deployment) -> bool {
    access.is_direct(model) || access.teams(model).is_some_and(|teams| !teams.is_empty())
}

fn access_row(access: &Access, model: &Deployment) -> Row {
    let mut row = Row::new();
    if let Some(teams) = access.teams(model) {
        row.insert("access_via_team_ids".to_owned(), json!(teams));
    }
    row.extend(row! { "direct_access": access.is_direct(model) });
    row
}

fn asked_team(question: &Row) -> Option<&str> {
    question.text("teamId").map(str::trim).filter(|id| !id.is_empty())
}

/// The ids of the models that a team may use.
async fn of_team(session: &mut Session, view: &View<'_>, team_id: &str) -> Result<BTreeSet<String>, Refusal> {
    check_team(view.caller, team_id)?;
    let Some(team) = teams::find(session, team_id).await? else { return Ok(BTreeSet::new()) };
    let grant = view.grant(&team.texts("models"));
    let may = |model: &&Deployment| model.team_id() == Some(team_id) || grant.allows_team(team_id, model);
    Ok(view.all.iter().filter(may).map(|model| model.id().to_owned()).collect())
}
