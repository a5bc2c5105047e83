//! `/key/list`, `/key/aliases`: the keys that a caller may see, filtered and in pages.

use jiff::Timestamp;

use super::permission::members_may;
use super::{DASHBOARD_TEAM, info};
use crate::manage::{Caller, Refusal, Why};
use crate::model::row::{Row, RowExt as _};
use crate::model::table;
use crate::store::key_list::{self, Filter, Match, Page, SORT_COLUMNS, Scope, Status};
use crate::store::{Lock, Session, by, keys};

/// A page of keys.
#[derive(Debug)]
pub struct Listing {
    pub rows: Vec<Row>,
    /// Whether the rows are the archive's.
    pub archived: bool,
    pub total: i64,
    /// Budget rows of the keys on the page.
    pub budgets: Vec<Row>,
    /// Object permissions of the keys on the page.
    pub permissions: Vec<Row>,
    /// Users that the page's keys belong to or were made by, when they are asked for: id, e-mail, alias.
    pub users: Option<Vec<Row>>,
}

/// The keys that `query` asks for; every parameter is in it, sent or default.
pub async fn list(session: &mut Session, caller: &Caller, query: &Row, now: Timestamp) -> Result<Listing, Refusal> {
    let status = parse_status(query)?;
    let expiry = parse_expiry(query)?;
    let (sort_by, descending) = parse_order(query)?;
    let scope = scope(session, caller, query).await?;
    let given = |name: &str| query.text(name).filter(|text| !text.is_empty()).map(str::to_owned);
    let filter = Filter {
        scope,
        team_id: given("team_id"),
        organization_id: given("organization_id"),
        token: given("key_hash").map(|key| crate::model::secret::token_of(&key)),
        alias: given("key_alias"),
        alias_match: if query.flag("substring_matching") == Some(true) { Match::Substring } else { Match::Exact },
        search: given("search"),
        project_id: given("project_id"),
        access_group_id: given("access_group_id"),
        agent_id: given("agent_id"),
        status,
        expiry,
        hidden_team: Some(DASHBOARD_TEAM.to_owned()),
    };
    let size = query.int("size").unwrap_or(10);
    let offset = query.int("page").unwrap_or(1).saturating_sub(1).saturating_mul(size);
    let page = Page { sort_by, descending, offset, limit: size };
    let (rows, total) = key_list::page(session, &filter, &page, now).await?;

    let full = query.flag("return_full_object") == Some(true);
    let (mut budgets, mut permissions, mut users) = (Vec::new(), Vec::new(), None);
    if full {
        for row in &rows {
            if let Some(id) = row.text("budget_id") {
                budgets.extend(session.row(&table::BUDGETS, &by("budget_id", id), Lock::No).await?);
            }
            if let Some(id) = row.text("object_permission_id") {
                let key = by("object_permission_id", id);
                permissions.extend(session.row(&table::OBJECT_PERMISSIONS, &key, Lock::No).await?);
            }
        }
        if query.texts("expand").iter().any(|name| name == "user") {
            let mut ids: Vec<String> = rows
                .iter()
                .flat_map(|row| [row.text("user_id"), row.text("created_by")])
                .flatten()
                .map(str::to_owned)
                .collect();
            ids.sort();
            ids.dedup();
            users = Some(keys::list_owners(session, ids).await?);
        }
    }
    let archived = status == Some(Status::Deleted);
    Ok(Listing { rows, archived, total, budgets, permissions, users })
}

/// Aliases of the keys that the caller may see, and how many there are in all.
pub async fn aliases(
    session: &mut Session,
    caller: &Caller,
    query: &Row,
    now: Timestamp,
) -> Result<(Vec<String>, i64), Refusal> {
    let mut asked = query.clone();
    asked.insert("include_team_keys".to_owned(), true.into());
    let scope = scope(session, caller, &asked).await?;
    let given = |name: &str| query.text(name).filter(|text| !text.is_empty()).map(str::to_owned);
    let filter = Filter {
        scope,
        team_id: given("team_id"),
        alias: given("search"),
        alias_match: Match::Substring,
        hidden_team: Some(DASHBOARD_TEAM.to_owned()),
        ..Filter::default()
    };
    let size = query.int("size").unwrap_or(50);
    let offset = query.int("page").unwrap_or(1).saturating_sub(1).saturating_mul(size);
    Ok(key_list::aliases(session, &filter, offset, size, now).await?)
}

