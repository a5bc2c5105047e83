//! The log checks itself while it runs.
//!
//! A rolling slice is verified again, a tile of 256 entries a second on average: every leaf against the tree, every tile against
//! the tile above it, the tiles against the head, what a reader sees against what the leaves commit to, erased parts against
//! their declarations, the newest published checkpoint against the tree. A slice is read in one snapshot, so that nothing that
//! goes on beside it can look like an alteration. It is a smoke detector, not the proof: who can write to the database can also
//! stop this program, and what shows that to others is a checkpoint in somebody else's hands.

use std::collections::BTreeSet;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use daybook_verify::changed::changed_fields;
use jiff::Timestamp;
use serde_json::Value;
use tlog::{HASH_LEN, Hash, SignedCheckpoint, TILE_WIDTH, TileId, leaf_hash, root_of_leaves, root_tiles, tree_root};

use crate::model::leaf::Part;
use crate::model::row::RowExt as _;
use crate::model::shown::{self, Entry, Shown};
use crate::store::{
    Head, Session, Store, StoreError, Stored, find_bounds, find_head, list_checkpoints, list_entries,
    list_entries_about, read_tiles,
};

/// Published checkpoints among which the newest of this origin is looked for.
const RECENT: usize = 16;

/// How much is checked, and how often.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// The pause for each tile that was checked.
    pub interval: Duration,
    /// Up to so many entries a log is checked whole each time.
    pub small: u64,
}

impl Default for Pace {
    fn default() -> Pace {
        Pace { interval: Duration::from_secs(1), small: 4_096 }
    }
}

/// What the check has come to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SelfCheck {
    /// The number of entries that this round has checked, from the first on.
    pub checked_through: u64,
    /// How often the whole log has been checked since the start.
    pub rounds: u64,
    pub last_round_at: Option<Timestamp>,
    /// Stands until a later round has found nothing.
    pub alarm: Option<Alarm>,
}

/// Something is not as it was recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alarm {
    /// The lowest sequence number that is wrong; the size of the log when its head is.
    pub position: u64,
    /// One sentence.
    pub what: String,
}

/// The state of a [`Watch`], for whoever shows it.
#[derive(Clone, Debug, Default)]
pub struct Watched(Arc<RwLock<SelfCheck>>);

impl Watched {
    pub fn get(&self) -> SelfCheck {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn update(&self, change: impl FnOnce(&mut SelfCheck)) {
        change(&mut self.0.write().unwrap_or_else(PoisonError::into_inner));
    }
}

/// Checks one log, slice by slice.
#[derive(Debug)]
pub struct Watch {
    store: Store,
    state: Watched,
    pace: Pace,
    /// The first entry of the next slice.
    next: u64,
    /// The lowest alarm of this round.
    found: Option<Alarm>,
    /// Positions that the program's log has named already.
    said: BTreeSet<u64>,
    /// How often in a row the database has refused what it was asked.
    refused: u32,
}

/// Why a slice did not pass.
enum Broken {
    Alarm(Alarm),
    Store(StoreError),
}

impl From<StoreError> for Broken {
    fn from(error: StoreError) -> Broken {
        Broken::Store(error)
    }
}

fn broken(position: u64, what: impl Into<String>) -> Broken {
    Broken::Alarm(Alarm { position, what: what.into() })
}

impl Watch {
    pub fn new(store: Store, state: Watched, pace: Pace) -> Watch {
        Watch { store, state, pace, next: 0, found: None, said: BTreeSet::new(), refused: 0 }
    }

    /// Checks without end.
    pub async fn run(mut self) {
        let mut pause = self.pace.interval;
        loop {
            tokio::time::sleep(pause).await;
            pause = match self.tick().await {
                Ok(tiles) => self.pace.interval.saturating_mul(tiles.max(1)),
                Err(error) => {
                    tracing::debug!(error = &error as &dyn std::error::Error, "the log could not be checked");
                    self.pace.interval
                }
            };
        }
    }

    /// Checks the next slice; gives how many tiles it had. A database that does not answer is no alarm.
    pub async fn tick(&mut self) -> Result<u32, StoreError> {
        match self.slice().await {
            Ok(tiles) => {
                self.refused = 0;
                Ok(tiles)
            }
            Err(error @ (StoreError::Unavailable { .. } | StoreError::Contention(_) | StoreError::Uncertain(_))) => {
                Err(error)
            }
            // It answers and refuses: what is stored there cannot be read. Once is no alarm: somebody may have been migrating.
            Err(error) => {
                self.refused += 1;
                if self.refused > 1 {
                    self.refused = 0;
                    let alarm = self.locate(&error).await?;
                    self.raise(alarm);
                    self.next = self.next.saturating_add(TILE_WIDTH as u64);
                }
                Err(error)
            }
        }
    }

