//! Where a log is read from outside of its database, and what drives the [`Verifier`] from there.

mod directory;
mod disclosure;
#[cfg(feature = "url")]
mod url;

use std::thread;

use serde_json::Value;
use tlog::{Bundle, HASH_LEN, Hash, TILE_WIDTH, Tile, TileId, VerifierKey};

pub use directory::Directory;
#[cfg(feature = "url")]
pub use url::Url;

use crate::engine::{GivenCheckpoint, Kind, Recomputed, Setup, Verifier};
use crate::examine::{Examined, Shown, examine};
use crate::report::Report;

/// Why a source does not give what it is asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SourceError {
    /// It cannot be read at all, or not any more.
    #[error("{0}")]
    Unreachable(String),
    /// It answers, and does not show this to the caller.
    #[error("{0}")]
    Refused(String),
}

/// A log in the layout of an evidence bundle. What is `None` is not there.
pub trait Source {
    /// For the report.
    fn name(&self) -> String;
    /// The newest checkpoint, a signed note.
    fn checkpoint(&mut self) -> Result<Option<Vec<u8>>, SourceError>;
    /// The keys of the log.
    fn vkeys(&mut self) -> Result<Vec<String>, SourceError>;
    /// Earlier checkpoints.
    fn published(&mut self) -> Result<Vec<GivenCheckpoint>, SourceError>;
    /// What an extract says of itself.
    fn manifest(&mut self) -> Result<Option<Value>, SourceError>;
    fn tile(&mut self, tile: Tile) -> Result<Option<Vec<u8>>, SourceError>;
    fn leaves(&mut self, bundle: Bundle) -> Result<Option<Vec<u8>>, SourceError>;
    /// One JSON line an entry of the bundle.
    fn disclosures(&mut self, bundle: Bundle) -> Result<Option<Vec<u8>>, SourceError>;
    /// Whether it goes on growing while it is read. What is read late may then be newer than the checkpoint.
    fn grows(&self) -> bool {
        false
    }
    /// Paths of tiles and bundles that a tree of this size has not got, the first few.
    fn surplus(&mut self, size: u64) -> Result<Vec<String>, SourceError>;
}

/// What a caller wants to know.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Keys that the caller trusts; none: those that the source names.
    pub trusted: Vec<VerifierKey>,
    /// Earlier checkpoints that the caller kept: a name and the note.
    pub kept: Vec<(String, Vec<u8>)>,
    /// Leaves and rows are not looked at, only tree and checkpoints.
    pub tree_only: bool,
}

impl Options {
    /// The kept checkpoints as the engine takes them.
    pub fn kept(&self) -> impl Iterator<Item = GivenCheckpoint> {
        let given = |(name, note): &(String, Vec<u8>)| GivenCheckpoint {
            name: format!("checkpoint {name}"),
            size: None,
            note: note.clone(),
            kind: Kind::Kept,
        };
        self.kept.iter().map(given)
    }
}

/// Bundles that are read, and then examined, at once.
const BATCH: usize = 16;

/// Bundles of which nothing is there, after which no more are looked for: a checkpoint may claim any number of entries.
const GIVE_UP: u32 = 100;

/// The largest file or answer that is read: a bundle of 256 leaves of 65,535 bytes, and what readers see of them.
const LARGEST: u64 = 1 << 30;

/// Verifies a log from a source. `progress` hears how many entries of how many are done.
pub fn verify(source: &mut dyn Source, options: &Options, progress: &mut dyn FnMut(u64, u64)) -> Report {
    let name = source.name();
    let mut verified = Run::through(source, options, progress);
    // What was erased meanwhile is declared behind the checkpoint: a newer one knows of it.
    if source.grows() && verified.as_ref().is_ok_and(Verifier::misses_declarations) {
        verified = Run::through(source, options, progress);
    }
    match verified {
        Ok(verifier) => verifier.finish(),
        Err(error) => Report::unreachable(&name, &error.to_string()),
    }
}

struct Run<'a> {
    source: &'a mut dyn Source,
    verifier: Verifier,
    /// Entries whose leaves must be there. Others are examined when they are there as well: nobody signs what a manifest says.
    range: (u64, u64),
    tree_only: bool,
    /// Bundles of which neither leaves nor hashes are there.
    absent: u32,
}

/// An entry as it was read.
struct Raw {
    position: u64,
    leaf: Vec<u8>,
    shown: Result<Option<String>, String>,
}

impl Raw {
    fn examine(self) -> Examined {
        let shown: Result<Option<Shown>, String> = match self.shown {
            Ok(Some(line)) => disclosure::parse(self.position, &line).map(Some),
            Ok(None) => Ok(None),
            Err(problem) => Err(problem),
        };
        examine(self.position, &self.leaf, shown)
    }
}

