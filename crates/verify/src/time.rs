//! The text of an instant in a leaf.

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// The instant without what is finer than a millisecond (downwards, also before 1970).
pub fn trunc_ms(at: Timestamp) -> Timestamp {
    let ms = at.as_nanosecond().div_euclid(1_000_000);
    i64::try_from(ms).ok().and_then(|ms| Timestamp::from_millisecond(ms).ok()).unwrap_or(at)
}

/// `2026-11-21T20:25:37.710Z`: fixed width, milliseconds always, so the textual order is the order in time (years 0 to 9999).
pub fn fixed(at: Timestamp) -> String {
    let civil = TimeZone::UTC.to_datetime(trunc_ms(at));
    let (date, time) = (civil.date(), civil.time());
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z",
        date.year(),
        date.month(),
        date.day(),
        time.hour(),
        time.minute(),
        time.second(),
        time.millisecond()
    )
}

/// Reads [`fixed`] back, and nothing else.
pub fn parse_fixed(text: &str) -> Option<Timestamp> {
    let at = text.parse::<Timestamp>().ok()?;
    (fixed(at) == text).then_some(at)
}
