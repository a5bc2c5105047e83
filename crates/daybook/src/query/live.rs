//! The index of the log as it is now: it follows the log by sequence and everything else that comes into the audit table,
//! and answers no question before it has caught up with the database as the question finds it. While there is none, because
//! it is being built, SQL answers.
//!
//! [`AuditLog::run`] is the background: loads or builds, keeps up, merges, writes snapshots.

mod kept;
mod rebuild;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use sha2::{Digest as _, Sha256};
use tokio::sync::Mutex;

use super::index::segment::{Entry, Id};
use super::index::snapshot::{self, Stamp};
use super::index::{Index, read};
use super::known::Known;
use crate::model::entry::Action;
use crate::model::table;
use crate::store::audit::feed;
use crate::store::{Session, Store, StoreError, find_head, list_leaves, segment};
pub use kept::STRETCH;
use rebuild::Kept;

/// Rows that are read at once.
const BATCH: u64 = 2048;

/// A question waits for the index to catch up with so many entries; with more, SQL answers it.
const WAITED_FOR: u64 = 20_000;

/// A snapshot is written when the log has grown by this share since the last one, at the latest.
const WORTH_A_SNAPSHOT: f64 = 0.02;

/// How often the background looks, and how soon again when the index could not be made.
const LOOK: Duration = Duration::from_millis(500);
const TROUBLE: Duration = Duration::from_secs(5);

/// The audit log for whoever asks it questions. Clones share the index.
#[derive(Clone, Debug)]
pub struct AuditLog(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    store: Store,
    /// Where the index is kept between starts.
    snapshot: Option<PathBuf>,
    live: RwLock<Option<Live>>,
    /// Held by whoever brings the index up to the log.
    following: Mutex<()>,
    /// Which entries have words that were asked for.
    words: Known,
    /// Whether something was erased that memory and file still hold.
    erased: AtomicBool,
    /// Entries of a stretch of the log whose part of the index is kept in the database.
    stretch: u64,
    status: RwLock<Status>,
}

#[derive(Clone, Debug)]
pub(super) struct Live {
    pub index: Index,
    /// Entries of the log that are in the index.
    size: u64,
    /// See [`feed::Position`].
    mark: i64,
}

/// What the background knows of what it has done.
#[derive(Debug, Default)]
pub(super) struct Chores {
    /// Rows of the snapshot that was written last.
    saved: u64,
    stretches: kept::Stretches,
}

/// How the index is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Status {
    pub state: State,
    /// Entries in the index.
    pub rows: u64,
    /// Bytes of memory that it takes, roughly.
    pub bytes: usize,
    /// How long it took to read the snapshot.
    pub load: Option<Duration>,
    /// How long it took to build it from what the database holds.
    pub rebuild: Option<Duration>,
    /// Entries of which it took what the database keeps, then.
    pub taken: u64,
    /// Entries of the log of which the database keeps what the index says, as far as this process knows.
    pub kept: u64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum State {
    /// There is none: SQL answers.
    #[default]
    Absent,
    /// It is being built: so many entries of so many are in it. SQL answers.
    Building {
        done: u64,
        of: u64,
    },
    Ready,
}

impl AuditLog {
    /// A log without an index, until [`Self::run`] has made one.
    pub fn new(store: Store, snapshot: Option<PathBuf>) -> AuditLog {
        AuditLog::with_stretches(store, snapshot, STRETCH)
    }

    pub(super) fn with_stretches(store: Store, snapshot: Option<PathBuf>, stretch: u64) -> AuditLog {
        AuditLog(Arc::new(Inner {
            store,
            snapshot,
            live: RwLock::default(),
            following: Mutex::default(),
            words: Known::default(),
            erased: AtomicBool::new(false),
            stretch,
            status: RwLock::default(),
        }))
    }

    pub(super) fn words(&self) -> &Known {
        &self.0.words
    }

    pub fn store(&self) -> &Store {
        &self.0.store
    }

    pub fn status(&self) -> Status {
        let mut status = self.0.status.read().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(live) = &*self.0.live.read().unwrap_or_else(PoisonError::into_inner) {
            status.rows = live.index.len();
            status.bytes = live.index.bytes() + self.0.words.bytes();
        }
        status
    }

    fn note(&self, change: impl FnOnce(&mut Status)) {
        change(&mut self.0.status.write().unwrap_or_else(PoisonError::into_inner));
    }

