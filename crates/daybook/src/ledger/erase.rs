//! Erasure: personal data leaves the log, and the log says so.
//!
//! Who must forget a person (GDPR, article 17) must not have to choose between the person and the proof. A part is taken out
//! together with its salt: the leaf stays, every proof stays valid, and the digest that the leaf keeps tells nobody anything.
//! That something was taken out, of which entry and why, is an entry of its own, which no longer names the person.
//!
//! What [`Scope::Rows`] takes out for a person:
//!
//! - where they acted (the entry's `actor` names them, authenticated or asserted): `actor`, and `context`, which holds their
//!   address and user agent;
//! - where they are the object (their user, customer or membership row): `object`, `before` and `after`;
//! - where a recorded row is theirs (its `user_id` or `user_email` is the name given: their keys, invitations): that `before` or
//!   `after`;
//! - where the path of the request names them: `context`.
//!
//! Rows of others that mention them (the roster of a team, `created_by`) are the record of those others. They are counted, and
//! left unless [`Scope::Mentions`] asks for them too. A person has several names: the user id, an e-mail address that clients
//! assert in `LiteLLM-Changed-By`; each is a run of its own. The rows that the gateway works with, and archived copies of keys,
//! are not the log: `/user/delete` comes first. Backups, replicas of the database and copies of the log that others hold are out
//! of a program's reach.

use serde_json::Value;

use crate::model::actor::Actor;
use crate::model::leaf::{Leaf, Part, Salts};
use crate::model::row::{Row, RowExt as _};
use crate::model::table;
use crate::store::{Change, Erased, Passed, Store, StoreError, Stored, audit, find_head, find_ledger_row, list_naming};

/// Entries that are looked through with one question.
const WINDOW: i64 = 10_000;

/// Erasures of one change.
const BATCH: usize = 64;

/// The longest reason, in characters.
pub const MAX_REASON: usize = 1_000;

/// Why nothing is erased.
#[derive(Debug, thiserror::Error)]
pub enum EraseError {
    #[error("the log has no entry {0}")]
    Unknown(String),
    #[error("the row {0} is LiteLLM's and not in the log: `daybook ledger adopt` brings it in")]
    NotInLog(String),
    #[error("the reason names {0}: it stays in the log for good, so it must not")]
    ReasonNames(String),
    #[error("a reason of 1 to {MAX_REASON} characters is needed: it stays in the log")]
    Reason,
    #[error("the name of a person is needed")]
    Subject,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// How far the erasure of a person goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// What they did, and their own rows.
    Rows,
    /// Recorded rows of others that mention them, too.
    Mentions,
}

/// What is to be taken out of one entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planned {
    pub audit_id: String,
    pub seq: i64,
    pub parts: Vec<Part>,
}

/// What is to be taken out, or was.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub entries: u64,
    pub parts: u64,
    /// Entries in which the person is mentioned otherwise, and which stay.
    pub mentions: u64,
}

/// Whether the reason can stand in the log.
pub fn check_reason(reason: &str, subject: Option<&str>) -> Result<(), EraseError> {
    let length = reason.trim().chars().count();
    if length == 0 || length > MAX_REASON {
        return Err(EraseError::Reason);
    }
    match subject {
        Some(subject) if subject.trim().is_empty() => Err(EraseError::Subject),
        Some(subject) if reason.to_lowercase().contains(&subject.to_lowercase()) => {
            Err(EraseError::ReasonNames(subject.to_owned()))
        }
        _ => Ok(()),
    }
}

/// What of these parts can be taken out of an entry, and what is left and why; erases nothing.
pub async fn plan_entry(
    store: &Store,
    audit_id: &str,
    parts: &[Part],
) -> Result<(Planned, Vec<(Part, Passed)>), EraseError> {
    let mut session = store.read().await?;
    let Some(ledger) = find_ledger_row(&mut session, audit_id).await? else {
        return Err(match audit::find(&mut session, audit_id).await? {
            Some(_) => EraseError::NotInLog(audit_id.to_owned()),
            None => EraseError::Unknown(audit_id.to_owned()),
        });
    };
    let (mut planned, mut passed) = (Vec::new(), Vec::new());
    for part in Part::ALL.into_iter().filter(|part| parts.contains(part)) {
        match left(&ledger, part)? {
            Some(why) => passed.push((part, why)),
            None => planned.push(part),
        }
    }
    let seq = ledger.int("seq").unwrap_or_default();
    Ok((Planned { audit_id: audit_id.to_owned(), seq, parts: planned }, passed))
}

