//! What an entry says, as a person would: who, with which key, did what to which object.

use daybook::model::entry::BOOKKEEPING;
use daybook::model::row::{Row, RowExt as _};
use daybook::model::table;
use daybook::store::ORIGIN;
use serde_json::Value;

/// So many characters of a value stand in a sentence.
const LONGEST: usize = 48;

/// What a piece of a sentence is, which is how it looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The words between.
    Plain,
    Who,
    /// A verb.
    Did,
    /// The name of an object.
    Object,
    /// The name of a field.
    Field,
    /// A value that a field had or has.
    Value,
}

impl Kind {
    pub fn class(&self) -> &'static str {
        match self {
            Kind::Plain => "",
            Kind::Who => "who",
            Kind::Did => "did",
            Kind::Object => "object",
            Kind::Field => "field",
            Kind::Value => "value",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    pub kind: Kind,
    pub text: String,
}

fn piece(kind: Kind, text: impl Into<String>) -> Piece {
    Piece { kind, text: text.into() }
}

/// Whom an entry names.
#[derive(Clone, Debug, Default)]
pub struct By<'a> {
    /// The key that authenticated, as it is shown: `sk-...3f2a`.
    pub key: Option<&'a str>,
    /// Whose key that is, when the entry is on somebody else's behalf.
    pub holder: Option<&'a str>,
}

/// The sentence of an entry. `changed` are the names of the fields that differ.
pub fn of(entry: &Row, changed: &[String], by: &By<'_>) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let who = entry.text("changed_by").filter(|who| !who.is_empty()).unwrap_or("nobody");
    pieces.push(piece(Kind::Who, shortened(who)));
    if let Some(key) = by.key {
        pieces.push(piece(Kind::Plain, ", with "));
        pieces.push(piece(Kind::Object, key));
        if let Some(holder) = by.holder.filter(|holder| *holder != who) {
            pieces.push(piece(Kind::Plain, " of "));
            pieces.push(piece(Kind::Who, shortened(holder)));
        }
        pieces.push(piece(Kind::Plain, ","));
    }
    pieces.push(piece(Kind::Plain, " "));
    pieces.extend(deed(entry, changed));
    pieces
}

fn deed(entry: &Row, changed: &[String]) -> Vec<Piece> {
    let kind = kind(entry.text("table_name").unwrap_or_default());
    let object = |before: &str| {
        let name = name(entry);
        let mut pieces = vec![piece(Kind::Plain, format!("{before}{kind} "))];
        pieces.push(piece(Kind::Object, name));
        pieces
    };
    let simply = |verb: &str| {
        let mut pieces = vec![piece(Kind::Did, verb)];
        pieces.extend(object(" "));
        pieces
    };
    match entry.text("action").unwrap_or_default() {
        "updated" => updated(entry, changed, object),
        "rotated" => {
            let mut pieces = vec![piece(Kind::Did, "replaced")];
            pieces.extend(object(" the secret of "));
            pieces
        }
        "erased" => {
            let parts = entry.object("updated_values").and_then(|after| after.get("parts").cloned());
            let parts: Vec<&str> =
                parts.iter().filter_map(Value::as_array).flatten().filter_map(Value::as_str).collect();
            let mut pieces = vec![piece(Kind::Did, "erased"), piece(Kind::Plain, " ")];
            pieces.push(piece(Kind::Field, listed(&parts)));
            pieces.extend(object(" from "));
            pieces
        }
        "" => simply("changed"),
        verb => simply(verb),
    }
}

