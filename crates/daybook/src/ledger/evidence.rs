//! The evidence bundle: the log as a folder that others can check with programs that we did not write.
//!
//! A C2SP tile directory of the tree at one signed size, with the leaves, the keys, older checkpoints, what the leaves
//! commit to (the disclosures, which hold personal data), and instructions. All of it is read in one snapshot of the
//! database, a bundle of 256 entries at a time. Nothing is checked here but that the checkpoint is for this very tree:
//! a bundle shows the log as it is, and a verifier says what that is worth.

mod folder;
mod guide;
mod range;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::ledger::disclosure;
use crate::ledger::proof::cosigned;
use daybook_verify::leaf::Leaf;
use daybook_verify::shown::{AUDIT_TABLE, ERASED_ACTION};
use jiff::Timestamp;
use serde_json::json;
use tlog::{Bundle, SignedCheckpoint, Tile, TreeHead, VerifierKey};

use crate::model::time;
use crate::store::{
    Disclosed, Session, Store, StoreError, find_head, list_checkpoints, list_disclosed, list_leaves, list_log_keys,
    read_tiles,
};
use folder::Folder;
pub use range::{Bound, Range};

/// The `format` of `manifest.json`.
pub const FORMAT: &str = "daybook-evidence/1";

/// Entries of a file.
const WIDTH: u64 = tlog::TILE_WIDTH as u64;

/// Tiles, and older checkpoints, that are read at a time.
const BATCH: usize = 64;

/// Why there is no bundle.
#[derive(Debug, thiserror::Error)]
pub enum EvidenceError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("cannot write {}: {source}", path.display())]
    Write { path: PathBuf, source: std::io::Error },
    #[error("{} is not empty and holds no evidence bundle: name a new folder, or one with an older bundle", .0.display())]
    Occupied(PathBuf),
    /// The bundle that is there says something that this log does not: it is worth more than a new one.
    #[error("{} holds a bundle that does not agree with the log as it is now: {why}. Keep it, and name a new folder", folder.display())]
    Contradicted { folder: PathBuf, why: String },
    #[error("{0}")]
    Range(String),
    /// The tree that was signed is not the one in the database.
    #[error("the checkpoint is not for the log in the database: {0}")]
    Checkpoint(String),
    /// The bundle would show what is gone and not the entry that says so.
    #[error("entry {0}, which declares an erasure, came after the checkpoint was signed: sign again")]
    ErasedSince(u64),
}

/// What was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exported {
    pub origin: String,
    /// Entries of the tree that the checkpoint signs.
    pub size: u64,
    /// The first entry that is shown, and the one after the last: whole files of 256.
    pub from: u64,
    pub to: u64,
}

/// Writes the bundle of the tree that `checkpoint` signs; later entries are left out of it.
///
/// The files are written as they come: this is for a command line, not for a server that has others to serve.
///
/// # Errors
///
/// [`EvidenceError`]. What is then in the folder is marked as unfinished, and may be written over by the next attempt.
pub async fn export(
    store: &Store,
    checkpoint: &SignedCheckpoint,
    range: &Range,
    folder: &Path,
) -> Result<Exported, EvidenceError> {
    let mut session = store.read().await?;
    let head = *checkpoint.checkpoint().head();
    let keys = keys(&mut session).await?;
    checkpoint.verify(&keys).map_err(|error| EvidenceError::Checkpoint(error.to_string()))?;
    match root_at(&mut session, head.size).await {
        Ok(root) if root == head => {}
        Ok(_) => return Err(EvidenceError::Checkpoint("its root is another one".to_owned())),
        Err(error) => return Err(EvidenceError::Checkpoint(error.to_string())),
    }
    if let Some(seq) = erased_since(&mut session, head.size).await? {
        return Err(EvidenceError::ErasedSince(seq));
    }
    let (from, to) = range::resolve(&mut session, range, head.size).await?;
    let (from, to) = (from / WIDTH * WIDTH, to.next_multiple_of(WIDTH).min(head.size));
    let mut folder = Folder::claim(folder)?;
    let mut older = BTreeMap::new();
    if let Some(bundle) = folder.older() {
        let bundle = agreeing(&mut session, bundle, checkpoint, &keys)
            .await
            .map_err(|why| EvidenceError::Contradicted { folder: folder.path().to_owned(), why })?;
        older.insert(bundle.checkpoint().head().size, bundle.to_string());
    }
    folder.begin()?;

    tiles(&mut session, &folder, head.size).await?;
    let sample = entries(&mut session, &folder, head.size, from, to).await?;
    older_checkpoints(&mut session, &folder, head.size, older).await?;
    folder.write("checkpoint", cosigned(&mut session, checkpoint).await?.to_string().as_bytes())?;
    let vkeys: String = keys.iter().map(|key| format!("{key}\n")).collect();
    folder.write("vkey", vkeys.as_bytes())?;

    let exported = Exported { origin: checkpoint.checkpoint().origin().to_owned(), size: head.size, from, to };
    let at = store.clock().now();
    folder.write("VERIFY.md", guide::render(&exported, checkpoint, &keys, sample.as_ref(), at).as_bytes())?;
    folder.finish(&manifest(&exported, at))?;
    Ok(exported)
}

fn manifest(exported: &Exported, at: Timestamp) -> String {
    let Exported { origin, size, from, to } = exported;
    let exported_at = time::fixed(at);
    let manifest =
        json!({"format": FORMAT, "origin": origin, "size": size, "from": from, "to": to, "exported_at": exported_at});
    format!("{manifest:#}\n")
}

