//! Values that belong to one installation and are made once: the hash of a generated master key, the redaction key.

use super::db::{Bind, Db, Session};
use super::error::StoreError;
use crate::model::row::RowExt as _;

pub(super) async fn find(db: &Db, name: &str) -> Result<Option<String>, StoreError> {
    let mut session = db.read().await?;
    read(&mut session, name).await
}

async fn read(session: &mut Session, name: &str) -> Result<Option<String>, StoreError> {
    let dialect = session.dialect();
    let mut sql =
        session.sql(format!("SELECT {} FROM {}", dialect.object(&[("value", "value")]), dialect.own("setting")));
    sql.push_with(" WHERE name = ?", [Bind::from(name)]);
    Ok(session.objects(sql).await?.first().and_then(|row| row.text("value").map(str::to_owned)))
}

/// Of replicas that start together, the first one's value is everybody's.
pub(super) async fn get_or_create(db: &Db, name: &str, create: impl FnOnce() -> String) -> Result<String, StoreError> {
    if let Some(value) = find(db, name).await? {
        return Ok(value);
    }
    let mut session = db.write().await?;
    let mut sql = session.sql(format!("INSERT INTO {} (name, value) ", session.dialect().own("setting")));
    sql.push_with("VALUES (?, ?) ON CONFLICT (name) DO NOTHING", [Bind::from(name), Bind::Text(create())]);
    session.execute(sql).await?;
    let value = read(&mut session, name).await?;
    session.commit().await?;
    value.ok_or_else(|| StoreError::Corrupt(format!("the setting {name} was not kept")))
}