fn updated(entry: &Row, changed: &[String], object: impl Fn(&str) -> Vec<Piece>) -> Vec<Piece> {
    let fields: Vec<&str> = changed.iter().map(String::as_str).filter(|name| !BOOKKEEPING.contains(name)).collect();
    let value = |side: &str, name: &str| entry.object(side).and_then(|row| row.get(name).cloned()).unwrap_or_default();
    let mut pieces = Vec::new();
    match fields.as_slice() {
        [] => {
            pieces.push(piece(Kind::Did, "updated"));
            pieces.extend(object(" "));
        }
        [field] => {
            let (before, after) = (value("before_value", field), value("updated_values", field));
            let (before_text, after_text) = (short(&before), short(&after));
            let verb = match (before.as_f64(), after.as_f64()) {
                (Some(before), Some(after)) if after > before => "raised",
                (Some(_), Some(_)) => "lowered",
                _ if before.is_null() => "set",
                _ if after.is_null() => "removed",
                _ => "changed",
            };
            pieces.push(piece(Kind::Did, verb));
            pieces.push(piece(Kind::Plain, " "));
            pieces.push(piece(Kind::Field, *field));
            pieces.extend(object(" of "));
            if let (Some(before), "removed" | "raised" | "lowered" | "changed") = (&before_text, verb) {
                pieces.push(piece(Kind::Plain, if verb == "removed" { ", which was " } else { " from " }));
                pieces.push(piece(Kind::Value, before));
            }
            if let (Some(after), true) = (&after_text, verb != "removed") {
                pieces.push(piece(Kind::Plain, " to "));
                pieces.push(piece(Kind::Value, after));
            }
        }
        fields => {
            pieces.push(piece(Kind::Did, "changed"));
            pieces.push(piece(Kind::Plain, " "));
            let mut named: Vec<&str> = fields.iter().take(3).copied().collect();
            let more = format!("{} more", fields.len().saturating_sub(3));
            if fields.len() > 3 {
                named.push(&more);
            }
            pieces.push(piece(Kind::Field, listed(&named)));
            pieces.extend(object(" of "));
        }
    }
    pieces
}

