//! One entry: what a reader is shown of it, held against its leaf.
//!
//! [`check`] is what everybody asks who reads entries: the verifier, the server's check of itself, the tests. It knows of
//! entries with erased parts and of adopted ones; whether an erasure is declared is for the caller, who sees the other
//! entries. Where the leaf stands in the tree is not asked here.

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::canonical::exact_text;
use super::leaf::{Disclosure, Leaf, LeafError, Part, Salts};
use super::statement::{HEAD, LOG_KEY};
use super::time;

/// What a reader sees in a text column whose part was erased. JSON columns are null then.
pub const ERASED: &str = "[erased]";

/// The action of an entry that declares an erasure.
pub const ERASED_ACTION: &str = "erased";

/// The table that such an entry names.
pub const AUDIT_TABLE: &str = "LiteLLM_AuditLog";

/// What is shown of an entry.
#[derive(Clone, Copy, Debug)]
pub struct Shown<'a> {
    /// The nine columns of the audit row as a reader sees them; `None` when there is no such row.
    pub row: Option<&'a Map<String, Value>>,
    pub actor: &'a Value,
    pub context: &'a Value,
    pub salts: &'a Value,
}

/// An entry whose every shown part is what its leaf commits to.
#[derive(Clone, Debug)]
pub struct Entry {
    pub leaf: Leaf,
    /// Parts that are gone with their salts. Each needs a declaration.
    pub erased: Vec<Part>,
    /// LiteLLM wrote the row; it came into the log later, at the time that the leaf says.
    pub adopted: bool,
    /// The erasure that the entry declares, when it is one that does. An adopted row declares nothing: whoever could write to
    /// the audit table could have written it.
    pub declares: Option<Declaration>,
}

/// What an entry says that was taken out of another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declaration {
    /// The audit id of the other entry.
    pub id: String,
    pub seq: u64,
    pub parts: Vec<Part>,
}