    async fn slice(&mut self) -> Result<u32, StoreError> {
        let mut session = self.store.read().await?;
        let head =
            find_head(&mut session).await?.ok_or_else(|| StoreError::Corrupt("the log has no head".to_owned()))?;
        if self.next >= head.size {
            self.next = 0;
        }
        if self.next == 0 {
            self.found = None;
        }
        let mut tiles = 0;
        loop {
            self.check(check_tile(&mut session, &head, self.next / TILE_WIDTH as u64).await)?;
            tiles += 1;
            self.next = self.next.saturating_add(TILE_WIDTH as u64).min(head.size);
            self.state.update(|state| state.checked_through = self.next);
            if head.size > self.pace.small || self.next >= head.size {
                break;
            }
            tokio::task::yield_now().await;
        }
        self.check(check_head(&mut session, &head).await)?;
        if self.next >= head.size {
            self.check(check_bounds(&mut session, &head).await)?;
            self.check(check_checkpoint(&mut session, &head).await)?;
            self.end_round();
        }
        Ok(tiles)
    }

    fn check(&mut self, outcome: Result<(), Broken>) -> Result<(), StoreError> {
        match outcome {
            Ok(()) => Ok(()),
            Err(Broken::Store(error)) => Err(error),
            Err(Broken::Alarm(alarm)) => {
                self.raise(alarm);
                Ok(())
            }
        }
    }

    fn raise(&mut self, alarm: Alarm) {
        if self.said.insert(alarm.position) {
            tracing::error!(position = alarm.position, "the log is not as it was recorded: {}", alarm.what);
        }
        let lower = |than: &Option<Alarm>| than.as_ref().is_none_or(|than| alarm.position < than.position);
        self.state.update(|state| {
            if lower(&state.alarm) {
                state.alarm = Some(alarm.clone());
            }
        });
        if lower(&self.found) {
            self.found = Some(alarm);
        }
    }

    fn end_round(&mut self) {
        let (found, at) = (self.found.take(), self.store.clock().now());
        if found.is_none() && !self.said.is_empty() {
            tracing::warn!("the log is as it was recorded again");
            self.said.clear();
        }
        self.next = 0;
        self.state.update(|state| {
            state.rounds += 1;
            state.last_round_at = Some(at);
            state.alarm = found;
        });
    }

