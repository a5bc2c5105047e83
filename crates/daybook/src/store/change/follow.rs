//! What the database does by itself to rows that refer to one that goes, or that gets a new key: done on the record.

use std::pin::Pin;
use std::sync::Arc;

use super::{Change, key_of};
use crate::model::entry::{Action, Draft};
use crate::model::row::Row;
use crate::model::table::Table;
use crate::store::error::StoreError;
use crate::store::reference::{self, Effect, Reference};

impl Change {
    /// Writes columns of a row that is held; `stored` is what the database has in encrypted ones. When its primary key changes, the rows that refer to it follow by the
    /// database's own doing; they leave `updated`.
    pub(super) async fn set(
        &mut self,
        table: &'static Table,
        action: Action,
        key: &Row,
        before: &Row,
        values: Row,
        stored: &Row,
    ) -> Result<Row, StoreError> {
        let moves = table
            .primary_key
            .iter()
            .any(|column| values.get(*column).is_some_and(|value| before.get(*column) != Some(value)));
        let mut following = Vec::new();
        if moves {
            for reference in self.references(table).await?.iter().filter(|one| one.on_update != Effect::Refused) {
                for row in reference.rows(&mut self.session, before).await? {
                    following.push((reference.clone(), self.opened(reference.child, &row)));
                }
            }
        }
        let values = self.store.sealer.seal(table, values, stored, self.store.random.as_ref())?;
        let now = self.session.set_row(table, key, &values).await?;
        let now = self.opened(table, &now);
        self.drafts.push(Draft::changed(table, action, before, &now));
        for (reference, row) in following {
            let key = reference.key_after(&row, &now);
            if let Some(followed) = self.find(reference.child, &key).await? {
                self.drafts.push(Draft::changed(reference.child, Action::Updated, &row, &followed));
            }
        }
        Ok(now)
    }

    /// Removes a row that is held. What the database would do by itself to the rows that refer to it, is done first.
    pub(super) async fn remove(&mut self, table: &'static Table, key: &Row, before: &Row) -> Result<(), StoreError> {
        for reference in self.references(table).await?.iter() {
            if reference.on_delete == Effect::Refused {
                continue;
            }
            for row in reference.rows(&mut self.session, before).await? {
                let own = key_of(reference.child, &row);
                if reference.child == table && own == key_of(table, before) {
                    continue;
                }
                self.let_go(reference, own).await?;
            }
        }
        self.session.remove_row(table, key).await?;
        self.drafts.push(Draft::deleted(table, before));
        Ok(())
    }

    /// Boxed, because what goes may itself be referred to.
    fn let_go<'a>(
        &'a mut self,
        reference: &'a Reference,
        key: Row,
    ) -> Pin<Box<dyn Future<Output = Result<(), StoreError>> + Send + 'a>> {
        Box::pin(async move {
            if reference.on_delete == Effect::Cascade {
                self.delete(reference.child, &key).await?;
            } else {
                self.update(reference.child, &key, reference.nulls()).await?;
            }
            Ok(())
        })
    }

    async fn references(&mut self, table: &'static Table) -> Result<Arc<[Reference]>, StoreError> {
        if let Some(known) = self.references.get(table.name) {
            return Ok(Arc::clone(known));
        }
        let found: Arc<[Reference]> = reference::list(&mut self.session, table).await?.into();
        self.references.insert(table.name, Arc::clone(&found));
        Ok(found)
    }
}