    /// Makes the index, and keeps it, for as long as there is anybody else who has the log. A snapshot of what there is at the
    /// end can be written by [`Self::save`].
    pub async fn run(self) {
        let log = Arc::downgrade(&self.0);
        drop(self);
        let mut chores = Chores::default();
        while let Some(log) = log.upgrade().map(AuditLog) {
            let pause = log.look(&mut chores).await;
            drop(log);
            tokio::time::sleep(pause).await;
        }
    }

    /// One look of [`Self::run`]: what there is to do is done. Gives the time until the next.
    pub(super) async fn look(&self, chores: &mut Chores) -> Duration {
        if self.followed().is_none() {
            match self.make().await {
                Ok(()) => chores.saved = self.status().rows,
                Err(error) => {
                    tracing::warn!(
                        error = &error as &dyn std::error::Error,
                        "the index of the audit log cannot be made"
                    );
                    self.note(|status| status.state = State::Absent);
                    return TROUBLE;
                }
            }
        }
        if let Err(error) = self.keep_up().await {
            tracing::debug!(error = &error as &dyn std::error::Error, "the index does not follow");
        }
        self.merge().await;
        if self.0.erased.swap(false, Ordering::Relaxed) {
            self.words().clear();
            self.purge().await;
            self.save().await;
            chores.stretches.forget();
        }
        let rows = self.status().rows;
        if rows as f64 > chores.saved as f64 * (1.0 + WORTH_A_SNAPSHOT) + 10_000.0 {
            self.save().await;
            chores.saved = rows;
        }
        match self.keep_stretch(&mut chores.stretches).await {
            Ok(true) => return Duration::ZERO,
            Ok(false) => {}
            Err(error) => {
                let error = &error as &dyn std::error::Error;
                tracing::debug!(error, "a stretch of the index cannot be kept in the database");
            }
        }
        LOOK
    }

