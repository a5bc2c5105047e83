//! Questions about organizations.

use super::db::{Lock, Session};
use super::{StoreError, by};
use crate::model::row::Row;
use crate::model::table;

/// The organization with this id.
pub async fn find(session: &mut Session, organization_id: &str) -> Result<Option<Row>, StoreError> {
    session.row(&table::ORGANIZATIONS, &by("organization_id", organization_id), Lock::No).await
}
