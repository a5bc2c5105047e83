//! Questions about users, their memberships in organizations and their invitations.

use std::collections::HashMap;

use super::db::{Bind, Dialect, Lock, Session, Sql};
use super::{StoreError, by};
use crate::model::row::{Row, RowExt as _};
use crate::model::table;

/// The reserved team whose keys are sessions of LiteLLM's dashboard; they are not counted or shown as keys.
pub const SESSION_TEAM: &str = "litellm-dashboard";

/// Which users, of those that the caller may see.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub role: Option<String>,
    /// Part of the id, in any case.
    pub id_part: Option<String>,
    pub ids: Option<Vec<String>>,
    pub sso_ids: Option<Vec<String>>,
    /// Part of the address, in any case.
    pub email_part: Option<String>,
    /// Part of the id, the address or the alias, in any case.
    pub search: Option<String>,
    /// Id of a team that the user's row names.
    pub team: Option<String>,
    /// Members of any of these.
    pub organizations: Option<Vec<String>>,
    /// Narrows to members of any of these, whatever else is asked for.
    pub visible: Option<Vec<String>>,
}

/// What a list of users can be sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// A column of the table.
    Column(&'static str),
    /// The number of keys.
    KeyCount,
}

/// The order of a list, and the part of it that is wanted.
#[derive(Clone, Copy, Debug)]
pub struct Page {
    pub sort: Sort,
    pub descending: bool,
    pub offset: i64,
    pub limit: i64,
}

/// The user with this id.
pub async fn find(session: &mut Session, user_id: &str) -> Result<Option<Row>, StoreError> {
    session.row(&table::USERS, &by("user_id", user_id), Lock::No).await
}

/// The user with this address, in any case; the oldest, should there be several.
pub async fn find_by_email(session: &mut Session, email: &str) -> Result<Option<Row>, StoreError> {
    Ok(list_by_email(session, email).await?.into_iter().next())
}

/// Users with this address, in any case and whatever blanks are around it, oldest first. LiteLLM stores an address as it
/// was sent.
pub async fn list_by_email(session: &mut Session, email: &str) -> Result<Vec<Row>, StoreError> {
    let wanted = same_email(email);
    let sql = by_email(session.dialect(), &wanted);
    let mut users = session.rows(&table::USERS, sql).await?;
    users.retain(|user| user.text("user_email").is_some_and(|have| same_email(have) == wanted));
    Ok(users)
}