impl Run<'_> {
    /// Reads the whole source; an error when there is nothing to read.
    fn through(
        source: &mut dyn Source,
        options: &Options,
        progress: &mut dyn FnMut(u64, u64),
    ) -> Result<Verifier, SourceError> {
        let mut run = Run::start(source, options)?;
        if let Err(error) = run.go(progress) {
            run.verifier.missing(error.to_string());
            let size = run.verifier.size();
            run.verifier.pass_to(size, "the entries that follow could not be read");
        }
        Ok(run.verifier)
    }

    fn start<'a>(source: &'a mut dyn Source, options: &Options) -> Result<Run<'a>, SourceError> {
        // A server publishes as it grows: what it has published by now is no larger than what it signs next.
        let mut checkpoints = source.published()?;
        let note = source.checkpoint()?;
        let note = note.ok_or_else(|| SourceError::Unreachable("there is no checkpoint".to_owned()))?;
        let claim = Verifier::claim(&note);
        let size = claim.map_or(0, |head| head.size);
        let manifest = source.manifest()?;
        let said = |name: &str| manifest.as_ref().and_then(|manifest| manifest[name].as_u64());
        let width = TILE_WIDTH as u64;
        let from = said("from").map_or(0, |from| from.min(size) / width * width);
        let to = said("to").map_or(size, |to| to.min(size).div_ceil(width).saturating_mul(width).min(size));
        let range = (from.min(to), to);
        checkpoints.extend(options.kept());
        checkpoints.push(GivenCheckpoint { name: "checkpoint".to_owned(), size: None, note, kind: Kind::Newest });
        let setup = Setup {
            source: source.name(),
            size,
            range: Some(range),
            vkeys: source.vkeys()?,
            trusted: options.trusted.clone(),
            checkpoints,
            tree_only: options.tree_only,
            ..Setup::default()
        };
        let mut verifier = Verifier::new(setup);
        if claim.is_some() && said("size").is_some_and(|said| said != size) {
            verifier.problem(
                None,
                "manifest.json",
                format!("it says another size than the checkpoint, which has {size}"),
            );
        }
        // No export makes such a one: it would be a way to have nothing looked at.
        if range.0 == range.1 && size > 0 && !options.tree_only {
            verifier.missing("manifest.json says that no entry is shown");
        }
        Ok(Run { source, verifier, range, tree_only: options.tree_only, absent: 0 })
    }

    fn go(&mut self, progress: &mut dyn FnMut(u64, u64)) -> Result<(), SourceError> {
        let size = self.verifier.size();
        let mut n = 0;
        loop {
            let batch: Vec<Bundle> = (n..).map_while(|n| Bundle::in_tree(n, size)).take(BATCH).collect();
            let Some(last) = batch.last().filter(|_| self.absent < GIVE_UP) else { break };
            n = last.n + 1;
            self.read(&batch)?;
            for tile in self.verifier.take_tiles() {
                self.compare(&tile)?;
            }
            progress(self.verifier.position(), size);
            if self.absent >= GIVE_UP {
                self.verifier.pass_to(size, "too much is missing: the entries that follow were not looked for");
            }
        }
        for tile in self.verifier.edge_tiles() {
            self.compare(&tile)?;
        }
        for path in self.source.surplus(size)? {
            self.verifier.problem(None, &path, format!("a log of {size} entries has no such tile"));
        }
        Ok(())
    }

    fn compare(&mut self, tile: &Recomputed) -> Result<(), SourceError> {
        let Some(place) = tile.id.in_tree(self.verifier.size()) else { return Ok(()) };
        match self.source.tile(place)? {
            Some(stored) => self.verifier.compare(tile, Some(&stored)),
            None => self.verifier.missing(format!("{} is missing", place.path())),
        }
        Ok(())
    }

    fn read(&mut self, batch: &[Bundle]) -> Result<(), SourceError> {
        let mut raw = Vec::new();
        for bundle in batch {
            let first = bundle.n * TILE_WIDTH as u64;
            let leaves = if self.tree_only { None } else { self.leaves(*bundle)? };
            let Some(leaves) = leaves else {
                self.push(std::mem::take(&mut raw));
                self.push_hashes(*bundle)?;
                continue;
            };
            match bundle.parse(&leaves) {
                Ok(leaves) => {
                    let lines = self.lines(*bundle)?;
                    let entries = (first..).zip(leaves).zip(lines);
                    raw.extend(entries.map(|((position, leaf), shown)| Raw { position, leaf: leaf.to_vec(), shown }));
                }
                Err(error) => {
                    self.push(std::mem::take(&mut raw));
                    self.verifier.problem(Some(first), &bundle.path(), error.to_string());
                    self.push_hashes(*bundle)?;
                }
            }
        }
        self.push(raw);
        Ok(())
    }

    /// The leaves of a bundle, unless the caller may not have them: then no others are asked for.
    fn leaves(&mut self, bundle: Bundle) -> Result<Option<Vec<u8>>, SourceError> {
        match self.source.leaves(bundle) {
            Ok(Some(leaves)) => Ok(Some(leaves)),
            Ok(None) => {
                if (self.range.0..self.range.1).contains(&(bundle.n * TILE_WIDTH as u64)) {
                    self.verifier.missing(format!("{} is missing", bundle.path()));
                }
                Ok(None)
            }
            Err(SourceError::Refused(why)) => {
                self.tree_only = true;
                self.verifier.missing(format!("entries are not readable with this key: {why}"));
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// What is shown of each entry of a bundle.
    fn lines(&mut self, bundle: Bundle) -> Result<Vec<Result<Option<String>, String>>, SourceError> {
        let nothing = || vec![Ok(None); bundle.width()];
        let path = bundle.path().replacen("tile/entries", "disclosures", 1);
        let text = match self.source.disclosures(bundle) {
            Ok(Some(text)) => text,
            Ok(None) => {
                self.verifier.missing(format!("{path} is missing"));
                return Ok(nothing());
            }
            Err(SourceError::Refused(why)) => {
                self.verifier.missing(format!("what readers see of the entries is not shown with this key: {why}"));
                return Ok(nothing());
            }
            Err(error) => return Err(error),
        };
        let first = bundle.n * TILE_WIDTH as u64;
        let Ok(text) = String::from_utf8(text) else {
            self.verifier.problem(Some(first), &path, "it is not text");
            return Ok(nothing());
        };
        let mut lines: Vec<Result<Option<String>, String>> =
            text.lines().map(|line| Ok(Some(line.to_owned()))).collect();
        if lines.len() > bundle.width() {
            let end = first + bundle.width() as u64;
            self.verifier.problem(Some(end), &path, format!("it has {} lines, not {}", lines.len(), bundle.width()));
        }
        lines.resize(bundle.width(), Err("nothing is shown of it".to_owned()));
        Ok(lines)
    }

    /// Examines entries on every processor, and pushes them in their order.
    fn push(&mut self, raw: Vec<Raw>) {
        for examined in in_parallel(raw, Raw::examine) {
            self.verifier.push(examined);
        }
    }

    /// Goes by the hashes of a bundle's leaves where the leaves are not there.
    fn push_hashes(&mut self, bundle: Bundle) -> Result<(), SourceError> {
        let id = TileId { level: 0, n: bundle.n };
        let end = bundle.n * TILE_WIDTH as u64 + bundle.width() as u64;
        let Some(place) = id.in_tree(self.verifier.size()) else { return Ok(()) };
        match self.source.tile(place)? {
            None => {
                self.absent += 1;
                self.verifier.pass_to(end, &format!("{} is missing", place.path()));
            }
            Some(bytes) if bytes.len() == place.width() * HASH_LEN => {
                for hash in bytes.chunks_exact(HASH_LEN).filter_map(Hash::from_slice) {
                    self.verifier.push_hash(hash);
                }
            }
            Some(bytes) => {
                let what = format!("this tile has {} bytes, not {}", bytes.len(), place.width() * HASH_LEN);
                self.verifier.problem(Some(bundle.n * TILE_WIDTH as u64), &place.path(), what);
                self.verifier.pass_to(end, "the hashes of these entries cannot be read");
            }
        }
        Ok(())
    }
}

/// Does the same to every item, on every processor, and keeps their order.
pub fn in_parallel<T: Send, U: Send>(items: Vec<T>, work: impl Fn(T) -> U + Sync) -> Vec<U> {
    let threads = thread::available_parallelism().map_or(1, usize::from).min(16);
    if threads < 2 || items.len() < 64 {
        return items.into_iter().map(work).collect();
    }
    let share = items.len().div_ceil(threads);
    let mut shares: Vec<Vec<T>> = Vec::with_capacity(threads);
    let mut items = items.into_iter();
    loop {
        let share: Vec<T> = items.by_ref().take(share).collect();
        if share.is_empty() {
            break;
        }
        shares.push(share);
    }
    let work = &work;
    let each = |share: Vec<T>| move || share.into_iter().map(work).collect::<Vec<U>>();
    thread::scope(|scope| {
        let running: Vec<_> = shares.into_iter().map(|share| scope.spawn(each(share))).collect();
        let done = running.into_iter().map(|thread| thread.join());
        done.flat_map(|done| done.unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
    })
}
