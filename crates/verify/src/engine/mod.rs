//! The check of a whole log: entries are pushed in order, recomputed tiles are taken out and compared, and at the end there is
//! a [`Report`]. It reads nothing by itself, so a directory, a server and a database share it; what it keeps does not grow with
//! the log, but for 16 bytes an entry that find an audit id which comes twice.

mod checkpoints;
mod own;
mod tree;

use std::collections::HashSet;

use jiff::Timestamp;
use tlog::{HASH_LEN, Hash, TILE_WIDTH, TileId, TreeHead, VerifierKey};

pub use checkpoints::{GivenCheckpoint, Kind};
pub use own::KeyRow;
pub use tree::Recomputed;

use crate::examine::Examined;
use crate::report::{Counts, Problem, Problems, Report, Verdict, entry};
use crate::time;
use checkpoints::{Broken, Checkpoints};
use own::OwnLog;
use tree::Tree;

/// The head of a log as its database says it.
#[derive(Clone, Debug)]
pub struct StoredHead {
    pub origin: String,
    /// In hex, as stored.
    pub root: String,
    /// In the fixed form.
    pub last_at: String,
}

/// What is known before the first entry.
#[derive(Clone, Debug, Default)]
pub struct Setup {
    /// What the report calls the source.
    pub source: String,
    /// Entries that there must be.
    pub size: u64,
    /// The entries that the source has leaves of; of the others it has hashes.
    pub range: Option<(u64, u64)>,
    /// What a database says of its head.
    pub head: Option<StoredHead>,
    /// The keys that the source names.
    pub vkeys: Vec<String>,
    /// What a database says of them.
    pub key_rows: Option<Vec<KeyRow>>,
    /// The keys that the caller trusts; none: those of the source.
    pub trusted: Vec<VerifierKey>,
    pub checkpoints: Vec<GivenCheckpoint>,
    /// Whether the entries themselves are left out on purpose.
    pub tree_only: bool,
}

/// A verification under way.
#[derive(Debug)]
pub struct Verifier {
    source: String,
    size: u64,
    range: (u64, u64),
    tree_only: bool,
    head: Option<StoredHead>,
    /// Whether it names another log than the keys.
    head_misnamed: bool,
    key_rows: Option<Vec<KeyRow>>,
    checkpoints: Checkpoints,
    tree: Tree,
    /// The entry of the next push.
    next: u64,
    /// From here on the tree cannot be recomputed: a leaf is missing.
    broken_at: Option<u64>,
    /// The entries from here on are all shown.
    unseen_to: u64,
    last_at: Option<Timestamp>,
    ids: HashSet<[u8; 16]>,
    own: OwnLog,
    counts: Counts,
    problems: Problems,
    /// Positions at which the leaf is not what it was, the first of many: they explain what is wrong above them.
    wrong_leaves: Vec<u64>,
    /// Leaves that a tile contradicts; whose fault it is shows at the end.
    disputed: Vec<(u64, TileId)>,
    /// What is wrong above a range of leaves.
    regions: Vec<Broken>,
    missing: Vec<String>,
    notes: Vec<String>,
}

/// Wrong leaves and tiles that are remembered one by one.
const REMEMBERED: usize = 10_000;

impl Verifier {
    pub fn new(setup: Setup) -> Verifier {
        let Setup { source, size, range, head, vkeys, key_rows, trusted, checkpoints, tree_only } = setup;
        let mut problems = Problems::default();
        let mut own_keys: Vec<VerifierKey> = Vec::new();
        for vkey in vkeys {
            match VerifierKey::parse(&vkey) {
                Ok(key) if own_keys.contains(&key) => {}
                Ok(key) => own_keys.push(key),
                Err(error) => {
                    let place = format!("key {vkey:?}");
                    problems.add(Problem { position: None, place, what: format!("it is no key: {error}") });
                }
            }
        }
        let mut known = Checkpoints::new(trusted, own_keys);
        for checkpoint in checkpoints {
            if let Some(mut problem) = known.add(checkpoint) {
                problem.position = problem.position.map(|position| position.min(size));
                problems.add(problem);
            }
        }
        let mut verifier = Verifier {
            source,
            size,
            range: range.unwrap_or((0, size)),
            tree_only,
            head,
            head_misnamed: false,
            key_rows,
            checkpoints: known,
            tree: Tree::default(),
            next: 0,
            broken_at: None,
            unseen_to: 0,
            last_at: None,
            ids: HashSet::new(),
            own: OwnLog::default(),
            counts: Counts::default(),
            problems,
            wrong_leaves: Vec::new(),
            disputed: Vec::new(),
            regions: Vec::new(),
            missing: Vec::new(),
            notes: Vec::new(),
        };
        verifier.note_root();
        verifier
    }

