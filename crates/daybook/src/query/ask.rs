//! Questions put to the index, with what only the database knows: which entry has an id, which have the words, what number
//! an entry has exactly. Rows are fetched by their primary key; everything else is reckoned in memory.

use super::index::segment::Id;
use super::index::{Doubt, Index, Looked, read, sortable};
use super::live::{AuditLog, texts};
use super::{Answer, list};
use crate::model::question::{Filter, Question};
use crate::store::audit::{self, feed};
use crate::store::{Session, StoreError};

impl AuditLog {
    /// The entries that a question asks for. The session may be older than the answer, never newer.
    pub async fn list(&self, session: &mut Session, question: &Question) -> Result<Answer, StoreError> {
        let asked =
            self.reckon(session, &question.filter, |index, looked, doubt| index.page(question, looked, doubt)).await?;
        let Some(found) = asked else { return list(session, question).await };
        let total = i64::try_from(found.total).unwrap_or(i64::MAX);
        if !sortable(question.sort.column) {
            let entries = audit::page(session, question, total).await?;
            return Ok(Answer { entries, total, page: question.page });
        }
        let ids = texts(&found.ids);
        let mut entries = feed::pick(session, &ids).await?;
        if entries.len() < ids.len() {
            // The index is ahead of this session: another question has brought it there.
            entries = feed::pick(&mut self.store().read().await?, &ids).await?;
        }
        if entries.len() < ids.len() {
            tracing::warn!("the index of the audit log has rows that the table has not: it is built again");
            self.discard();
            return list(&mut self.store().read().await?, question).await;
        }
        Ok(Answer { entries, total, page: question.page })
    }

    /// Asks the index, as often as it takes to resolve what is in doubt. `None`: SQL is to answer.
    pub(super) async fn reckon<T>(
        &self,
        session: &mut Session,
        filter: &Filter,
        question: impl Fn(&Index, &Looked, &mut Doubt) -> T,
    ) -> Result<Option<T>, StoreError> {
        let mut looked = Looked::default();
        if let Some(words) = &filter.words {
            looked.words = Some(self.sequences(session, words).await?);
        }
        if !self.caught_up(session).await? {
            return Ok(None);
        }
        if !filter.search.texts.is_empty() {
            let rows = feed::instants(session, &filter.search.texts).await?;
            looked.ids = rows.into_iter().map(|(at, id)| (at, Id::new(&id))).collect();
        }
        loop {
            let mut doubt = Doubt::new();
            let Some(answer) = self.ask(|index| question(index, &looked, &mut doubt)) else { return Ok(None) };
            if doubt.is_empty() {
                return Ok(Some(answer));
            }
            let ids: Vec<Id> = doubt.into_iter().collect();
            let rows = feed::feed_ids(&mut self.store().read().await?, texts(&ids)).await?;
            // A row that is gone has no number.
            looked.numbers.extend(ids.into_iter().map(|id| (id, false)));
            for row in rows {
                let within = |member: &String| {
                    read::number_after(&row, member)
                        .is_some_and(|number| filter.after.iter().all(|bound| bound.holds(number)))
                };
                let holds = filter.changed_field.iter().any(within);
                looked.numbers.insert(Id::new(&row.id), holds);
            }
        }
    }
}

impl AuditLog {
    async fn sequences(&self, _: &mut Session, _: &crate::model::question::Words) -> Result<Vec<u64>, StoreError> {
        Err(StoreError::unavailable("no text"))
    }
}
