//! Taking parts out of the log, on the record.

use super::Change;
use crate::model::entry::{Action, Draft};
use crate::model::leaf::Part;
use crate::model::table;
use crate::row;
use crate::store::error::StoreError;
use crate::store::ledger::{self, Erased};

impl Change {
    /// Takes parts with their salts out of an entry and leaves `erased`, which says of which entry, which parts and why.
    /// Parts that are not there, or must stay, are passed over; when nothing is left to do, nothing is written. `None` when
    /// the log has no such entry.
    pub async fn erase(&mut self, audit_id: &str, parts: &[Part], reason: &str) -> Result<Option<Erased>, StoreError> {
        if !self.store.audit {
            return Err(StoreError::Unrecordable(
                "changes are not recorded, and an erasure that nobody declares is a gap".to_owned(),
            ));
        }
        // The declaration is found by the audit id; a row that LiteLLM wrote may have any.
        if self.store.redactor.redact_text(audit_id) != audit_id {
            return Err(StoreError::Unrecordable("the entry's id looks like a secret".to_owned()));
        }
        let Some(seq) = ledger::lock_entry(&mut self.session, audit_id).await? else { return Ok(None) };
        let found = ledger::list_entries(&mut self.session, seq, seq + 1).await?.pop();
        let (ledger_row, shown) = found.ok_or_else(|| StoreError::Corrupt(format!("entry {seq} is gone")))?;
        let shown = shown.ok_or_else(|| StoreError::Corrupt(format!("entry {seq} has no audit row")))?;
        let erased = ledger::erase(&mut self.session, &ledger_row, &shown, parts).await?;
        if !erased.parts.is_empty() {
            let names: Vec<&str> = erased.parts.iter().map(|part| part.name()).collect();
            let after = row! { "id": audit_id, "seq": erased.seq, "parts": names, "reason": reason };
            let mut changed_fields: Vec<String> = after.keys().cloned().collect();
            changed_fields.sort();
            self.drafts.push(Draft {
                action: Action::Erased,
                table: table::AUDIT_LOG.name,
                object_id: audit_id.to_owned(),
                before: None,
                after: Some(after),
                changed_fields,
            });
        }
        Ok(Some(erased))
    }
}