    /// Entries that there must be.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The entry of the next push.
    pub fn position(&self) -> u64 {
        self.next
    }

    /// Something that the source found by itself.
    pub fn problem(&mut self, position: Option<u64>, place: &str, what: impl Into<String>) {
        self.problems.add(Problem { position, place: place.to_owned(), what: what.into() });
    }

    /// Something that could not be looked at.
    pub fn missing(&mut self, what: impl Into<String>) {
        if self.missing.len() < REMEMBERED {
            self.missing.push(what.into());
        }
    }

    pub fn note(&mut self, what: impl Into<String>) {
        self.notes.push(what.into());
    }

    /// Rows of the audit table that are not in the log.
    pub fn unadopted(&mut self, count: u64) {
        self.counts.unadopted = count;
    }

    /// The next entry.
    pub fn push(&mut self, examined: Examined) {
        let position = self.next;
        let Examined { hash, leaf, problems, wrong_leaf, parts, is_shown, erased, is_adopted, statement } = examined;
        self.counts.entries += 1;
        self.counts.shown += u64::from(is_shown);
        self.counts.parts += parts;
        self.counts.adopted += u64::from(is_adopted);
        if wrong_leaf {
            self.wrong_leaf(position);
        }
        for what in problems {
            self.problem(Some(position), &entry(position), what);
        }
        if let Some(facts) = leaf {
            // An entry in the wrong place says nothing about the order of the others.
            if !wrong_leaf {
                if self.last_at.is_some_and(|last| facts.at < last) {
                    self.problem(Some(position), &entry(position), "its time is before that of the entry before it");
                }
                self.last_at = Some(facts.at);
            }
            if !self.ids.insert(facts.id_digest) {
                self.problem(Some(position), &entry(position), format!("its audit id {} comes twice", facts.id));
            }
            if !erased.is_empty() {
                self.own.erased(position, erased, facts.id);
            }
        }
        if let Some(statement) = statement {
            let rows = self.key_rows.as_deref().unwrap_or_default();
            if let Some(problem) = self.own.hear(position, statement, rows) {
                self.problems.add(problem);
            }
        }
        if !is_shown {
            self.unseen_to = position + 1;
        }
        self.grow(hash);
    }

    /// The hash of an entry whose leaf is not looked at.
    pub fn push_hash(&mut self, hash: Hash) {
        self.unseen_to = self.next + 1;
        self.grow(hash);
    }

    fn grow(&mut self, hash: Hash) {
        self.next += 1;
        if self.broken_at.is_none() {
            self.tree.push(hash);
            self.note_root();
        }
    }

    /// The entries up to `position` are not there, for this reason: the log has been damaged.
    pub fn skip_to(&mut self, position: u64, what: &str) {
        if position <= self.next {
            return;
        }
        let (first, last) = (self.next, position - 1);
        let place = if first == last { entry(first) } else { format!("entries {first} to {last}") };
        self.problem(Some(first), &place, what);
        self.wrong_leaf(first);
        self.break_off();
        self.next = position;
    }

    /// The entries up to `position` cannot be looked at, for this reason: the source is not complete.
    pub fn pass_to(&mut self, position: u64, why: &str) {
        if position > self.next {
            self.missing(why);
            self.break_off();
            self.next = position;
            self.unseen_to = position;
        }
    }

    fn break_off(&mut self) {
        self.broken_at = self.broken_at.or(Some(self.next));
    }

    fn wrong_leaf(&mut self, position: u64) {
        if self.wrong_leaves.len() < REMEMBERED {
            self.wrong_leaves.push(position);
        }
    }

    fn note_root(&mut self) {
        let size = self.tree.size();
        if self.checkpoints.wants(size) {
            let root = self.tree.root();
            self.checkpoints.note_root(size, root);
        }
    }

    /// The tiles that have become full since the last call: each is to be given to [`Self::compare`] with what is stored.
    pub fn take_tiles(&mut self) -> Vec<Recomputed> {
        self.tree.take_complete()
    }

    /// The tiles at the right edge, after the last entry; none when the tree could not be recomputed to its end.
    pub fn edge_tiles(&self) -> Vec<Recomputed> {
        if self.broken_at.is_none() && self.tree.size() == self.size { self.tree.edge() } else { Vec::new() }
    }