/// Why a part of a stored entry stays, if it does.
fn left(ledger: &Row, part: Part) -> Result<Option<Passed>, StoreError> {
    let unreadable = |what: &str| StoreError::Corrupt(format!("the {what} of a stored entry cannot be read"));
    let leaf = Leaf::parse(ledger.text("leaf").unwrap_or_default()).map_err(|_| unreadable("leaf"))?;
    let salts = json(ledger, "salts").and_then(|salts| Salts::from_json(&salts).ok());
    let adopted = json(ledger, "context").is_some_and(|context| context["adopted"] == true);
    Ok(Passed::of(part, &leaf, &salts.ok_or_else(|| unreadable("salts"))?, adopted))
}

fn json(ledger: &Row, name: &str) -> Option<Value> {
    serde_json::from_str(ledger.text(name)?).ok()
}

/// Erases; each entry is declared. Gives what was done, entry by entry, those left out of which nothing was left to take.
pub async fn erase(store: &Store, actor: &Actor, planned: &[Planned], reason: &str) -> Result<Vec<Erased>, EraseError> {
    check_reason(reason, None)?;
    let mut done = Vec::new();
    for batch in planned.chunks(BATCH) {
        let (batch, reason) = (batch.to_vec(), reason.to_owned());
        let change = store.change(actor, async move |change: &mut Change| {
            let mut erased = Vec::new();
            for planned in &batch {
                let found = change.erase(&planned.audit_id, &planned.parts, &reason).await?;
                erased.extend(found.filter(|erased| !erased.parts.is_empty()));
            }
            Ok::<_, StoreError>(erased)
        });
        done.extend(change.await?.value);
    }
    Ok(done)
}

/// What [`erase_subject`] would do.
pub async fn survey_subject(store: &Store, subject: &str, scope: Scope) -> Result<Tally, EraseError> {
    let mut tally = Tally::default();
    let (mut from, end) = (0, end(store).await?);
    while from < end {
        let (planned, mentions, next) = window(store, subject, scope, from, end).await?;
        tally.entries += planned.len() as u64;
        tally.parts += planned.iter().map(|planned| planned.parts.len() as u64).sum::<u64>();
        tally.mentions += mentions;
        from = next;
    }
    Ok(tally)
}

/// Takes a person out of the log as it is when this begins: the declarations that it makes are not looked through, or the run of
/// an operator who erases themselves would never end. What is gone already is passed over, so a run that was cut off is
/// finished by another one.
pub async fn erase_subject(
    store: &Store,
    actor: &Actor,
    subject: &str,
    scope: Scope,
    reason: &str,
    mut progress: impl FnMut(&Tally),
) -> Result<Tally, EraseError> {
    check_reason(reason, Some(subject))?;
    let mut tally = Tally::default();
    let (mut from, end) = (0, end(store).await?);
    while from < end {
        let (planned, mentions, next) = window(store, subject, scope, from, end).await?;
        for erased in erase(store, actor, &planned, reason).await? {
            tally.entries += 1;
            tally.parts += erased.parts.len() as u64;
        }
        tally.mentions += mentions;
        progress(&tally);
        from = next;
    }
    Ok(tally)
}

/// How many entries there are.
async fn end(store: &Store) -> Result<i64, StoreError> {
    let size = find_head(&mut store.read().await?).await?.map_or(0, |head| head.size);
    Ok(i64::try_from(size).unwrap_or(i64::MAX))
}

