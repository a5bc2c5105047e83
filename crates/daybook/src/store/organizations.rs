//! Questions about organizations: their rows, and what belongs to them.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::db::{Bind, Lock, Session, Sql, like_literal};
use super::{StoreError, by, teams};
use crate::model::question::Scope;
use crate::model::row::{Row, RowExt as _};
use crate::model::table::{self, Table};

/// The organization with this id.
pub async fn find(session: &mut Session, organization_id: &str) -> Result<Option<Row>, StoreError> {
    session.row(&table::ORGANIZATIONS, &by("organization_id", organization_id), Lock::No).await
}

/// Which organizations are asked for; what is `None` does not matter.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub ids: Option<Vec<String>>,
    /// A part of the alias, in any case.
    pub alias_part: Option<String>,
    /// Narrows to these, whatever else is asked for.
    pub visible: Option<Vec<String>>,
}

/// Organizations in the order in which they were made.
pub async fn list(session: &mut Session, filter: &Filter) -> Result<Vec<Row>, StoreError> {
    let dialect = session.dialect();
    let select = dialect.row(&table::ORGANIZATIONS, "o");
    let mut sql = session.sql(format!(r#"SELECT {select} FROM "LiteLLM_OrganizationTable" AS o WHERE 1 = 1"#));
    for ids in [&filter.ids, &filter.visible].into_iter().flatten() {
        let ids = sql.bind(Bind::Texts(ids.clone()));
        sql.push(&format!(" AND {}", dialect.any_of(r#"o."organization_id""#, &ids)));
    }
    if let Some(part) = &filter.alias_part {
        let pattern = format!("%{}%", like_literal(part));
        sql.push_with(r#" AND lower(o."organization_alias") LIKE lower(?) ESCAPE '\'"#, [Bind::Text(pattern)]);
    }
    sql.push(r#" ORDER BY o."created_at", o."organization_id""#);
    session.rows(&table::ORGANIZATIONS, sql).await
}

/// Memberships in these organizations, in the order in which they were made.
pub async fn list_memberships(session: &mut Session, ids: &[String]) -> Result<Vec<Row>, StoreError> {
    of_organizations(session, &table::ORGANIZATION_MEMBERSHIPS, ids, r#"x."created_at", x."user_id""#).await
}

/// Keys that name one of these organizations, whatever their team.
pub async fn list_keys(session: &mut Session, ids: &[String]) -> Result<Vec<Row>, StoreError> {
    of_organizations(session, &table::KEYS, ids, r#"x."token""#).await
}

/// Users whose rows name one of these organizations; members are another matter.
pub async fn list_users(session: &mut Session, ids: &[String]) -> Result<Vec<Row>, StoreError> {
    of_organizations(session, &table::USERS, ids, r#"x."user_id""#).await
}

/// Teams of these organizations, in the order of their ids.
pub async fn list_teams(session: &mut Session, ids: &[String]) -> Result<Vec<Row>, StoreError> {
    of_organizations(session, &table::TEAMS, ids, r#"x."team_id""#).await
}

async fn of_organizations(
    session: &mut Session,
    table: &'static Table,
    ids: &[String],
    order: &str,
) -> Result<Vec<Row>, StoreError> {
    let dialect = session.dialect();
    let mut sql: Sql = session.sql(format!(r#"SELECT {} FROM "{}" AS x WHERE "#, dialect.row(table, "x"), table.name));
    let ids = sql.bind(Bind::Texts(ids.to_vec()));
    sql.push(&dialect.any_of(r#"x."organization_id""#, &ids));
    sql.push(&format!(" ORDER BY {order}"));
    session.rows(table, sql).await
}

/// Sets `litellm_budget_table` of organizations or memberships.
pub async fn attach_budgets(session: &mut Session, rows: &mut [Row]) -> Result<(), StoreError> {
    teams::attach_budgets(session, rows).await
}

/// Sets `members` and `teams` of organizations: the rows that name them.
pub async fn attach_people(session: &mut Session, organizations: &mut [Row]) -> Result<(), StoreError> {
    let ids: Vec<String> =
        organizations.iter().filter_map(|row| row.text("organization_id").map(str::to_owned)).collect();
    let mut members = by_organization(list_memberships(session, &ids).await?);
    let mut teams = of_organizations(session, &table::TEAMS, &ids, r#"x."created_at", x."team_id""#).await?;
    let mut teams = by_organization(std::mem::take(&mut teams));
    for organization in organizations {
        let id = organization.text("organization_id").unwrap_or_default().to_owned();
        organization.insert("members".to_owned(), members.remove(&id).unwrap_or_default().into());
        organization.insert("teams".to_owned(), teams.remove(&id).unwrap_or_default().into());
    }
    Ok(())
}

fn by_organization(rows: Vec<Row>) -> HashMap<String, Vec<Value>> {
    let mut sorted: HashMap<String, Vec<Value>> = HashMap::new();
    for row in rows {
        let id = row.text("organization_id").unwrap_or_default().to_owned();
        sorted.entry(id).or_default().push(Value::Object(row));
    }
    sorted
}

/// What the audit log says of these organizations: see [`Scope`].
pub async fn scope(session: &mut Session, ids: &[String]) -> Result<Scope, StoreError> {
    let column = |rows: &[Row], name: &str| -> Vec<String> {
        let mut values: Vec<String> = rows.iter().filter_map(|row| row.text(name).map(str::to_owned)).collect();
        values.sort();
        values.dedup();
        values
    };
    let rows = list(session, &Filter { ids: Some(ids.to_vec()), ..Filter::default() }).await?;
    let mut team_ids = column(&list_teams(session, ids).await?, "team_id");
    team_ids.extend(list_deleted_teams(session, ids).await?);
    team_ids.sort();
    team_ids.dedup();
    Ok(Scope {
        organizations: ids.to_vec(),
        teams: team_ids,
        budgets: column(&rows, "budget_id"),
        object_permissions: column(&rows, "object_permission_id"),
    })
}

/// Ids of teams that were these organizations' when they were deleted, and that have not been anybody else's: not in the
/// archive, and not since.
async fn list_deleted_teams(session: &mut Session, ids: &[String]) -> Result<Vec<String>, StoreError> {
    let gone = of_organizations(session, &table::DELETED_TEAMS, ids, r#"x."team_id""#).await?;
    let mut named: Vec<String> = gone.iter().filter_map(|row| row.text("team_id").map(str::to_owned)).collect();
    named.sort();
    named.dedup();
    if named.is_empty() {
        return Ok(named);
    }
    let filter = teams::Filter { ids: Some(named.clone()), ..teams::Filter::default() };
    let order = teams::Order { column: "team_id", descending: false };
    let mut others: HashSet<String> = HashSet::new();
    for table in [&table::TEAMS, &table::DELETED_TEAMS] {
        for team in teams::list(session, table, &filter, &order, None).await? {
            let own = team.text("organization_id").is_some_and(|id| ids.iter().any(|own| own == id));
            if let Some(id) = team.text("team_id").filter(|_| !own) {
                others.insert(id.to_owned());
            }
        }
    }
    named.retain(|id| !others.contains(id));
    Ok(named)
}