    /// Compares a stored tile with what it must be. `None`: it is not there.
    pub fn compare(&mut self, tile: &Recomputed, stored: Option<&[u8]>) {
        let Recomputed { id, hashes } = tile;
        let path = id.in_tree(self.size).map_or_else(|| id.path(None), |tile| tile.path());
        let leaves = 1_u64.checked_shl(8 * u32::from(id.level)).unwrap_or(u64::MAX);
        let start = id.n.saturating_mul(TILE_WIDTH as u64).saturating_mul(leaves);
        let Some(stored) = stored else {
            self.problem(Some(start), &path, "this tile of the tree is missing");
            return;
        };
        self.counts.tiles += 1;
        if stored == hashes.as_slice() {
            return;
        }
        let (have, must): (Vec<_>, Vec<_>) = (stored.chunks(HASH_LEN).collect(), hashes.chunks(HASH_LEN).collect());
        let differing: Vec<usize> = (0..must.len()).filter(|at| have.get(*at) != must.get(*at)).collect();
        if have.len() > must.len() || (have.len() < must.len() && differing.len() == must.len() - have.len()) {
            let at = start.saturating_add(leaves.saturating_mul(have.len().min(must.len()) as u64));
            let what = format!("this tile has {} bytes, not {}", stored.len(), hashes.len());
            self.problem(Some(at.min(self.size)), &path, what);
        }
        for at in differing.into_iter().filter(|at| *at < have.len()) {
            let from = start.saturating_add(leaves.saturating_mul(at as u64));
            if id.level == 0 {
                if self.disputed.len() < REMEMBERED {
                    self.disputed.push((from, *id));
                }
                continue;
            }
            let what = format!("the hash over the {leaves} entries from {from} on is not theirs");
            let problem = Problem { position: Some(from), place: path.clone(), what };
            if self.regions.len() < REMEMBERED {
                self.regions.push(Broken { from, to: from.saturating_add(leaves), problem });
            }
        }
    }

    /// Whether parts are gone that no entry declares erased.
    pub(crate) fn misses_declarations(&self) -> bool {
        !self.own.check_erasures(self.unseen_to).undeclared.is_empty()
    }

    /// The report, after the last entry.
    pub fn finish(mut self) -> Report {
        if self.next < self.size {
            let size = self.size;
            self.skip_to(size, "it is missing");
        }
        let whole = self.broken_at.is_none() && self.tree.size() == self.size;
        let root = whole.then(|| self.tree.root());
        self.check_head(root);

        let origin = self.origin();
        // A head that was renamed does not make every checkpoint one of another log.
        let judged = if self.head_misnamed {
            self.checkpoints.newest().map(|(origin, ..)| origin.to_owned())
        } else {
            origin.clone()
        };
        let mut notes = std::mem::take(&mut self.notes);
        let (holding, wrong, broken) = self.checkpoints.judge(judged.as_deref(), self.size, &self.own, &mut notes);
        self.counts.checkpoints = holding;
        wrong.into_iter().for_each(|problem| self.problems.add(problem));
        self.settle_disputes(broken);

        let erasures = self.own.check_erasures(self.unseen_to);
        self.counts.erased = erasures.declared;
        erasures.undeclared.into_iter().for_each(|problem| self.problems.add(problem));
        if erasures.unknown > 0 {
            self.missing(format!(
                "{} parts are erased; no entry that is shown here declares it, and one that is not shown may",
                erasures.unknown
            ));
        }
        if erasures.still_there > 0 && self.unseen_to == 0 {
            notes.push(format!("{} parts that were declared erased are there, or never were", erasures.still_there));
        }
        if let Some(rows) = self.key_rows.as_deref().filter(|_| self.counts.shown == self.size) {
            self.own.check_keys(rows).into_iter().for_each(|problem| self.problems.add(problem));
        }

        let newest = self.checkpoints.newest();
        let (checkpoint, keys) = newest.map_or((None, Vec::new()), |(_, size, signers)| (Some(size), signers.to_vec()));
        if let Some(signed) = checkpoint.filter(|signed| self.checkpoints.keys_given() && *signed < self.size) {
            let last = self.size - 1;
            notes.push(match signed == last {
                true => format!("entry {last} is signed by nobody yet"),
                false => format!("entries {signed} to {last} are signed by nobody yet"),
            });
        }
        if newest.is_none() {
            if self.checkpoints.keys_given() {
                self.missing.push("no checkpoint of this log is there: nothing that the given keys signed".to_owned());
            } else {
                notes.push(
                    "no checkpoint has been published: only the head of the database vouches for the log".to_owned(),
                );
            }
        }
        let expected = if self.tree_only { 0 } else { self.range.1 - self.range.0 };
        if self.counts.shown < expected && self.missing.is_empty() && self.problems.is_empty() {
            let count = expected - self.counts.shown;
            self.missing.push(format!("of {count} entries only the leaf is there, not what a reader sees"));
        }
        let verdict = match (self.problems.is_empty(), self.missing.is_empty()) {
            (false, _) => Verdict::Tampered,
            (true, false) => Verdict::Incomplete,
            (true, true) => Verdict::Sound,
        };
        let keys_given = self.checkpoints.keys_given();
        let (problems_found, problems) = self.problems.into_parts();
        Report {
            source: self.source,
            verdict,
            size: self.size,
            range: self.range,
            origin,
            root: root.map(Hash::to_base64),
            checkpoint,
            keys,
            keys_given,
            counts: self.counts,
            problems,
            problems_found,
            missing: self.missing,
            notes,
        }
    }

