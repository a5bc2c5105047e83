//! Group commit: changes that come together share a transaction, the lock on the head of the log, and one `fsync`.
//!
//! A change that finds nobody at work begins at once and alone. Whoever comes meanwhile waits in line; when a group ends, the
//! next one takes those who wait, in their order. Nothing waits for company, and there is no timer: a group is as large as
//! the time that the one before it took.
//!
//! **The session is handed from member to member.** Each runs its own work in its own task, between a savepoint and its
//! release, and gives the session back ([`super::seat`]); so work need be neither `'static` nor boxed, and its spans, panics
//! and cancellation stay its own. What belongs to all of them, the transaction, the recording and the commit, is a task that
//! no caller can drop: a commit that was begun is not cut off. What is to be recorded of a member is made ready (secrets taken
//! out, digests made) beside the work of those after it.
//!
//! **Who is told what.** Work that fails, panics or is dropped goes back to its savepoint, and nobody else notices. Its error
//! may rest on what a neighbour wrote, so it counts when the group is committed (at once when no neighbour had written).
//! Whatever ends the transaction before its commit gives every member another try by itself, where it can blame nobody;
//! only what a commit could not say is said to all of them.
//!
//! **Nobody is held hostage.** A group ends early when it has taken a quarter of the time that a request may wait. In company,
//! work that takes longer than [`PATIENCE`], and on PostgreSQL a statement that waits longer than [`LOCK_PATIENCE`] for a lock
//! (another replica's, or another group's), goes back to its savepoint and is run again by itself, in a transaction of its
//! own, where it may take as long as ever. So groups never wait for each other for long, nor in a circle.
//!
//! SQLite has one writer: one group at a time. On PostgreSQL a few lanes run at once, so that one works while another commits;
//! a lone change that takes long leaves its lane to others.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::seat::{self, Member, Outcome, Seat, Verdict, Work};
use crate::store::Store;
use crate::store::db::{Dialect, Hindrance, Session};
use crate::store::error::StoreError;
use crate::store::ledger::{self, Entry};

/// How long work may take while others wait for it to end.
const PATIENCE: Duration = Duration::from_millis(500);

/// How long a statement may wait for a lock while others wait for it to end.
const LOCK_PATIENCE: Duration = Duration::from_millis(200);

/// Whom a change is made with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Company {
    Welcome,
    /// It has been in a group and could not stay.
    Alone,
}

/// Who waits, and how many groups are under way.
#[derive(Debug)]
pub(in crate::store) struct Groups {
    line: Mutex<Line>,
    /// Groups that run at once.
    lanes: usize,
    /// Members of one group at most.
    most: usize,
    commits: AtomicU64,
}

#[derive(Default)]
struct Line {
    waiting: VecDeque<Member>,
    running: usize,
}

impl std::fmt::Debug for Line {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Line").field("waiting", &self.waiting.len()).field("running", &self.running).finish()
    }
}

impl Groups {
    pub fn new(dialect: Dialect, connections: u32) -> Groups {
        let (lanes, most) = match dialect {
            Dialect::Sqlite => (1, 64),
            // A transaction with more than 64 savepoints that wrote slows down every reader of the server.
            Dialect::Postgres => ((connections / 2).clamp(1, 4) as usize, 32),
        };
        Groups { line: Mutex::default(), lanes, most, commits: AtomicU64::new(0) }
    }

    fn line(&self) -> MutexGuard<'_, Line> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Transactions that were committed for changes.
    #[cfg(feature = "testing")]
    pub fn commits(&self) -> u64 {
        self.commits.load(Ordering::Relaxed)
    }

    /// Changes that wait for a group.
    #[cfg(feature = "testing")]
    pub fn waiting(&self) -> usize {
        self.line().waiting.iter().filter(|member| !member.is_gone()).count()
    }
}

/// A place in a group: in one of its own at once, or in line.
pub(super) fn join(store: &Store, company: Company) -> Seat {
    let (seat, member) = seat::pair();
    if company == Company::Alone {
        tokio::spawn(conduct(store.clone(), None, member));
        return seat;
    }
    let mut line = store.groups.line();
    line.waiting.push_back(member);
    start(store, &mut line);
    seat
}

/// Begins a group with whoever is first in line, if there is a lane.
fn start(store: &Store, line: &mut Line) {
    while line.running < store.groups.lanes {
        let Some(first) = line.waiting.pop_front() else { return };
        if first.is_gone() {
            continue;
        }
        line.running += 1;
        tokio::spawn(conduct(store.clone(), Some(Lane(store.clone())), first));
    }
}

