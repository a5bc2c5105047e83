//! The leaf: the bytes of an audit entry that go into the Merkle tree, frozen once and stored as hashed.
//!
//! A leaf names the entry (action, table, id, sequence, time) and commits to its five [`Parts`], which can hold
//! personal data, by salted digests. So a part can be erased, with its salt, while every proof stays valid. The tree
//! is `tlog`'s; a frozen text is never written again from its members.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use super::canonical::{self, CanonicalError, canonical};
use super::time;

/// Longest leaf in bytes: a C2SP entry bundle gives its length in 16 bits.
pub const MAX_BYTES: usize = 65_535;

/// The leaf's `v`.
const VERSION: u64 = 1;

/// A part's salt.
pub type Salt = [u8; 16];

/// Why a leaf cannot be frozen, or a stored one not read.
#[derive(Debug, thiserror::Error)]
pub enum LeafError {
    #[error("the {part} of the entry cannot be recorded: {source}")]
    Part { part: Part, source: CanonicalError },
    #[error("the {0} of the entry has no salt")]
    NoSalt(Part),
    #[error("sequence number {0} is beyond 2^53-1")]
    Sequence(u64),
    #[error("a leaf of {0} bytes is longer than {MAX_BYTES}")]
    TooLong(usize),
    /// A stored leaf or its salts are not what this module writes; says what is wrong.
    #[error("stored ledger text is malformed: {0}")]
    Malformed(&'static str),
}

/// One of the five parts that a leaf commits to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    Actor,
    Object,
    Before,
    After,
    Context,
}

impl Part {
    pub const ALL: [Part; 5] = [Part::Actor, Part::Object, Part::Before, Part::After, Part::Context];

    /// The part's name in a leaf, in the salts and in its digest.
    pub fn name(self) -> &'static str {
        match self {
            Part::Actor => "actor",
            Part::Object => "object",
            Part::Before => "before",
            Part::After => "after",
            Part::Context => "context",
        }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}

/// What a leaf commits to without showing it. Secrets are gone from it already (`redact`). A part that is absent by
/// nature is `None` or JSON `null`: both are `null` in the leaf.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Parts {
    /// changed_by, changed_by_api_key, the authenticated and the asserted principal.
    pub actor: Value,
    /// The object's id.
    pub object: Value,
    pub before: Option<Value>,
    pub after: Option<Value>,
    /// Request id, route, method, address, user agent, outcome.
    pub context: Value,
}

impl Parts {
    /// The part, unless it is absent.
    pub fn get(&self, part: Part) -> Option<&Value> {
        let value = match part {
            Part::Actor => Some(&self.actor),
            Part::Object => Some(&self.object),
            Part::Before => self.before.as_ref(),
            Part::After => self.after.as_ref(),
            Part::Context => Some(&self.context),
        };
        value.filter(|value| !value.is_null())
    }
}

/// The salts of an entry. A missing one says that its part was erased.
#[derive(Clone, PartialEq, Eq)]
pub struct Salts([Option<Salt>; 5]);

impl Salts {
    /// Of five salts in the order of [`Part::ALL`], random and of this entry alone.
    pub fn new(salts: [Salt; 5]) -> Salts {
        Salts(salts.map(Some))
    }

    pub fn get(&self, part: Part) -> Option<&Salt> {
        self.0[part as usize].as_ref()
    }

    /// Forgets the salt, so that the part's digest says nothing any more.
    pub fn erase(&mut self, part: Part) {
        self.0[part as usize] = None;
    }

    /// What the ledger stores: `{"actor":"<base64url without padding>", ...}`, erased ones left out.
    pub fn to_json(&self) -> Value {
        let known = Part::ALL.into_iter().filter_map(|part| Some((part, self.get(part)?)));
        known.map(|(part, salt)| (part.name().to_owned(), Value::from(URL_SAFE_NO_PAD.encode(salt)))).collect()
    }

