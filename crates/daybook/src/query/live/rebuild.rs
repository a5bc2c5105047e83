//! Making the index of what the database holds: of what is kept of it there, and of rows.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use super::super::index::{Bulk, Index};
use super::{AuditLog, BATCH, Live, State, away};
use crate::store::audit::feed::{self, Fed};
use crate::store::{Session, StoreError, segment};

/// What becomes of what the database keeps of the index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kept {
    Used,
    PassedOver,
}

impl AuditLog {
    /// Builds the index. Questions are answered by SQL meanwhile.
    pub(super) async fn rebuild(&self, kept: Kept) -> Result<(), StoreError> {
        let begin = Instant::now();
        let mut session = self.0.store.read().await?;
        let start = feed::position(&mut session, 0).await?;
        let rows = feed::count_rows(&mut session).await?;
        let mut stretches = match kept {
            Kept::Used => segment::list(&mut session, self.shape()).await?,
            Kept::PassedOver => BTreeSet::new(),
        };
        stretches.retain(|first| first + self.0.stretch <= start.size);
        // Rows are had more quickly in the order of the table where it has one, but that is for all of them or none.
        let table = match stretches.len() as u64 * self.0.stretch * 2 < start.size.max(1) {
            true => feed::end_of_table(&mut session, rows).await?,
            false => None,
        };
        drop(session);
        self.note(|status| status.state = State::Building { done: 0, of: rows });
        let from = match table {
            Some(end) => Source::Table { end },
            None => Source::Log { end: start.size, kept: stretches },
        };
        let workers = std::thread::available_parallelism().map_or(2, std::num::NonZero::get).clamp(1, 4) as u64;
        let shares = Arc::new(Shares::new(from, workers, self.0.stretch));
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..workers {
            tasks.spawn(self.clone().build_shares(shares.clone()));
        }
        let (mut index, mut taken) = (Index::default(), 0);
        while let Some(done) = tasks.join_next().await {
            let (part, of_it) = done.map_err(|_| StoreError::unavailable("the index could not be built"))??;
            index.absorb(part);
            taken += of_it;
        }
        // As many as the log has may be others, when rows of the log are gone.
        if table.is_none() && (rows != start.size || start.arrived) {
            index = self.build_unlogged(index).await?;
        }
        let index = away(move || index.compacted()).await?;
        // A table that was put into another order meanwhile (SQLite's VACUUM may do so) has been read in part only.
        if index.len() < rows {
            return Err(StoreError::unavailable("the rows of the audit table have moved while the index was built"));
        }
        let took = begin.elapsed();
        self.note(|status| (status.rebuild, status.taken) = (Some(took), taken));
        self.install(Live { index, size: start.size, mark: start.mark });
        self.catch_up().await?;
        tracing::info!(rows, taken, seconds = took.as_secs_f64(), "the index of the audit log is built");
        Ok(())
    }

    /// Builds of shares of the rows, one after the other, as long as there are any. Gives the number of entries that were taken from
    /// what is kept, too.
    async fn build_shares(self, shares: Arc<Shares>) -> Result<(Index, u64), StoreError> {
        /// A session is used for so many rows: one that is open for long hinders the database in tidying up.
        const SESSION: u64 = 16 * BATCH;
        let (mut index, mut taken) = (Index::default(), 0);
        while let Some(share) = shares.next() {
            let mut bulk = Bulk::default();
            let mut parts = Index::default();
            for piece in shares.from.pieces(share, self.0.stretch) {
                let rows = match piece {
                    Piece::Rows(rows) => rows,
                    Piece::Kept(rows) => match self.kept_stretch(rows.start).await? {
                        Some(segment) => {
                            taken += u64::from(segment.len());
                            self.note_done(u64::from(segment.len()));
                            parts.take_in(segment, &[]);
                            continue;
                        }
                        // It is gone meanwhile, or damaged.
                        None => rows,
                    },
                };
                for start in rows.clone().step_by(SESSION as usize) {
                    let mut session = self.0.store.read().await?;
                    for start in (start..rows.end.min(start + SESSION)).step_by(BATCH as usize) {
                        let rows = shares.from.read(&mut session, start..rows.end.min(start + BATCH)).await?;
                        bulk = self.load_rows(bulk, rows).await?;
                    }
                }
            }
            index = away(move || {
                let (segment, late) = bulk.finish();
                parts.take_in(segment, &late);
                index.absorb(parts.compacted());
                index
            })
            .await?;
        }
        Ok((index, taken))
    }

