//! The one canonical text of a JSON value: RFC 8785 (JCS). What is hashed is hashed in this form.
//!
//! JCS writes every number as a double, and crates that implement it round silently. A number that a double does
//! not hold exactly, or that another reader could take for a different integer, is therefore refused.

use std::fmt::Write as _;

use serde_json::{Map, Value};

/// 2^53 - 1, the largest integer that every JSON reader keeps.
pub const MAX_INTEGER: u64 = (1 << 53) - 1;

/// Levels of arrays and objects that a canonical value may have.
pub const MAX_DEPTH: usize = 128;

/// Longest path in an error, in bytes.
const MAX_PATH: usize = 256;

/// Why a value has no canonical form.
#[derive(Debug, thiserror::Error)]
pub enum CanonicalError {
    /// A number outside ±(2^53-1), with its JSON path. Written as a string it would be accepted.
    #[error("the number at {path} is outside ±(2^53-1), beyond which JSON is not exact")]
    Number { path: String },
    /// More than [`MAX_DEPTH`] levels.
    #[error("the value is nested deeper than {MAX_DEPTH} levels")]
    TooDeep,
}

/// The RFC 8785 text of the value: members sorted, no spaces, numbers as ECMAScript writes them.
///
/// # Errors
///
/// [`CanonicalError`]; never a panic, whatever the depth.
pub fn canonical(value: &Value) -> Result<String, CanonicalError> {
    check(value, &mut Vec::new())?;
    let mut text = String::new();
    write_value(value, &mut text);
    Ok(text)
}

fn write_value(value: &Value, text: &mut String) {
    match value {
        Value::Null => text.push_str("null"),
        Value::Bool(true) => text.push_str("true"),
        Value::Bool(false) => text.push_str("false"),
        Value::Number(number) => write_number(number, text),
        Value::String(string) => write_string(string, text),
        Value::Array(elements) => {
            text.push('[');
            for (index, element) in elements.iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                write_value(element, text);
            }
            text.push(']');
        }
        Value::Object(members) => {
            let mut members: Vec<(&String, &Value)> = members.iter().collect();
            if members.iter().all(|(name, _)| name.is_ascii()) {
                members.sort_unstable_by_key(|(name, _)| *name);
            } else {
                // The order of UTF-16, which is not that of UTF-8 where one name has a surrogate.
                members.sort_unstable_by(|(one, _), (other, _)| one.encode_utf16().cmp(other.encode_utf16()));
            }
            text.push('{');
            for (index, (name, member)) in members.into_iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                write_string(name, text);
                text.push(':');
                write_value(member, text);
            }
            text.push('}');
        }
    }
}

/// An integer has been found to be exact, so that its digits are what ECMAScript writes.
fn write_number(number: &serde_json::Number, text: &mut String) {
    match number.as_f64() {
        Some(double) if number.is_f64() => text.push_str(ryu_js::Buffer::new().format(double)),
        _ => {
            // Writing to a String cannot fail.
            let _ = write!(text, "{number}");
        }
    }
}

fn write_string(string: &str, text: &mut String) {
    text.push('"');
    let mut written = 0;
    for (at, byte) in string.bytes().enumerate() {
        let escape = match byte {
            b'"' => "\\\"",
            b'\\' => "\\\\",
            0x08 => "\\b",
            b'\t' => "\\t",
            b'\n' => "\\n",
            0x0c => "\\f",
            b'\r' => "\\r",
            0..0x20 => "\\u",
            _ => continue,
        };
        text.push_str(&string[written..at]);
        text.push_str(escape);
        if escape == "\\u" {
            let _ = write!(text, "{byte:04x}");
        }
        written = at + 1;
    }
    text.push_str(&string[written..]);
    text.push('"');
}

/// A text of any value, for one that has no canonical form: compact, members sorted by their bytes, each number as it was
/// read. It is exact where [`canonical`] refuses, and says nothing to a reader that rounds.
pub fn exact_text(value: &Value) -> String {
    let mut sorted = value.clone();
    sorted.sort_all_objects();
    sorted.to_string()
}

/// Whether an object of these members has a canonical form, in a tenth of the time that it takes to make it.
///
/// # Errors
///
/// Those of [`canonical`].
pub fn check_members(members: &Map<String, Value>) -> Result<(), CanonicalError> {
    members.iter().try_for_each(|(name, member)| check(member, &mut vec![Step::Member(name)]))
}

enum Step<'a> {
    Member(&'a str),
    Element(usize),
}

fn check<'a>(value: &'a Value, path: &mut Vec<Step<'a>>) -> Result<(), CanonicalError> {
    let is_container = value.is_array() || value.is_object();
    if is_container && path.len() >= MAX_DEPTH {
        return Err(CanonicalError::TooDeep);
    }
    let mut descend = |step, child: &'a Value| {
        path.push(step);
        check(child, path)?;
        path.pop();
        Ok(())
    };
    match value {
        Value::Number(number) if !is_exact(number) => Err(CanonicalError::Number { path: render(path) }),
        Value::Array(elements) => {
            elements.iter().enumerate().try_for_each(|(index, element)| descend(Step::Element(index), element))
        }
        Value::Object(members) => members.iter().try_for_each(|(name, member)| descend(Step::Member(name), member)),
        _ => Ok(()),
    }
}

