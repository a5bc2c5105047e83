//! Lists of teams, and who may see which.

use std::collections::HashMap;

use crate::manage::{Caller, Refusal, Why};
use crate::model::row::{Row, RowExt as _};
use crate::model::table;
use crate::store::teams::{Filter, IdMatch, KEYS_COUNT, MEMBERS_COUNT, Order, Organization, Page, Search};
use crate::store::{Session, teams};

/// The value of `organization_id` that asks for teams without one.
const NO_ORGANIZATION: &str = "default_organization";

/// A team in a list, with its memberships, and its keys or their number.
#[derive(Clone, Debug)]
pub struct Listed {
    /// With `litellm_model_table` and `object_permission`.
    pub team: Row,
    pub memberships: Vec<Row>,
    pub keys: Vec<Row>,
    pub keys_count: i64,
}

/// Every team that the caller may see, sorted by alias; `question` may hold `user_id` and `organization_id`.
pub async fn list(session: &mut Session, caller: &Caller, question: &Row) -> Result<Vec<Listed>, Refusal> {
    let filter = permitted(caller, question)?;
    let newest = Order { column: "created_at", descending: true };
    let mut found = teams::list(session, &table::TEAMS, &filter, &newest, None).await?;
    found.sort_by(|left, right| alias(left).cmp(alias(right)));
    teams::attach_related(session, &mut found).await?;
    let ids = ids(&found);
    let mut memberships = by_team(teams::list_memberships(session, &ids).await?);
    let mut keys = by_team(teams::list_keys(session, &ids, None).await?);
    let listed = found.into_iter().map(|team| {
        let id = team.text("team_id").unwrap_or_default().to_owned();
        let mut memberships = memberships.remove(&id).unwrap_or_default();
        if let Some(user_id) = &filter.member {
            memberships.retain(|membership| membership.text("user_id") == Some(user_id));
        }
        let keys = keys.remove(&id).unwrap_or_default();
        Listed { team, memberships, keys_count: keys.len() as i64, keys }
    });
    Ok(listed.collect())
}

/// A page of the teams that the caller may see, and how many there are; the memberships are the caller's own.
pub async fn list_page(session: &mut Session, caller: &Caller, question: &Row) -> Result<(Vec<Listed>, i64), Refusal> {
    let filter = narrowed(permitted(caller, question)?, question);
    let total = teams::count(session, &table::TEAMS, &filter).await?;
    let mut found = teams::list(session, &table::TEAMS, &filter, &order(question), Some(page(question))).await?;
    teams::attach_related(session, &mut found).await?;
    let ids = ids(&found);
    let counts = teams::count_keys(session, &ids).await?;
    let own = match caller.user_id() {
        Some(user_id) => teams::list_memberships_of(session, user_id, &ids).await?,
        None => Vec::new(),
    };
    let mut own = by_team(own);
    let listed = found.into_iter().map(|team| {
        let id = team.text("team_id").unwrap_or_default();
        let memberships = own.remove(id).unwrap_or_default();
        let keys_count = counts.get(id).copied().unwrap_or(0);
        Listed { team, memberships, keys: Vec::new(), keys_count }
    });
    Ok((listed.collect(), total))
}

/// A page of the archive of teams that the caller might have seen, and how many there are.
pub async fn deleted(session: &mut Session, caller: &Caller, question: &Row) -> Result<(Vec<Row>, i64), Refusal> {
    let filter = narrowed(permitted(caller, question)?, question);
    let total = teams::count(session, &table::DELETED_TEAMS, &filter).await?;
    let order = match order(question) {
        Order { column: MEMBERS_COUNT | KEYS_COUNT, .. } => NEWEST,
        order => order,
    };
    let found = teams::list(session, &table::DELETED_TEAMS, &filter, &order, Some(page(question))).await?;
    Ok((found, total))
}

/// What the caller may see of what is asked for.
fn permitted(caller: &Caller, question: &Row) -> Result<Filter, Refusal> {
    let given = |name: &str| question.text(name).filter(|text| !text.is_empty());
    let user_id = given("user_id");
    let organization_id = given("organization_id");
    let mut filter = Filter {
        member: user_id.map(str::to_owned),
        organization: organization_id.map(|id| match id {
            NO_ORGANIZATION => Organization::None,
            id => Organization::Id(id.to_owned()),
        }),
        ..Filter::default()
    };
    if caller.sees_everything() || (user_id.is_some() && user_id == caller.user_id()) {
        return Ok(filter);
    }
    let administered = caller.administered_organizations();
    let asked_for_theirs = organization_id.is_none_or(|id| administered.contains(&id));
    if administered.is_empty() || !asked_for_theirs {
        let role = caller.stated_role();
        let role = if role == "unknown" { caller.role.as_str() } else { role };
        let message = format!("Only admin users can query all teams/other teams. Your user role={role}");
        return Err(Refusal::error(Why::Unauthorized, message));
    }
    filter.organizations = Some(administered.into_iter().map(str::to_owned).collect());
    Ok(filter)
}

fn narrowed(mut filter: Filter, question: &Row) -> Filter {
    let given = |name: &str| question.text(name).filter(|text| !text.is_empty()).map(str::to_owned);
    filter.ids = given("team_id").map(|id| vec![id]);
    filter.alias_part = given("team_alias");
    let id = if question.text("search_team_id_match") == Some("prefix") { IdMatch::Prefix } else { IdMatch::Exact };
    filter.search = given("search").map(|text| Search { text, id });
    filter
}

const NEWEST: Order = Order { column: "created_at", descending: true };

/// What a list may be sorted by; anything else is ignored, as LiteLLM does.
const SORTABLE: &[&str] = &[
    "team_id",
    "team_alias",
    "created_at",
    "spend",
    "max_budget",
    "tpm_limit",
    "rpm_limit",
    "updated_at",
    MEMBERS_COUNT,
    KEYS_COUNT,
];

fn order(question: &Row) -> Order {
    let named = question.text("sort_by").and_then(|name| SORTABLE.iter().find(|column| **column == name));
    match named {
        Some(column) => {
            let descending = question.text("sort_order").is_some_and(|way| way.eq_ignore_ascii_case("desc"));
            Order { column, descending }
        }
        None => NEWEST,
    }
}

fn page(question: &Row) -> Page {
    let limit = question.int("page_size").unwrap_or(10);
    let offset = question.int("page").unwrap_or(1).saturating_sub(1).saturating_mul(limit);
    Page { offset, limit }
}

fn alias(team: &Row) -> &str {
    team.text("team_alias").unwrap_or_default()
}

fn ids(teams: &[Row]) -> Vec<String> {
    teams.iter().filter_map(|team| team.text("team_id").map(str::to_owned)).collect()
}

fn by_team(rows: Vec<Row>) -> HashMap<String, Vec<Row>> {
    let mut map: HashMap<String, Vec<Row>> = HashMap::new();
    for row in rows {
        if let Some(id) = row.text("team_id") {
            map.entry(id.to_owned()).or_default().push(row);
        }
    }
    map
}
