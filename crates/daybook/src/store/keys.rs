//! Questions about virtual keys: `LiteLLM_VerificationToken`, its archive, and the keys that a rotation replaced.

use jiff::Timestamp;

use super::db::{Bind, Lock, Session};
use super::{StoreError, by};
use crate::model::row::{Row, RowExt as _};
use crate::model::table;

/// The key with this hash.
pub async fn find(session: &mut Session, token: &str) -> Result<Option<Row>, StoreError> {
    session.row(&table::KEYS, &by("token", token), Lock::No).await
}

/// The key that replaced the one with this hash, while the replaced one is still honoured.
pub async fn find_replaced(session: &mut Session, token: &str, now: Timestamp) -> Result<Option<Row>, StoreError> {
    let dialect = session.dialect();
    let mut sql = session.sql(format!(
        r#"SELECT {} FROM "LiteLLM_DeprecatedVerificationToken" AS d "#,
        dialect.object(&[("active", r#"d."active_token_id""#)])
    ));
    sql.push_with(r#"WHERE d."token" = ? AND d."revoke_at" > ?"#, [Bind::from(token), Bind::Time(now)]);
    let rows = session.objects(sql).await?;
    match rows.first().and_then(|row| row.text("active")) {
        Some(active) => find(session, active).await,
        None => Ok(None),
    }
}

/// The keys with this alias: one at most, unless they were made before aliases were unique.
pub async fn list_by_alias(session: &mut Session, alias: &str) -> Result<Vec<Row>, StoreError> {
    list_where(session, r#"k."key_alias" = ?"#, alias).await
}

/// The keys of a team, the members' own and its service accounts'.
pub async fn list_by_team(session: &mut Session, team_id: &str) -> Result<Vec<Row>, StoreError> {
    list_where(session, r#"k."team_id" = ?"#, team_id).await
}

/// The keys that a user owns, in whatever team.
pub async fn list_by_user(session: &mut Session, user_id: &str) -> Result<Vec<Row>, StoreError> {
    list_where(session, r#"k."user_id" = ?"#, user_id).await
}

/// The keys that belong to an organization themselves, not through a team.
pub async fn list_by_organization(session: &mut Session, organization_id: &str) -> Result<Vec<Row>, StoreError> {
    list_where(session, r#"k."organization_id" = ?"#, organization_id).await
}

async fn list_where(session: &mut Session, condition: &str, value: &str) -> Result<Vec<Row>, StoreError> {
    let select = session.dialect().row(&table::KEYS, "k");
    let mut sql = session.sql(format!(r#"SELECT {select} FROM "LiteLLM_VerificationToken" AS k WHERE "#));
    sql.push_with(condition, [Bind::from(value)]);
    // By primary key: whoever locks several keys locks them in this order.
    sql.push(r#" ORDER BY k."token""#);
    session.rows(&table::KEYS, sql).await
}

/// The latest state of a deleted (or rotated) key with this hash.
pub async fn find_archived(session: &mut Session, token: &str) -> Result<Option<Row>, StoreError> {
    let select = session.dialect().row(&table::DELETED_KEYS, "k");
    let mut sql = session.sql(format!(r#"SELECT {select} FROM "LiteLLM_DeletedVerificationToken" AS k "#));
    sql.push_with(r#"WHERE k."token" = ? ORDER BY k."deleted_at" DESC, k."id" DESC LIMIT 1"#, [Bind::from(token)]);
    Ok(session.rows(&table::DELETED_KEYS, sql).await?.pop())
}

/// The grace periods of the keys that the key with this hash has replaced.
pub async fn list_replaced_by(session: &mut Session, active: &str) -> Result<Vec<Row>, StoreError> {
    let select = session.dialect().row(&table::DEPRECATED_KEYS, "d");
    let mut sql = session.sql(format!(r#"SELECT {select} FROM "LiteLLM_DeprecatedVerificationToken" AS d "#));
    sql.push_with(r#"WHERE d."active_token_id" = ? ORDER BY d."id""#, [Bind::from(active)]);
    session.rows(&table::DEPRECATED_KEYS, sql).await
}

/// Users by their ids, without their passwords, for lists that show whose a key is.
pub async fn list_owners(session: &mut Session, user_ids: Vec<String>) -> Result<Vec<Row>, StoreError> {
    let dialect = session.dialect();
    let mut sql = session.sql(format!(
        r#"SELECT {} FROM "LiteLLM_UserTable" AS u WHERE "#,
        dialect.object(&[
            ("user_id", r#"u."user_id""#),
            ("user_email", r#"u."user_email""#),
            ("user_alias", r#"u."user_alias""#),
        ])
    ));
    let placeholder = sql.bind(Bind::Texts(user_ids));
    let any = dialect.any_of(r#"u."user_id""#, &placeholder);
    sql.push(&any);
    session.objects(sql).await
}

/// Teams by their ids.
pub async fn list_teams(session: &mut Session, team_ids: Vec<String>) -> Result<Vec<Row>, StoreError> {
    let dialect = session.dialect();
    let select = dialect.row(&table::TEAMS, "t");
    let mut sql = session.sql(format!(r#"SELECT {select} FROM "LiteLLM_TeamTable" AS t WHERE "#));
    let placeholder = sql.bind(Bind::Texts(team_ids));
    let any = dialect.any_of(r#"t."team_id""#, &placeholder);
    sql.push(&any);
    session.rows(&table::TEAMS, sql).await
}
