//! Questions about settings that live in the database.

use super::db::{Lock, Session};
use super::{StoreError, by};
use crate::model::document::Document;
use crate::model::row::Row;
use crate::model::sealed::SealingKey;
use crate::model::table;

/// The content of a document, decrypted; `None` when there is no row.
pub async fn find(
    session: &mut Session,
    document: &'static Document,
    id: &str,
    key: Option<&SealingKey>,
) -> Result<Option<Row>, StoreError> {
    let row = session.row(document.table, &by(document.table.primary_key[0], id), Lock::No).await?;
    Ok(row.map(|row| document.open(&row, key)))
}

/// The invitation with this id.
pub async fn find_invitation(session: &mut Session, id: &str) -> Result<Option<Row>, StoreError> {
    session.row(&table::INVITATIONS, &by("id", id), Lock::No).await
}
