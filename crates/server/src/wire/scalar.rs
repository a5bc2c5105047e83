//! Numbers, truth values and fixed words as pydantic's lax mode reads them. The table of what is accepted is in the tests;
//! it was taken from pydantic 2.13.

use serde_json::{Number, Value, json};

use super::{model::Bounds, problem::Problem};

/// pydantic refuses longer numeric text unread.
const LONGEST_INT: usize = 4300;

const I64_END: f64 = 9_223_372_036_854_775_808.0;

pub(super) fn int(value: &Value, bounds: Bounds) -> Result<Value, Problem> {
    let read = match value {
        Value::Bool(truth) => i64::from(*truth),
        Value::Number(number) => int_of_number(number)?,
        Value::String(text) => int_of_text(text)?,
        _ => return Err(Problem::new("int_type", "Input should be a valid integer")),
    };
    within(read as f64, bounds)?;
    Ok(json!(read))
}

fn int_of_number(number: &Number) -> Result<i64, Problem> {
    if let Some(int) = number.as_i64() {
        return Ok(int);
    }
    let float = number.as_f64().unwrap_or(f64::NAN);
    if !float.is_finite() {
        return Err(not_finite());
    }
    if float.fract() != 0.0 {
        return Err(Problem::new(
            "int_from_float",
            "Input should be a valid integer, got a number with a fractional part",
        ));
    }
    if (-I64_END..I64_END).contains(&float) { Ok(float as i64) } else { Err(too_long()) }
}

fn int_of_text(text: &str) -> Result<i64, Problem> {
    let text = text.trim();
    if text.len() > LONGEST_INT {
        return Err(too_long());
    }
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let whole = match digits.rsplit_once('.') {
        Some((whole, zeros)) if !zeros.is_empty() && zeros.bytes().all(|byte| byte == b'0') => whole,
        _ => digits,
    };
    let groups_hold =
        whole.split('_').all(|group| !group.is_empty() && group.bytes().all(|byte| byte.is_ascii_digit()));
    if !groups_hold {
        return Err(Problem::new(
            "int_parsing",
            "Input should be a valid integer, unable to parse string as an integer",
        ));
    }
    let sign = if negative { "-" } else { "" };
    format!("{sign}{}", whole.replace('_', "")).parse().map_err(|_| too_long())
}

pub(super) fn float(value: &Value, bounds: Bounds) -> Result<Value, Problem> {
    let read = match value {
        Value::Bool(truth) => f64::from(u8::from(*truth)),
        Value::Number(number) => number.as_f64().unwrap_or(f64::NAN),
        Value::String(text) => float_of_text(text).ok_or_else(|| {
            Problem::new("float_parsing", "Input should be a valid number, unable to parse string as a number")
        })?,
        _ => return Err(Problem::new("float_type", "Input should be a valid number")),
    };
    // Upstream lets `inf` and `nan` in and stumbles later; neither is JSON, so they end here.
    let number = Number::from_f64(read).ok_or_else(not_finite)?;
    within(read, bounds)?;
    Ok(Value::Number(number))
}

fn float_of_text(text: &str) -> Option<f64> {
    if let Ok(float) = text.trim().parse() {
        return Some(float);
    }
    // With underscores blanks are no longer allowed: pydantic's order of trying.
    if text.starts_with('_') || text.ends_with('_') || text.contains("__") {
        return None;
    }
    text.replace('_', "").parse().ok()
}

pub(super) fn bool(value: &Value) -> Result<Value, Problem> {
    let no_type = || Problem::new("bool_type", "Input should be a valid boolean");
    let read = match value {
        Value::Bool(truth) => Some(*truth),
        Value::Number(number) => {
            let whole = int_of_number(number).map_err(|_| no_type())?;
            match whole {
                0 => Some(false),
                1 => Some(true),
                _ => None,
            }
        }
        Value::String(text) => match text.to_ascii_lowercase().as_str() {
            "0" | "off" | "f" | "false" | "n" | "no" => Some(false),
            "1" | "on" | "t" | "true" | "y" | "yes" => Some(true),
            _ => None,
        },
        _ => return Err(no_type()),
    };
    read.map(Value::Bool)
        .ok_or_else(|| Problem::new("bool_parsing", "Input should be a valid boolean, unable to interpret input"))
}

/// A fixed word; `shown` is how the message lists them.
pub(super) fn one_of<'a>(
    kind: &'static str,
    mut values: impl Iterator<Item = &'a str>,
    shown: Vec<String>,
    value: &Value,
) -> Result<Value, Problem> {
    if value.as_str().is_some_and(|text| values.any(|value| value == text)) {
        return Ok(value.clone());
    }
    let listed = match shown.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
        None => String::new(),
    };
    Err(Problem::new(kind, format!("Input should be {listed}")))
}

fn within(value: f64, bounds: Bounds) -> Result<(), Problem> {
    let refuse = |kind, words: &str, limit: f64| Err(Problem::new(kind, format!("Input should be {words} {limit}")));
    match bounds {
        Bounds { ge: Some(limit), .. } if value < limit => {
            refuse("greater_than_equal", "greater than or equal to", limit)
        }
        Bounds { gt: Some(limit), .. } if value <= limit => refuse("greater_than", "greater than", limit),
        Bounds { le: Some(limit), .. } if value > limit => refuse("less_than_equal", "less than or equal to", limit),
        _ => Ok(()),
    }
}

fn too_long() -> Problem {
    Problem::new("int_parsing_size", "Unable to parse input string as an integer, exceeded maximum size")
}

fn not_finite() -> Problem {
    Problem::new("finite_number", "Input should be a finite number")
}
