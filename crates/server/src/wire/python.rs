//! Python's way of writing values. LiteLLM's wrapped errors carry `repr()` of Python objects, so their bytes matter.

use std::fmt::Write;

use serde_json::Value;

/// `repr()` of the Python object a JSON value becomes: `{'a': [1.0, True, None]}`.
pub fn repr(value: &Value) -> String {
    let mut out = String::new();
    write_value(&mut out, value);
    out
}

/// `str()` of a Python float: `1.0`, `1e+16`, `inf`.
pub fn str_float(value: f64) -> String {
    if value.is_nan() {
        return "nan".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "inf" } else { "-inf" }.to_owned();
    }
    let (sign, digits, exponent) = shortest(value);
    let written = if !(-4..16).contains(&exponent) {
        let (first, rest) = digits.split_at(1);
        let point = if rest.is_empty() { "" } else { "." };
        let direction = if exponent < 0 { '-' } else { '+' };
        format!("{first}{point}{rest}e{direction}{:02}", exponent.unsigned_abs())
    } else if let Ok(last) = usize::try_from(exponent) {
        let digits = format!("{digits:0<width$}", width = last + 2);
        format!("{}.{}", &digits[..=last], &digits[last + 1..])
    } else {
        format!("0.{}{digits}", "0".repeat(exponent.unsigned_abs() as usize - 1))
    };
    format!("{sign}{written}")
}

/// The fewest digits that mean this float, and the power of ten of the first. Of two texts equally near Python takes the
/// even one, Rust the larger, hence the second rounding.
fn shortest(value: f64) -> (&'static str, String, i32) {
    let fewest = format!("{:e}", value.abs());
    let decimals = fewest.bytes().take_while(|byte| *byte != b'e').filter(u8::is_ascii_digit).count() - 1;
    let even = format!("{:.decimals$e}", value.abs());
    let text = if even.parse() == Ok(value.abs()) { even } else { fewest };
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let sign = if value.is_sign_negative() { "-" } else { "" };
    (sign, digits.replace('.', ""), exponent.parse().unwrap_or(0))
}

/// `repr()` of a Python string, with Python's choice of quotes.
pub fn repr_str(text: &str) -> String {
    let mut out = String::new();
    write_str(&mut out, text);
    out
}

fn write_value(out: &mut String, value: &Value) {
    match value {
        Value::Null => out.push_str("None"),
        Value::Bool(true) => out.push_str("True"),
        Value::Bool(false) => out.push_str("False"),
        Value::Number(number) => match number.as_f64() {
            Some(float) if number.is_f64() => out.push_str(&str_float(float)),
            _ => out.push_str(&number.to_string()),
        },
        Value::String(text) => write_str(out, text),
        Value::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                out.push_str(if index == 0 { "" } else { ", " });
                write_value(out, item);
            }
            out.push(']');
        }
        Value::Object(members) => {
            out.push('{');
            for (index, (name, member)) in members.iter().enumerate() {
                out.push_str(if index == 0 { "" } else { ", " });
                write_str(out, name);
                out.push_str(": ");
                write_value(out, member);
            }
            out.push('}');
        }
    }
}

fn write_str(out: &mut String, text: &str) {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    out.push(quote);
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c == quote => {
                out.push('\\');
                out.push(c);
            }
            ' '..='~' => out.push(c),
            c if !c.is_control() && printable(c) => out.push(c),
            c => write_escape(out, u32::from(c)),
        }
    }
    out.push(quote);
}

fn write_escape(out: &mut String, code: u32) {
    // Writing to a String cannot fail.
    let _ = if code < 0x100 {
        write!(out, "\\x{code:02x}")
    } else if code < 0x1_0000 {
        write!(out, "\\u{code:04x}")
    } else {
        write!(out, "\\U{code:08x}")
    };
}

/// Rust's own table of printable characters. A letter goes first, because Rust escapes a combining mark at the start of a
/// text, which Python does not.
fn printable(c: char) -> bool {
    !format!("a{c}").escape_debug().skip(1).eq(format!("\\u{{{:x}}}", u32::from(c)).chars())
}