    /// Reads [`Salts::to_json`] back.
    ///
    /// # Errors
    ///
    /// [`LeafError::Malformed`] for anything that it does not write; `null` counts as missing.
    pub fn from_json(value: &Value) -> Result<Salts, LeafError> {
        const WRONG: LeafError = LeafError::Malformed("salts");
        let members = value.as_object().ok_or(WRONG)?;
        let mut salts = Salts([None; 5]);
        for (name, text) in members {
            let part = Part::ALL.into_iter().find(|part| part.name() == name).ok_or(WRONG)?;
            if text.is_null() {
                continue;
            }
            let bytes = text.as_str().and_then(|text| URL_SAFE_NO_PAD.decode(text).ok());
            let salt = bytes.and_then(|bytes| Salt::try_from(bytes).ok());
            salts.0[part as usize] = Some(salt.ok_or(WRONG)?);
        }
        Ok(salts)
    }
}

/// Names the parts that have a salt; the salts themselves stay out of logs.
impl fmt::Debug for Salts {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known = Part::ALL.into_iter().filter(|part| self.get(*part).is_some());
        out.write_str("Salts")?;
        out.debug_list().entries(known).finish()
    }
}

/// Whether a part that is an object can be committed to: whether it has a canonical form.
///
/// # Errors
///
/// [`LeafError::Part`] when it has none.
pub fn check_part(part: Part, members: &Map<String, Value>) -> Result<(), LeafError> {
    canonical::check_members(members).map_err(|source| LeafError::Part { part, source })
}

/// base64url without padding of SHA-256(salt || name || 0x00 || JCS of the value).
///
/// # Errors
///
/// [`LeafError::Part`] when the value has no canonical form.
pub fn digest(part: Part, salt: &Salt, value: &Value) -> Result<String, LeafError> {
    let text = canonical(value).map_err(|source| LeafError::Part { part, source })?;
    let mut hash = Sha256::new();
    hash.update(salt);
    hash.update(part.name());
    hash.update([0]);
    hash.update(text);
    Ok(URL_SAFE_NO_PAD.encode(hash.finalize()))
}

/// What a leaf shows in the clear.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// `created`, `updated`, `deleted`, ...
    pub action: &'a str,
    /// The entry's time; written in milliseconds.
    pub at: Timestamp,
    /// The audit id.
    pub id: &'a str,
    /// Leaf index, from 0, at most 2^53-1.
    pub seq: u64,
    /// The database's name of the table.
    pub table: &'a str,
}

/// What a leaf says of its five parts: a digest each, nothing of an absent one. It depends on nothing else of the entry, so
/// it can be had before the entry has a place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Digests([Option<String>; 5]);

impl Digests {
    /// # Errors
    ///
    /// [`LeafError`] when a part has no canonical form or no salt.
    pub fn of(parts: &Parts, salts: &Salts) -> Result<Digests, LeafError> {
        let mut digests = Digests::default();
        for part in Part::ALL {
            if let Some(value) = parts.get(part) {
                let salt = salts.get(part).ok_or(LeafError::NoSalt(part))?;
                digests.0[part as usize] = Some(digest(part, salt, value)?);
            }
        }
        Ok(digests)
    }
}

/// The leaf text (JCS) of an entry: store it and hash it as it stands.
///
/// # Errors
///
/// [`LeafError`] when a part has no canonical form or no salt, `seq` is beyond 2^53-1, or the text beyond [`MAX_BYTES`].
pub fn freeze(facts: Facts<'_>, parts: &Parts, salts: &Salts) -> Result<String, LeafError> {
    freeze_digests(facts, &Digests::of(parts, salts)?)
}

