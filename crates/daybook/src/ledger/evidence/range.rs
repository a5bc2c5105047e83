//! Which entries a bundle is about: all, or those between two sequence numbers or two instants.

use daybook_verify::leaf::Leaf;
use jiff::Timestamp;

use super::EvidenceError;
use crate::store::{Session, StoreError, list_leaves};

/// An end of a range, which belongs to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    Seq(u64),
    /// The log's time, which is in the leaves.
    At(Timestamp),
}

/// What is asked for; without bounds the whole log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Range {
    pub from: Option<Bound>,
    pub to: Option<Bound>,
}

/// The first entry of the range, and the one after its last.
pub(super) async fn resolve(session: &mut Session, range: &Range, size: u64) -> Result<(u64, u64), EvidenceError> {
    if range.from.is_none() && range.to.is_none() {
        return Ok((0, size));
    }
    let from = match range.from {
        None => 0,
        Some(Bound::Seq(seq)) => seq,
        Some(Bound::At(at)) => first(session, size, |entry| entry >= at).await?,
    };
    let to = match range.to {
        None => size,
        Some(Bound::Seq(seq)) => seq.saturating_add(1).min(size),
        Some(Bound::At(at)) => first(session, size, |entry| entry > at).await?,
    };
    if from < to {
        return Ok((from, to));
    }
    Err(EvidenceError::Range(format!("no entry of the log, which has {size}, is in that range")))
}

/// The first entry whose time is as asked for; times never run backwards.
async fn first(session: &mut Session, size: u64, late: impl Fn(Timestamp) -> bool) -> Result<u64, EvidenceError> {
    let (mut low, mut high) = (0, size);
    while low < high {
        let middle = low + (high - low) / 2;
        if late(time_of(session, middle).await?) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    Ok(low)
}

async fn time_of(session: &mut Session, seq: u64) -> Result<Timestamp, StoreError> {
    let leaves = list_leaves(session, seq, seq + 1).await?;
    let leaf = leaves.first().and_then(|leaf| Leaf::parse(leaf).ok());
    leaf.map(|leaf| leaf.at).ok_or_else(|| StoreError::Corrupt(format!("the leaf of entry {seq} cannot be read")))
}
