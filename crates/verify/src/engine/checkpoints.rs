//! Signed checkpoints: whose they are, and whether the log is still the one that they signed.

use std::collections::BTreeMap;

use tlog::{Hash, SignedCheckpoint, VerifierKey};

use super::own::OwnLog;
use crate::report::{Problem, entry};

/// A checkpoint as a source or a caller gives it.
#[derive(Clone, Debug)]
pub struct GivenCheckpoint {
    /// What it is called in a report: `checkpoint 600`, the name of a file.
    pub name: String,
    /// The size that it must have, where its place says one.
    pub size: Option<u64>,
    pub note: Vec<u8>,
    pub kind: Kind,
}

/// Where a checkpoint comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The one that the log answers with today. A key that the caller trusts must have signed it.
    Newest,
    /// An earlier one that the source keeps.
    Published,
    /// An earlier one that the caller kept.
    Kept,
}

#[derive(Debug, Default)]
pub(super) struct Checkpoints {
    /// Keys that the caller trusts; none: those of the source.
    given: Vec<VerifierKey>,
    own: Vec<VerifierKey>,
    known: Vec<Known>,
    /// The roots of the log at the sizes that somebody signed.
    roots: BTreeMap<u64, Option<Hash>>,
}

#[derive(Debug)]
struct Known {
    name: String,
    kind: Kind,
    signed: SignedCheckpoint,
    /// The keys that signed it.
    signers: Vec<String>,
    /// Why nobody known has; a declared new origin may still name it.
    unsigned: Option<String>,
}

/// A claim about the first entries of the log that does not hold.
#[derive(Debug)]
pub(super) struct Broken {
    pub(super) from: u64,
    pub(super) to: u64,
    pub(super) problem: Problem,
}

impl Checkpoints {
    pub(super) fn new(given: Vec<VerifierKey>, own: Vec<VerifierKey>) -> Checkpoints {
        Checkpoints { given, own, ..Checkpoints::default() }
    }

    pub(super) fn keys_given(&self) -> bool {
        !self.given.is_empty()
    }

    /// Takes a checkpoint up. What is wrong with it by itself comes back.
    pub(super) fn add(&mut self, given: GivenCheckpoint) -> Option<Problem> {
        let GivenCheckpoint { name, size, note, kind } = given;
        let wrong = |what: String| Some(Problem { position: size, place: name.clone(), what });
        let signed = match SignedCheckpoint::parse(&note) {
            Ok(signed) => signed,
            Err(error) => return wrong(format!("it is no signed checkpoint: {error}")),
        };
        let says = signed.checkpoint().head().size;
        if size.is_some_and(|size| size != says) {
            return wrong(format!("its note is of {says} entries"));
        }
        let known: Vec<&VerifierKey> = match kind {
            Kind::Newest if self.keys_given() => self.given.iter().collect(),
            // A key may be named twice, by the caller and by the source.
            _ => {
                let more = self.own.iter().filter(|key| !self.given.contains(key));
                self.given.iter().chain(more).collect()
            }
        };
        let (signers, unsigned) = match signed.verify(known.iter().copied()) {
            Ok(by) => (by.iter().map(|by| by.key.to_string()).collect(), None),
            Err(error) => (Vec::new(), Some(error.to_string())),
        };
        // A line of somebody unknown is a witness's, unless it is in the name of the log.
        let origin = signed.checkpoint().origin();
        let is_unknown = |line: &&tlog::NoteSignature| {
            let mut keys = self.given.iter().chain(&self.own);
            line.name() == origin && !keys.any(|key| key.name() == origin && key.id() == line.id())
        };
        if kind != Kind::Kept && unsigned.is_none() && signed.note().signatures().iter().any(|line| is_unknown(&line)) {
            return wrong("it has a signature in the name of the log by a key that the log does not know".to_owned());
        }
        self.roots.insert(says, None);
        self.known.push(Known { name, kind, signed, signers, unsigned });
        None
    }

    /// The sizes at which the root must be noted.
    pub(super) fn wants(&self, size: u64) -> bool {
        self.roots.contains_key(&size)
    }

    pub(super) fn note_root(&mut self, size: u64, root: Hash) {
        self.roots.insert(size, Some(root));
    }

    /// The newest checkpoint: origin, size and signers.
    pub(super) fn newest(&self) -> Option<(&str, u64, &[String])> {
        let newest = self.known.iter().rfind(|known| known.kind == Kind::Newest)?;
        let says = newest.signed.checkpoint();
        Some((says.origin(), says.head().size, &newest.signers))
    }

    /// Holds every checkpoint against the log: those that do not fit, and how many earlier ones do.
    pub(super) fn judge(
        &self,
        origin: Option<&str>,
        size: u64,
        log: &OwnLog,
        notes: &mut Vec<String>,
    ) -> (u64, Vec<Problem>, Vec<Broken>) {
        let (mut holding, mut problems, mut broken) = (0, Vec::new(), Vec::new());
        let mut last_good = 0;
        let mut by_size: Vec<&Known> = self.known.iter().collect();
        by_size.sort_by_key(|known| (known.signed.checkpoint().head().size, known.kind != Kind::Kept));
        for known in by_size {
            let says = known.signed.checkpoint();
            let head = says.head();
            let problem =
                |position: u64, what: String| Problem { position: Some(position), place: known.name.clone(), what };
            let text = known.signed.to_string();
            let earlier = log.renamed_from(says.origin()).filter(|_| origin != Some(says.origin()));
            let is_named = earlier.is_some_and(|renamed| renamed.previous.as_deref() == Some(text.as_str()));
            if let Some(why) = known.unsigned.as_ref().filter(|_| !is_named) {
                problems.push(problem(head.size.min(size), format!("no key of this log has signed it: {why}")));
                continue;
            }
            match earlier {
                None if origin.is_some_and(|origin| origin != says.origin()) => {
                    let what = format!("it is of another log, {:?}", says.origin());
                    problems.push(problem(head.size.min(size), what));
                    continue;
                }
                // Under its earlier name the log had entries that a restored backup lost: the entry of the new name says so.
                Some(renamed) if head.size > renamed.size => {
                    let allowed = renamed.previous_size().unwrap_or(renamed.size);
                    if head.size <= allowed {
                        notes.push(format!(
                            "{} is of the earlier origin {:?} and knows {} entries that were gone when entry {} declared \
                             the new one",
                            known.name,
                            says.origin(),
                            head.size - renamed.size,
                            renamed.seq
                        ));
                    } else {
                        problems.push(problem(
                            renamed.size,
                            format!(
                                "it knows {} entries; entry {}, which declared a new origin, names no checkpoint of so many",
                                head.size, renamed.seq
                            ),
                        ));
                    }
                    continue;
                }
                _ => {}
            }
            if head.size > size {
                let missing = head.size - size;
                problems.push(problem(
                    size,
                    format!(
                        "it was signed for {} entries and the log has {size}: {missing} are cut off at the end",
                        head.size
                    ),
                ));
                continue;
            }
            match self.roots.get(&head.size).copied().flatten() {
                Some(root) if root == head.root => {
                    last_good = head.size;
                    holding += u64::from(known.kind != Kind::Newest);
                }
                Some(_) => broken.push(Broken {
                    from: last_good,
                    to: head.size,
                    problem: problem(
                        last_good.min(size.saturating_sub(1)),
                        format!(
                            "the first {} entries are not those that it signed; the change is in {} or after it",
                            head.size,
                            entry(last_good)
                        ),
                    ),
                }),
                // The tree could not be recomputed so far, and the report says why.
                None => {}
            }
        }
        (holding, problems, broken)
    }
}
