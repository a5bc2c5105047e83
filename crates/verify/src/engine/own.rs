//! What the log says of itself, against what it is: erasures, keys, names.

use std::collections::{BTreeMap, HashMap};

use tlog::SignedCheckpoint;

use crate::leaf::Part;
use crate::report::{Problem, entry};
use crate::statement::Statement;

/// A row about a key of the log, as a database holds it. Times in the fixed form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyRow {
    pub vkey: String,
    pub size: i64,
    pub added_at: String,
    pub retired_at: Option<String>,
}

/// A change of the log's name.
#[derive(Clone, Debug)]
pub(super) struct Renamed {
    pub(super) seq: u64,
    pub(super) size: u64,
    before: String,
    origin: String,
    pub(super) previous: Option<String>,
}

impl Renamed {
    pub(super) fn previous_size(&self) -> Option<u64> {
        let note = SignedCheckpoint::parse(self.previous.as_ref()?.as_bytes()).ok()?;
        Some(note.checkpoint().head().size)
    }
}

#[derive(Debug, Default)]
pub(super) struct OwnLog {
    /// By position: the erased parts, and the entry's id.
    erased: BTreeMap<u64, (Vec<Part>, String)>,
    /// By position of the entry that parts were taken out of: who says so, its id, and which.
    declared: HashMap<u64, Vec<(u64, String, Vec<Part>)>>,
    renamed: Vec<Renamed>,
    /// The keys as the entries about them leave them; `size` and `added_at` are unknown for the first key.
    keys: Vec<KnownKey>,
}

/// What is gone, and what is declared.
#[derive(Debug, Default)]
pub(super) struct Erasures {
    pub(super) declared: u64,
    /// Parts that are gone and may be declared by an entry that is not shown.
    pub(super) unknown: u64,
    pub(super) undeclared: Vec<Problem>,
    /// Parts that are declared gone and are not, as far as is known.
    pub(super) still_there: usize,
}

/// A key by its public half; the size and the time at which it came in; the time at which it was retired.
type KnownKey = (String, Option<(u64, String)>, Option<String>);

impl OwnLog {
    pub(super) fn erased(&mut self, position: u64, parts: Vec<Part>, id: String) {
        self.erased.insert(position, (parts, id));
    }

    pub(super) fn renamed_from(&self, origin: &str) -> Option<&Renamed> {
        self.renamed.iter().rev().find(|renamed| renamed.before == origin)
    }

    /// The name that the log was given last.
    pub(super) fn origin(&self) -> Option<&str> {
        self.renamed.last().map(|renamed| renamed.origin.as_str())
    }

    /// What an entry says. The keys that the source names are needed where a new name retires them all.
    pub(super) fn hear(&mut self, position: u64, statement: Statement, rows: &[KeyRow]) -> Option<Problem> {
        let wrong =
            |what: &str| Some(Problem { position: Some(position), place: entry(position), what: what.to_owned() });
        match statement {
            Statement::Unreadable => return wrong("it is about the log itself and cannot be read"),
            Statement::Erased { seq, id, parts } => self.declared.entry(seq).or_default().push((position, id, parts)),
            Statement::KeyAdded { vkey, size, added_at } => self.add_key(vkey, size, added_at),
            Statement::KeyRetired { vkey, retired_at } => self.retire(&vkey, &retired_at),
            Statement::NewOrigin { before, size, origin, vkey, at, previous } => {
                for row in rows.iter().filter(|row| u64::try_from(row.size).is_ok_and(|have| have <= size)) {
                    let unknown = !self.keys.iter().any(|(known, ..)| *known == row.vkey);
                    if unknown && row.vkey != vkey {
                        self.keys.push((row.vkey.clone(), None, None));
                    }
                }
                let active: Vec<String> =
                    self.keys.iter().filter(|(.., retired)| retired.is_none()).map(|(vkey, ..)| vkey.clone()).collect();
                active.iter().for_each(|vkey| self.retire(vkey, &at));
                self.add_key(vkey, size, at);
                self.renamed.push(Renamed { seq: position, size, before, origin, previous });
            }
        }
        None
    }

    fn add_key(&mut self, vkey: String, size: u64, added_at: String) {
        match self.keys.iter_mut().find(|(known, ..)| *known == vkey) {
            // A key that comes back keeps its row.
            Some((.., retired)) => *retired = None,
            None => self.keys.push((vkey, Some((size, added_at)), None)),
        }
    }

    fn retire(&mut self, vkey: &str, at: &str) {
        match self.keys.iter_mut().find(|(known, ..)| known == vkey) {
            Some((.., retired)) => *retired = Some(at.to_owned()),
            None => self.keys.push((vkey.to_owned(), None, Some(at.to_owned()))),
        }
    }

    /// Holds the rows about keys against the entries about them. The first key is the one that no entry introduces: when it
    /// came is said by nobody but its row.
    pub(super) fn check_keys(&self, rows: &[KeyRow]) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut wrong = |vkey: &str, what: &str| {
            problems.push(Problem { position: None, place: format!("key {vkey}"), what: what.to_owned() });
        };
        let mut unintroduced = 0;
        for row in rows {
            let known = self.keys.iter().find(|(vkey, ..)| *vkey == row.vkey);
            let (introduced, retired) =
                known.map_or((None, None), |(_, introduced, retired)| (introduced.as_ref(), retired.as_deref()));
            match introduced {
                Some((size, added_at)) => {
                    if i64::try_from(*size) != Ok(row.size) || *added_at != row.added_at {
                        wrong(&row.vkey, "its row says another time or size than the entry that introduced it");
                    }
                }
                None => unintroduced += 1,
            }
            if unintroduced > 1 {
                wrong(&row.vkey, "no entry introduces it");
            }
            if row.retired_at.as_deref() != retired {
                wrong(&row.vkey, "its row says another end than the entries about it");
            }
        }
        for (vkey, introduced, _) in &self.keys {
            if introduced.is_some() && !rows.iter().any(|row| row.vkey == *vkey) {
                wrong(vkey, "an entry introduces it, and its row is gone");
            }
        }
        problems
    }

    /// Holds what is gone against what is declared. A declaration comes after the entry that it is about; whether there is one
    /// cannot be said while an entry below `unseen_to` may be it.
    pub(super) fn check_erasures(&self, unseen_to: u64) -> Erasures {
        let mut found = Erasures::default();
        for (position, (parts, id)) in &self.erased {
            let said = self.declared.get(position).map_or(&[][..], Vec::as_slice);
            for part in parts {
                let is_declared = said.iter().any(|(_, named, parts)| named == id && parts.contains(part));
                match (is_declared, unseen_to > position + 1) {
                    (true, _) => found.declared += 1,
                    (false, true) => found.unknown += 1,
                    (false, false) => found.undeclared.push(Problem {
                        position: Some(*position),
                        place: entry(*position),
                        what: format!("its {part} is gone with its salt, and no entry declares that it was erased"),
                    }),
                }
            }
        }
        for (position, said) in &self.declared {
            let gone = self.erased.get(position).map_or(&[][..], |(parts, _)| parts.as_slice());
            let parts = said.iter().flat_map(|(_, _, parts)| parts);
            found.still_there += parts.filter(|part| !gone.contains(part)).count();
        }
        found
    }
}
