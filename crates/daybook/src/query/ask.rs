//! Questions put to the index, with what only the database knows: which entry has an id, which have the words, what number
//! an entry has exactly. Rows are fetched by their primary key; everything else is reckoned in memory.

use jiff::Timestamp;

use super::cursor::{self, Cursor, Polled, poll};
use super::index::segment::{Field, Id};
use super::index::{Doubt, Index, Looked, read, sortable};
use super::live::{AuditLog, texts};
use super::survey::{Survey, facets, grid, histogram};
use super::{Answer, list};
use crate::model::facet::{Facet, Values};
use crate::model::histogram::{Division, Histogram};
use crate::model::question::{Filter, Question};
use crate::store::audit::{self, feed};
use crate::store::{Session, StoreError};

impl AuditLog {
    /// The entries that a question asks for. The session may be older than the answer, never newer.
    pub async fn list(&self, session: &mut Session, question: &Question) -> Result<Answer, StoreError> {
        let asked =
            self.reckon(session, &question.filter, |index, looked, doubt| index.page(question, looked, doubt)).await?;
        let Some(found) = asked else { return list(session, question).await };
        let total = number(found.total);
        if !sortable(question.sort.column) {
            let entries = audit::page(session, question, total).await?;
            return Ok(Answer { entries, total, page: question.page });
        }
        let ids = texts(&found.ids);
        let mut entries = feed::pick(session, &ids).await?;
        if entries.len() < ids.len() {
            // A row that came past the log, which another question has brought into the index since this session began.
            entries = feed::pick(&mut self.store().read().await?, &ids).await?;
        }
        if entries.len() < ids.len() {
            tracing::warn!("the index of the audit log has rows that the table has not: it is built again");
            self.discard();
            return list(&mut self.store().read().await?, question).await;
        }
        Ok(Answer { entries, total, page: question.page })
    }

    /// See [`super::histogram`].
    pub async fn histogram(
        &self,
        session: &mut Session,
        filter: &Filter,
        division: Division,
    ) -> Result<Histogram, StoreError> {
        let counted = |index: &Index, looked: &Looked, doubt: &mut Doubt| {
            let instant = |at: i64| {
                Timestamp::from_millisecond(at).unwrap_or(if at < 0 { Timestamp::MIN } else { Timestamp::MAX })
            };
            let found = index.bounds(filter, looked, doubt);
            let grid = grid(filter, division, found.map(|(first, last)| (instant(first), instant(last))));
            let ends = grid.range().map(|(_, end)| end);
            let edges: Vec<i64> =
                grid.buckets().map(|(from, _)| from).chain(ends).map(Timestamp::as_millisecond).collect();
            let counts = index.histogram(filter, &edges, looked, doubt).into_iter().map(number).collect();
            Histogram { grid, counts, total: number(index.count(filter, looked, doubt)) }
        };
        match self.reckon(session, filter, counted).await? {
            Some(histogram) => Ok(histogram),
            None => histogram(session, filter, division).await,
        }
    }

    /// See [`super::facets`].
    pub async fn facets(&self, session: &mut Session, filter: &Filter, limit: i64) -> Result<Survey, StoreError> {
        self.facets_of(session, filter, limit, &Facet::ALL).await
    }

    /// The most frequent values of some facets, at most `limit` of each.
    pub async fn facets_of(
        &self,
        session: &mut Session,
        filter: &Filter,
        limit: i64,
        chosen: &[Facet],
    ) -> Result<Survey, StoreError> {
        let all = chosen.to_vec();
        let most = usize::try_from(limit).unwrap_or(0);
        let wanted = filter.clone();
        let counted = move |index: &Index, looked: &Looked, doubt: &mut Doubt| {
            let fields: Vec<Field> = all.iter().copied().map(field).collect();
            let found = index.facets(&wanted, &fields, most, looked, doubt).into_iter().map(|found| {
                let most = found.values.into_iter().map(|(value, count)| (value, number(count))).collect();
                Values { most, distinct: number(found.distinct) }
            });
            let facets = all.iter().copied().zip(found).collect();
            Survey { facets, total: number(index.count(&wanted, looked, doubt)) }
        };
        // Every value of every column is looked at, which may take a while: away from the threads that answer others, on a view
        // of the index of its own.
        let counted = std::sync::Arc::new(counted);
        let elsewhere = |index: &Index, looked: &Looked, _: &mut Doubt| {
            let (index, looked, counted) = (index.clone(), looked.clone(), counted.clone());
            tokio::task::spawn_blocking(move || {
                let mut doubt = Doubt::new();
                (counted(&index, &looked, &mut doubt), doubt)
            })
        };
        let mut looked = self.looked(session, filter).await?;
        while let Some(running) = self.asked(session, filter, &mut looked, &elsewhere).await? {
            let (survey, doubt) = running.await.map_err(|_| StoreError::unavailable("the question was given up"))?;
            if doubt.is_empty() {
                return Ok(survey);
            }
            self.resolve(session, filter, doubt, &mut looked).await?;
        }
        facets(session, filter, limit, chosen).await
    }