/// [`freeze`] of parts whose digests are known.
///
/// # Errors
///
/// [`LeafError`] when `seq` is beyond 2^53-1, or the text beyond [`MAX_BYTES`].
pub fn freeze_digests(facts: Facts<'_>, digests: &Digests) -> Result<String, LeafError> {
    if facts.seq > canonical::MAX_INTEGER {
        return Err(LeafError::Sequence(facts.seq));
    }
    let mut leaf = Map::new();
    leaf.insert("action".into(), json!(facts.action));
    leaf.insert("at".into(), json!(time::fixed(facts.at)));
    leaf.insert("id".into(), json!(facts.id));
    leaf.insert("seq".into(), json!(facts.seq));
    leaf.insert("table".into(), json!(facts.table));
    leaf.insert("v".into(), json!(VERSION));
    for part in Part::ALL {
        leaf.insert(part.name().into(), json!(digests.0[part as usize]));
    }
    let text = canonical(&Value::Object(leaf)).map_err(|_| LeafError::Malformed("leaf"))?;
    if text.len() > MAX_BYTES {
        return Err(LeafError::TooLong(text.len()));
    }
    Ok(text)
}

/// A stored leaf, taken apart. For reading only: its bytes are the stored text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leaf {
    pub action: String,
    pub at: Timestamp,
    pub id: String,
    pub seq: u64,
    pub table: String,
    digests: [Option<String>; 5],
}

/// What a leaf says about a part that is shown with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disclosure {
    /// It is what the leaf commits to (or absent, as the leaf says).
    Genuine,
    /// Part and salt are gone. Whether the erasure was declared is for the ledger to say.
    Erased,
    /// It is not what the leaf commits to, or cannot be shown to be.
    Altered,
}

impl Leaf {
    /// Reads a leaf text.
    ///
    /// # Errors
    ///
    /// [`LeafError::Malformed`] unless it is, byte for byte, what [`freeze`] writes; [`LeafError::TooLong`].
    pub fn parse(text: &str) -> Result<Leaf, LeafError> {
        if text.len() > MAX_BYTES {
            return Err(LeafError::TooLong(text.len()));
        }
        let value: Value = serde_json::from_str(text).map_err(|_| LeafError::Malformed("leaf is not JSON"))?;
        if !canonical(&value).is_ok_and(|again| again == text) {
            return Err(LeafError::Malformed("leaf is not canonical"));
        }
        let Value::Object(mut members) = value else {
            return Err(LeafError::Malformed("leaf is not an object"));
        };
        let mut digests = [const { None }; 5];
        for part in Part::ALL {
            digests[part as usize] = match members.remove(part.name()) {
                Some(Value::Null) => None,
                Some(Value::String(text)) => Some(text),
                _ => return Err(LeafError::Malformed("leaf has a bad or missing digest")),
            };
        }
        let mut string = |name, complaint| match members.remove(name) {
            Some(Value::String(text)) => Ok(text),
            _ => Err(LeafError::Malformed(complaint)),
        };
        let at = string("at", "leaf without a time")?;
        let leaf = Leaf {
            action: string("action", "leaf without an action")?,
            at: time::parse_fixed(&at).ok_or(LeafError::Malformed("leaf time"))?,
            id: string("id", "leaf without an id")?,
            table: string("table", "leaf without a table")?,
            seq: members.remove("seq").and_then(|seq| seq.as_u64()).ok_or(LeafError::Malformed("leaf sequence"))?,
            digests,
        };
        let version = members.remove("v").and_then(|version| version.as_u64());
        if version != Some(VERSION) || !members.is_empty() {
            return Err(LeafError::Malformed("leaf of another version or with unknown members"));
        }
        Ok(leaf)
    }

    /// The leaf's commitment to the part; `None` when the part was absent.
    pub fn digest(&self, part: Part) -> Option<&str> {
        self.digests[part as usize].as_deref()
    }

