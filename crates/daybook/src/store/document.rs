//! Writing a [`Document`]: the row is one, the entries are of the objects in it that changed.

use super::{Change, StoreError, by};
use crate::model::document::{Document, Sealing};
use crate::model::entry::{Action, Draft, differing};
use crate::model::row::Row;
use crate::model::sealed::SealingKey;

impl Change {
    /// The content of a document, decrypted, held until the change ends; `None` when there is no row.
    pub async fn find_document(
        &mut self,
        document: &'static Document,
        id: &str,
        key: Option<&SealingKey>,
    ) -> Result<Option<Row>, StoreError> {
        // Two first writes must not miss each other: there is no row yet that could be locked.
        self.lock_name(&format!("{}:{id}", document.table.name)).await?;
        let row = self.find(document.table, &by(document.table.primary_key[0], id)).await?;
        Ok(row.map(|row| document.open(&row, key)))
    }

    /// Sets the content of a document. Leaves an entry for each object in it that is not as it was: its members before,
    /// its members now, and null for those that are gone. Nothing is written when nothing changed. Gives the row.
    pub async fn set_document(
        &mut self,
        action: Action,
        document: &'static Document,
        id: &str,
        key: Option<&SealingKey>,
        content: Row,
    ) -> Result<Row, StoreError> {
        let column = document.table.primary_key[0];
        let before = self.find_document(document, id, key).await?;
        let row = self.find(document.table, &by(column, id)).await?;
        if let (Some(row), Some(before)) = (&row, &before)
            && *before == content
        {
            return Ok(row.clone());
        }
        let kept = row.as_ref().map(|row| document.stored(row)).unwrap_or_default();
        let mut stored = content.clone();
        if let (Sealing::Texts, Some(key)) = (document.sealing, key) {
            for (name, value) in &mut stored {
                let unchanged = before.as_ref().and_then(|before| before.get(name)) == Some(value);
                match (value.as_str(), kept.get(name)) {
                    // What did not change keeps its ciphertext.
                    (Some(_), Some(old)) if unchanged => *value = old.clone(),
                    (Some(text), _) => *value = self.seal(key, text).into(),
                    (None, _) => {}
                }
            }
        }
        let mut values = Row::new();
        values.insert(document.column.to_owned(), stored.into());
        if document.table.kind("updated_at").is_some() {
            values.insert("updated_at".to_owned(), self.now_text().into());
        }
        let now = match &row {
            Some(_) => self.write_row(document.table, &by(column, id), values).await?,
            None => {
                values.insert(column.to_owned(), id.into());
                if document.table.kind("created_at").is_some() {
                    values.insert("created_at".to_owned(), self.now_text().into());
                }
                self.write_new_row(document.table, values).await?
            }
        };
        let action = if row.is_none() && action == Action::Updated { document.first } else { action };
        self.draft_objects(action, document, id, before.as_ref(), &content);
        Ok(now)
    }

    /// Removes a document. Leaves `deleted`. `None` when there is none.
    pub async fn delete_document(
        &mut self,
        document: &'static Document,
        id: &str,
        key: Option<&SealingKey>,
    ) -> Result<Option<Row>, StoreError> {
        let Some(before) = self.find_document(document, id, key).await? else { return Ok(None) };
        self.erase_row(document.table, &by(document.table.primary_key[0], id)).await?;
        for (name, shown) in document.objects(id, &before, self.redactor()) {
            let changed_fields = differing(&Row::new(), &shown);
            self.draft(Draft {
                action: Action::Deleted,
                table: document.table.name,
                object_id: name,
                before: Some(shown),
                after: Some(Row::new()),
                changed_fields,
            });
        }
        Ok(Some(before))
    }

    fn draft_objects(
        &mut self,
        action: Action,
        document: &'static Document,
        id: &str,
        before: Option<&Row>,
        content: &Row,
    ) {
        let redactor = self.redactor().clone();
        let mut old = before.map(|before| document.objects(id, before, &redactor)).unwrap_or_default();
        let new = document.objects(id, content, &redactor);
        let mut drafts = Vec::new();
        for (name, now) in new {
            let was = old.iter().position(|(other, _)| *other == name).map(|at| old.swap_remove(at).1);
            let same = match &was {
                Some(was) => *was == now,
                // A section of which only parts with a name of their own were set.
                None => document.is_empty(&now) && !content.is_empty(),
            };
            if !same {
                drafts.push((name, was, now));
            }
        }
        drafts.extend(old.into_iter().map(|(name, was)| (name, Some(was), Row::new())));
        for (name, was, now) in drafts {
            // An empty section before is none, and so is one that never had an entry.
            let was = was.filter(|was| !document.is_empty(was) || before.is_some() && name == id);
            let gone = was.iter().flatten().filter(|(member, _)| !now.contains_key(*member));
            let gone: Row = gone.map(|(member, _)| (member.clone(), serde_json::Value::Null)).collect();
            let mut after = now;
            after.extend(gone);
            let changed_fields = differing(was.as_ref().unwrap_or(&Row::new()), &after);
            self.draft(Draft {
                action,
                table: document.table.name,
                object_id: name,
                before: was,
                after: Some(after),
                changed_fields,
            });
        }
    }
}
