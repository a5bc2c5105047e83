//! All that can be said of one entry by itself. Stateless, so that many can be examined at once.

use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};
use tlog::Hash;

use crate::changed::changed_fields;
use crate::leaf::{Leaf, Part};
use crate::shown::{self, Fault};
use crate::statement::Statement;

/// What a source shows of an entry beside its leaf.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Shown {
    /// The nine columns of the audit row; `None` when it is not there.
    pub row: Option<Map<String, Value>>,
    /// Null when it was erased, as is `context`.
    pub actor: Value,
    pub context: Value,
    /// The salts of the parts that are there.
    pub salts: Value,
    /// What only a database holds.
    pub kept: Option<Kept>,
}

/// Columns of the ledger that no bundle carries.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Kept {
    pub audit_id: String,
    pub changed_fields: Value,
    /// What is wrong with the spelling of the row's values, if anything: an adopted row is spelled as LiteLLM did.
    pub respelled: Option<String>,
}

/// What was found about one entry.
#[derive(Clone, Debug)]
pub struct Examined {
    pub(crate) hash: Hash,
    pub(crate) leaf: Option<Facts>,
    /// One sentence each.
    pub(crate) problems: Vec<String>,
    /// Whether the leaf itself is not what belongs here.
    pub(crate) wrong_leaf: bool,
    /// Whether anything but the leaf was shown, and how many parts are what the leaf commits to.
    pub(crate) is_shown: bool,
    pub(crate) parts: u64,
    pub(crate) erased: Vec<Part>,
    pub(crate) is_adopted: bool,
    pub(crate) statement: Option<Statement>,
}

/// What the log as a whole is checked for.
#[derive(Clone, Debug)]
pub(crate) struct Facts {
    pub(crate) at: jiff::Timestamp,
    pub(crate) id: String,
    /// A digest of `id`, to find one that comes twice.
    pub(crate) id_digest: [u8; 16],
}

impl Facts {
    fn of(leaf: &Leaf) -> Facts {
        let digest: [u8; 32] = Sha256::digest(&leaf.id).into();
        let id_digest = std::array::from_fn(|at| digest[at]);
        Facts { at: leaf.at, id: leaf.id.clone(), id_digest }
    }
}

/// Checks the leaf that stands at `position`, and what is shown of its entry: an error says what is wrong with that, `Ok(None)`
/// that only the leaf is known.
pub fn examine(position: u64, leaf: &[u8], shown: Result<Option<Shown>, String>) -> Examined {
    let mut found = Examined {
        hash: tlog::leaf_hash(leaf),
        leaf: None,
        problems: Vec::new(),
        wrong_leaf: false,
        is_shown: false,
        parts: 0,
        erased: Vec::new(),
        is_adopted: false,
        statement: None,
    };
    let Ok(text) = std::str::from_utf8(leaf) else {
        found.wrong_leaf = true;
        found.problems.push("its leaf is not text".to_owned());
        return found;
    };
    match shown {
        Ok(Some(shown)) => compare(position, text, &shown, &mut found),
        other => {
            match Leaf::parse(text) {
                Ok(leaf) if leaf.seq == position => found.leaf = Some(Facts::of(&leaf)),
                Ok(leaf) => wrong(&Fault::Sequence(leaf.seq), &mut found),
                Err(error) => wrong(&Fault::Leaf(error), &mut found),
            }
            found.problems.extend(other.err());
        }
    }
    found
}

fn wrong(fault: &Fault, found: &mut Examined) {
    found.wrong_leaf |= matches!(fault, Fault::Leaf(_) | Fault::Sequence(_));
    found.problems.push(fault.to_string());
}

fn compare(position: u64, text: &str, shown: &Shown, found: &mut Examined) {
    found.is_shown = true;
    let Shown { row, actor, context, salts, kept } = shown;
    let checked = shown::check(position, text, &shown::Shown { row: row.as_ref(), actor, context, salts });
    let entry = match checked {
        Ok(entry) => entry,
        Err(fault) => {
            found.leaf = Leaf::parse(text).ok().map(|leaf| Facts::of(&leaf));
            wrong(&fault, found);
            return;
        }
    };
    let leaf = &entry.leaf;
    found.leaf = Some(Facts::of(leaf));
    found.is_adopted = entry.adopted;
    let committed = Part::ALL.iter().filter(|part| leaf.digest(**part).is_some()).count();
    found.parts = (committed - entry.erased.len()) as u64;
    let value = |name: &str| row.as_ref().and_then(|row| row.get(name)).unwrap_or(&Value::Null);
    let (before, after) = (value("before_value"), value("updated_values"));
    if let Some(kept) = kept {
        if kept.audit_id != leaf.id {
            found.problems.push("the ledger names another audit id than its leaf".to_owned());
        }
        // The texts of an adopted row are LiteLLM's; what they say is what was committed to.
        if let Some(respelled) = kept.respelled.as_ref().filter(|_| !entry.adopted) {
            found.problems.push(respelled.clone());
        }
        if kept.changed_fields != Value::from(changed_fields(Some(before), Some(after))) {
            let what = "its changed_fields are not the members that differ between before and after";
            found.problems.push(what.to_owned());
        }
    }
    found.statement = match entry.declares {
        Some(declared) => Some(Statement::Erased { seq: declared.seq, id: declared.id, parts: declared.parts }),
        None => Statement::read(leaf, before, after),
    };
    found.erased = entry.erased;
}