    /// See [`super::poll`].
    pub async fn poll(
        &self,
        session: &mut Session,
        filter: &Filter,
        cursor: Cursor,
        limit: i64,
    ) -> Result<Option<Polled>, StoreError> {
        let Some((from, complete)) = cursor::bounds(session, filter, cursor).await? else { return Ok(None) };
        let start = u64::try_from(from).unwrap_or(0);
        let wanted = usize::try_from(limit).unwrap_or(0).saturating_add(1);
        let ask = |index: &Index, looked: &Looked, doubt: &mut Doubt| index.poll(filter, start, wanted, looked, doubt);
        let Some(found) = self.reckon(session, filter, ask).await? else {
            return poll(session, filter, cursor, limit).await;
        };
        // What the index has beyond this session's view is for the next cursor.
        let found: Vec<(i64, String)> =
            found.into_iter().map(|(seq, id)| (number(seq), id.text())).filter(|(seq, _)| *seq < complete).collect();
        let ids: Vec<String> = found.iter().map(|(_, id)| id.clone()).collect();
        let rows = feed::pick(session, &ids).await?;
        if rows.len() < ids.len() {
            self.discard();
            return poll(session, filter, cursor, limit).await;
        }
        let entries = found.into_iter().zip(rows).map(|((seq, _), row)| (seq, row)).collect();
        Ok(Some(Polled::of(entries, from, complete, limit)))
    }

    /// Asks the index, as often as it takes to resolve what is in doubt. `None`: SQL is to answer.
    pub(super) async fn reckon<T>(
        &self,
        session: &mut Session,
        filter: &Filter,
        question: impl Fn(&Index, &Looked, &mut Doubt) -> T,
    ) -> Result<Option<T>, StoreError> {
        let mut looked = self.looked(session, filter).await?;
        self.asked(session, filter, &mut looked, &question).await
    }

    async fn asked<T>(
        &self,
        session: &mut Session,
        filter: &Filter,
        looked: &mut Looked,
        question: &impl Fn(&Index, &Looked, &mut Doubt) -> T,
    ) -> Result<Option<T>, StoreError> {
        looked.visible = match self.caught_up(session).await? {
            None => return Ok(None),
            size => size,
        };
        loop {
            let mut doubt = Doubt::new();
            let Some(answer) = self.ask(|index| question(index, looked, &mut doubt)) else { return Ok(None) };
            if doubt.is_empty() {
                return Ok(Some(answer));
            }
            self.resolve(session, filter, doubt, looked).await?;
        }
    }

    /// What a filter needs to know of the database.
    async fn looked(&self, session: &mut Session, filter: &Filter) -> Result<Looked, StoreError> {
        let mut looked = Looked::default();
        if let Some(words) = &filter.words {
            looked.words = Some(self.words().find(session, words).await?);
        }
        if !filter.search.texts.is_empty() {
            let rows = feed::instants(session, &filter.search.texts).await?;
            looked.ids = rows.into_iter().map(|(at, id)| (at, Id::new(&id))).collect();
        }
        Ok(looked)
    }

    /// Reads the numbers that are in doubt.
    async fn resolve(
        &self,
        session: &mut Session,
        filter: &Filter,
        doubt: Doubt,
        looked: &mut Looked,
    ) -> Result<(), StoreError> {
        let ids: Vec<Id> = doubt.into_iter().collect();
        let rows = feed::feed_ids(session, texts(&ids)).await?;
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
        Ok(())
    }
}

fn number(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn field(facet: Facet) -> Field {
    match facet {
        Facet::ChangedBy => Field::ChangedBy,
        Facet::ChangedByApiKey => Field::ChangedByApiKey,
        Facet::Action => Field::Action,
        Facet::TableName => Field::TableName,
        Facet::ObjectId => Field::ObjectId,
        Facet::TeamId => Field::Team,
        Facet::KeyHash => Field::Token,
        Facet::ChangedField => Field::Changed,
    }
}
