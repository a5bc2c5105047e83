//! Questions about teams: their rows, their members' rows, their archive, and the rows that hang on them.

use std::collections::HashMap;

use serde_json::Value;

use super::StoreError;
use super::db::{Bind, Dialect, Lock, Session, Sql};
use super::{by, db};
use crate::model::row::{Row, RowExt as _};
use crate::model::table::{self, Table};

/// The team with this id.
pub async fn find(session: &mut Session, team_id: &str) -> Result<Option<Row>, StoreError> {
    session.row(&table::TEAMS, &by("team_id", team_id), Lock::No).await
}

/// Teams whose roster holds the user, oldest first.
pub async fn list_of_user(session: &mut Session, user_id: &str) -> Result<Vec<Row>, StoreError> {
    let filter = Filter { member: Some(user_id.to_owned()), ..Filter::default() };
    list(session, &table::TEAMS, &filter, &Order { column: "created_at", descending: false }, None).await
}

/// Teams with these ids, in the order of their ids. Unknown ids are left out.
pub async fn list_by_ids(session: &mut Session, ids: &[String]) -> Result<Vec<Row>, StoreError> {
    let filter = Filter { ids: Some(ids.to_vec()), ..Filter::default() };
    list(session, &table::TEAMS, &filter, &Order { column: "team_id", descending: false }, None).await
}

/// Which teams are asked for; what is `None` does not matter.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub ids: Option<Vec<String>>,
    /// A user on the roster.
    pub member: Option<String>,
    pub organization: Option<Organization>,
    /// Organizations of which one must be the team's.
    pub organizations: Option<Vec<String>>,
    /// A part of the alias, in any case.
    pub alias_part: Option<String>,
    pub search: Option<Search>,
}

/// The organization of a team.
#[derive(Clone, Debug)]
pub enum Organization {
    Id(String),
    /// Teams that belong to none.
    None,
}