fn by_email(dialect: Dialect, wanted: &str) -> Sql {
    let mut sql =
        Sql::new(dialect, format!(r#"SELECT {} FROM "LiteLLM_UserTable" AS u "#, dialect.row(&table::USERS, "u")));
    // SQLite knows the case of ASCII letters only, PostgreSQL that of its collation: addresses with others are compared by
    // the caller.
    // Two look-ups instead of one condition: SQLite has no plan for the second half of an OR over a partial index.
    let email = dialect.email(r#""user_email""#);
    sql.push_with(
        &format!(
            r#"WHERE u."user_id" IN (SELECT "user_id" FROM "LiteLLM_UserTable" WHERE {email} = ? UNION ALL
               SELECT "user_id" FROM "LiteLLM_UserTable" WHERE octet_length("user_email") <> length("user_email"))"#
        ),
        [Bind::from(wanted)],
    );
    sql.push(r#" ORDER BY u."created_at", u."user_id""#);
    sql
}

/// An address as it is compared.
fn same_email(email: &str) -> String {
    email.trim().to_lowercase()
}

/// The users that a filter lets through: one page of them, and how many there are.
pub async fn list(session: &mut Session, filter: &Filter, page: Page) -> Result<(Vec<Row>, i64), StoreError> {
    let mut count = session.sql(r#"SELECT count(*) AS n FROM "LiteLLM_UserTable" AS u"#);
    push_filter(&mut count, filter);
    let total = session.count(count).await?;

    let dialect = session.dialect();
    let mut sql = session.sql(format!(r#"SELECT {} FROM "LiteLLM_UserTable" AS u"#, dialect.row(&table::USERS, "u")));
    push_filter(&mut sql, filter);
    let key = match page.sort {
        Sort::Column(column) => format!(r#"u."{column}""#),
        Sort::KeyCount => {
            let team = sql.bind(SESSION_TEAM);
            format!(
                r#"(SELECT count(*) FROM "LiteLLM_VerificationToken" AS k WHERE k."user_id" = u."user_id" AND (k."team_id" IS NULL OR k."team_id" <> {team}))"#
            )
        }
    };
    sql.push(&format!(r#" ORDER BY {}, u."user_id""#, dialect.order(&key, page.descending)));
    sql.push_with(" LIMIT ? OFFSET ?", [Bind::from(page.limit), Bind::from(page.offset)]);
    Ok((session.rows(&table::USERS, sql).await?, total))
}

fn push_filter(sql: &mut Sql, filter: &Filter) {
    let dialect = sql.dialect;
    let mut separator = " WHERE ";
    let mut condition = |sql: &mut Sql, text: &str| {
        sql.push(separator);
        sql.push(text);
        separator = " AND ";
    };
    if let Some(role) = &filter.role {
        let role = sql.bind(role.clone());
        condition(sql, &format!(r#"u."user_role" = {role}"#));
    }
    for (part, columns) in [
        (&filter.id_part, &["user_id"][..]),
        (&filter.email_part, &["user_email"][..]),
        (&filter.search, &["user_id", "user_email", "user_alias"][..]),
    ] {
        if let Some(part) = part {
            let pattern = sql.bind(contains(part));
            let any: Vec<String> = columns
                .iter()
                .map(|column| format!(r#"lower(u."{column}") LIKE lower({pattern}) ESCAPE '\'"#))
                .collect();
            condition(sql, &format!("({})", any.join(" OR ")));
        }
    }
    for (ids, column) in [(&filter.ids, "user_id"), (&filter.sso_ids, "sso_user_id")] {
        if let Some(ids) = ids {
            let ids = sql.bind(Bind::Texts(ids.clone()));
            condition(sql, &dialect.any_of(&format!(r#"u."{column}""#), &ids));
        }
    }
    if let Some(team) = &filter.team {
        let team = sql.bind(team.clone());
        condition(sql, &dialect.array_has(r#"u."teams""#, &team));
    }
    for organizations in [&filter.organizations, &filter.visible].into_iter().flatten() {
        let ids = sql.bind(Bind::Texts(organizations.clone()));
        let member = dialect.any_of(r#"m."organization_id""#, &ids);
        condition(
            sql,
            &format!(
                r#"EXISTS (SELECT 1 FROM "LiteLLM_OrganizationMembership" AS m WHERE m."user_id" = u."user_id" AND {member})"#
            ),
        );
    }
}

/// The LIKE pattern of "contains this text".
fn contains(part: &str) -> String {
    format!("%{}%", part.replace('\\', r"\\").replace('%', r"\%").replace('_', r"\_"))
}

/// How many keys each of these users has; who has none is not in it. Sessions of the dashboard do not count.
pub async fn key_counts(session: &mut Session, user_ids: Vec<String>) -> Result<HashMap<String, i64>, StoreError> {
    let dialect = session.dialect();
    let mut sql = session.sql("SELECT ");
    sql.push(&dialect.object(&[("user_id", r#"k."user_id""#), ("keys", "count(*)")]));
    sql.push(r#" FROM "LiteLLM_VerificationToken" AS k WHERE "#);
    let ids = sql.bind(Bind::Texts(user_ids));
    sql.push(&dialect.any_of(r#"k."user_id""#, &ids));
    sql.push_with(r#" AND (k."team_id" IS NULL OR k."team_id" <> ?) GROUP BY k."user_id""#, [Bind::from(SESSION_TEAM)]);
    let rows = session.objects(sql).await?;
    Ok(rows.iter().filter_map(|row| Some((row.text("user_id")?.to_owned(), row.int("keys")?))).collect())
}

/// Every user, the newest first, but at most `limit`.
pub async fn list_newest(session: &mut Session, limit: i64) -> Result<(Vec<Row>, i64), StoreError> {
    let page = Page { sort: Sort::Column("created_at"), descending: true, offset: 0, limit };
    list(session, &Filter::default(), page).await
}

/// The organizations that a user belongs to.
pub async fn list_organization_memberships(session: &mut Session, user_id: &str) -> Result<Vec<Row>, StoreError> {
    let select = session.dialect().row(&table::ORGANIZATION_MEMBERSHIPS, "m");
    let mut sql = session.sql(format!(r#"SELECT {select} FROM "LiteLLM_OrganizationMembership" AS m "#));
    sql.push_with(r#"WHERE m."user_id" = ? ORDER BY m."organization_id""#, [Bind::from(user_id)]);
    session.rows(&table::ORGANIZATION_MEMBERSHIPS, sql).await
}

/// A user's memberships in teams.
pub async fn list_team_memberships(session: &mut Session, user_id: &str) -> Result<Vec<Row>, StoreError> {
    let select = session.dialect().row(&table::TEAM_MEMBERSHIPS, "m");
    let mut sql = session.sql(format!(r#"SELECT {select} FROM "LiteLLM_TeamMembership" AS m "#));
    sql.push_with(r#"WHERE m."user_id" = ? ORDER BY m."team_id""#, [Bind::from(user_id)]);
    session.rows(&table::TEAM_MEMBERSHIPS, sql).await
}

/// Invitations for a user, and those that the user has written: all that refer to the row.
pub async fn list_invitations(session: &mut Session, user_id: &str) -> Result<Vec<Row>, StoreError> {
    let select = session.dialect().row(&table::INVITATIONS, "i");
    let mut sql = session.sql(format!(r#"SELECT {select} FROM "LiteLLM_InvitationLink" AS i "#));
    let id = sql.bind(user_id);
    sql.push(&format!(r#"WHERE i."user_id" = {id} OR i."created_by" = {id} OR i."updated_by" = {id} ORDER BY i."id""#));
    session.rows(&table::INVITATIONS, sql).await
}

/// Every key but the sessions of the dashboard, the oldest first.
pub async fn list_keys_of_all(session: &mut Session) -> Result<Vec<Row>, StoreError> {
    let select = session.dialect().row(&table::KEYS, "k");
    let mut sql = session.sql(format!(r#"SELECT {select} FROM "LiteLLM_VerificationToken" AS k "#));
    sql.push_with(
        r#"WHERE k."team_id" IS NULL OR k."team_id" <> ? ORDER BY k."created_at", k."token""#,
        [Bind::from(SESSION_TEAM)],
    );
    session.rows(&table::KEYS, sql).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::TestDb;

    #[tokio::test]
    async fn an_address_is_looked_up_in_an_index() {
        let store = TestDb::sqlite().open().await;
        let mut session = store.read().await.unwrap();
        let plan = session.plan(by_email(Dialect::Sqlite, "a@x.io")).await;
        assert!(plan.iter().any(|step| step.contains("INDEX daybook_user_email (<expr>=?)")), "{plan:#?}");
        assert!(plan.iter().any(|step| step.contains("INDEX daybook_user_email_beyond_ascii")), "{plan:#?}");
        assert!(!plan.iter().any(|step| step == "SCAN u"), "{plan:#?}");
    }
}