/// What is to be taken out of the entries from `from` on, how many others mention the person, and where the next window
/// begins.
async fn window(
    store: &Store,
    subject: &str,
    scope: Scope,
    from: i64,
    end: i64,
) -> Result<(Vec<Planned>, u64, i64), StoreError> {
    let mut session = store.read().await?;
    let next = from.saturating_add(WINDOW).min(end);
    let (mut planned, mut mentions) = (Vec::new(), 0);
    for (ledger, shown) in list_naming(&mut session, &spellings(subject), from, next).await? {
        let Some(shown) = shown else { continue };
        let Naming { mut parts, mentioned } = naming(subject, scope, &(ledger.clone(), Some(shown)));
        let mut open = Vec::new();
        for part in parts.drain(..) {
            if left(&ledger, part)?.is_none() {
                open.push(part);
            }
        }
        mentions += u64::from(mentioned);
        if !open.is_empty() {
            let audit_id = ledger.text("audit_id").unwrap_or_default().to_owned();
            planned.push(Planned { audit_id, seq: ledger.int("seq").unwrap_or_default(), parts: open });
        }
    }
    Ok((planned, mentions, next))
}

/// How a text can stand in the columns that are looked through: by itself, in JSON, in JSON that is a text in JSON, each also
/// with everything but ASCII escaped, as Python writes it.
fn spellings(subject: &str) -> Vec<String> {
    let inner = |text: &str| {
        let quoted = Value::from(text).to_string();
        quoted[1..quoted.len() - 1].to_owned()
    };
    let ascii = |text: &str| {
        let mut escaped = String::new();
        for unit in inner(text).chars() {
            if unit.is_ascii() {
                escaped.push(unit);
            } else {
                let mut units = [0; 2];
                unit.encode_utf16(&mut units).iter().for_each(|unit| escaped.push_str(&format!("\\u{unit:04x}")));
            }
        }
        escaped
    };
    let mut all =
        vec![subject.to_owned(), inner(subject), inner(&inner(subject)), ascii(subject), inner(&ascii(subject))];
    all.sort();
    all.dedup();
    all
}

/// The parts of an entry that are about a person.
struct Naming {
    parts: Vec<Part>,
    /// Whether they stand in a part that stays.
    mentioned: bool,
}

fn naming(subject: &str, scope: Scope, entry: &Stored) -> Naming {
    let (ledger, shown) = entry;
    let shown = shown.clone().unwrap_or_default();
    let (actor, context) = (json(ledger, "actor").unwrap_or_default(), json(ledger, "context").unwrap_or_default());
    let mut parts = Vec::new();
    let acted = shown.text("changed_by") == Some(subject) || holds(&actor, subject);
    if acted {
        parts.push(Part::Actor);
    }
    let is_object = is_object(subject, &shown);
    if is_object {
        parts.push(Part::Object);
    }
    let mut mentioned = false;
    for (part, column) in [(Part::Before, "before_value"), (Part::After, "updated_values")] {
        let value = shown.value(column);
        let own = ["user_id", "user_email"].iter().any(|name| value[name].as_str() == Some(subject));
        if is_object || own || (scope == Scope::Mentions && holds(&value, subject)) {
            parts.push(part);
        } else {
            mentioned |= holds(&value, subject);
        }
    }
    if acted || context["route"].as_str().is_some_and(|route| route.split('/').any(|step| decoded(step) == subject)) {
        parts.push(Part::Context);
    }
    Naming { parts, mentioned }
}

/// Whether the object of an entry is the person: the row of a table that is keyed by users, or of one that Daybook does not
/// know.
fn is_object(subject: &str, shown: &Row) -> bool {
    let Some(object) = shown.text("object_id") else { return false };
    let known = table::ALL.iter().find(|table| Some(table.name) == shown.text("table_name"));
    match known.map(|table| table.primary_key) {
        None | Some(["user_id"]) => object == subject,
        Some(columns) if columns.contains(&"user_id") => {
            let rest = object.strip_prefix(subject).is_some_and(|rest| rest.starts_with(':'));
            rest || object.strip_suffix(subject).is_some_and(|rest| rest.ends_with(':'))
        }
        Some(_) => false,
    }
}

/// Whether a text stands anywhere in a value, as a whole: a member's name or a string.
fn holds(value: &Value, text: &str) -> bool {
    match value {
        Value::String(string) => string == text,
        Value::Array(items) => items.iter().any(|item| holds(item, text)),
        Value::Object(members) => members.iter().any(|(name, member)| name == text || holds(member, text)),
        _ => false,
    }
}

