//! The one canonical text of a JSON value: RFC 8785 (JCS). What is hashed is hashed in this form.
//!
//! JCS writes every number as a double, and crates that implement it round silently. A number that a double does
//! not hold exactly, or that another reader could take for a different integer, is therefore refused.

use std::fmt::Write as _;

use serde_json::Value;

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
    #[error("the value could not be written as canonical JSON")]
    Write(#[from] serde_json::Error),
}

/// The RFC 8785 text of the value: members sorted, no spaces, numbers as ECMAScript writes them.
///
/// # Errors
///
/// [`CanonicalError`]; never a panic, whatever the depth.
pub fn canonical(value: &Value) -> Result<String, CanonicalError> {
    check(value, &mut Vec::new())?;
    Ok(serde_json_canonicalizer::to_string(value)?)
}

/// A text of any value, for one that has no canonical form: compact, members sorted by their bytes, each number as it was
/// read. It is exact where [`canonical`] refuses, and says nothing to a reader that rounds.
pub fn exact_text(value: &Value) -> String {
    let mut sorted = value.clone();
    sorted.sort_all_objects();
    sorted.to_string()
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
        fn the_canonical_text_reads_back_as_itself(value in any_json()) {
            let text = canonical(&value).unwrap();
            let back: Value = serde_json::from_str(&text).unwrap();
            prop_assert_eq!(canonical(&back).unwrap(), text);
        }
    }
}