/// Whose keys are listed; `None` for all. Refuses a caller who asks for what is not theirs.
async fn scope(session: &mut Session, caller: &Caller, query: &Row) -> Result<Option<Scope>, Refusal> {
    let wanted = query.text("user_id").filter(|id| !id.is_empty());
    let user_id = if caller.sees_everything() {
        match wanted {
            Some(user_id) => user_id.to_owned(),
            None => return Ok(None),
        }
    } else {
        check_asked(session, caller, query).await?.to_owned()
    };
    let mut scope = Scope { user_id: Some(user_id.clone()), ..Scope::default() };
    if query.flag("include_created_by_keys") == Some(true) {
        scope.created_by = Some(user_id.clone());
    }
    if let Some(id) = query.text("organization_id").filter(|id| caller.is_org_admin(id)) {
        scope.organization_id = Some(id.to_owned());
    }
    if query.flag("include_team_keys") == Some(true)
        && let Some(user) = session.row(&table::USERS, &by("user_id", &user_id), Lock::No).await?
    {
        for team in keys::list_teams(session, user.texts("teams")).await? {
            let Some(team_id) = team.text("team_id").map(str::to_owned) else { continue };
            let member = team.list("members_with_roles").iter().find(|member| member["user_id"] == user_id.as_str());
            match member {
                Some(member) if member["role"] == "admin" || members_may(&team, "/key/list") => {
                    scope.teams.push(team_id)
                }
                Some(_) => scope.service_accounts_of.push(team_id),
                None => {}
            }
        }
    }
    Ok(Some(scope))
}

/// What somebody who does not see everything may ask for. Gives their id.
async fn check_asked<'a>(session: &mut Session, caller: &'a Caller, query: &Row) -> Result<&'a str, Refusal> {
    let refuse =
        |param: &str, message: &str| Err(Refusal::proxy(Why::Forbidden, "bad_request_error", Some(param), message));
    let Some(own) = caller.user_id() else {
        return refuse(
            "user_id",
            "You are not authorized to access this endpoint. No 'user_id' is associated with your API key.",
        );
    };
    let given = |name: &str| query.text(name).filter(|text| !text.is_empty());
    if given("user_id").is_some_and(|wanted| wanted != own) {
        return refuse("user_id", "You are not authorized to check another user's keys");
    }
    if let Some(team_id) = given("team_id") {
        let listed = caller.user.as_ref().is_some_and(|user| user.texts("teams").iter().any(|id| id == team_id));
        let team = session.row(&table::TEAMS, &by("team_id", team_id), Lock::No).await?;
        let member = team.is_some_and(|team| caller.team_role(&team).is_some() || caller.administers_team(&team));
        if !listed && !member {
            return refuse("team_id", "You are not authorized to check this team's keys");
        }
    }
    if given("organization_id").is_some_and(|id| caller.organization_role(id).is_none()) {
        return refuse("organization_id", "You are not authorized to check this organization's keys");
    }
    if let Some(key) = given("key_hash") {
        let token = crate::model::secret::token_of(key);
        let Some(row) = keys::find(session, &token).await? else {
            return refuse("key_hash", "Key Hash not found.");
        };
        if !info::may_see(session, caller, &row).await? {
            let message = format!("You are not allowed to access this key's info. Your role={}", caller.stated_role());
            return Err(Refusal::text(Why::Forbidden, message));
        }
    }
    Ok(own)
}

fn parse_order(query: &Row) -> Result<(&'static str, bool), Refusal> {
    let refuse = |message: String| Err(Refusal::error(Why::Invalid, message));
    let sort_by = match query.text("sort_by") {
        None => "created_at",
        Some(wanted) => match SORT_COLUMNS.iter().find(|column| **column == wanted) {
            Some(column) => column,
            None => {
                return refuse(format!("Invalid sort column. Must be one of: {}", SORT_COLUMNS.join(", ")));
            }
        },
    };
    match query.text("sort_order").map(str::to_ascii_lowercase).as_deref() {
        Some("asc") => Ok((sort_by, false)),
        Some("desc") | None => Ok((sort_by, true)),
        Some(_) => refuse("Invalid sort order. Must be 'asc' or 'desc'".to_owned()),
    }
}

fn parse_status(query: &Row) -> Result<Option<Status>, Refusal> {
    match query.text("status") {
        None => Ok(None),
        Some("active") => Ok(Some(Status::Active)),
        Some("expired") => Ok(Some(Status::Expired)),
        Some("revoked") => Ok(Some(Status::Revoked)),
        Some("deleted") => Ok(Some(Status::Deleted)),
        Some(_) => Err(Refusal::error(
            Why::Invalid,
            "Invalid status value. Supported: 'active', 'expired', 'revoked', 'deleted'.",
        )),
    }
}

fn parse_expiry(query: &Row) -> Result<Option<Status>, Refusal> {
    match query.text("expires") {
        None => Ok(None),
        Some("active") => Ok(Some(Status::Active)),
        Some("expired") => Ok(Some(Status::Expired)),
        Some(_) => Err(Refusal::error(Why::Invalid, "Invalid expires value. Supported: 'active', 'expired'.")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::row;

    #[test]
    fn an_order_is_one_of_the_columns_either_way() {
        assert_eq!(parse_order(&row! {}).unwrap(), ("created_at", true));
        assert_eq!(parse_order(&row! { "sort_by": "spend", "sort_order": "ASC" }).unwrap(), ("spend", false));
        assert!(parse_order(&row! { "sort_by": "metadata" }).is_err());
        assert!(parse_order(&row! { "sort_order": "up" }).is_err());
    }
}