/// `a`, `a and b`, `a, b and c`.
fn listed(names: &[&str]) -> String {
    match names {
        [] => "nothing".to_owned(),
        [only] => (*only).to_owned(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

/// What kind of object a table holds.
pub fn kind(table: &str) -> String {
    let known = [
        (table::TEAMS.name, "team"),
        (table::KEYS.name, "key"),
        (table::USERS.name, "user"),
        (table::BUDGETS.name, "budget"),
        (table::ORGANIZATIONS.name, "organization"),
        (table::OBJECT_PERMISSIONS.name, "permissions"),
        (table::AUDIT_LOG.name, "entry"),
        ("LiteLLM_ProxyModelTable", "model"),
        ("LiteLLM_EndUserTable", "customer"),
        ("LiteLLM_Config", "setting"),
        ("LiteLLM_CredentialsTable", "credential"),
        ("daybook_log_key", "signing key"),
        (ORIGIN, "the log"),
    ];
    if let Some((_, kind)) = known.iter().find(|(name, _)| *name == table) {
        return (*kind).to_owned();
    }
    // LiteLLM_TeamMembership: team membership.
    let bare = table.strip_prefix("LiteLLM_").unwrap_or(table);
    let bare = bare.strip_suffix("Table").unwrap_or(bare);
    let mut words = String::new();
    for c in bare.chars() {
        if c.is_ascii_uppercase() && !words.is_empty() {
            words.push(' ');
        }
        words.push(if c == '_' { ' ' } else { c.to_ascii_lowercase() });
    }
    if words.is_empty() { "object".to_owned() } else { shortened(&words) }
}

/// What an object is called: by its alias, else by its id.
pub fn name(entry: &Row) -> String {
    let aliases = [
        "team_alias",
        "key_alias",
        "organization_alias",
        "user_email",
        "user_alias",
        "model_name",
        "credential_name",
        "alias",
        "param_name",
    ];
    for side in ["updated_values", "before_value"] {
        let Some(row) = entry.object(side) else { continue };
        if let Some(alias) = aliases.iter().find_map(|name| row.text(name).filter(|text| !text.is_empty())) {
            return shortened(alias);
        }
    }
    let id = entry.text("object_id").unwrap_or_default();
    match id {
        "" => "without an id".to_owned(),
        id if is_hash(id) => format!("{}…", &id[..8]),
        id => shortened(id),
    }
}

/// Whether this is the SHA-256 of a key.
fn is_hash(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// A text that fits a line.
pub fn shortened(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// A value in a sentence; `None` for one that has no short form.
fn short(value: &Value) -> Option<String> {
    match value {
        Value::Null => Some("nothing".to_owned()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Number(number) => Some(grouped(number)),
        Value::String(text) if text.is_empty() => Some("an empty text".to_owned()),
        Value::String(text) => Some(shortened(text)),
        Value::Array(items) if items.is_empty() => Some("an empty list".to_owned()),
        Value::Array(items) if items.iter().all(Value::is_string) => {
            let all = items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", ");
            Some(shortened(&all))
        }
        Value::Array(_) | Value::Object(_) => None,
    }
}

/// A number with its thousands apart: `2,000`, `1,234.5`.
pub fn grouped(number: &serde_json::Number) -> String {
    let text = match number.as_f64() {
        Some(double) if number.is_f64() && double.fract() == 0.0 && double.abs() < 1e15 => format!("{double:.0}"),
        _ => number.to_string(),
    };
    let (sign, digits) = text.strip_prefix('-').map_or(("", text.as_str()), |digits| ("-", digits));
    let (whole, rest) = digits.find(|c: char| !c.is_ascii_digit()).map_or((digits, ""), |at| digits.split_at(at));
    format!("{sign}{}{rest}", thousands(whole))
}

/// A count with its thousands apart.
pub fn count(number: i64) -> String {
    let text = number.to_string();
    let (sign, digits) = text.strip_prefix('-').map_or(("", text.as_str()), |digits| ("-", digits));
    format!("{sign}{}", thousands(digits))
}

fn thousands(digits: &str) -> String {
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use daybook::row;
    use serde_json::json;

    use super::*;

    fn plain(pieces: &[Piece]) -> String {
        pieces.iter().map(|piece| piece.text.as_str()).collect()
    }

    fn say(action: &str, table: &str, before: Value, after: Value, changed: &[&str]) -> String {
        let entry = row! {
            "changed_by": "krrish@berri.ai", "action": action, "table_name": table, "object_id": "t-1",
            "before_value": before, "updated_values": after,
        };
        let changed: Vec<String> = changed.iter().map(|name| (*name).to_owned()).collect();
        plain(&of(&entry, &changed, &By { key: Some("sk-...3f2a"), holder: Some("ops-bot") }))
    }

    #[test]
    fn an_entry_is_a_sentence() {
        let by = "krrish@berri.ai, with sk-...3f2a of ops-bot,";
        let team =
            |before: Value, after: Value, changed: &[&str]| say("updated", "LiteLLM_TeamTable", before, after, changed);
        assert_eq!(
            team(
                json!({"max_budget": 500.0, "team_alias": "ml-research"}),
                json!({"max_budget": 2000}),
                &["max_budget", "updated_at"]
            ),
            format!("{by} raised max_budget of team ml-research from 500 to 2,000")
        );
        assert_eq!(
            team(json!({"a": 2}), json!({"a": 1.5}), &["a"]),
            format!("{by} lowered a of team t-1 from 2 to 1.5")
        );
        assert_eq!(team(json!({}), json!({"a": ["x", "y"]}), &["a"]), format!("{by} set a of team t-1 to x, y"));
        assert_eq!(
            team(json!({"a": true}), json!({"a": null}), &["a"]),
            format!("{by} removed a of team t-1, which was true")
        );
        assert_eq!(team(json!({"a": {}}), json!({"a": {"b": 1}}), &["a"]), format!("{by} changed a of team t-1"));
        assert_eq!(
            team(json!({}), json!({}), &["a", "b", "c", "d", "e"]),
            format!("{by} changed a, b, c and 2 more of team t-1")
        );
        assert_eq!(
            say("deleted", "LiteLLM_TeamMembership", json!({}), json!({}), &[]),
            format!("{by} deleted team membership t-1")
        );
        assert_eq!(
            say("rotated", "LiteLLM_VerificationToken", json!({"key_alias": "first"}), json!({}), &["token"]),
            format!("{by} replaced the secret of key first")
        );
    }

    #[test]
    fn long_and_strange_texts_stay_in_their_line() {
        let entry =
            row! { "changed_by": "x".repeat(10_000), "object_id": "f".repeat(64), "table_name": "", "action": "" };
        let text = plain(&of(&entry, &[], &By::default()));
        assert!(text.chars().count() < 120, "{text}");
        assert!(text.ends_with(" changed object ffffffff…"), "{text}");
    }

    #[test]
    fn thousands_stand_apart() {
        let text = |json: Value| grouped(json.as_number().unwrap());
        assert_eq!(
            [
                text(json!(0)),
                text(json!(999)),
                text(json!(-1000)),
                text(json!(1234567.25)),
                text(json!(1e20)),
                text(json!(100.0))
            ],
            ["0", "999", "-1,000", "1,234,567.25", "1e+20", "100"]
        );
        assert_eq!([count(1_000_000), count(-12), count(0)], ["1,000,000", "-12", "0"]);
    }
}