/// The right to run a group. Given up, it goes to the first in line.
struct Lane(Store);

impl Lane {
    /// Those who wait and come along: a fair share of them where there are several lanes.
    fn company(&self) -> Vec<Member> {
        let groups = &self.0.groups;
        let mut line = groups.line();
        line.waiting.retain(|member| !member.is_gone());
        let share = line.waiting.len().div_ceil(groups.lanes).min(groups.most - 1);
        line.waiting.drain(..share).collect()
    }

    /// They are still the first in line.
    fn put_back(&self, members: VecDeque<Member>) {
        let mut line = self.0.groups.line();
        members.into_iter().rev().for_each(|member| line.waiting.push_front(member));
    }
}

impl Drop for Lane {
    fn drop(&mut self) {
        let mut line = self.0.groups.line();
        line.running -= 1;
        // At the end of the program there is nobody left to go on with.
        if tokio::runtime::Handle::try_current().is_ok() {
            start(&self.0, &mut line);
        }
    }
}

/// A member whose work has been run.
struct Seated {
    verdict: oneshot::Sender<Verdict>,
    entries: Entries,
}

/// What is to be recorded of a member.
enum Entries {
    /// It is being made, beside the work of those who come after it.
    Coming(JoinHandle<Result<Vec<Entry>, StoreError>>),
    Ready(Vec<Entry>),
    /// The work failed.
    None,
}

impl Entries {
    /// Begins to make them.
    fn begin(store: &Store, work: Box<Work>) -> Entries {
        if work.drafts.is_empty() || !store.audit {
            return Entries::Ready(Vec::new());
        }
        let store = store.clone();
        Entries::Coming(tokio::spawn(async move { ledger::prepare(&store, &work.actor, work.drafts) }))
    }

    async fn made(self) -> Result<Vec<Entry>, StoreError> {
        match self {
            Entries::Ready(entries) => Ok(entries),
            Entries::Coming(coming) => match coming.await {
                Ok(entries) => entries,
                Err(_) => Err(StoreError::Corrupt("an entry was not made to its end".to_owned())),
            },
            Entries::None => Ok(Vec::new()),
        }
    }
}

/// Runs one group from its beginning to its end.
async fn conduct(store: Store, mut lane: Option<Lane>, first: Member) {
    let session = match within(&store, store.db.write()).await {
        Ok(session) => session,
        Err(error) => {
            // What keeps a transaction from being begun keeps them all.
            let others = lane.as_ref().map(Lane::company).unwrap_or_default();
            refuse(std::iter::once(first).chain(others).map(|member| member.verdict), error);
            return;
        }
    };
    let mut waiting = VecDeque::from([first]);
    waiting.extend(lane.as_ref().map(Lane::company).unwrap_or_default());
    if waiting.len() == 1 {
        if let Some(member) = waiting.pop_front() {
            alone(&store, &mut lane, session, member).await;
        }
        return;
    }
    let mut seated = Vec::with_capacity(waiting.len());
    let gathered = gather(&store, session, &mut waiting, &mut seated).await;
    if let Some(lane) = lane.as_ref().filter(|_| !waiting.is_empty()) {
        lane.put_back(waiting);
    }
    match gathered {
        Ok(session) => finish(&store, session, seated, Company::Welcome).await,
        Err(error) => run_again(seated.into_iter().map(|one| one.verdict), error),
    }
}