    /// The name of the log: as the database says, else as the newest checkpoint does.
    fn origin(&self) -> Option<String> {
        let head = self.head.as_ref().map(|head| head.origin.clone());
        head.or_else(|| self.checkpoints.newest().map(|(origin, ..)| origin.to_owned()))
    }

    fn check_head(&mut self, root: Option<Hash>) {
        let Some(head) = self.head.clone() else { return };
        if let Some(root) = root {
            let hex: String = root.to_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
            if hex != head.root {
                let problem = Problem {
                    position: None,
                    place: "head".to_owned(),
                    what: "its root is not that of the leaves".to_owned(),
                };
                self.regions.push(Broken { from: 0, to: self.size, problem });
            }
        }
        let mut wrong = Vec::new();
        if let Some(last) = self.last_at.map(time::fixed).filter(|last| *last != head.last_at && root.is_some()) {
            wrong.push(format!("its last_at {:?} is not the time of the last entry, {last:?}", head.last_at));
        }
        if let Some(named) = self.own.origin().filter(|named| *named != head.origin) {
            wrong.push(format!("it names the log {:?}; the last entry about that names it {named:?}", head.origin));
        }
        let keys = self.key_rows.iter().flatten().filter(|key| key.retired_at.is_none());
        let mut keys = keys.filter_map(|key| VerifierKey::parse(&key.vkey).ok());
        if let Some(key) = keys.find(|key| key.name() != head.origin) {
            self.head_misnamed = true;
            wrong.push(format!("it names the log {:?}; the key that signs it {:?}", head.origin, key.name()));
        }
        wrong.into_iter().for_each(|what| self.problem(None, "head", what));
    }

    /// What is wrong above a leaf that is wrong itself is no news. Whether a leaf or the tile that contradicts it was altered,
    /// those say who signed the root.
    fn settle_disputes(&mut self, broken: Vec<Broken>) {
        let leaves_hold = broken.is_empty() && !self.regions.iter().any(|region| region.problem.place == "head");
        let disputed = std::mem::take(&mut self.disputed);
        for (position, id) in &disputed {
            let path = id.in_tree(self.size).map_or_else(|| id.path(None), |tile| tile.path());
            if leaves_hold && self.broken_at.is_none() {
                let what = "the hash of its leaf is altered in this tile; the leaf is the one that was recorded";
                self.problem(Some(*position), &path, what);
            } else {
                let what = format!("its leaf is not the one that was recorded: {path} has another hash of it");
                self.problem(Some(*position), &entry(*position), what);
            }
        }
        let mut wrong: Vec<u64> =
            disputed.iter().map(|(position, _)| *position).chain(self.wrong_leaves.drain(..)).collect();
        wrong.sort_unstable();
        let explained = |region: &Broken| {
            let next = wrong.partition_point(|position| *position < region.from);
            wrong.get(next).is_some_and(|position| *position < region.to)
        };
        let regions = std::mem::take(&mut self.regions);
        for region in regions.into_iter().chain(broken).filter(|region| !explained(region)) {
            self.problems.add(region.problem);
        }
    }

    /// What a checkpoint says, before anybody has verified it: how many entries there must be.
    pub fn claim(note: &[u8]) -> Option<TreeHead> {
        Some(*tlog::SignedCheckpoint::parse(note).ok()?.checkpoint().head())
    }
}