/// What is wrong with an entry: the end of a sentence that begins with its position.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    #[error("its leaf cannot be read: {0}")]
    Leaf(#[source] LeafError),
    #[error("its leaf says that it is entry {0}")]
    Sequence(u64),
    #[error("its audit row is missing")]
    NoRow,
    #[error("{0} of its audit row is not what its leaf says")]
    Column(&'static str),
    #[error("its {0} is not what its leaf commits to")]
    Altered(Part),
    #[error("its salts cannot be read")]
    Salts,
    #[error("its leaf knows no {0}, and there is a salt for one")]
    NeedlessSalt(Part),
    #[error("it declares an erasure, and does not say of what")]
    Declaration,
}

/// Holds what is shown of entry `seq` against its stored leaf.
///
/// # Errors
///
/// The first [`Fault`].
pub fn check(seq: u64, leaf: &str, shown: &Shown<'_>) -> Result<Entry, Fault> {
    let leaf = Leaf::parse(leaf).map_err(Fault::Leaf)?;
    if leaf.seq != seq {
        return Err(Fault::Sequence(leaf.seq));
    }
    let row = shown.row.ok_or(Fault::NoRow)?;
    let text = |name: &str| row.get(name).and_then(Value::as_str);
    for (name, said) in [("id", &leaf.id), ("action", &leaf.action), ("table_name", &leaf.table)] {
        if text(name) != Some(said) {
            return Err(Fault::Column(name));
        }
    }
    let salts = Salts::from_json(shown.salts).map_err(|_| Fault::Salts)?;
    let mut erased = Vec::new();
    for part in Part::ALL {
        let gone = leaf.digest(part).is_some() && salts.get(part).is_none();
        if leaf.digest(part).is_none() && salts.get(part).is_some() {
            return Err(Fault::NeedlessSalt(part));
        }
        let value = shown_part(part, row, shown, gone);
        match leaf.check(part, &salts, value.as_ref()) {
            Ok(Disclosure::Genuine) => {}
            Ok(Disclosure::Erased) => erased.push(part),
            Ok(Disclosure::Altered) | Err(_) => return Err(Fault::Altered(part)),
        }
        if part == Part::Actor {
            for name in ["changed_by", "changed_by_api_key"] {
                let said = if gone { Some(ERASED) } else { shown.actor.get(name).and_then(Value::as_str) };
                if text(name) != said {
                    return Err(Fault::Column(name));
                }
            }
        }
    }
    let adopted = shown.context.get("adopted") == Some(&Value::Bool(true));
    let at = text("updated_at").ok_or(Fault::Column("updated_at"))?;
    let said = match shown.context.get("written_at").and_then(Value::as_str).filter(|_| adopted) {
        Some(written_at) => written_at.to_owned(),
        None => time::fixed(leaf.at),
    };
    if written_at(at) != said {
        return Err(Fault::Column("updated_at"));
    }
    let declares = if adopted { None } else { declaration(&leaf, row, &erased)? };
    Ok(Entry { leaf, erased, adopted, declares })
}

/// The `written_at` of an adopted entry: the row's time in [`time::fixed`] form; what is no time stays as it is shown.
pub fn written_at(updated_at: &str) -> String {
    updated_at.parse::<Timestamp>().map_or_else(|_| updated_at.to_owned(), time::fixed)
}

/// The value that a part's digest is about. A value of an adopted row that has no canonical form is committed to as its
/// [`exact_text`]; the context's `raw` names such parts.
fn shown_part(part: Part, row: &Map<String, Value>, shown: &Shown<'_>, gone: bool) -> Option<Value> {
    let value = match part {
        Part::Actor => shown.actor,
        Part::Context => shown.context,
        Part::Object => row.get("object_id")?,
        Part::Before => row.get("before_value")?,
        Part::After => row.get("updated_values")?,
    };
    if gone && part == Part::Object && value == ERASED {
        return None;
    }
    let raw = shown.context.get("raw").and_then(Value::as_array);
    let is_raw = raw.is_some_and(|names| names.iter().any(|name| name == part.name()));
    if is_raw && matches!(part, Part::Before | Part::After) && !gone {
        return Some(Value::String(exact_text(value)));
    }
    Some(value.clone())
}

fn declaration(leaf: &Leaf, row: &Map<String, Value>, erased: &[Part]) -> Result<Option<Declaration>, Fault> {
    if leaf.action != ERASED_ACTION || leaf.table != AUDIT_TABLE {
        return Ok(None);
    }
    // What says that something is gone may not be gone itself.
    if erased.iter().any(|part| !may_be_erased(*part, leaf, false)) {
        return Err(Fault::Declaration);
    }
    let after = row.get("updated_values").and_then(Value::as_object).ok_or(Fault::Declaration)?;
    let part = |name: &Value| Part::ALL.into_iter().find(|part| name == part.name());
    let declaration = Declaration {
        id: after.get("id").and_then(Value::as_str).ok_or(Fault::Declaration)?.to_owned(),
        seq: after.get("seq").and_then(Value::as_u64).ok_or(Fault::Declaration)?,
        parts: after
            .get("parts")
            .and_then(Value::as_array)
            .and_then(|names| names.iter().map(part).collect())
            .ok_or(Fault::Declaration)?,
    };
    if row.get("object_id").and_then(Value::as_str) != Some(&declaration.id) || declaration.seq >= leaf.seq {
        return Err(Fault::Declaration);
    }
    Ok(Some(declaration))
}

/// Whether a part may be taken out of an entry: not what an entry says of the log itself (an erasure, a key, a name), nor what it
/// says of an adoption. An adopted row says nothing of the log, whatever it looks like.
pub fn may_be_erased(part: Part, leaf: &Leaf, adopted: bool) -> bool {
    let declares = leaf.action == ERASED_ACTION && leaf.table == AUDIT_TABLE;
    let is_statement = declares || [LOG_KEY, HEAD].contains(&leaf.table.as_str());
    match part {
        Part::Before | Part::After | Part::Object => adopted || !is_statement,
        Part::Context => !adopted,
        Part::Actor => true,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a panic is how a test reports a failure")]

    use serde_json::json;

    use super::*;
    use crate::leaf::{Facts, Parts, freeze};

    /// An entry as it is stored, to be altered.
    #[derive(Clone)]
    struct Stored {
        leaf: String,
        row: Map<String, Value>,
        actor: Value,
        context: Value,
        salts: Value,
    }

    impl Stored {
        fn new(action: &str, table: &str, before: Option<Value>, after: Value, context: Value) -> Stored {
            let actor = json!({"changed_by": "ada", "changed_by_api_key": "88dc"});
            let mut salts = Salts::new([[1; 16], [2; 16], [3; 16], [4; 16], [5; 16]]);
            if before.is_none() {
                salts.erase(Part::Before);
            }
            let at = "2026-11-21T20:00:00.123Z".parse().unwrap();
            let row = json!({
                "id": "a", "updated_at": "2026-11-21T20:00:00.123000Z", "changed_by": "ada", "changed_by_api_key": "88dc",
                "action": action, "table_name": table, "object_id": "t1", "before_value": before, "updated_values": after,
            });
            let parts = Parts {
                actor: actor.clone(),
                object: json!("t1"),
                before,
                after: Some(after),
                context: context.clone(),
            };
            let leaf = freeze(Facts { action, at, id: "a", seq: 7, table }, &parts, &salts).unwrap();
            Stored { leaf, row: row.as_object().unwrap().clone(), actor, context, salts: salts.to_json() }
        }

        fn plain() -> Stored {
            let (before, after) = (json!({"n": 1}), json!({"n": 2}));
            Stored::new("updated", "LiteLLM_TeamTable", Some(before), after, json!({"route": "/team/update"}))
        }

        fn check(&self) -> Result<Entry, Fault> {
            let Stored { leaf, row, actor, context, salts } = self;
            check(7, leaf, &Shown { row: Some(row), actor, context, salts })
        }

        fn erase(&mut self, part: &str) {
            self.salts.as_object_mut().unwrap().remove(part);
            let columns: &[&str] = match part {
                "actor" => &["changed_by", "changed_by_api_key"],
                "object" => &["object_id"],
                _ => &[],
            };
            for column in columns {
                self.row.insert((*column).to_owned(), ERASED.into());
            }
            match part {
                "actor" => self.actor = Value::Null,
                "context" => self.context = Value::Null,
                "before" => self.row["before_value"] = Value::Null,
                "after" => self.row["updated_values"] = Value::Null,
                _ => {}
            }
        }
    }

    #[test]
    fn an_entry_is_what_its_leaf_says() {
        let entry = Stored::plain().check().unwrap();
        assert!(entry.erased.is_empty() && !entry.adopted && entry.declares.is_none());
    }

    #[test]
    fn every_alteration_of_what_is_shown_is_a_fault() {
        for column in Stored::plain().row.keys() {
            for value in [json!("x"), Value::Null, json!(ERASED), json!({"n": 3})] {
                let mut stored = Stored::plain();
                stored.row.insert(column.clone(), value.clone());
                assert!(stored.check().is_err(), "{column} became {value}");
            }
        }
        let alterations: [fn(&mut Stored); 5] = [
            |stored| stored.actor["changed_by"] = "eve".into(),
            |stored| stored.context["route"] = "/team/delete".into(),
            |stored| stored.context["adopted"] = true.into(),
            |stored| stored.salts["after"] = "AAAAAAAAAAAAAAAAAAAAAA".into(),
            |stored| stored.leaf = stored.leaf.replace("\"seq\":7", "\"seq\":8"),
        ];
        for alter in alterations {
            let mut stored = Stored::plain();
            alter(&mut stored);
            assert!(stored.check().is_err());
        }
    }

    #[test]
    fn an_erased_part_is_gone_with_its_salt_and_shown_as_such() {
        for part in Part::ALL {
            let mut stored = Stored::plain();
            stored.erase(part.name());
            assert_eq!(stored.check().unwrap().erased, [part]);
            let mut kept = stored.clone();
            kept.salts = Stored::plain().salts;
            assert!(kept.check().is_err(), "the {part} is gone, its salt is there");
            let mut half = Stored::plain();
            half.salts = stored.salts;
            assert!(half.check().is_err(), "the salt of the {part} is gone, it is there");
        }
    }

    #[test]
    fn a_declaration_is_read_and_may_not_be_erased_itself() {
        let said = json!({"id": "t1", "seq": 3, "parts": ["before", "actor"], "reason": "asked for"});
        let stored = Stored::new("erased", AUDIT_TABLE, None, said, json!({}));
        let declared = stored.check().unwrap().declares.unwrap();
        let parts = vec![Part::Before, Part::Actor];
        assert_eq!(declared, Declaration { id: "t1".to_owned(), seq: 3, parts });
        for (part, allowed) in [("actor", true), ("context", true), ("after", false), ("object", false)] {
            let mut stored = stored.clone();
            stored.erase(part);
            assert_eq!(stored.check().is_ok(), allowed, "{part}");
        }
        for said in [json!({"id": "t2", "seq": 3, "parts": []}), json!({"id": "t1", "seq": 7, "parts": []}), json!({})]
        {
            assert!(Stored::new("erased", AUDIT_TABLE, None, said, json!({})).check().is_err());
        }
    }

    #[test]
    fn what_an_entry_says_of_the_log_itself_stays_unless_litellm_wrote_it() {
        for (action, table) in [("erased", AUDIT_TABLE), ("created", LOG_KEY), ("deleted", LOG_KEY), ("updated", HEAD)]
        {
            let stored = Stored::new(action, table, Some(json!({"n": 1})), json!({"n": 2}), json!({}));
            let leaf = Leaf::parse(&stored.leaf).unwrap();
            for part in [Part::Before, Part::After, Part::Object] {
                assert!(!may_be_erased(part, &leaf, false), "the {part} of a {table}");
                assert!(may_be_erased(part, &leaf, true), "the {part} of an adopted {table}");
            }
            assert!(may_be_erased(Part::Actor, &leaf, false) && may_be_erased(Part::Context, &leaf, false));
            assert!(!may_be_erased(Part::Context, &leaf, true));
        }
    }

    #[test]
    fn an_adopted_row_declares_no_erasure() {
        let context = json!({"adopted": true, "written_at": "2026-11-21T20:00:00.123Z"});
        // Nor is one wrong that could not be read as a declaration.
        for said in [json!({"id": "t1", "seq": 3, "parts": ["before"]}), json!({"n": 1})] {
            let entry = Stored::new("erased", AUDIT_TABLE, None, said, context.clone()).check().unwrap();
            assert_eq!((entry.adopted, entry.declares), (true, None));
        }
    }

    #[test]
    fn an_adopted_entry_has_the_time_of_its_row_in_its_context() {
        let context = json!({"adopted": true, "written_at": "2024-01-01T00:00:00.000Z"});
        let mut stored = Stored::new("updated", "LiteLLM_TeamTable", None, json!({"n": 1}), context);
        assert!(stored.check().is_err(), "the row was not written then");
        stored.row.insert("updated_at".to_owned(), "2024-01-01T00:00:00Z".into());
        assert!(stored.check().unwrap().adopted);
        stored.row.insert("updated_at".to_owned(), "infinity".into());
        assert!(stored.check().is_err());
    }

    #[test]
    fn a_value_without_a_canonical_form_is_held_against_its_exact_text() {
        let after: Value = serde_json::from_str(r#"{"b": 9007199254740993, "a": {"d": 1, "c": 2}}"#).unwrap();
        let text = r#"{"a":{"c":2,"d":1},"b":9007199254740993}"#;
        assert_eq!(exact_text(&after), text);
        let context = json!({"adopted": true, "written_at": "2026-11-21T20:00:00.123Z", "raw": ["after"]});
        let mut stored = Stored::new("updated", "LiteLLM_TeamTable", None, text.into(), context);
        assert!(stored.check().is_err(), "the text itself is not what is shown");
        stored.row.insert("updated_values".to_owned(), after);
        assert!(stored.check().is_ok());
        stored.row["updated_values"]["b"] = 9_007_199_254_740_992_u64.into();
        assert!(stored.check().is_err());
    }
}