/// A group of one needs no savepoint: there is nothing to keep when it fails.
async fn alone(store: &Store, lane: &mut Option<Lane>, session: Session, member: Member) {
    let Member { desk, mut back, verdict } = member;
    desk.call(session);
    let returned = match tokio::time::timeout(PATIENCE, &mut back).await {
        Ok(returned) => returned,
        Err(_) => {
            // It may wait for a lock, and others need not.
            drop(lane.take());
            match within(store, async { Ok(back.await) }).await {
                Ok(returned) => returned,
                Err(error) => {
                    drop(desk.take());
                    let _ = verdict.send(Verdict::Refused(error));
                    return;
                }
            }
        }
    };
    match returned {
        Ok((session, Outcome::Done(work))) => {
            // Nothing could go on beside it.
            let entries = match store.audit {
                true => ledger::prepare(store, &work.actor, work.drafts),
                false => Ok(Vec::new()),
            };
            match entries {
                Ok(entries) => {
                    let seated = Seated { verdict, entries: Entries::Ready(entries) };
                    finish(store, session, vec![seated], Company::Alone).await;
                }
                Err(error) => drop(verdict.send(Verdict::Refused(error))),
            }
        }
        Ok((mut session, Outcome::Failed)) => {
            let hindrance = session.take_hindrance();
            // The caller hears of the failure of the work; that a rollback failed too changes nothing, since an
            // unfinished transaction is never committed.
            if let Err(error) = session.rollback().await {
                tracing::debug!(error = &error as &dyn std::error::Error, "rollback failed");
            }
            let _ = verdict.send(match hindrance {
                Some(Hindrance::Deadlock | Hindrance::Conflict) => Verdict::Again(in_the_way()),
                Some(Hindrance::Blocked) | None => Verdict::Settled,
            });
        }
        // Let go of, a session rolls itself back.
        Ok((_, Outcome::Gone)) | Err(_) => drop(desk.take()),
    }
}

/// Has the members run their work, one after the other. Those who did stand in `seated` whatever happens; an error says
/// that the transaction is lost.
async fn gather(
    store: &Store,
    mut session: Session,
    waiting: &mut VecDeque<Member>,
    seated: &mut Vec<Seated>,
) -> Result<Session, StoreError> {
    let end = Instant::now() + store.timeout / 4;
    let mut savepoint = None;
    while let Some(member) = waiting.pop_front() {
        if member.is_gone() {
            continue;
        }
        if savepoint.is_some() && Instant::now() > end {
            waiting.push_front(member);
            break;
        }
        let Member { desk, mut back, verdict } = member;
        // What was put ahead for one who then ran nothing stands for the next one.
        let here = match savepoint.filter(|_| session.has_ahead()) {
            Some(same) => same,
            None => {
                if let Err(error) = within(store, set_savepoint(store, &mut session, savepoint)).await {
                    seated.push(Seated { verdict, entries: Entries::None });
                    return Err(error);
                }
                Savepoint::after(savepoint)
            }
        };
        savepoint = Some(here);
        desk.call(session);
        let returned = match tokio::time::timeout(PATIENCE.min(store.timeout), &mut back).await {
            Ok(returned) => returned.ok(),
            Err(_) => match desk.take() {
                // Nobody polls it.
                Some(session) => Some((session, Outcome::Gone)),
                None => {
                    desk.recall();
                    within(store, async { Ok(back.await) }).await.ok().and_then(Result::ok)
                }
            },
        };
        // One who left before taking the session has left it where it was.
        let returned = returned.or_else(|| Some((desk.take()?, Outcome::Gone)));
        let Some((returned, outcome)) = returned else {
            seated.push(Seated { verdict, entries: Entries::None });
            return Err(StoreError::unavailable("the database did not answer in time"));
        };
        session = returned;
        match outcome {
            Outcome::Done(work) => seated.push(Seated { verdict, entries: Entries::begin(store, work) }),
            Outcome::Failed | Outcome::Gone => {
                let hindrance = session.take_hindrance();
                let undone = match hindrance {
                    Some(Hindrance::Conflict) => Err(in_the_way()),
                    // It has run nothing.
                    _ if session.has_ahead() => Ok(()),
                    _ => within(store, session.run(here.undo())).await,
                };
                if let Err(error) = undone {
                    seated.push(Seated { verdict, entries: Entries::None });
                    return Err(error);
                }
                if hindrance.is_some() || matches!(outcome, Outcome::Gone) {
                    let _ = verdict.send(Verdict::Again(in_the_way()));
                } else if seated.is_empty() {
                    let _ = verdict.send(Verdict::Settled);
                } else {
                    seated.push(Seated { verdict, entries: Entries::None });
                }
            }
        }
    }
    if savepoint.is_some() && session.dialect() == Dialect::Postgres {
        // The head of the log is worth waiting for.
        within(store, session.run(&lock_timeout(store.timeout))).await?;
    }
    Ok(session)
}

/// Where a member's work begins. Two names by turns: what was to set one and did not is never taken for the one before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Savepoint {
    One,
    Other,
}

impl Savepoint {
    fn after(before: Option<Savepoint>) -> Savepoint {
        match before {
            None | Some(Savepoint::Other) => Savepoint::One,
            Some(Savepoint::One) => Savepoint::Other,
        }
    }