    async fn build_unlogged(&self, mut index: Index) -> Result<Index, StoreError> {
        let mut bulk = Bulk::default();
        let mut after = None;
        loop {
            let mut session = self.0.store.read().await?;
            let (rows, last) = feed::feed_unlogged(&mut session, after, BATCH as i64).await?;
            if rows.is_empty() {
                break;
            }
            after = last;
            bulk = self.load_rows(bulk, rows).await?;
        }
        let (segment, late) = bulk.finish();
        index.take_in(segment, &late);
        Ok(index)
    }

    /// Takes rows into what is being built, away from the threads that answer.
    async fn load_rows(&self, mut bulk: Bulk, rows: Vec<Fed>) -> Result<Bulk, StoreError> {
        self.note_done(rows.len() as u64);
        away(move || {
            rows.into_iter().for_each(|row| bulk.push(row));
            bulk
        })
        .await
    }

    fn note_done(&self, count: u64) {
        self.note(|status| {
            if let State::Building { done, .. } = &mut status.state {
                *done += count;
            }
        });
    }
}

/// Where the rows of an index that is built are read.
#[derive(Clone, Debug)]
enum Source {
    /// At the places of the audit table, before this one. Rows that are not in the log are among them.
    Table { end: u64 },
    /// At the numbers of the log, before this one, but for the stretches that are kept and begin at these.
    Log { end: u64, kept: BTreeSet<u64> },
}

/// What is read at once of a share.
#[derive(Clone, Debug, PartialEq)]
enum Piece {
    Rows(Range<u64>),
    Kept(Range<u64>),
}

impl Source {
    /// A share, in its order.
    fn pieces(&self, share: Range<u64>, stretch: u64) -> Vec<Piece> {
        let mut pieces = Vec::new();
        let mut start = share.start;
        if let Source::Log { kept, .. } = self {
            for first in kept.range(share.clone()).filter(|first| *first + stretch <= share.end) {
                if start < *first {
                    pieces.push(Piece::Rows(start..*first));
                }
                start = first + stretch;
                pieces.push(Piece::Kept(*first..start));
            }
        }
        if start < share.end {
            pieces.push(Piece::Rows(start..share.end));
        }
        pieces
    }

    async fn read(&self, session: &mut Session, range: Range<u64>) -> Result<Vec<Fed>, StoreError> {
        match self {
            Source::Table { .. } => feed::feed_table(session, range.start, range.end).await,
            Source::Log { .. } => feed::feed_log(session, range.start, range.end).await,
        }
    }
}

/// The rows, by shares of which each becomes a segment.
#[derive(Debug)]
struct Shares {
    from: Source,
    end: u64,
    length: u64,
    next: AtomicU64,
}

impl Shares {
    /// A share is not longer than this: until it is a segment it takes about twice the memory.
    const LONGEST: u64 = 1 << 20;

    fn new(from: Source, workers: u64, stretch: u64) -> Shares {
        let (Source::Table { end } | Source::Log { end, .. }) = from;
        // Whole stretches, so that none is of two shares.
        let length = end.div_ceil(workers).clamp(BATCH, Shares::LONGEST).next_multiple_of(stretch);
        Shares { from, end, length, next: AtomicU64::new(0) }
    }

    fn next(&self) -> Option<Range<u64>> {
        let start = self.next.fetch_add(self.length, Ordering::Relaxed);
        (start < self.end).then(|| start..self.end.min(start + self.length))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_read_where_it_is_not_kept() {
        let from = |kept: &[u64]| Source::Log { end: 45, kept: kept.iter().copied().collect() };
        assert_eq!(from(&[]).pieces(0..45, 10), [Piece::Rows(0..45)]);
        assert_eq!(
            from(&[10, 30]).pieces(0..45, 10),
            [Piece::Rows(0..10), Piece::Kept(10..20), Piece::Rows(20..30), Piece::Kept(30..40), Piece::Rows(40..45)]
        );
        assert_eq!(from(&[0, 10, 20]).pieces(10..20, 10), [Piece::Kept(10..20)]);
        assert_eq!(Source::Table { end: 45 }.pieces(0..45, 10), [Piece::Rows(0..45)]);
        let shares = Shares::new(from(&[]), 2, 10);
        assert_eq!((shares.length % 10, shares.next(), shares.next()), (0, Some(0..45), None));
    }
}
