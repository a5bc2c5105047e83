//! What was published, who has taken it, and for how long nobody has.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::store::{AnchorState, Published};

/// How it stands with publishing: what a metric or a status page shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublishStatus {
    /// The size of the newest published checkpoint, and when it was signed.
    pub size: Option<u64>,
    pub signed_at: Option<Timestamp>,
    /// Since when there has been something that no anchor has taken.
    pub waiting_since: Option<Timestamp>,
    /// Whether that has been so for too long.
    pub alarm: bool,
    /// How often it was said since the start.
    pub alarms: u64,
    pub anchors: Vec<AnchorStatus>,
}

/// How it stands with one anchor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnchorStatus {
    pub name: String,
    /// The size of the checkpoint that it took last, and when.
    pub size: Option<u64>,
    pub anchored_at: Option<Timestamp>,
    /// What went wrong since then.
    pub failed_at: Option<Timestamp>,
    pub problem: Option<String>,
    /// Attempts that failed since the start.
    pub failures: u64,
    /// Entries of the newest published checkpoint that are not in the one that it took.
    pub behind: u64,
}

#[derive(Debug)]
pub(super) struct State {
    status: PublishStatus,
    /// When the alarm was raised last.
    raised_at: Option<Timestamp>,
}

impl State {
    pub fn new<'a>(names: impl Iterator<Item = &'a str>) -> State {
        let anchors = names.map(|name| AnchorStatus {
            name: name.to_owned(),
            size: None,
            anchored_at: None,
            failed_at: None,
            problem: None,
            failures: 0,
            behind: 0,
        });
        let status = PublishStatus {
            size: None,
            signed_at: None,
            waiting_since: None,
            alarm: false,
            alarms: 0,
            anchors: anchors.collect(),
        };
        State { status, raised_at: None }
    }

    /// As an earlier process left it. The checkpoints are the newest ones, the newest first.
    pub fn restore(&mut self, known: Vec<AnchorState>, checkpoints: &[Published]) {
        for state in known {
            let Some(anchor) = self.status.anchors.iter_mut().find(|anchor| anchor.name == state.name) else {
                continue;
            };
            anchor.size = state.size;
            anchor.anchored_at = state.anchored_at;
            anchor.failed_at = state.failed_at;
            anchor.problem = state.problem;
        }
        if let Some(newest) = checkpoints.first() {
            self.status.size = Some(newest.size);
            self.status.signed_at = Some(newest.signed_at);
        }
        let taken = self.status.anchors.iter().filter_map(|anchor| anchor.size).max();
        let untaken = checkpoints.iter().take_while(|checkpoint| taken.is_none_or(|taken| checkpoint.size > taken));
        self.status.waiting_since = untaken.last().map(|oldest| oldest.signed_at);
    }

    pub fn status(&self) -> PublishStatus {
        let mut status = self.status.clone();
        let size = status.size.unwrap_or(0);
        for anchor in &mut status.anchors {
            anchor.behind = size.saturating_sub(anchor.size.unwrap_or(0));
        }
        status
    }

    /// The size of the checkpoint that an anchor took last.
    pub fn taken(&self, n: usize) -> Option<u64> {
        self.status.anchors.get(n).and_then(|anchor| anchor.size)
    }

    /// Whether the last one that an anchor took has this size. A log with a new origin may be smaller than the old one.
    pub fn has(&self, n: usize, size: u64) -> bool {
        self.taken(n) == Some(size)
    }

    pub fn published(&mut self, size: u64, signed_at: Timestamp, now: Timestamp) {
        self.status.size = Some(size);
        self.status.signed_at = Some(signed_at);
        if self.has_nobody(size) {
            self.status.waiting_since.get_or_insert(now);
        } else {
            self.status.waiting_since = None;
            self.status.alarm = false;
            self.raised_at = None;
        }
    }

    /// A log of this size could not be published.
    pub fn unpublished(&mut self, size: u64, now: Timestamp) {
        if self.has_nobody(size) {
            self.status.waiting_since.get_or_insert(now);
        }
    }

    /// Whether no anchor has taken the checkpoint of this size last.
    fn has_nobody(&self, size: u64) -> bool {
        self.status.anchors.iter().all(|anchor| anchor.size != Some(size))
    }

    pub fn took(&mut self, n: usize, size: u64, now: Timestamp) {
        let newest = self.status.size == Some(size);
        self.status.waiting_since = if newest { None } else { self.status.waiting_since.and(Some(now)) };
        self.status.alarm = false;
        self.raised_at = None;
        if let Some(anchor) = self.status.anchors.get_mut(n) {
            anchor.size = Some(size);
            anchor.anchored_at = Some(now);
            anchor.failed_at = None;
            anchor.problem = None;
        }
    }

    pub fn failed(&mut self, n: usize, problem: &str, now: Timestamp) {
        if let Some(anchor) = self.status.anchors.get_mut(n) {
            anchor.failures += 1;
            anchor.failed_at = Some(now);
            anchor.problem = Some(problem.to_owned());
        }
    }

    /// Since when nobody has taken anything, if that is too long and has not been said for as long.
    pub fn alarm(&mut self, now: Timestamp, limit: Duration) -> Option<Timestamp> {
        if self.status.anchors.is_empty() {
            return None;
        }
        let limit = SignedDuration::try_from(limit).unwrap_or(SignedDuration::MAX);
        let long = |since: Timestamp| now.duration_since(since) >= limit;
        let since = self.status.waiting_since.filter(|since| long(*since))?;
        self.status.alarm = true;
        if self.raised_at.is_some_and(|said| !long(said)) {
            return None;
        }
        self.raised_at = Some(now);
        self.status.alarms += 1;
        Some(since)
    }
}
