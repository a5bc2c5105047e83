//! Moments as pydantic's lax mode reads them: ISO 8601 with or without a zone, a date, or a Unix time (seconds, or
//! milliseconds when the number is large). What was read is kept as Python's `isoformat()`, which is what LiteLLM stores.
//!
//! The one thing to know: pydantic tries a moment, then a date, and reports only the date's complaint.

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde_json::Value;

use super::problem::Problem;

/// A larger number counts milliseconds.
const SECONDS_END: f64 = 20_000_000_000.0;

const TOO_LATE: &str = "dates after 9999 are not supported as unix timestamps";

pub(super) fn read(value: &Value) -> Result<Value, Problem> {
    let text = match value {
        Value::Number(number) => match number.as_i64() {
            Some(seconds) => of_int(seconds)?,
            None => of_float(number.as_f64().unwrap_or(f64::NAN))?,
        },
        Value::String(text) => of_text(text)?,
        _ => return Err(Problem::new("datetime_type", "Input should be a valid datetime")),
    };
    Ok(Value::String(text))
}

fn of_text(text: &str) -> Result<String, Problem> {
    if let Some(moment) = of_numeric_text(text) {
        return moment;
    }
    let from_date = |reason: &str| {
        Problem::new("datetime_from_date_parsing", format!("Input should be a valid datetime or date, {reason}"))
    };
    let bytes = text.as_bytes();
    let date = date(bytes).map_err(from_date)?;
    let rest = bytes.get(10..).unwrap_or_default();
    let time = if rest.is_empty() { Some("T00:00:00".to_owned()) } else { time(rest) };
    let time = time.ok_or_else(|| from_date("unexpected extra characters at the end of the input"))?;
    if date.year() == 0 {
        return Err(refused("year 0 is out of range"));
    }
    Ok(format!("{date}{time}"))
}

fn of_numeric_text(text: &str) -> Option<Result<String, Problem>> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let plain = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    match digits.split_once('.') {
        None if !digits.is_empty() && plain(digits) => text.parse().ok().map(of_int),
        Some((whole, part)) if !(whole.is_empty() && part.is_empty()) && plain(whole) && plain(part) => {
            text.parse().ok().map(of_float)
        }
        _ => None,
    }
}

fn of_int(number: i64) -> Result<String, Problem> {
    if number.unsigned_abs() as f64 > SECONDS_END {
        moment(number.div_euclid(1000), number.rem_euclid(1000) * 1000)
    } else {
        moment(number, 0)
    }
}

fn of_float(number: f64) -> Result<String, Problem> {
    if number.is_nan() {
        return Err(refused("NaN values not permitted"));
    }
    let seconds = if number.abs() > SECONDS_END { number / 1000.0 } else { number };
    let micros = ((seconds - seconds.floor()) * 1e6).round() as i64;
    moment(seconds.floor() as i64 + micros / 1_000_000, micros % 1_000_000)
}

fn moment(seconds: i64, micros: i64) -> Result<String, Problem> {
    const AFTER_9999: i64 = 253_402_300_800;
    const YEAR_0: i64 = -62_167_219_200;
    const YEAR_1: i64 = -62_135_596_800;
    if seconds >= AFTER_9999 {
        return Err(refused(TOO_LATE));
    }
    if seconds < YEAR_0 {
        return Err(refused("dates before 0000 are not supported as unix timestamps"));
    }
    if seconds < YEAR_1 {
        return Err(refused("year 0 is out of range"));
    }
    // jiff's last timestamp is a day short of the year's end, to leave room for any zone.
    let at = Timestamp::from_second(seconds).map_err(|_| refused(TOO_LATE))?;
    let local = TimeZone::UTC.to_datetime(at);
    let fraction = if micros == 0 { String::new() } else { format!(".{micros:06}") };
    Ok(format!("{}{fraction}+00:00", local.strftime("%Y-%m-%dT%H:%M:%S")))
}

fn refused(reason: &str) -> Problem {
    Problem::new("datetime_parsing", format!("Input should be a valid datetime, {reason}"))
}

fn date(bytes: &[u8]) -> Result<Date, &'static str> {
    if bytes.len() < 10 {
        return Err("input is too short");
    }
    let year = number(&bytes[0..4]).ok_or("invalid character in year")?;
    separator(bytes[4])?;
    let month = number(&bytes[5..7]).ok_or("invalid character in month")?;
    separator(bytes[7])?;
    let day = number(&bytes[8..10]).ok_or("invalid character in day")?;
    if !(1..=12).contains(&month) {
        return Err("month value is outside expected range of 1-12");
    }
    Date::new(year, month as i8, day as i8).map_err(|_| "day value is outside expected range")
}

fn separator(byte: u8) -> Result<(), &'static str> {
    if byte == b'-' { Ok(()) } else { Err("invalid date separator, expected `-`") }
}

/// `Thh:mm[:ss[.ffffff]][zone]` as `isoformat()` writes it; `None` when it is anything else.
fn time(bytes: &[u8]) -> Option<String> {
    let rest = bytes.strip_prefix(b"T").or_else(|| bytes.strip_prefix(b"t"));
    let rest = rest.or_else(|| bytes.strip_prefix(b" ")).or_else(|| bytes.strip_prefix(b"_"))?;
    let (hour, rest) = two_digits(rest, 23)?;
    let (minute, mut rest) = two_digits(rest.strip_prefix(b":")?, 59)?;
    let mut second = 0;
    let mut fraction = String::new();
    if let Some(after) = rest.strip_prefix(b":") {
        (second, rest) = two_digits(after, 59)?;
        if let Some(after) = rest.strip_prefix(b".").or_else(|| rest.strip_prefix(b",")) {
            let len = after.iter().take_while(|byte| byte.is_ascii_digit()).count();
            let digits = std::str::from_utf8(&after[..len]).ok().filter(|digits| !digits.is_empty())?;
            let micros = &digits[..len.min(6)];
            if micros.bytes().any(|byte| byte != b'0') {
                fraction = format!(".{micros:0<6}");
            }
            rest = &after[len..];
        }
    }
    Some(format!("T{hour:02}:{minute:02}:{second:02}{fraction}{}", zone(rest)?))
}

fn zone(bytes: &[u8]) -> Option<String> {
    if bytes.is_empty() {
        return Some(String::new());
    }
    if bytes.eq_ignore_ascii_case(b"z") {
        return Some("+00:00".to_owned());
    }
    let (sign, rest) = match bytes.strip_prefix(b"+") {
        Some(rest) => ('+', rest),
        None => ('-', bytes.strip_prefix(b"-").or_else(|| bytes.strip_prefix("\u{2212}".as_bytes()))?),
    };
    let (hours, rest) = two_digits(rest, 23)?;
    let (minutes, rest) = two_digits(rest.strip_prefix(b":").unwrap_or(rest), 59)?;
    let sign = if hours == 0 && minutes == 0 { '+' } else { sign };
    rest.is_empty().then(|| format!("{sign}{hours:02}:{minutes:02}"))
}

fn two_digits(bytes: &[u8], most: i16) -> Option<(i16, &[u8])> {
    let (digits, rest) = bytes.split_at_checked(2)?;
    let value = number(digits).filter(|value| *value <= most)?;
    Some((value, rest))
}

fn number(digits: &[u8]) -> Option<i16> {
    digits.iter().try_fold(0, |value, byte| byte.is_ascii_digit().then(|| value * 10 + i16::from(byte - b'0')))
}
