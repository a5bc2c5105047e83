//! Lists of keys: filters, order, pages, over the live keys or the archive.

use jiff::Timestamp;

use super::StoreError;
use super::db::{Bind, Session, Sql};
use crate::model::row::{Row, RowExt as _};
use crate::model::table::{self, Table};

/// Columns that a list of keys can be ordered by.
pub const SORT_COLUMNS: &[&str] = &[
    "spend",
    "max_budget",
    "created_at",
    "updated_at",
    "token",
    "key_alias",
    "expires",
    "last_active",
    "budget_reset_at",
    "total_spend",
    "tpm_limit",
    "rpm_limit",
];

/// Whose keys a caller may see: those that any of these says.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    pub user_id: Option<String>,
    pub created_by: Option<String>,
    /// Teams whose keys are all seen.
    pub teams: Vec<String>,
    /// Teams of whose keys those of the service accounts are seen.
    pub service_accounts_of: Vec<String>,
    pub organization_id: Option<String>,
}

/// How an alias is compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Match {
    #[default]
    Exact,
    /// Anywhere in it, whatever the case.
    Substring,
}

/// What a key can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    Active,
    Expired,
    /// Blocked.
    Revoked,
    Deleted,
}

/// Which keys are listed; every condition that is there must hold.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub scope: Option<Scope>,
    pub team_id: Option<String>,
    pub organization_id: Option<String>,
    pub token: Option<String>,
    pub alias: Option<String>,
    pub alias_match: Match,
    /// A hash, or a part of an alias.
    pub search: Option<String>,
    pub project_id: Option<String>,
    pub access_group_id: Option<String>,
    pub agent_id: Option<String>,
    pub status: Option<Status>,
    /// Whether the time has come: only [`Status::Active`] and [`Status::Expired`] mean something here.
    pub expiry: Option<Status>,
    /// A team whose keys are never listed.
    pub hidden_team: Option<String>,
}

/// Order and part of a list.
#[derive(Clone, Debug)]
pub struct Page {
    /// One of [`SORT_COLUMNS`].
    pub sort_by: &'static str,
    pub descending: bool,
    pub offset: i64,
    pub limit: i64,
}