    /// From the snapshot, or from what the database keeps of the index and the rows.
    pub async fn make(&self) -> Result<(), StoreError> {
        if let Some(live) = self.load().await? {
            self.install(live);
            if self.fits().await? {
                return Ok(());
            }
            tracing::info!("the snapshot of the index has other rows than the audit table");
            self.discard();
        }
        match self.rebuild(Kept::Used).await {
            Ok(()) if self.status().taken == 0 || self.fits().await? => {}
            Ok(()) => {
                tracing::info!("the stretches of the index in the database have other rows than the audit table");
                self.discard();
                segment::forget_all(&self.0.store).await?;
                self.rebuild(Kept::PassedOver).await?;
            }
            Err(error) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "the index cannot be made of what the database keeps of it"
                );
                self.rebuild(Kept::PassedOver).await?;
            }
        }
        self.save().await;
        Ok(())
    }

    /// Whether the index has the rows of the audit table, once it has caught up. What came past the log and is gone without a trace is
    /// found by its number alone.
    async fn fits(&self) -> Result<bool, StoreError> {
        /// While changes come in, the two are seldom of one moment.
        const TRIES: usize = 20;
        let mut misfits = 0;
        for _ in 0..TRIES {
            let mut session = self.0.store.read().await?;
            let (rows, at) = (feed::count_rows(&mut session).await?, feed::position(&mut session, 0).await?);
            drop(session);
            self.catch_up().await?;
            let (status, size) = (self.status(), self.size());
            // What has come since is in the log.
            if rows + size.saturating_sub(at.size) == status.rows {
                return Ok(true);
            }
            // A row that came past the log in between is counted by the next look.
            misfits += usize::from(size == at.size);
            if misfits == 3 {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn size(&self) -> u64 {
        self.0.live.read().unwrap_or_else(PoisonError::into_inner).as_ref().map_or(0, |live| live.size)
    }

    fn install(&self, live: Live) {
        *self.0.live.write().unwrap_or_else(PoisonError::into_inner) = Some(live);
        self.note(|status| status.state = State::Ready);
    }

    /// Throws the index away; the background makes another one.
    pub(super) fn discard(&self) {
        *self.0.live.write().unwrap_or_else(PoisonError::into_inner) = None;
        self.words().clear();
        self.note(|status| status.state = State::Absent);
    }

    /// Brings the index up to everything that this session sees, and gives the size that the log has there: beyond it the index
    /// may know entries that the session does not. `None`: SQL is to answer.
    ///
    /// Reads with the session alone: with as many questions as connections, one that waited for a second would wait for ever.
    pub(super) async fn caught_up(&self, session: &mut Session) -> Result<Option<u64>, StoreError> {
        let Some((size, mark)) = self.followed() else { return Ok(None) };
        let position = feed::position(session, mark).await?;
        if size < position.size || position.arrived {
            if position.size.saturating_sub(size) > WAITED_FOR {
                return Ok(None);
            }
            let following = self.0.following.lock().await;
            self.follow(session).await?;
            drop(following);
        }
        Ok(self.followed().filter(|(size, _)| *size >= position.size).map(|_| position.size))
    }

    fn followed(&self) -> Option<(u64, i64)> {
        let live = self.0.live.read().unwrap_or_else(PoisonError::into_inner);
        live.as_ref().map(|live| (live.size, live.mark))
    }

    /// Asks the index; `None` when there is none.
    pub(super) fn ask<T>(&self, question: impl FnOnce(&Index) -> T) -> Option<T> {
        self.0.live.read().unwrap_or_else(PoisonError::into_inner).as_ref().map(|live| question(&live.index))
    }

    /// Brings the index up to the database as it is now. Whoever comes while another one is at it waits, and finds it done.
    pub async fn catch_up(&self) -> Result<(), StoreError> {
        let mut session = self.0.store.read().await?;
        let _following = self.0.following.lock().await;
        self.follow(&mut session).await
    }

    /// [`Self::catch_up`], and a look at whether the log is as long as it was.
    async fn keep_up(&self) -> Result<(), StoreError> {
        let size = self.size();
        let mut session = self.0.store.read().await?;
        if feed::position(&mut session, 0).await?.size < size {
            tracing::warn!("the log is shorter than its index: the database went back");
            self.discard();
            return Ok(());
        }
        drop(session);
        self.catch_up().await
    }

    /// Brings the index up to what a session sees. Nobody else does so meanwhile.
    async fn follow(&self, session: &mut Session) -> Result<(), StoreError> {
        let Some((mut size, mark)) = self.followed() else { return Ok(()) };
        let position = feed::position(session, mark).await?;
        while size < position.size {
            let end = position.size.min(size + BATCH);
            let rows = feed::feed_log(session, size, end).await?;
            // An erasure is an entry about an entry: that one shows less now.
            let erased: Vec<String> = rows
                .iter()
                .filter(|row| row.action == Action::Erased.as_str() && row.table_name == table::AUDIT_LOG.name)
                .map(|row| row.object_id.clone())
                .collect();
            let again = match erased.is_empty() {
                true => Vec::new(),
                false => feed::feed_ids(session, erased).await?,
            };
            self.0.erased.fetch_or(!again.is_empty(), Ordering::Relaxed);
            self.apply(rows.into_iter().chain(again).map(read::entry).collect(), |live| live.size = end);
            size = end;
        }
        if position.arrived {
            let arrived = feed::arrivals(session, mark).await?;
            for ids in arrived.chunks(BATCH as usize) {
                let rows = feed::feed_ids(session, ids.to_vec()).await?;
                let known = |entry: &Entry| self.ask(|index| index.contains(entry.at, &entry.id)) == Some(true);
                let new: Vec<Entry> = rows.into_iter().map(read::entry).filter(|entry| !known(entry)).collect();
                self.apply(new, |_| {});
            }
        }
        // A session that began before the one that was followed last knows less.
        self.apply(Vec::new(), |live| live.mark = live.mark.max(position.mark));
        Ok(())
    }

    fn apply(&self, entries: Vec<Entry>, then: impl FnOnce(&mut Live)) {
        if let Some(live) = &mut *self.0.live.write().unwrap_or_else(PoisonError::into_inner) {
            entries.iter().for_each(|entry| live.index.apply(entry));
            then(live);
        }
    }

    /// Merges segments until there are few.
    async fn merge(&self) {
        while let Some(due) = self.ask(Index::due).flatten() {
            let Ok(merged) = tokio::task::spawn_blocking(move || due.run()).await else { return };
            if let Some(live) = &mut *self.0.live.write().unwrap_or_else(PoisonError::into_inner) {
                live.index.install(merged);
            }
        }
    }

    /// Takes what is dead out of memory.
    async fn purge(&self) {
        let stale = match &mut *self.0.live.write().unwrap_or_else(PoisonError::into_inner) {
            Some(live) => live.index.stale(),
            None => Vec::new(),
        };
        for merge in stale {
            let Ok(merged) = tokio::task::spawn_blocking(move || merge.run()).await else { return };
            if let Some(live) = &mut *self.0.live.write().unwrap_or_else(PoisonError::into_inner) {
                live.index.install(merged);
            }
        }
    }

    /// What the snapshot holds, if it fits the database.
    async fn load(&self) -> Result<Option<Live>, StoreError> {
        let Some(path) = self.0.snapshot.clone() else { return Ok(None) };
        let begin = Instant::now();
        let file = match std::fs::File::open(&path) {
            Ok(file) => file,
            Err(_) => return Ok(None),
        };
        let outcome =
            tokio::task::spawn_blocking(move || snapshot::read(std::io::BufReader::with_capacity(1 << 20, file))).await;
        let (index, stamp) = match outcome {
            Ok(Ok(read)) => read,
            Ok(Err(error)) => {
                tracing::info!(%error, "the snapshot of the index is of no use");
                return Ok(None);
            }
            Err(_) => return Ok(None),
        };
        if self.stamp(stamp.size, stamp.mark).await?.as_ref() != Some(&stamp) {
            tracing::info!("the snapshot of the index is of another log");
            return Ok(None);
        }
        self.note(|status| status.load = Some(begin.elapsed()));
        Ok(Some(Live { index, size: stamp.size, mark: stamp.mark }))
    }

    /// What a snapshot of so many entries says of the log; `None` when the log has not got as many, or not got as far.
    async fn stamp(&self, size: u64, mark: i64) -> Result<Option<Stamp>, StoreError> {
        let mut session = self.0.store.read().await?;
        let Some(head) = find_head(&mut session).await? else { return Ok(None) };
        if head.size < size || feed::position(&mut session, mark).await?.mark < mark {
            return Ok(None);
        }
        let last_leaf = match size.checked_sub(1) {
            None => [0; 32],
            Some(last) => match list_leaves(&mut session, last, size).await {
                Ok(leaves) => Sha256::digest(leaves.concat()).into(),
                Err(StoreError::Corrupt(_)) => return Ok(None),
                Err(error) => return Err(error),
            },
        };
        Ok(Some(Stamp { origin: head.origin, size, last_leaf, mark }))
    }

    /// Writes the index beside the database. What goes wrong is said in the log: there is nothing that a start could not
    /// build again.
    pub async fn save(&self) {
        let Some(path) = self.0.snapshot.clone() else { return };
        let live = self.0.live.read().unwrap_or_else(PoisonError::into_inner).clone();
        let Some(Live { index, size, mark }) = live else { return };
        let outcome = match self.stamp(size, mark).await {
            Ok(Some(stamp)) => {
                tokio::task::spawn_blocking(move || replace(&path, |file| snapshot::write(&index, &stamp, file)))
                    .await
                    .map_err(std::io::Error::other)
                    .flatten()
            }
            Ok(None) => return,
            Err(error) => Err(std::io::Error::other(error)),
        };
        if let Err(error) = outcome {
            tracing::warn!(%error, "the snapshot of the index cannot be written");
        }
    }
}

/// Runs what takes time on a thread for such things.
async fn away<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, StoreError> {
    tokio::task::spawn_blocking(work).await.map_err(|_| StoreError::unavailable("the index could not be built"))
}

/// Writes a file beside the one that it then takes the place of. It is the owner's alone: it holds names and hashes of keys.
fn replace(
    path: &Path,
    write: impl FnOnce(&mut std::io::BufWriter<std::fs::File>) -> std::io::Result<()>,
) -> std::io::Result<()> {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{}.part", std::process::id()));
    let part = PathBuf::from(name);
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let outcome = (|| {
        let mut file = std::io::BufWriter::with_capacity(1 << 20, options.open(&part)?);
        write(&mut file)?;
        file.into_inner().map_err(std::io::IntoInnerError::into_error)?.sync_all()?;
        std::fs::rename(&part, path)
    })();
    if outcome.is_err() {
        let _ = std::fs::remove_file(&part);
    }
    outcome
}

/// What the file of an index holds: entries, and the bytes of memory that they take. `None` when there is none, or it is of no use.
pub fn look_at_file(path: &Path) -> Option<(u64, usize)> {
    let file = std::fs::File::open(path).ok()?;
    let (index, _) = snapshot::read(std::io::BufReader::with_capacity(1 << 20, file)).ok()?;
    Some((index.len(), index.bytes()))
}

/// Ids as the database has them.
pub(super) fn texts(ids: &[Id]) -> Vec<String> {
    ids.iter().map(Id::text).collect()
}