    /// Which entry of the slice it is that cannot be read.
    async fn locate(&self, error: &StoreError) -> Result<Alarm, StoreError> {
        for position in self.next..self.next.saturating_add(TILE_WIDTH as u64) {
            let mut session = self.store.read().await?;
            let number = signed(position)?;
            match list_entries(&mut session, number, number + 1).await {
                Ok(_) => {}
                Err(error @ StoreError::Unavailable { .. }) => return Err(error),
                Err(_) => return Ok(Alarm { position, what: format!("entry {position} cannot be read") }),
            }
        }
        Ok(Alarm { position: self.next, what: format!("the stored log cannot be read: {error}") })
    }
}

fn signed(number: u64) -> Result<i64, StoreError> {
    i64::try_from(number).map_err(|_| StoreError::Corrupt("the log is too long".to_owned()))
}

/// The entries of a tile, the tile, and the tiles above it.
async fn check_tile(session: &mut Session, head: &Head, n: u64) -> Result<(), Broken> {
    let path: Vec<TileId> = (0..tlog::LEVELS)
        .map(|level| TileId { level, n: n >> (8 * u32::from(level)) })
        .take_while(|tile| tile.in_tree(head.size).is_some())
        .collect();
    let tiles = read_tiles(session, path.iter().copied()).await?;
    let mut below: Option<Hash> = None;
    for id in path {
        // The first entry that the tile stands for.
        let first = id.n.checked_shl(8 * (u32::from(id.level) + 1)).unwrap_or(0);
        let wanted = id.in_tree(head.size).map_or(0, |tile| tile.width());
        let Some(bytes) = tiles.get(&id).filter(|bytes| bytes.len() == wanted * HASH_LEN) else {
            return Err(broken(
                first,
                format!("a tile of the tree from entry {first} on is missing or of a wrong length"),
            ));
        };
        let hashes: Vec<Hash> = bytes.as_chunks::<HASH_LEN>().0.iter().copied().map(Hash::from_bytes).collect();
        match below {
            None if id.level == 0 => check_entries(session, head, first, &hashes).await?,
            // Below the first partial tile nothing is folded yet.
            None => return Ok(()),
            Some(below) => {
                let index = (n >> (8 * u32::from(id.level - 1))) % TILE_WIDTH as u64;
                if hashes.get(index as usize) != Some(&below) {
                    let first = (n >> (8 * u32::from(id.level - 1))) << (8 * u32::from(id.level));
                    let what =
                        format!("the tile from entry {first} on is not the one that the tile above it was made of");
                    return Err(broken(first, what));
                }
            }
        }
        below = (wanted == TILE_WIDTH).then(|| root_of_leaves(hashes));
    }
    Ok(())
}

async fn check_entries(session: &mut Session, head: &Head, first: u64, hashes: &[Hash]) -> Result<(), Broken> {
    let end = first + hashes.len() as u64;
    let mut entries = list_entries(session, signed(first)?, signed(end)?).await?.into_iter().peekable();
    for (position, hash) in (first..end).zip(hashes) {
        let here = |(ledger, _): &Stored| ledger.int("seq").and_then(|seq| u64::try_from(seq).ok()) == Some(position);
        let Some(stored) = entries.next_if(here) else {
            return Err(broken(position, format!("entry {position} is not in the ledger")));
        };
        let entry = check_entry(position, &stored, hash).map_err(|what| broken(position, what))?;
        if let Some(part) = undeclared(session, head, &entry).await? {
            let what = format!("the {part} of entry {position} is gone, and no entry declares that it was erased");
            return Err(broken(position, what));
        }
    }
    Ok(())
}

fn check_entry(position: u64, (ledger, row): &Stored, hash: &Hash) -> Result<Entry, String> {
    let leaf = ledger.text("leaf").unwrap_or_default();
    if leaf_hash(leaf.as_bytes()) != *hash {
        return Err(format!("the leaf of entry {position} is not the one in the tree"));
    }
    let json = |name: &str| {
        let text = ledger.text(name).unwrap_or_default();
        serde_json::from_str::<Value>(text).map_err(|_| format!("the {name} of entry {position} cannot be read"))
    };
    let (actor, context, salts) = (json("actor")?, json("context")?, json("salts")?);
    let shown = Shown { row: row.as_ref(), actor: &actor, context: &context, salts: &salts };
    let entry = shown::check(position, leaf, &shown).map_err(|fault| format!("entry {position}: {fault}"))?;
    if ledger.text("audit_id") != Some(&entry.leaf.id) {
        return Err(format!("the audit id of entry {position} is not the one in its leaf"));
    }
    let [before, after] = ["before_value", "updated_values"].map(|column| row.as_ref().and_then(|row| row.get(column)));
    if json("changed_fields")? != Value::from(changed_fields(before, after)) {
        return Err(format!("the changed fields of entry {position} are not those that differ"));
    }
    Ok(entry)
}

/// A part that is gone without an entry in the log that says so.
async fn undeclared(session: &mut Session, head: &Head, entry: &Entry) -> Result<Option<Part>, StoreError> {
    if entry.erased.is_empty() {
        return Ok(None);
    }
    let mut missing = entry.erased.clone();
    for stored in list_entries_about(session, &entry.leaf.id).await? {
        let Some(position) = stored.0.int("seq").and_then(|seq| u64::try_from(seq).ok()) else { continue };
        let id = TileId { level: 0, n: position / TILE_WIDTH as u64 };
        let tile = read_tiles(session, [id]).await?.remove(&id).unwrap_or_default();
        let hash = tile.as_chunks::<HASH_LEN>().0.get((position % TILE_WIDTH as u64) as usize);
        let Some(hash) = hash.filter(|_| position < head.size) else { continue };
        let declaration =
            check_entry(position, &stored, &Hash::from_bytes(*hash)).ok().and_then(|entry| entry.declares);
        if let Some(declared) = declaration.filter(|declared| declared.seq == entry.leaf.seq) {
            missing.retain(|part| !declared.parts.contains(part));
        }
    }
    Ok(missing.first().copied())
}

async fn check_head(session: &mut Session, head: &Head) -> Result<(), Broken> {
    let tiles = read_tiles(session, root_tiles(head.size).into_iter().map(|tile| tile.id)).await?;
    match tree_root(head.size, |tile| tiles.get(&tile)) {
        Ok(root) if root == head.root => Ok(()),
        _ => Err(broken(head.size, "the root in the head is not that of the stored tree")),
    }
}

async fn check_bounds(session: &mut Session, head: &Head) -> Result<(), Broken> {
    match find_bounds(session).await? {
        Some((first, last)) if first < 0 || u64::try_from(last).is_ok_and(|last| last >= head.size) => {
            let position = u64::try_from(last).unwrap_or(head.size).max(head.size);
            Err(broken(position, format!("the ledger holds entries {first} to {last}, and the log has {}", head.size)))
        }
        _ => Ok(()),
    }
}

/// The newest published checkpoint of this origin: the log must still contain it.
async fn check_checkpoint(session: &mut Session, head: &Head) -> Result<(), Broken> {
    for published in list_checkpoints(session, i64::MAX as u64, RECENT).await? {
        let size = published.size;
        let signed = SignedCheckpoint::parse(published.note.as_bytes()).ok();
        let Some(checkpoint) = signed.as_ref().map(SignedCheckpoint::checkpoint) else {
            return Err(broken(size, format!("the published checkpoint of {size} entries cannot be read")));
        };
        if checkpoint.origin() != head.origin {
            continue;
        }
        let said = checkpoint.head();
        if said.size != size {
            return Err(broken(size, format!("the published checkpoint of {size} entries says {}", said.size)));
        }
        if size > head.size {
            let what = format!("a checkpoint of {size} entries was published, and the log has {}", head.size);
            return Err(broken(head.size, what));
        }
        let tiles = read_tiles(session, root_tiles(size).into_iter().map(|tile| tile.id)).await?;
        return match tree_root(size, |tile| tiles.get(&tile)) {
            Ok(root) if root == said.root => Ok(()),
            _ => Err(broken(size, format!("the first {size} entries are not those of the published checkpoint"))),
        };
    }
    Ok(())
}
