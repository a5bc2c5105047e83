//! Changes of the log itself: its keys and its name. Each leaves an entry like any other, which says all that the row about it
//! holds: nobody can edit the row alone.

use super::Change;
use crate::model::entry::{Action, Draft};
use crate::model::row::Row;
use crate::model::time;
use crate::row;
use crate::store::error::StoreError;
use crate::store::ledger;

/// The table that entries about the log's keys name.
pub const LOG_KEY: &str = "daybook_log_key";

/// The table that entries about the log's name name.
pub const ORIGIN: &str = "daybook_head";

impl Change {
    /// A key signs the log from now on. `previous` is the key that vouches for it.
    pub async fn add_log_key(&mut self, vkey: &str, previous: &str) -> Result<(), StoreError> {
        let head = ledger::find_head(&mut self.session).await?;
        let size = head.map_or(0, |head| head.size);
        if ledger::insert_log_key(&mut self.session, vkey, size, self.now).await? == 1 {
            let added_at = time::fixed(self.now);
            let after = row! { "vkey": vkey, "previous": previous, "size": size, "added_at": added_at };
            self.declare(Action::Created, LOG_KEY, vkey, None, after);
        }
        Ok(())
    }

    /// A key signs the log no more. What it has signed stays good.
    pub async fn retire_log_key(&mut self, vkey: &str) -> Result<(), StoreError> {
        if ledger::retire_log_key(&mut self.session, vkey, self.now).await? == 1 {
            let retired_at = time::fixed(self.now);
            self.declare(
                Action::Deleted,
                LOG_KEY,
                vkey,
                Some(row! { "vkey": vkey }),
                row! { "retired_at": retired_at },
            );
        }
        Ok(())
    }

    /// Gives the log another name and its first key under it. `previous` says what was the last checkpoint under the old
    /// name, a signed note, which may know of entries that are no longer there.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unrecordable`] when the log bore that name before: two logs would go by one name.
    pub async fn set_origin(&mut self, origin: &str, vkey: &str, previous: Option<&str>) -> Result<(), StoreError> {
        let head = ledger::rename_head(&mut self.session, origin).await?;
        let keys = ledger::list_log_keys(&mut self.session).await?;
        if origin == head.origin || keys.iter().any(|key| key.name() == origin) {
            return Err(StoreError::Unrecordable(format!(
                "the log bore the name {origin} before: copy the present key here"
            )));
        }
        for key in keys {
            ledger::retire_log_key(&mut self.session, &key.vkey, self.now).await?;
        }
        ledger::insert_log_key(&mut self.session, vkey, head.size, self.now).await?;
        self.forget_published(head.size).await?;
        let before = row! { "origin": head.origin, "size": head.size, "root": head.root.to_base64() };
        let at = time::fixed(self.now);
        let after = row! { "origin": origin, "vkey": vkey, "at": at, "previous_checkpoint": previous };
        self.declare(Action::Updated, ORIGIN, origin, Some(before), after);
        Ok(())
    }

    /// An entry about the log itself.
    fn declare(&mut self, action: Action, table: &'static str, object_id: &str, before: Option<Row>, after: Row) {
        let mut changed_fields: Vec<String> = after.keys().cloned().collect();
        changed_fields.sort();
        let object_id = object_id.to_owned();
        self.drafts.push(Draft { action, table, object_id, before, after: Some(after), changed_fields });
    }
}