/// A page of keys, and how many there are in all.
pub async fn page(
    session: &mut Session,
    filter: &Filter,
    page: &Page,
    now: Timestamp,
) -> Result<(Vec<Row>, i64), StoreError> {
    let table = match filter.status {
        Some(Status::Deleted) => &table::DELETED_KEYS,
        _ => &table::KEYS,
    };
    let mut count = session.sql(format!(r#"SELECT count(*) AS n FROM "{}" AS k"#, table.name));
    conditions(&mut count, filter, now);
    let total = session.count(count).await?;

    let dialect = session.dialect();
    let mut sql = session.sql(format!(r#"SELECT {} FROM "{}" AS k"#, dialect.row(table, "k"), table.name));
    conditions(&mut sql, filter, now);
    let order = dialect.order(&format!(r#"k."{}""#, page.sort_by), page.descending);
    sql.push_with(
        &format!(r#" ORDER BY {order}, k."token" DESC{} LIMIT ? OFFSET ?"#, same_token_order(table)),
        [Bind::Int(page.limit), Bind::Int(page.offset)],
    );
    Ok((session.rows(table, sql).await?, total))
}

/// The archive can hold a token more than once.
fn same_token_order(table: &Table) -> &'static str {
    if *table == table::DELETED_KEYS { r#", k."deleted_at" DESC, k."id" DESC"# } else { "" }
}

/// Aliases in their order, and how many there are in all.
pub async fn aliases(
    session: &mut Session,
    filter: &Filter,
    offset: i64,
    limit: i64,
    now: Timestamp,
) -> Result<(Vec<String>, i64), StoreError> {
    let some = r#" AND k."key_alias" IS NOT NULL AND k."key_alias" <> ''"#;
    let mut count = session.sql(r#"SELECT count(DISTINCT k."key_alias") AS n FROM "LiteLLM_VerificationToken" AS k"#);
    conditions(&mut count, filter, now);
    count.push(some);
    let total = session.count(count).await?;

    let object = session.dialect().object(&[("alias", "a.alias")]);
    let mut sql = session.sql(format!(
        r#"SELECT {object} FROM (SELECT DISTINCT k."key_alias" AS alias FROM "LiteLLM_VerificationToken" AS k"#
    ));
    conditions(&mut sql, filter, now);
    sql.push(some);
    sql.push_with(") AS a ORDER BY a.alias LIMIT ? OFFSET ?", [Bind::Int(limit), Bind::Int(offset)]);
    let rows = session.objects(sql).await?;
    Ok((rows.iter().filter_map(|row| row.text("alias").map(str::to_owned)).collect(), total))
}

fn conditions(sql: &mut Sql, filter: &Filter, now: Timestamp) {
    sql.push(" WHERE 1 = 1");
    if let Some(team) = &filter.hidden_team {
        sql.push_with(r#" AND (k."team_id" IS NULL OR k."team_id" <> ?)"#, [Bind::from(team.as_str())]);
    }
    let equal = [
        ("team_id", &filter.team_id),
        ("organization_id", &filter.organization_id),
        ("token", &filter.token),
        ("project_id", &filter.project_id),
        ("agent_id", &filter.agent_id),
    ];
    for (column, value) in equal {
        if let Some(value) = value {
            sql.push_with(&format!(r#" AND k."{column}" = ?"#), [Bind::from(value.as_str())]);
        }
    }
    if let Some(alias) = &filter.alias {
        match filter.alias_match {
            Match::Exact => sql.push_with(r#" AND k."key_alias" = ?"#, [Bind::from(alias.as_str())]),
            Match::Substring => sql.push_with(&format!(" AND {CONTAINS}"), [containing(alias)]),
        };
    }
    if let Some(search) = &filter.search {
        sql.push_with(
            &format!(r#" AND (k."token" = ? OR {CONTAINS})"#),
            [Bind::Text(crate::model::secret::token_of(search)), containing(search)],
        );
    }
    if let Some(group) = &filter.access_group_id {
        let placeholder = sql.bind(group.as_str());
        let has = sql.dialect.array_has(r#"k."access_group_ids""#, &placeholder);
        sql.push(&format!(" AND {has}"));
    }
    let not_blocked = r#" AND (k."blocked" IS NULL OR NOT k."blocked")"#;
    match filter.status {
        Some(Status::Revoked) => {
            sql.push(r#" AND k."blocked""#);
        }
        Some(status @ (Status::Active | Status::Expired)) => {
            sql.push(not_blocked);
            expiry(sql, status, now);
        }
        Some(Status::Deleted) | None => {}
    }
    if let Some(status) = filter.expiry {
        expiry(sql, status, now);
    }
    if let Some(scope) = &filter.scope {
        visible(sql, scope);
    }
}

fn expiry(sql: &mut Sql, status: Status, now: Timestamp) {
    match status {
        Status::Expired => sql.push_with(r#" AND k."expires" < ?"#, [Bind::Time(now)]),
        _ => sql.push_with(r#" AND (k."expires" IS NULL OR k."expires" >= ?)"#, [Bind::Time(now)]),
    };
}

fn visible(sql: &mut Sql, scope: &Scope) {
    sql.push(" AND (1 = 0");
    let equal =
        [("user_id", &scope.user_id), ("created_by", &scope.created_by), ("organization_id", &scope.organization_id)];
    for (column, value) in equal {
        if let Some(value) = value {
            sql.push_with(&format!(r#" OR k."{column}" = ?"#), [Bind::from(value.as_str())]);
        }
    }
    for (teams, more) in [(&scope.teams, ""), (&scope.service_accounts_of, r#" AND k."user_id" IS NULL"#)] {
        if !teams.is_empty() {
            let placeholder = sql.bind(Bind::Texts(teams.clone()));
            let any = sql.dialect.any_of(r#"k."team_id""#, &placeholder);
            sql.push(&format!(" OR ({any}{more})"));
        }
    }
    sql.push(")");
}

/// A part of the alias, in [`containing`]'s form.
const CONTAINS: &str = r#"lower(k."key_alias") LIKE ? ESCAPE '!'"#;

fn containing(text: &str) -> Bind {
    let mut pattern = String::from("%");
    for character in text.to_lowercase().chars() {
        if matches!(character, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(character);
    }
    pattern.push('%');
    Bind::Text(pattern)
}
