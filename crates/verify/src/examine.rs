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
        // Whoever could write to the audit table wrote it: it speaks for nobody.
        _ if entry.adopted => None,
        Some(declared) => Some(Statement::Erased { seq: declared.seq, id: declared.id, parts: declared.parts }),
        None => Statement::read(leaf, before, after),
    };
    found.erased = entry.erased;
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a panic is how a test reports a failure")]

    use serde_json::json;

    use super::*;
    use crate::leaf::{Parts, Salts, freeze};
    use crate::shown::{AUDIT_TABLE, ERASED_ACTION};
    use crate::statement::{HEAD, LOG_KEY};

    const AT: &str = "2026-11-21T20:00:00.123Z";

    /// What is found about an entry that says `after` of the log itself.
    fn said(action: &str, table: &str, before: Value, after: Value, adopted: bool) -> Examined {
        let mut salts = Salts::new([[1; 16], [2; 16], [3; 16], [4; 16], [5; 16]]);
        let actor = json!({"changed_by": "eve", "changed_by_api_key": ""});
        let context = if adopted { json!({"adopted": true, "written_at": AT}) } else { json!({"route": "/x"}) };
        let shown = |value: &Value| Some(value.clone()).filter(|value| !value.is_null());
        let parts = Parts {
            actor: actor.clone(),
            object: json!("a"),
            before: shown(&before),
            after: shown(&after),
            context: context.clone(),
        };
        Part::ALL.into_iter().filter(|part| parts.get(*part).is_none()).for_each(|part| salts.erase(part));
        let facts = crate::leaf::Facts { action, at: AT.parse().unwrap(), id: "i", seq: 7, table };
        let leaf = freeze(facts, &parts, &salts).unwrap();
        let row = json!({
            "id": "i", "updated_at": AT, "changed_by": "eve", "changed_by_api_key": "", "action": action,
            "table_name": table, "object_id": "a", "before_value": before, "updated_values": after,
        });
        let row = row.as_object().cloned();
        examine(7, leaf.as_bytes(), Ok(Some(Shown { row, actor, context, salts: salts.to_json(), kept: None })))
    }

    fn assert_speaks_only_when_not_adopted(action: &str, table: &str, before: Value, after: Value) {
        let own = said(action, table, before.clone(), after.clone(), false);
        assert!(own.problems.is_empty() && own.statement.is_some(), "{own:?}");
        let adopted = said(action, table, before, after, true);
        assert!(adopted.problems.is_empty() && adopted.is_adopted, "{adopted:?}");
        assert_eq!(adopted.statement, None);
    }

    #[test]
    fn a_planted_declaration_of_an_erasure_that_was_adopted_declares_nothing() {
        let after = json!({"id": "a", "seq": 3, "parts": ["before"], "reason": "none"});
        assert_speaks_only_when_not_adopted(ERASED_ACTION, AUDIT_TABLE, Value::Null, after);
    }

    #[test]
    fn a_planted_key_that_was_adopted_is_no_key() {
        let after = json!({"vkey": "eve+1+1", "size": 3, "added_at": AT});
        assert_speaks_only_when_not_adopted("created", LOG_KEY, Value::Null, after);
        assert_speaks_only_when_not_adopted("deleted", LOG_KEY, json!({"vkey": "k"}), json!({"retired_at": AT}));
        // Nor does one alarm that nobody could read.
        assert_eq!(said("created", LOG_KEY, Value::Null, json!({}), true).statement, None);
    }

    #[test]
    fn a_planted_name_that_was_adopted_is_no_name() {
        let after = json!({"origin": "eve.example/log", "vkey": "k", "at": AT, "previous_checkpoint": null});
        assert_speaks_only_when_not_adopted("updated", HEAD, json!({"origin": "example.com/log", "size": 3}), after);
    }
}
