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
