//! What a verification found, for people and for programs.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Value, json};

/// Problems that a report lists; the others are counted.
pub const LISTED: usize = 20;

/// What to think of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Everything is there and is what was signed.
    Sound,
    /// Something was altered, removed, added or reordered.
    Tampered,
    /// Nothing wrong was found, but not everything could be looked at.
    Incomplete,
}

impl Verdict {
    pub fn as_str(self) -> &'static str {
        match self {
            Verdict::Sound => "sound",
            Verdict::Tampered => "tampered",
            Verdict::Incomplete => "incomplete",
        }
    }

    /// The exit code of the program.
    pub fn exit_code(self) -> u8 {
        match self {
            Verdict::Sound => 0,
            Verdict::Tampered => 1,
            Verdict::Incomplete => 2,
        }
    }
}

/// Something that is wrong with the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The first entry that it is about; `None` when it is about none.
    pub position: Option<u64>,
    /// `entry 17`, `tile/0/000`, `checkpoint 600`, `head`.
    pub place: String,
    /// One sentence.
    pub what: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.position {
            Some(position) if self.place != entry(position) => {
                write!(f, "{} (entry {position}): {}", self.place, self.what)
            }
            _ => write!(f, "{}: {}", self.place, self.what),
        }
    }
}

pub(crate) fn entry(position: u64) -> String {
    format!("entry {position}")
}

/// The first problems by position, in bounded memory.
#[derive(Clone, Debug, Default)]
pub(crate) struct Problems {
    found: u64,
    first: BTreeMap<(u64, u64), Problem>,
}

impl Problems {
    pub(crate) fn add(&mut self, problem: Problem) {
        // Problems about no entry come after all others.
        let key = (problem.position.unwrap_or(u64::MAX), self.found);
        self.found += 1;
        self.first.insert(key, problem);
        if self.first.len() > LISTED {
            self.first.pop_last();
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.found == 0
    }

    pub(crate) fn into_parts(self) -> (u64, Vec<Problem>) {
        (self.found, self.first.into_values().collect())
    }
}

/// What was looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Entries whose leaf was read.
    pub entries: u64,
    /// Entries of which more than the leaf was shown.
    pub shown: u64,
    /// Tiles compared with recomputed ones.
    pub tiles: u64,
    /// Parts that are what their leaves commit to.
    pub parts: u64,
    /// Parts that are gone, and whose erasure is on the record.
    pub erased: u64,
    /// Entries that LiteLLM wrote and the log took up later.
    pub adopted: u64,
    /// Rows of the audit table that the log does not know.
    pub unadopted: u64,
    /// Earlier checkpoints that this log extends.
    pub checkpoints: u64,
}

/// What a verification found.
#[derive(Clone, Debug)]
pub struct Report {
    /// The directory, the address or the database.
    pub source: String,
    pub verdict: Verdict,
    /// Entries of the log.
    pub size: u64,
    /// The entries that were to be looked at: all of them, unless the source is an extract.
    pub range: (u64, u64),
    pub origin: Option<String>,
    /// Of the tree over the leaves, base64; `None` when it cannot be recomputed.
    pub root: Option<String>,
    /// The size of the newest checkpoint.
    pub checkpoint: Option<u64>,
    /// The keys that signed it.
    pub keys: Vec<String>,
    /// Whether those are keys that the caller named, not only the source.
    pub keys_given: bool,
    pub counts: Counts,
    /// The first ones by position, at most [`LISTED`].
    pub problems: Vec<Problem>,
    pub problems_found: u64,
    /// What could not be looked at.
    pub missing: Vec<String>,
    /// What is worth knowing and not wrong.
    pub notes: Vec<String>,
}

impl Report {
    /// A source that cannot be read at all.
    pub fn unreachable(source: &str, why: &str) -> Report {
        Report { missing: vec![why.to_owned()], ..Report::nothing(source) }
    }

    /// A source of which nothing is known yet.
    pub(crate) fn nothing(source: &str) -> Report {
        Report {
            source: source.to_owned(),
            verdict: Verdict::Incomplete,
            size: 0,
            range: (0, 0),
            origin: None,
            root: None,
            checkpoint: None,
            keys: Vec::new(),
            keys_given: false,
            counts: Counts::default(),
            problems: Vec::new(),
            problems_found: 0,
            missing: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// The first thing that is wrong.
    pub fn first(&self) -> Option<&Problem> {
        self.problems.first()
    }

    pub fn to_json(&self) -> Value {
        let problem =
            |problem: &Problem| json!({"position": problem.position, "place": problem.place, "problem": problem.what});
        let counts = &self.counts;
        json!({
            "verdict": self.verdict.as_str(),
            "source": self.source,
            "origin": self.origin,
            "size": self.size,
            "from": self.range.0,
            "to": self.range.1,
            "root": self.root,
            "checkpoint": self.checkpoint,
            "keys": self.keys,
            "keys_given": self.keys_given,
            "entries": counts.entries,
            "shown": counts.shown,
            "tiles": counts.tiles,
            "parts": counts.parts,
            "parts_erased_declared": counts.erased,
            "adopted": counts.adopted,
            "not_in_the_log": counts.unadopted,
            "older_checkpoints": counts.checkpoints,
            "first_bad_position": self.first().and_then(|first| first.position),
            "first_problem": self.first().map(problem),
            "problems_found": self.problems_found,
            "problems": self.problems.iter().map(problem).collect::<Vec<_>>(),
            "missing": self.missing,
            "notes": self.notes,
        })
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.verdict, self.first()) {
            (Verdict::Tampered, Some(first)) => writeln!(f, "TAMPERED  {first}")?,
            (Verdict::Incomplete, _) => writeln!(f, "INCOMPLETE  {}", self.missing.first().map_or("", String::as_str))?,
            _ => writeln!(f, "SOUND")?,
        }
        let counts = &self.counts;
        let mut line = |name: &str, text: &dyn fmt::Display| writeln!(f, "  {name:12}  {text}");
        line("source", &self.source)?;
        if let Some(origin) = &self.origin {
            line("origin", origin)?;
        }
        match self.range {
            (0, to) if to == self.size => line("size", &format!("{} entries", self.size))?,
            (from, to) => line("size", &format!("{} entries, of which {from} to {to} are here", self.size))?,
        }
        line("root", &self.root.as_deref().unwrap_or("cannot be recomputed"))?;
        match self.checkpoint {
            Some(size) => line("checkpoint", &format!("of {size} entries"))?,
            None => line("checkpoint", &"none")?,
        }
        for key in &self.keys {
            let whose = if self.keys_given { "as given" } else { "as the source says: give --vkey to be sure" };
            line("signed by", &format!("{key} ({whose})"))?;
        }
        line("checked", &format!("{} leaves, {} tiles, {} parts", counts.entries, counts.tiles, counts.parts))?;
        line("older", &format!("{} earlier checkpoints hold", counts.checkpoints))?;
        if counts.erased > 0 {
            line("erased", &format!("{} parts erased, declared", counts.erased))?;
        }
        if counts.adopted > 0 {
            line("adopted", &format!("{} entries that LiteLLM wrote", counts.adopted))?;
        }
        let further = self.problems.iter().skip(1);
        for problem in further {
            line("also", problem)?;
        }
        let listed = self.problems.len() as u64;
        if self.problems_found > listed {
            line("also", &format!("{} more", self.problems_found - listed))?;
        }
        let shown = usize::from(self.verdict == Verdict::Incomplete);
        for missing in self.missing.iter().skip(shown) {
            line("missing", missing)?;
        }
        for note in &self.notes {
            line("note", note)?;
        }
        Ok(())
    }
}
