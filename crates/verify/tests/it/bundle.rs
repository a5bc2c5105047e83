//! A synthetic log, and its evidence bundle in a folder.

use std::fs;
use std::path::{Path, PathBuf};

use daybook_verify::leaf::{Facts, Part, Parts, Salts, freeze};
use daybook_verify::report::Report;
use daybook_verify::shown::ERASED;
use daybook_verify::source::{Directory, Options, verify};
use daybook_verify::time;
use jiff::Timestamp;
use serde_json::{Value, json};
use tempfile::TempDir;
use tlog::{Checkpoint, Frontier, SignedCheckpoint, SignerKey, TreeHead, bundles, leaf_hash, root_of_leaves};

pub const ORIGIN: &str = "example.com/log";

/// An entry before it is frozen.
#[derive(Clone, Debug)]
pub struct Entry {
    pub id: String,
    pub action: &'static str,
    pub table: &'static str,
    pub object: String,
    pub at: Timestamp,
    pub before: Value,
    pub after: Value,
    pub context: Value,
    /// LiteLLM's time of an adopted row.
    pub written_at: Option<String>,
    pub erased: Vec<Part>,
}

impl Entry {
    pub fn plain(n: u64) -> Entry {
        Entry {
            id: format!("id-{n}"),
            action: "updated",
            table: "LiteLLM_TeamTable",
            object: format!("team-{}", n % 7),
            at: Timestamp::from_millisecond(1_795_291_200_000 + i64::try_from(n).unwrap() * 10).unwrap(),
            before: json!({"n": n, "name": "é"}),
            after: json!({"n": n + 1}),
            context: json!({"route": "/team/update"}),
            written_at: None,
            erased: Vec::new(),
        }
    }

    /// The entry that declares an erasure.
    pub fn declares(n: u64, seq: u64, parts: &[Part]) -> Entry {
        let names: Vec<&str> = parts.iter().map(|part| part.name()).collect();
        let id = format!("id-{seq}");
        Entry {
            action: "erased",
            table: "LiteLLM_AuditLog",
            object: id.clone(),
            before: Value::Null,
            after: json!({"id": id, "seq": seq, "parts": names, "reason": "asked for"}),
            ..Entry::plain(n)
        }
    }

    /// Leaf and disclosure.
    fn freeze(&self, seq: u64) -> (String, String) {
        let actor = json!({"changed_by": "ada", "changed_by_api_key": "88dc"});
        let shown = |value: &Value| Some(value.clone()).filter(|value| !value.is_null());
        let mut context = self.context.clone();
        if let Some(written_at) = &self.written_at {
            context = json!({"adopted": true, "written_at": written_at});
        }
        let parts = Parts {
            actor: actor.clone(),
            object: json!(self.object),
            before: shown(&self.before),
            after: shown(&self.after),
            context: context.clone(),
        };
        let mut salts = Salts::new(std::array::from_fn(|part| {
            [u8::try_from(part).unwrap().wrapping_add(seq.to_le_bytes()[0]); 16]
        }));
        Part::ALL.into_iter().filter(|part| parts.get(*part).is_none()).for_each(|part| salts.erase(part));
        let facts = Facts { action: self.action, at: self.at, id: &self.id, seq, table: self.table };
        let leaf = freeze(facts, &parts, &salts).unwrap();
        self.erased.iter().for_each(|part| salts.erase(*part));
        let gone = |part: Part| self.erased.contains(&part);
        let unless = |part: Part, value: Value| if gone(part) { Value::Null } else { value };
        let text = |part: Part, value: &str| if gone(part) { ERASED.to_owned() } else { value.to_owned() };
        let row = json!({
            "id": self.id,
            "updated_at": self.written_at.clone().unwrap_or_else(|| time::fixed(self.at)),
            "changed_by": text(Part::Actor, "ada"),
            "changed_by_api_key": text(Part::Actor, "88dc"),
            "action": self.action,
            "table_name": self.table,
            "object_id": text(Part::Object, &self.object),
            "before_value": unless(Part::Before, self.before.clone()),
            "updated_values": unless(Part::After, self.after.clone()),
        });
        let line = json!({
            "seq": seq,
            "row": row,
            "actor": unless(Part::Actor, actor),
            "context": unless(Part::Context, context),
            "salts": salts.to_json(),
        });
        (leaf, line.to_string())
    }
}