/// Every double from 2^53 on is an integer, so the bound holds for both kinds: `1e17` would come back from a
/// database as the integer 100000000000000000, and 2^64 has been rounded by the parser already.
fn is_exact(number: &serde_json::Number) -> bool {
    match (number.as_u64(), number.as_i64(), number.as_f64()) {
        (Some(integer), _, _) => integer <= MAX_INTEGER,
        (_, Some(integer), _) => integer.unsigned_abs() <= MAX_INTEGER,
        (_, _, Some(double)) => double.abs() <= MAX_INTEGER as f64,
        _ => false,
    }
}

fn render(path: &[Step]) -> String {
    let mut text = String::from("$");
    for step in path {
        // Writing to a String cannot fail.
        let _ = match step {
            Step::Member(name) => write!(text, ".{name}"),
            Step::Element(index) => write!(text, "[{index}]"),
        };
    }
    if text.len() > MAX_PATH {
        text.truncate(text.floor_char_boundary(MAX_PATH));
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a panic is how a test reports a failure")]

    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn nested(levels: usize) -> Value {
        (0..levels).fold(Value::Null, |inner, _| Value::Array(vec![inner]))
    }

    /// `serde_json` drops a value by recursion, which a very deep one does not survive in a test's thread.
    fn drop_slowly(mut value: Value) {
        while let Value::Array(elements) = value {
            value = elements.into_iter().next().unwrap_or(Value::Null);
        }
    }

    #[test]
    fn members_are_sorted_by_utf16_and_numbers_are_ecmascripts() {
        for (value, text) in [
            (json!({"b": 1, "a": [1.0, -0.0, 0.1, 1e-7, 100.0]}), r#"{"a":[1,0,0.1,1e-7,100],"b":1}"#),
            (
                json!({"é": "\u{20ac}\n\u{1}", "\u{1f600}": null, "\u{fb33}": true}),
                "{\"é\":\"€\\n\\u0001\",\"😀\":null,\"\u{fb33}\":true}",
            ),
            (json!([MAX_INTEGER, -9_007_199_254_740_991_i64]), "[9007199254740991,-9007199254740991]"),
            (json!({}), "{}"),
        ] {
            assert_eq!(canonical(&value).unwrap(), text);
        }
    }

    #[test]
    fn a_number_that_a_double_cannot_hold_is_refused_with_its_path() {
        for number in
            ["9007199254740992", "-9007199254740992", "18446744073709551615", "18446744073709551616", "1e17", "-1e300"]
        {
            let value = serde_json::from_str(&format!(r#"{{"a": [1, {{"b": {number}}}]}}"#)).unwrap();
            let error = canonical(&value).unwrap_err().to_string();
            assert!(error.starts_with("the number at $.a[1].b is outside"), "{error}");
        }
    }

    #[test]
    fn a_long_path_is_cut() {
        let error = canonical(&json!({ "é".repeat(1_000): u64::MAX })).unwrap_err();
        assert!(error.to_string().len() < 400);
    }

    #[test]
    fn depth_is_bounded() {
        assert!(canonical(&nested(MAX_DEPTH)).is_ok());
        assert!(matches!(canonical(&nested(MAX_DEPTH + 1)), Err(CanonicalError::TooDeep)));
        let abyss = nested(10_000);
        assert!(matches!(canonical(&abyss), Err(CanonicalError::TooDeep)));
        drop_slowly(abyss);
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i32>().prop_map(Value::from),
            (-1e15..1e15).prop_map(Value::from),
            "\\PC{0,8}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 32, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::Array),
                prop::collection::vec(("\\PC{0,4}", inner), 0..6).prop_map(|members| members.into_iter().collect()),
            ]
        })
    }

    proptest! {
        #[test]
        fn another_implementation_writes_the_same(value in any_json()) {
            prop_assert_eq!(canonical(&value).unwrap(), serde_json_canonicalizer::to_string(&value).unwrap());
        }

        #[test]
        fn another_implementation_writes_the_same_numbers(number in any::<f64>(), scale in -30_i32..20) {
            let scaled = number % 2.0 * 10_f64.powi(scale);
            for number in [number, scaled, scaled.round()] {
                if number.abs() <= MAX_INTEGER as f64 {
                    let value = json!([number, number as i64]);
                    prop_assert_eq!(canonical(&value).unwrap(), serde_json_canonicalizer::to_string(&value).unwrap());
                }
            }
        }

        #[test]
        fn another_implementation_writes_the_same_texts(text in any::<String>(), other in "[\u{0}-\u{30}\u{e000}-\u{10400}]{0,6}") {
            let value = json!({ text.as_str(): other, other.as_str(): text });
            prop_assert_eq!(canonical(&value).unwrap(), serde_json_canonicalizer::to_string(&value).unwrap());
        }

        #[test]
        fn the_canonical_text_reads_back_as_itself(value in any_json()) {
            let text = canonical(&value).unwrap();
            let back: Value = serde_json::from_str(&text).unwrap();
            prop_assert_eq!(canonical(&back).unwrap(), text);
        }
    }
}