/// A step of a path without its percent signs.
fn decoded(step: &str) -> String {
    let bytes = step.as_bytes();
    let mut plain = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = step.get(at + 1..at + 3).filter(|_| bytes[at] == b'%');
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                plain.push(byte);
                at += 3;
            }
            None => {
                plain.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&plain).into_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::row;

    fn parts(subject: &str, scope: Scope, ledger: Row, shown: Row) -> (Vec<&'static str>, bool) {
        let naming = naming(subject, scope, &(ledger, Some(shown)));
        (naming.parts.iter().map(|part| part.name()).collect(), naming.mentioned)
    }

    #[test]
    fn the_parts_that_are_about_a_person_are_found_and_no_others() {
        let quiet = || row! { "actor": "{\"changed_by\":\"root\"}", "context": "{\"route\":\"/x\"}" };
        let acting = || row! { "actor": "{\"authenticated_user_id\":\"ada\"}", "context": "{\"route\":\"/x\"}" };
        let routed = || row! { "actor": "null", "context": "{\"route\":\"/team/t/member/a%64a/reset\"}" };
        let entry = |table: &str, object: &str, before: Value, after: Value| {
            row! { "table_name": table, "object_id": object, "before_value": before, "updated_values": after }
        };
        let nothing = || entry("LiteLLM_TeamTable", "ada", json!({}), json!({}));
        let cases: Vec<(Row, Row, &[&str], bool)> = vec![
            (quiet(), nothing(), &[], false),
            (acting(), nothing(), &["actor", "context"], false),
            (routed(), nothing(), &["context"], false),
            (
                quiet(),
                entry("LiteLLM_UserTable", "ada", json!({"a": 1}), Value::Null),
                &["object", "before", "after"],
                false,
            ),
            (
                quiet(),
                entry("LiteLLM_TeamMembership", "ada:t1", json!({}), json!({})),
                &["object", "before", "after"],
                false,
            ),
            (quiet(), entry("LiteLLM_TeamMembership", "adam:t1", json!({}), json!({})), &[], false),
            (
                quiet(),
                entry("LiteLLM_VerificationToken", "h", json!({"user_id": "ada"}), json!({})),
                &["before"],
                false,
            ),
            (
                quiet(),
                entry("LiteLLM_VerificationToken", "h", json!({}), json!({"user_email": "ada"})),
                &["after"],
                false,
            ),
            (
                quiet(),
                entry("LiteLLM_TeamTable", "t", json!({"members": ["ada"]}), json!({"created_by": "ada"})),
                &[],
                true,
            ),
            (quiet(), entry("LiteLLM_TeamTable", "t", json!({"members": ["adam"]}), json!({})), &[], false),
            (quiet(), entry("my_table", "ada", Value::Null, Value::Null), &["object", "before", "after"], false),
        ];
        for (ledger, shown, expected, mentioned) in cases {
            let found = parts("ada", Scope::Rows, ledger.clone(), shown.clone());
            assert_eq!(found, (expected.to_vec(), mentioned), "{shown:?}");
            if mentioned {
                let found = parts("ada", Scope::Mentions, ledger, shown);
                assert_eq!(found, (vec!["before", "after"], false));
            }
        }
    }

    #[test]
    fn a_name_is_looked_for_as_python_and_json_spell_it() {
        assert_eq!(spellings("ada@example.com"), ["ada@example.com"]);
        let all = spellings("él\"");
        for text in ["él\"", "él\\\"", "él\\\\\\\"", "\\u00e9l\\\"", "\\\\u00e9l\\\\\\\""] {
            assert!(all.iter().any(|one| one == text), "{text} is not in {all:?}");
        }
    }

    #[test]
    fn a_reason_that_names_the_person_is_refused() {
        assert!(matches!(check_reason("Ada asked", Some("ada")), Err(EraseError::ReasonNames(_))));
        assert!(matches!(check_reason("  ", None), Err(EraseError::Reason)));
        assert!(matches!(check_reason("asked for", Some(" ")), Err(EraseError::Subject)));
        assert!(check_reason("request 17", Some("ada")).is_ok());
    }
}