pub fn key(seed: u8) -> SignerKey {
    SignerKey::from_seed(ORIGIN, &[seed; 32]).unwrap()
}

/// A log as whoever runs it has it: entries with what readers see of them.
#[derive(Clone, Debug)]
pub struct Log {
    pub leaves: Vec<String>,
    pub lines: Vec<String>,
    /// Sizes of earlier checkpoints.
    pub published: Vec<usize>,
}

impl Log {
    pub fn of(entries: &[Entry]) -> Log {
        let (leaves, lines) = entries.iter().zip(0..).map(|(entry, seq)| entry.freeze(seq)).unzip();
        Log { leaves, lines, published: Vec::new() }
    }

    pub fn plain(size: u64) -> Log {
        Log::of(&(0..size).map(Entry::plain).collect::<Vec<_>>())
    }

    pub fn note(&self, size: usize, seed: u8) -> String {
        let root = root_of_leaves(self.leaves[..size].iter().map(|leaf| leaf_hash(leaf.as_bytes())));
        let checkpoint = Checkpoint::new(ORIGIN, TreeHead { size: size as u64, root }).unwrap();
        SignedCheckpoint::sign(checkpoint, &key(seed)).unwrap().to_string()
    }

    /// Writes the bundle.
    pub fn write(&self) -> Bundle {
        let folder = tempfile::tempdir().unwrap();
        let bundle = Bundle { folder };
        let size = self.leaves.len();
        bundle.put("checkpoint", self.note(size, 1));
        bundle.put("vkey", format!("{}\n", key(1).verifier()));
        for size in &self.published {
            bundle.put(&format!("checkpoints/{size}"), self.note(*size, 1));
        }
        let mut tree = Frontier::new();
        self.leaves.iter().for_each(|leaf| tree.append(leaf_hash(leaf.as_bytes())));
        for (id, hashes) in tree.take_dirty() {
            bundle.put(&id.in_tree(size as u64).unwrap().path(), hashes);
        }
        for part in bundles(size as u64) {
            let from = usize::try_from(part.n).unwrap() * 256;
            let range = from..from + part.width();
            bundle.put(&part.path(), part.format(&self.leaves[range.clone()]).unwrap());
            let lines: String = self.lines[range].iter().map(|line| format!("{line}\n")).collect();
            bundle.put(&part.path().replace("tile/entries", "disclosures"), lines);
        }
        bundle
    }
}

/// A bundle in a folder that goes with the value.
pub struct Bundle {
    folder: TempDir,
}

impl Bundle {
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn put(&self, path: &str, bytes: impl AsRef<[u8]>) {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    pub fn get(&self, path: &str) -> Vec<u8> {
        fs::read(self.path().join(path)).unwrap()
    }

    pub fn remove(&self, path: &str) {
        fs::remove_file(self.path().join(path)).unwrap();
    }

    /// One byte of a file, changed.
    pub fn flip(&self, path: &str, at: usize) {
        let mut bytes = self.get(path);
        bytes[at] ^= 1;
        self.put(path, bytes);
    }

    pub fn verify(&self) -> Report {
        self.verify_with(&Options::default())
    }

    pub fn verify_with(&self, options: &Options) -> Report {
        verify(&mut Directory::new(self.path()), options, &mut |_, _| ())
    }

    /// Every file, by its path in the bundle.
    pub fn files(&self) -> Vec<String> {
        fn walk(folder: PathBuf, found: &mut Vec<PathBuf>) {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() { walk(path, found) } else { found.push(path) }
            }
        }
        let mut found = Vec::new();
        walk(self.path().to_owned(), &mut found);
        let mut names: Vec<String> =
            found.iter().map(|path| path.strip_prefix(self.path()).unwrap().display().to_string()).collect();
        names.sort();
        names
    }
}
