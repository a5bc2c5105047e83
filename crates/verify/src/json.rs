//! Stored JSON texts, read so that nothing in them goes unnoticed: two texts that differ never count as the same because a
//! parser is lenient.

use serde_json::Value;

/// Why a text is not what was stored.
pub type Complaint = &'static str;

/// Reads a text that this program wrote: it must be, byte for byte, what it would write of the value.
///
/// # Errors
///
/// A member that comes twice, a space, another spelling of a number.
pub fn written(text: &str) -> Result<Value, Complaint> {
    let value: Value = serde_json::from_str(text).map_err(|_| "is not JSON")?;
    let spelled = value.to_string();
    if spelled == text { Ok(value) } else { Err("is not spelled as it was written") }
}

/// Reads a text that a database spells in its own way (`jsonb`). Numbers must be the ones that a double shows: a digit too
/// many would be rounded away.
///
/// # Errors
///
/// As said.
pub fn exact(text: &str) -> Result<Value, Complaint> {
    let value: Value = serde_json::from_str(text).map_err(|_| "is not JSON")?;
    if numbers(text).all(is_exact) { Ok(value) } else { Err("has a number with more digits than were written") }
}

/// The number tokens of a text that is JSON.
fn numbers(text: &str) -> impl Iterator<Item = &str> {
    let (bytes, mut at) = (text.as_bytes(), 0);
    std::iter::from_fn(move || {
        while let Some(byte) = bytes.get(at) {
            match byte {
                b'"' => {
                    at += 1;
                    while bytes.get(at).is_some_and(|byte| *byte != b'"') {
                        at += if bytes[at] == b'\\' { 2 } else { 1 };
                    }
                    at += 1;
                }
                b'-' | b'0'..=b'9' => {
                    let end =
                        text[at..].find([',', ']', '}', ' ', '\n', '\t', '\r']).map_or(text.len(), |len| at + len);
                    let token = &text[at..end];
                    at = end;
                    return Some(token);
                }
                _ => at += 1,
            }
        }
        None
    })
}

/// Up to 15 digits every decimal has a double of its own.
fn is_exact(token: &str) -> bool {
    let Some((digits, exponent)) = decimal(token) else { return false };
    if digits.len() <= 15 || token.parse::<i64>().is_ok() {
        return true;
    }
    // Between two spellings that are equally near, only who wrote it knows which one it was.
    let written = token.parse().ok().and_then(serde_json::Number::from_f64).map(|double| double.to_string());
    written.and_then(|text| decimal(&text)) == Some((digits, exponent))
}

/// The significant digits of a number and the power of ten of the last one.
fn decimal(token: &str) -> Option<(String, i64)> {
    let token = token.strip_prefix('-').unwrap_or(token);
    let (mantissa, exponent) = token.split_once(['e', 'E']).unwrap_or((token, "0"));
    let mut exponent: i64 = exponent.parse().ok()?;
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    exponent = exponent.checked_sub(i64::try_from(fraction.len()).ok()?)?;
    let digits = format!("{whole}{fraction}");
    let digits = digits.trim_start_matches('0');
    let kept = digits.trim_end_matches('0');
    exponent = exponent.checked_add(i64::try_from(digits.len() - kept.len()).ok()?)?;
    Some(if kept.is_empty() { (String::new(), 0) } else { (kept.to_owned(), exponent) })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a panic is how a test reports a failure")]

    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_written_text_has_one_spelling() {
        for text in [r#"{"b":1.0,"a":[1e-7,"é\n"]}"#, "null", "[]"] {
            assert_eq!(written(text).unwrap().to_string(), text);
        }
        for text in [r#"{"a": 1}"#, r#"{"a":1,"a":1}"#, "1.00", "1e1", r#""\u0061""#, "nul", ""] {
            assert!(written(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_digit_that_a_double_would_swallow_is_noticed() {
        for text in [r#"{"a": 0.30000000000000004, "b": "9.99999999999999999999"}"#, "[9007199254740991, 10.50, 0.0]"] {
            assert!(exact(text).is_ok(), "{text}");
        }
        for text in [r#"{"a": 0.30000000000000003}"#, "[1.00000000000000000001]", "0.10000000000000000001"] {
            assert!(exact(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_double_is_exact_in_the_spelling_it_is_written_in(bits in any::<u64>()) {
            let double = f64::from_bits(bits);
            prop_assume!(double.is_finite());
            let text = Value::Array(vec![double.into()]).to_string();
            prop_assert!(exact(&text).is_ok());
        }
    }
}