    /// Compares a part as it is shown today (`None` or `null`: nothing is shown) with what the leaf commits to.
    ///
    /// # Errors
    ///
    /// [`LeafError::Part`] when the value has no canonical form; such a value was never frozen.
    pub fn check(&self, part: Part, salts: &Salts, shown: Option<&Value>) -> Result<Disclosure, LeafError> {
        let shown = shown.filter(|value| !value.is_null());
        Ok(match (self.digest(part), salts.get(part), shown) {
            (None, _, None) => Disclosure::Genuine,
            (Some(committed), Some(salt), Some(value)) if digest(part, salt, value)? == committed => {
                Disclosure::Genuine
            }
            (Some(_), None, None) => Disclosure::Erased,
            _ => Disclosure::Altered,
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a panic is how a test reports a failure")]

    use super::*;

    fn salts() -> Salts {
        Salts::new([0_u8, 16, 32, 48, 64].map(|first| std::array::from_fn(|index| first + index as u8)))
    }

    fn facts() -> Facts<'static> {
        Facts {
            action: "created",
            at: "2026-11-21T20:00:00.0009Z".parse().unwrap(),
            id: "5f3c003b-3a05-46bb-bd2f-58f0eed95ca9",
            seq: 4711,
            table: "LiteLLM_TeamTable",
        }
    }

    fn parts() -> Parts {
        Parts {
            actor: json!({"principal": "élan", "changed_by": "default_user_id"}),
            object: json!("6788bc6e-1f44-48f3-bbfb-d0b3d2695a7a"),
            before: None,
            after: Some(json!({"team_id": "6788bc6e-1f44-48f3-bbfb-d0b3d2695a7a", "models": [], "max_budget": 10.5})),
            context: json!({"route": "/team/new", "method": "POST"}),
        }
    }

    /// Computed with Python's hashlib, base64 and json.dumps(sort_keys=True), not with this module.
    const VECTOR: &str = concat!(
        r#"{"action":"created","actor":"lgS5Xyi78FWMTCWDp33J9oX3ViWWGPcz4R68xPYZkI4","#,
        r#""after":"RB6NtFumMRBIBMd11VJc7MjRCiLc-tFpjDzYrnJjXJ0","at":"2026-11-21T20:00:00.000Z","before":null,"#,
        r#""context":"Ejr_ZRhFpcvYgw95gQpCfq25PBsvB-jOmJ0ruVGLrl4","id":"5f3c003b-3a05-46bb-bd2f-58f0eed95ca9","#,
        r#""object":"4Ka_WCn47hjYtNivu9JE624cxyD32v_Rh-Yyk56_A78","seq":4711,"table":"LiteLLM_TeamTable","v":1}"#
    );

    #[test]
    fn a_frozen_leaf_is_the_independent_vector() {
        let text = freeze(facts(), &parts(), &salts()).unwrap();
        assert_eq!(text, VECTOR);
        let leaf_hash: String =
            Sha256::new().chain_update([0]).chain_update(&text).finalize().iter().map(|b| format!("{b:02x}")).collect();
        assert_eq!(leaf_hash, "2782a224fb859b4f2d8e6e265ec81b923db8770bc3fc4469d24708e93e5180c4");
    }

    #[test]
    fn a_null_part_is_an_absent_part() {
        let with_null = Parts { before: Some(Value::Null), ..parts() };
        assert_eq!(freeze(facts(), &with_null, &salts()).unwrap(), VECTOR);
    }

    #[test]
    fn salts_read_back_and_an_erased_one_stays_missing() {
        let mut salts = salts();
        let stored = json!({
            "actor": "AAECAwQFBgcICQoLDA0ODw", "object": "EBESExQVFhcYGRobHB0eHw", "before": "ICEiIyQlJicoKSorLC0uLw",
            "after": "MDEyMzQ1Njc4OTo7PD0-Pw", "context": "QEFCQ0RFRkdISUpLTE1OTw",
        });
        assert_eq!(salts.to_json(), stored);
        salts.erase(Part::Actor);
        let read = Salts::from_json(&salts.to_json()).unwrap();
        assert!(read == salts && read.get(Part::Actor).is_none() && read.get(Part::Object).is_some());
        assert_eq!(format!("{read:?}"), "Salts[Object, Before, After, Context]");
    }

    #[test]
    fn malformed_salts_are_refused() {
        for value in [
            json!([]),
            json!({"actor": 1}),
            json!({"actor": "AAECAwQFBgcICQoLDA0O"}),
            json!({"actor": "AAECAwQFBgcICQoLDA0ODw=="}),
            json!({"pepper": "AAECAwQFBgcICQoLDA0ODw"}),
        ] {
            assert!(matches!(Salts::from_json(&value), Err(LeafError::Malformed(_))), "{value}");
        }
    }

    #[test]
    fn what_cannot_be_frozen_is_refused() {
        let sequence = freeze(Facts { seq: 1 << 53, ..facts() }, &parts(), &salts());
        assert!(matches!(sequence, Err(LeafError::Sequence(_))));
        assert!(freeze(Facts { seq: (1 << 53) - 1, ..facts() }, &parts(), &salts()).is_ok());

        let too_big = Parts { after: Some(json!({"max_budget": u64::MAX})), ..parts() };
        let error = freeze(facts(), &too_big, &salts()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the after of the entry cannot be recorded: the number at $.max_budget is outside ±(2^53-1), beyond which JSON is not exact"
        );

        let mut salts = salts();
        salts.erase(Part::Before);
        assert!(freeze(facts(), &parts(), &salts).is_ok(), "an absent part needs no salt");
        salts.erase(Part::After);
        assert!(matches!(freeze(facts(), &parts(), &salts), Err(LeafError::NoSalt(Part::After))));
    }

    #[test]
    fn a_leaf_is_at_most_65535_bytes() {
        let room = MAX_BYTES - VECTOR.len() + facts().id.len();
        let (fits, over) = ("x".repeat(room), "x".repeat(room + 1));
        assert_eq!(freeze(Facts { id: &fits, ..facts() }, &parts(), &salts()).unwrap().len(), MAX_BYTES);
        let error = freeze(Facts { id: &over, ..facts() }, &parts(), &salts());
        assert!(matches!(error, Err(LeafError::TooLong(65_536))));
    }

    #[test]
    fn a_stored_leaf_is_read_and_nothing_else() {
        let leaf = Leaf::parse(VECTOR).unwrap();
        assert_eq!((leaf.action.as_str(), leaf.seq, leaf.table.as_str()), ("created", 4711, "LiteLLM_TeamTable"));
        assert_eq!(time::fixed(leaf.at), "2026-11-21T20:00:00.000Z");
        assert_eq!(leaf.digest(Part::Before), None);
        for text in [
            "",
            "[]",
            "{}",
            &VECTOR.replace(r#""v":1"#, r#""v":2"#),
            &VECTOR.replace(r#""v":1"#, r#""v":1,"w":1"#),
            &VECTOR.replace(r#""seq":4711"#, r#""seq":-1"#),
            &VECTOR.replace(r#""seq":4711"#, r#""seq": 4711"#),
            &VECTOR.replace(".000Z", "Z"),
            &VECTOR.replace(r#""before":null,"#, ""),
            &"[".repeat(70_000),
        ] {
            assert!(Leaf::parse(text).is_err(), "{text:.100}");
        }
    }

    #[test]
    fn a_part_is_genuine_erased_or_altered() {
        let (leaf, parts, salts) = (Leaf::parse(VECTOR).unwrap(), parts(), salts());
        for part in Part::ALL {
            assert_eq!(leaf.check(part, &salts, parts.get(part)).unwrap(), Disclosure::Genuine, "{part}");
            assert_eq!(leaf.check(part, &salts, Some(&json!("x"))).unwrap(), Disclosure::Altered, "{part}");
        }
        let mut erased = salts.clone();
        erased.erase(Part::After);
        let shown = parts.get(Part::After);
        assert_eq!(leaf.check(Part::After, &erased, None).unwrap(), Disclosure::Erased);
        assert_eq!(leaf.check(Part::After, &erased, shown).unwrap(), Disclosure::Altered);
        assert_eq!(leaf.check(Part::After, &salts, None).unwrap(), Disclosure::Altered);
    }
}
