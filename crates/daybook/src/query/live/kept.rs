//! What the index says of the log, kept in the database stretch by stretch: a replica that has no file makes its index of that in
//! a tenth of the time that the rows would take. Nothing rests on it. It is written behind the log: on SQLite, where there is one writer,
//! changes wait for some milliseconds then.

use std::collections::BTreeSet;
use std::ops::Range;

use super::super::index::segment::Segment;
use super::super::index::snapshot;
use super::{AuditLog, away};
use crate::store::StoreError;
use crate::store::segment::{self, Shape};

/// Entries of a stretch: of the log's index the database keeps what is said of so many entries together, some twelve megabytes. Another
/// number takes another [`snapshot::FORMAT`]: two programs of one form and two lengths would write over each other.
pub const STRETCH: u64 = 1 << 16;

/// What the background knows of the stretches.
#[derive(Debug, Default)]
pub struct Stretches {
    /// Where those begin that the database keeps.
    kept: BTreeSet<u64>,
    /// Where those begin whose rows are not all there, or that cannot be written: they are left to the rows.
    broken: BTreeSet<u64>,
}

impl Stretches {
    fn has(&self, first: u64) -> bool {
        self.kept.contains(&first) || self.broken.contains(&first)
    }

    /// Asks the database again: an erasure has removed some.
    pub fn forget(&mut self) {
        self.kept.clear();
    }
}

impl AuditLog {
    pub(super) fn shape(&self) -> Shape {
        Shape { entries: self.0.stretch, format: snapshot::FORMAT }
    }

    /// Keeps the first stretch that is whole and not kept yet. Whether one was.
    pub(super) async fn keep_stretch(&self, stretches: &mut Stretches) -> Result<bool, StoreError> {
        let shape = self.shape();
        let whole = self.size() / shape.entries;
        let missing = |stretches: &Stretches| {
            (0..whole).map(|number| number * shape.entries).find(|first| !stretches.has(*first))
        };
        if missing(stretches).is_none() {
            return Ok(false);
        }
        // What was erased before this is out of the index when it has caught up; what is erased later is counted.
        let mut session = self.0.store.read().await?;
        let erasures = segment::erasures(&mut session).await?;
        // Another replica may have been here.
        stretches.kept = segment::list(&mut session, shape).await?;
        self.note(|status| status.kept = stretches.kept.len() as u64 * shape.entries);
        let Some(first) = missing(stretches) else { return Ok(false) };
        if self.caught_up(&mut session).await?.is_none() {
            return Ok(false);
        }
        drop(session);
        let Some(index) = self.ask(Clone::clone) else { return Ok(false) };
        let range = first..first + shape.entries;
        let data = away(move || index.cut(&range).map(|segment| snapshot::write_segment(&segment))).await?;
        let data = data.transpose().map_err(|_| StoreError::unavailable("a stretch of the index cannot be written"))?;
        let Some(data) = data else {
            stretches.broken.insert(first);
            return Ok(true);
        };
        match segment::keep(&self.0.store, shape, first, data, erasures).await {
            Ok(kept) => {
                if kept {
                    stretches.kept.insert(first);
                    self.note(|status| status.kept += shape.entries);
                }
                Ok(kept)
            }
            Err(error) => {
                // Not again and again: it is large. The next start tries it once more.
                stretches.broken.insert(first);
                let error = &error as &dyn std::error::Error;
                tracing::warn!(error, first, "a stretch of the index cannot be kept in the database");
                Ok(false)
            }
        }
    }

    /// What is kept of the stretch that begins here. What cannot be used is removed.
    pub(super) async fn kept_stretch(&self, first: u64) -> Result<Option<Segment>, StoreError> {
        let shape = self.shape();
        let mut session = self.0.store.read().await?;
        let Some(data) = segment::find(&mut session, shape, first).await? else { return Ok(None) };
        drop(session);
        let seqs = first..first + shape.entries;
        let read = move || snapshot::read_segment(&data).ok().filter(|segment| is_of(segment, &seqs));
        let segment = away(read).await?;
        if segment.is_none() {
            tracing::warn!(first, "a stretch of the index in the database is damaged");
            if let Err(error) = segment::drop_one(&self.0.store, first).await {
                tracing::debug!(error = &error as &dyn std::error::Error, "it cannot be removed");
            }
        }
        Ok(segment)
    }
}

/// Whether a segment is of these entries, all of them.
fn is_of(segment: &Segment, seqs: &Range<u64>) -> bool {
    let within = |(positions, first): (Range<u32>, Option<u64>)| {
        first.is_some_and(|first| seqs.start <= first && first.saturating_add(positions.len() as u64) <= seqs.end)
    };
    u64::from(segment.len()) == seqs.end - seqs.start && segment.runs().all(within)
}