/// The keys that sign or have signed the log, the newest first.
async fn keys(session: &mut Session) -> Result<Vec<VerifierKey>, EvidenceError> {
    let parse = |vkey: &str| {
        VerifierKey::parse(vkey)
            .map_err(|error| StoreError::Corrupt(format!("the key {vkey} of the log: {error}")).into())
    };
    list_log_keys(session).await?.iter().rev().map(|key| parse(&key.vkey)).collect()
}

/// The tree as it was, or is, at a size.
async fn root_at(session: &mut Session, size: u64) -> Result<TreeHead, EvidenceError> {
    let tiles = read_tiles(session, tlog::root_tiles(size).into_iter().map(|tile| tile.id)).await?;
    let root = tlog::tree_root(size, |id| tiles.get(&id)).map_err(|error| StoreError::Corrupt(error.to_string()))?;
    Ok(TreeHead { size, root })
}

/// The first entry from `size` on that declares an erasure. An erasure and its declaration are one commit, so without one this
/// session sees nothing as erased that the first `size` entries do not declare.
async fn erased_since(session: &mut Session, size: u64) -> Result<Option<u64>, EvidenceError> {
    let now = find_head(session).await?.map_or(size, |head| head.size);
    let mut from = size;
    while from < now {
        let to = (from + WIDTH).min(now);
        for (leaf, seq) in list_leaves(session, from, to).await?.iter().zip(from..) {
            let leaf = Leaf::parse(leaf)
                .map_err(|error| StoreError::Corrupt(format!("the leaf of entry {seq} cannot be read: {error}")))?;
            if leaf.action == ERASED_ACTION && leaf.table == AUDIT_TABLE {
                return Ok(Some(seq));
            }
        }
        from = to;
    }
    Ok(None)
}

/// The checkpoint of a bundle that stands in the folder already, if the log still answers for it; else what is wrong.
async fn agreeing(
    session: &mut Session,
    bundle: Result<SignedCheckpoint, String>,
    now: &SignedCheckpoint,
    keys: &[VerifierKey],
) -> Result<SignedCheckpoint, String> {
    let bundle = bundle?;
    let (old, new) = (bundle.checkpoint(), now.checkpoint());
    if old.origin() != new.origin() {
        return Err(format!("it is of the log {}, and this one is {}", old.origin(), new.origin()));
    }
    bundle.verify(keys).map_err(|error| error.to_string())?;
    let head = *old.head();
    if head.size > new.head().size {
        return Err(format!("it knows of {} entries, and the log has {}", head.size, new.head().size));
    }
    match root_at(session, head.size).await {
        Ok(now) if now == head => Ok(bundle),
        Ok(_) => Err(format!("the first {} entries are not those that it has signed", head.size)),
        Err(error) => Err(error.to_string()),
    }
}

async fn tiles(session: &mut Session, folder: &Folder, size: u64) -> Result<(), EvidenceError> {
    let mut left = tlog::tiles(size);
    loop {
        let batch: Vec<Tile> = left.by_ref().take(BATCH).collect();
        if batch.is_empty() {
            return Ok(());
        }
        let stored = read_tiles(session, batch.iter().map(|tile| tile.id)).await?;
        for tile in batch {
            // A tile at the right edge may have grown since.
            let hashes = stored.get(&tile.id).and_then(|hashes| hashes.get(..tile.width() * tlog::HASH_LEN));
            let hashes =
                hashes.ok_or_else(|| StoreError::Corrupt(format!("{} is not in the database", tile.path())))?;
            folder.write(&tile.path(), hashes)?;
        }
    }
}

/// The leaves and what they commit to. The last entry comes back.
async fn entries(
    session: &mut Session,
    folder: &Folder,
    size: u64,
    from: u64,
    to: u64,
) -> Result<Option<Disclosed>, EvidenceError> {
    let mut sample = None;
    for bundle in (from / WIDTH..to.div_ceil(WIDTH)).filter_map(|n| Bundle::in_tree(n, size)) {
        let first = bundle.n * WIDTH;
        let entries = list_disclosed(session, first, first + bundle.width() as u64).await?;
        let leaves = bundle.format(entries.iter().map(|entry| &entry.leaf));
        let leaves = leaves.map_err(|error| StoreError::Corrupt(format!("{}: {error}", bundle.path())))?;
        folder.write(&bundle.path(), &leaves)?;
        folder.write(&disclosures_path(bundle), disclosure::lines(&entries).as_bytes())?;
        sample = entries.into_iter().next_back();
    }
    Ok(sample)
}

/// Where the disclosures of an entry bundle stand.
fn disclosures_path(bundle: Bundle) -> String {
    bundle.path().replacen("tile/entries/", "disclosures/", 1)
}

async fn older_checkpoints(
    session: &mut Session,
    folder: &Folder,
    size: u64,
    kept: BTreeMap<u64, String>,
) -> Result<(), EvidenceError> {
    for (old, note) in kept.range(..size) {
        folder.write(&format!("checkpoints/{old}"), note.as_bytes())?;
    }
    let mut below = size;
    loop {
        let batch = list_checkpoints(session, below, BATCH).await?;
        let Some(last) = batch.last() else { return Ok(()) };
        below = last.size;
        for published in &batch {
            folder.write(&format!("checkpoints/{}", published.size), published.note.as_bytes())?;
        }
    }
}