/// A text that the alias contains or the id is (or begins with).
#[derive(Clone, Debug)]
pub struct Search {
    pub text: String,
    pub id: IdMatch,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdMatch {
    Exact,
    Prefix,
}

/// The column that a list is sorted by, and the way. Equal rows follow in the order of creation.
#[derive(Clone, Copy, Debug)]
pub struct Order {
    pub column: &'static str,
    pub descending: bool,
}

/// Columns that [`Order`] may name besides those of the table.
pub const MEMBERS_COUNT: &str = "members_count";
pub const KEYS_COUNT: &str = "keys_count";

/// A part of a list.
#[derive(Clone, Copy, Debug)]
pub struct Page {
    pub offset: i64,
    pub limit: i64,
}

/// Rows of [`table::TEAMS`] or [`table::DELETED_TEAMS`].
pub async fn list(
    session: &mut Session,
    table: &'static Table,
    filter: &Filter,
    order: &Order,
    page: Option<Page>,
) -> Result<Vec<Row>, StoreError> {
    let dialect = session.dialect();
    let mut sql = session.sql(format!(r#"SELECT {} FROM "{}" AS t "#, dialect.row(table, "t"), table.name));
    push_filter(&mut sql, filter);
    let column = match order.column {
        MEMBERS_COUNT => dialect.json_length(r#"t."members_with_roles""#),
        KEYS_COUNT => {
            r#"(SELECT count(*) FROM "LiteLLM_VerificationToken" AS k WHERE k."team_id" = t."team_id")"#.to_owned()
        }
        name => format!(r#"t."{name}""#),
    };
    let tie = if order.column == "created_at" { "" } else { r#", t."created_at""# };
    sql.push(&format!(r#" ORDER BY {}{tie}, t."team_id""#, dialect.order(&column, order.descending)));
    if let Some(page) = page {
        sql.push_with(" LIMIT ? OFFSET ?", [Bind::Int(page.limit), Bind::Int(page.offset)]);
    }
    session.rows(table, sql).await
}

/// How many rows [`list`] would give without a page.
pub async fn count(session: &mut Session, table: &'static Table, filter: &Filter) -> Result<i64, StoreError> {
    let mut sql = session.sql(format!(r#"SELECT count(*) AS n FROM "{}" AS t "#, table.name));
    push_filter(&mut sql, filter);
    session.count(sql).await
}

fn push_filter(sql: &mut Sql, filter: &Filter) {
    let dialect = sql.dialect;
    sql.push("WHERE 1 = 1");
    if let Some(ids) = &filter.ids {
        let ids = sql.bind(Bind::Texts(ids.clone()));
        sql.push(&format!(" AND {}", dialect.any_of(r#"t."team_id""#, &ids)));
    }
    if let Some(member) = &filter.member {
        let member = sql.bind(member.as_str());
        sql.push(&format!(" AND {}", dialect.list_has(r#"t."members_with_roles""#, "user_id", &member)));
    }
    match &filter.organization {
        Some(Organization::Id(id)) => {
            sql.push_with(r#" AND t."organization_id" = ?"#, [Bind::from(id.as_str())]);
        }
        Some(Organization::None) => {
            sql.push(r#" AND t."organization_id" IS NULL"#);
        }
        None => {}
    }
    if let Some(ids) = &filter.organizations {
        let ids = sql.bind(Bind::Texts(ids.clone()));
        sql.push(&format!(" AND {}", dialect.any_of(r#"t."organization_id""#, &ids)));
    }
    if let Some(part) = &filter.alias_part {
        sql.push(" AND ");
        push_contains(sql, part);
    }
    if let Some(Search { text, id }) = &filter.search {
        sql.push(" AND (");
        push_contains(sql, text);
        match id {
            IdMatch::Exact => sql.push_with(r#" OR t."team_id" = ?)"#, [Bind::from(text.as_str())]),
            IdMatch::Prefix => sql.push_with(
                r#" OR t."team_id" LIKE ? ESCAPE '\')"#,
                [Bind::Text(format!("{}%", db::like_literal(text)))],
            ),
        };
    }
}

/// Whether the alias contains a text, in any case.
fn push_contains(sql: &mut Sql, text: &str) {
    let pattern = format!("%{}%", db::like_literal(&text.to_lowercase()));
    sql.push_with(r#"lower(t."team_alias") LIKE ? ESCAPE '\'"#, [Bind::Text(pattern)]);
}

/// A user's row in a team.
pub async fn find_membership(session: &mut Session, user_id: &str, team_id: &str) -> Result<Option<Row>, StoreError> {
    session.row(&table::TEAM_MEMBERSHIPS, &membership_key(user_id, team_id), Lock::No).await
}

/// The key of a row of [`table::TEAM_MEMBERSHIPS`].
pub fn membership_key(user_id: &str, team_id: &str) -> Row {
    crate::row! { "user_id": user_id, "team_id": team_id }
}

/// Memberships of these teams, each with its budget's row (or null) as `litellm_budget_table`.
pub async fn list_memberships(session: &mut Session, team_ids: &[String]) -> Result<Vec<Row>, StoreError> {
    let dialect = session.dialect();
    let select = dialect.row(&table::TEAM_MEMBERSHIPS, "m");
    let mut sql = session.sql(format!(r#"SELECT {select} FROM "LiteLLM_TeamMembership" AS m WHERE "#));
    let ids = sql.bind(Bind::Texts(team_ids.to_vec()));
    sql.push(&dialect.any_of(r#"m."team_id""#, &ids));
    sql.push(r#" ORDER BY m."team_id", m."user_id""#);
    let mut memberships = session.rows(&table::TEAM_MEMBERSHIPS, sql).await?;
    attach_budgets(session, &mut memberships).await?;
    Ok(memberships)
}

/// [`list_memberships`] of one user.
pub async fn list_memberships_of(
    session: &mut Session,
    user_id: &str,
    team_ids: &[String],
) -> Result<Vec<Row>, StoreError> {
    let dialect = session.dialect();
    let select = dialect.row(&table::TEAM_MEMBERSHIPS, "m");
    let mut sql = session.sql(format!(r#"SELECT {select} FROM "LiteLLM_TeamMembership" AS m WHERE "#));
    let ids = sql.bind(Bind::Texts(team_ids.to_vec()));
    sql.push(&dialect.any_of(r#"m."team_id""#, &ids));
    sql.push_with(r#" AND m."user_id" = ? ORDER BY m."team_id""#, [Bind::from(user_id)]);
    let mut memberships = session.rows(&table::TEAM_MEMBERSHIPS, sql).await?;
    attach_budgets(session, &mut memberships).await?;
    Ok(memberships)
}

/// Sets `litellm_budget_table` of memberships.
pub async fn attach_budgets(session: &mut Session, memberships: &mut [Row]) -> Result<(), StoreError> {
    let ids: Vec<String> = memberships.iter().filter_map(|row| row.text("budget_id").map(str::to_owned)).collect();
    let budgets = list_budgets(session, &ids).await?;
    for membership in memberships {
        let budget = membership.text("budget_id").and_then(|id| budgets.get(id)).cloned();
        membership.insert("litellm_budget_table".to_owned(), budget.map_or(Value::Null, Value::Object));
    }
    Ok(())
}

/// Budgets by their ids.
pub async fn list_budgets(session: &mut Session, ids: &[String]) -> Result<HashMap<String, Row>, StoreError> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let dialect = session.dialect();
    let select = dialect.row(&table::BUDGETS, "b");
    let mut sql = session.sql(format!(r#"SELECT {select} FROM "LiteLLM_BudgetTable" AS b WHERE "#));
    let ids = sql.bind(Bind::Texts(ids.to_vec()));
    sql.push(&dialect.any_of(r#"b."budget_id""#, &ids));
    let rows = session.rows(&table::BUDGETS, sql).await?;
    Ok(rows.into_iter().filter_map(|row| Some((row.text("budget_id")?.to_owned(), row))).collect())
}

/// The row of a team's model aliases.
pub async fn find_aliases(session: &mut Session, team: &Row) -> Result<Option<Row>, StoreError> {
    match team.int("model_id") {
        Some(id) => session.row(&table::MODEL_ALIASES, &crate::row! { "id": id }, Lock::No).await,
        None => Ok(None),
    }
}

/// Sets `litellm_model_table` and `object_permission` of teams: the rows that they refer to, or null.
pub async fn attach_related(session: &mut Session, teams: &mut [Row]) -> Result<(), StoreError> {
    for team in teams {
        let aliases = find_aliases(session, team).await?;
        let permission = match team.text("object_permission_id") {
            Some(id) => session.row(&table::OBJECT_PERMISSIONS, &by("object_permission_id", id), Lock::No).await?,
            None => None,
        };
        team.insert("litellm_model_table".to_owned(), aliases.map_or(Value::Null, Value::Object));
        team.insert("object_permission".to_owned(), permission.map_or(Value::Null, Value::Object));
    }
    Ok(())
}

/// Keys of these teams, newest first; at most `limit`.
pub async fn list_keys(session: &mut Session, team_ids: &[String], limit: Option<i64>) -> Result<Vec<Row>, StoreError> {
    let dialect = session.dialect();
    let select = dialect.row(&table::KEYS, "k");
    let mut sql = session.sql(format!(r#"SELECT {select} FROM "LiteLLM_VerificationToken" AS k WHERE "#));
    let ids = sql.bind(Bind::Texts(team_ids.to_vec()));
    sql.push(&dialect.any_of(r#"k."team_id""#, &ids));
    sql.push(r#" ORDER BY k."created_at" DESC, k."token""#);
    if let Some(limit) = limit {
        sql.push_with(" LIMIT ?", [Bind::Int(limit)]);
    }
    session.rows(&table::KEYS, sql).await
}

/// A user's keys of a team.
pub async fn list_keys_of_member(session: &mut Session, team_id: &str, user_id: &str) -> Result<Vec<Row>, StoreError> {
    let select = session.dialect().row(&table::KEYS, "k");
    let mut sql = session.sql(format!(r#"SELECT {select} FROM "LiteLLM_VerificationToken" AS k "#));
    sql.push_with(
        r#"WHERE k."team_id" = ? AND k."user_id" = ? ORDER BY k."token""#,
        [Bind::from(team_id), Bind::from(user_id)],
    );
    session.rows(&table::KEYS, sql).await
}

/// How many keys each of these teams has; a team without any is not in the map.
pub async fn count_keys(session: &mut Session, team_ids: &[String]) -> Result<HashMap<String, i64>, StoreError> {
    let dialect = session.dialect();
    let select = dialect.object(&[("team_id", r#"k."team_id""#), ("n", "count(*)")]);
    let mut sql = session.sql(format!(r#"SELECT {select} FROM "LiteLLM_VerificationToken" AS k WHERE "#));
    let ids = sql.bind(Bind::Texts(team_ids.to_vec()));
    sql.push(&dialect.any_of(r#"k."team_id""#, &ids));
    sql.push(r#" GROUP BY k."team_id""#);
    let rows = session.objects(sql).await?;
    Ok(rows.iter().filter_map(|row| Some((row.text("team_id")?.to_owned(), row.int("n")?))).collect())
}

/// Users with this address, in any case, oldest first.
pub async fn list_users_by_email(session: &mut Session, email: &str) -> Result<Vec<Row>, StoreError> {
    super::users::list_by_email(session, email).await
}

/// Every user, newest first.
pub async fn list_users(session: &mut Session) -> Result<Vec<Row>, StoreError> {
    let select = session.dialect().row(&table::USERS, "u");
    let mut sql = session.sql(format!(r#"SELECT {select} FROM "LiteLLM_UserTable" AS u "#));
    sql.push(r#"ORDER BY u."created_at" DESC, u."user_id""#);
    session.rows(&table::USERS, sql).await
}

/// Users with these ids.
pub async fn list_users_by_ids(session: &mut Session, ids: &[String]) -> Result<HashMap<String, Row>, StoreError> {
    let dialect = session.dialect();
    let select = dialect.row(&table::USERS, "u");
    let mut sql = session.sql(format!(r#"SELECT {select} FROM "LiteLLM_UserTable" AS u WHERE "#));
    let ids = sql.bind(Bind::Texts(ids.to_vec()));
    sql.push(&dialect.any_of(r#"u."user_id""#, &ids));
    let rows = session.rows(&table::USERS, sql).await?;
    Ok(rows.into_iter().filter_map(|row| Some((row.text("user_id")?.to_owned(), row))).collect())
}

/// Users whose `teams` name this team.
pub async fn list_users_naming(session: &mut Session, team_id: &str) -> Result<Vec<Row>, StoreError> {
    let dialect = session.dialect();
    let select = dialect.row(&table::USERS, "u");
    let mut sql = session.sql(format!(r#"SELECT {select} FROM "LiteLLM_UserTable" AS u WHERE "#));
    let team = sql.bind(team_id);
    sql.push(&dialect.array_has(r#"u."teams""#, &team));
    sql.push(r#" ORDER BY u."user_id""#);
    session.rows(&table::USERS, sql).await
}

/// Teams whose metadata names this budget as the one that their members share.
pub async fn list_sharing_budget(session: &mut Session, budget_id: &str) -> Result<Vec<Row>, StoreError> {
    let dialect = session.dialect();
    let select = dialect.row(&table::TEAMS, "t");
    let shared = dialect.json_text(r#"t."metadata""#, "team_member_budget_id");
    let mut sql = session.sql(format!(r#"SELECT {select} FROM "LiteLLM_TeamTable" AS t "#));
    sql.push_with(&format!(r#"WHERE {shared} = ? ORDER BY t."team_id""#), [Bind::from(budget_id)]);
    session.rows(&table::TEAMS, sql).await
}

/// Projects of a team.
pub async fn list_projects(session: &mut Session, team_id: &str) -> Result<Vec<Row>, StoreError> {
    let select = session.dialect().row(&table::PROJECTS, "p");
    let mut sql = session.sql(format!(r#"SELECT {select} FROM "LiteLLM_ProjectTable" AS p "#));
    sql.push_with(r#"WHERE p."team_id" = ? ORDER BY p."project_id""#, [Bind::from(team_id)]);
    session.rows(&table::PROJECTS, sql).await
}

/// The teams, or those of them that are named, with nothing but their ids and their lists of models.
pub async fn list_for_models(session: &mut Session, ids: Option<&[String]>) -> Result<Vec<Row>, StoreError> {
    let dialect = session.dialect();
    let models = if dialect == Dialect::Sqlite { r#"json(t."models")"# } else { r#"t."models""# };
    let select = dialect.object(&[("team_id", r#"t."team_id""#), ("models", models)]);
    let mut sql = session.sql(format!(r#"SELECT {select} FROM "LiteLLM_TeamTable" AS t "#));
    if let Some(ids) = ids {
        let ids = sql.bind(Bind::Texts(ids.to_vec()));
        sql.push(&format!("WHERE {} ", dialect.any_of(r#"t."team_id""#, &ids)));
    }
    sql.push(r#"ORDER BY t."team_id""#);
    session.objects(sql).await
}

/// Models of the database that belong to this team alone (`model_info.team_id`).
pub async fn list_models(session: &mut Session, team_id: &str) -> Result<Vec<Row>, StoreError> {
    let dialect = session.dialect();
    let select = dialect.row(&table::PROXY_MODELS, "m");
    let of_team = dialect.json_text(r#"m."model_info""#, "team_id");
    let mut sql = session.sql(format!(r#"SELECT {select} FROM "LiteLLM_ProxyModelTable" AS m "#));
    sql.push_with(&format!(r#"WHERE {of_team} = ? ORDER BY m."model_id""#), [Bind::from(team_id)]);
    session.rows(&table::PROXY_MODELS, sql).await
}

/// An organization with its budget's row as `litellm_budget_table`.
pub async fn find_organization(session: &mut Session, id: &str) -> Result<Option<Row>, StoreError> {
    let Some(mut organization) = session.row(&table::ORGANIZATIONS, &by("organization_id", id), Lock::No).await? else {
        return Ok(None);
    };
    let budget = match organization.text("budget_id") {
        Some(budget) => session.row(&table::BUDGETS, &by("budget_id", budget), Lock::No).await?,
        None => None,
    };
    organization.insert("litellm_budget_table".to_owned(), budget.map_or(Value::Null, Value::Object));
    Ok(Some(organization))
}