    /// The statements that set the one after `before`, which is kept no longer.
    fn begin(before: Option<Savepoint>) -> &'static str {
        match before {
            None => "SAVEPOINT one",
            Some(Savepoint::One) => "RELEASE SAVEPOINT one; SAVEPOINT other",
            Some(Savepoint::Other) => "RELEASE SAVEPOINT other; SAVEPOINT one",
        }
    }

    fn undo(self) -> &'static str {
        match self {
            Savepoint::One => "ROLLBACK TO SAVEPOINT one",
            Savepoint::Other => "ROLLBACK TO SAVEPOINT other",
        }
    }
}

async fn set_savepoint(store: &Store, session: &mut Session, before: Option<Savepoint>) -> Result<(), StoreError> {
    let begin = Savepoint::begin(before);
    match (session.dialect(), before) {
        (Dialect::Sqlite, None) => session.run(begin).await,
        (Dialect::Sqlite, Some(_)) => {
            session.put_ahead(begin);
            Ok(())
        }
        (Dialect::Postgres, None) => {
            let wait = lock_timeout(LOCK_PATIENCE.min(store.timeout));
            session.run(&format!("{wait}; {begin}")).await
        }
        (Dialect::Postgres, Some(_)) => session.run(begin).await,
    }
}

fn lock_timeout(wait: Duration) -> String {
    format!("SET LOCAL lock_timeout = {}", wait.as_millis())
}

/// Puts on the record what the members have done, commits, and tells them.
async fn finish(store: &Store, mut session: Session, seated: Vec<Seated>, company: Company) {
    if seated.is_empty() {
        // Everybody has failed, and knows it.
        return;
    }
    let (mut verdicts, mut counts, mut entries) = (Vec::new(), Vec::new(), Vec::new());
    let mut unmade = None;
    for Seated { verdict, entries: coming } in seated {
        verdicts.push(verdict);
        match coming.made().await {
            Ok(made) => {
                counts.push(made.len());
                entries.extend(made);
            }
            Err(error) => unmade = Some(error),
        }
    }
    let verdicts = verdicts.into_iter();
    if let Some(error) = unmade {
        return run_again(verdicts, error);
    }
    let mut receipts = match within(store, ledger::record(store, &mut session, entries)).await {
        Ok(receipts) => receipts.into_iter(),
        // Whose entry it was that cannot be written shows when each has its own.
        Err(error) if company == Company::Welcome || matches!(error, StoreError::Contention(_)) => {
            return run_again(verdicts, error);
        }
        Err(error) => return refuse(verdicts, error),
    };
    // Not timed: a commit that is cut off may have happened.
    match session.commit().await.map_err(StoreError::in_commit) {
        Ok(()) => {
            store.groups.commits.fetch_add(1, Ordering::Relaxed);
            for (verdict, count) in verdicts.zip(counts) {
                let _ = verdict.send(Verdict::Committed(receipts.by_ref().take(count).collect()));
            }
        }
        Err(error @ (StoreError::Unavailable { .. } | StoreError::Uncertain(_))) => refuse(verdicts, error),
        // The database says that it has written nothing, and what it did not like: a reference that is looked at in the end.
        Err(error) if company == Company::Welcome => run_again(verdicts, error),
        Err(error) => refuse(verdicts, error),
    }
}

fn run_again(verdicts: impl Iterator<Item = oneshot::Sender<Verdict>>, error: StoreError) {
    tracing::debug!(
        error = &error as &dyn std::error::Error,
        "changes that shared a transaction run again, each by itself"
    );
    error.tell_each(verdicts, |verdict, error| drop(verdict.send(Verdict::Again(error))));
}

fn refuse(verdicts: impl Iterator<Item = oneshot::Sender<Verdict>>, error: StoreError) {
    error.tell_each(verdicts, |verdict, error| drop(verdict.send(Verdict::Refused(error))));
}

/// What a member hears that has used up its tries without an error of its own.
fn in_the_way() -> StoreError {
    StoreError::unavailable("other changes stood in the way for too long")
}

/// For as long as a request waits.
async fn within<T>(store: &Store, work: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
    match tokio::time::timeout(store.timeout, work).await {
        Ok(outcome) => outcome,
        Err(_) => Err(StoreError::unavailable("the database did not answer in time")),
    }
}

/// The store's part of it.
pub(in crate::store) fn groups(dialect: Dialect, connections: u32) -> Arc<Groups> {
    Arc::new(Groups::new(dialect, connections))
}
