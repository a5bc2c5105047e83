//! Instants and their texts. The product's instants are [`Timestamp`]s of whole milliseconds, because the columns
//! are `timestamp(3)`: [`trunc_ms`] where one enters. The system clock is read in one place, [`SystemClock`].
//!
//! | function | text | where |
//! |---|---|---|
//! | [`wire`] | `2026-11-21T20:25:37.710000Z`, `2026-11-21T20:25:37Z` | responses (pydantic's form) |
//! | [`wire_offset`] | `2026-11-21T20:25:37.710000+00:00` | responses that LiteLLM builds from plain dicts |
//! | [`fixed`] | `2026-11-21T20:25:37.710Z` | SQLite columns (sorts as text), leaves |
//! | [`python`] | `2026-11-21 20:25:37.710000+00:00` | where LiteLLM prints `str(datetime)` |

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;

pub use daybook_verify::time::{fixed, trunc_ms};

/// Where the time comes from. Passed in, so that tests freeze it.
pub trait Clock: Send + Sync {
    /// The present instant, in whole milliseconds.
    fn now(&self) -> Timestamp;
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[allow(clippy::disallowed_methods, reason = "the one place that reads the system clock")]
    fn now(&self) -> Timestamp {
        trunc_ms(Timestamp::now())
    }
}

/// Pydantic's form: six digits of a fraction that is not zero, none otherwise, and `Z`.
pub fn wire(at: Timestamp) -> String {
    format!("{}Z", iso(at, 'T'))
}

/// A text of [`wire`] with `+00:00` for the `Z`. A text that does not end in `Z` comes back as it is.
pub fn wire_offset(wire: &str) -> String {
    match wire.strip_suffix('Z') {
        Some(rest) => format!("{rest}+00:00"),
        None => wire.to_owned(),
    }
}

/// Python's `str(datetime)` of an instant in UTC: microseconds, or none when they are zero.
pub fn python(at: Timestamp) -> String {
    format!("{}+00:00", iso(at, ' '))
}

fn iso(at: Timestamp, separator: char) -> String {
    let civil = TimeZone::UTC.to_datetime(at);
    match civil.subsec_nanosecond() / 1_000 {
        0 => seconds(civil, separator),
        micros => format!("{}.{micros:06}", seconds(civil, separator)),
    }
}

fn seconds(civil: DateTime, separator: char) -> String {
    let (date, time) = (civil.date(), civil.time());
    format!(
        "{:04}-{:02}-{:02}{separator}{:02}:{:02}:{:02}",
        date.year(),
        date.month(),
        date.day(),
        time.hour(),
        time.minute(),
        time.second()
    )
}

/// Reads what databases print and what pydantic takes for a datetime; `None` for anything else.
///
/// Date and time are parted by `T`, `_` or a space; seconds may be missing; a fraction has 1 to 9 digits and is cut
/// to milliseconds; the zone is `Z`, `+01:00`, `+0100`, `+01` or missing (UTC). A date alone is its midnight.
pub fn parse(text: &str) -> Option<Timestamp> {
    let mut rest = Reader(text.trim().as_bytes());
    let year = i16::try_from(rest.number(4)?).ok()?;
    rest.take(b"-")?;
    let month = rest.two()?;
    rest.take(b"-")?;
    let date = Date::new(year, month, rest.two()?).ok()?;
    let (time, offset) = if rest.0.is_empty() {
        (Time::midnight(), 0)
    } else {
        rest.take(b"Tt _")?;
        (rest.time()?, rest.offset()?)
    };
    let local = TimeZone::UTC.to_timestamp(date.to_datetime(time)).ok()?;
    Timestamp::from_millisecond(local.as_millisecond() - offset * 1_000).ok()
}

struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn next_is(&self, any_of: &[u8]) -> bool {
        self.0.first().is_some_and(|byte| any_of.contains(byte))
    }

    fn take(&mut self, any_of: &[u8]) -> Option<u8> {
        let (first, rest) = self.0.split_first().filter(|_| self.next_is(any_of))?;
        self.0 = rest;
        Some(*first)
    }

    fn number(&mut self, digits: usize) -> Option<u32> {
        let (head, rest) = self.0.split_at_checked(digits)?;
        if !head.iter().all(u8::is_ascii_digit) {
            return None;
        }
        self.0 = rest;
        Some(head.iter().fold(0, |sum, digit| sum * 10 + u32::from(digit - b'0')))
    }

    fn two(&mut self) -> Option<i8> {
        i8::try_from(self.number(2)?).ok()
    }

    fn time(&mut self) -> Option<Time> {
        let hour = self.two()?;
        self.take(b":")?;
        let minute = self.two()?;
        let mut second = 0;
        let mut nanos = 0;
        if self.take(b":").is_some() {
            second = self.two()?;
            if self.take(b".").is_some() {
                nanos = self.fraction()?;
            }
        }
        let millis = nanos / 1_000_000;
        Time::new(hour, minute, second, millis * 1_000_000).ok()
    }

    /// Nanoseconds.
    fn fraction(&mut self) -> Option<i32> {
        let digits = self.0.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if !(1..=9).contains(&digits) {
            return None;
        }
        let value = self.number(digits)?;
        let missing = u32::try_from(9 - digits).ok()?;
        i32::try_from(value * 10_u32.pow(missing)).ok()
    }

    /// Seconds east of UTC, and the end of the text.
    fn offset(&mut self) -> Option<i64> {
        if self.0.is_empty() {
            return Some(0);
        }
        let sign = match self.take(b"Zz+-")? {
            b'+' => 1,
            b'-' => -1,
            _ => return self.0.is_empty().then_some(0),
        };
        let hours = self.number(2)?;
        let mut minutes = 0;
        if !self.0.is_empty() {
            let _ = self.take(b":");
            minutes = self.number(2)?;
        }
        let in_range = hours < 24 && minutes < 60 && self.0.is_empty();
        in_range.then_some(sign * i64::from(hours * 3_600 + minutes * 60))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a panic is how a test reports a failure")]

    use super::*;
    use proptest::prelude::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn every_form_has_the_texts_of_the_recordings() {
        for (instant, wire_text, fixed_text, python_text) in [
            (
                "2026-11-21T20:25:37.71Z",
                "2026-11-21T20:25:37.710000Z",
                "2026-11-21T20:25:37.710Z",
                "2026-11-21 20:25:37.710000+00:00",
            ),
            ("2026-12-01T00:00:00Z", "2026-12-01T00:00:00Z", "2026-12-01T00:00:00.000Z", "2026-12-01 00:00:00+00:00"),
            (
                "2026-01-02T03:04:05.006Z",
                "2026-01-02T03:04:05.006000Z",
                "2026-01-02T03:04:05.006Z",
                "2026-01-02 03:04:05.006000+00:00",
            ),
        ] {
            assert_eq!(wire(at(instant)), wire_text);
            assert_eq!(fixed(at(instant)), fixed_text);
            assert_eq!(python(at(instant)), python_text);
        }
    }

    #[test]
    fn an_offset_takes_the_place_of_the_z() {
        assert_eq!(wire_offset("2026-11-21T20:25:37.710000Z"), "2026-11-21T20:25:37.710000+00:00");
        assert_eq!(wire_offset("2026-12-01T00:00:00+00:00"), "2026-12-01T00:00:00+00:00");
    }

    #[test]
    fn a_reader_takes_what_databases_and_clients_write() {
        for (text, expected) in [
            ("2026-11-21T20:25:37.710000Z", "2026-11-21T20:25:37.71Z"),
            ("2026-11-21T20:25:37.710Z", "2026-11-21T20:25:37.71Z"),
            ("2026-11-21t20:25:37z", "2026-11-21T20:25:37Z"),
            ("2026-11-21 20:37:22.789000+00:00", "2026-11-21T20:37:22.789Z"),
            ("2026-11-21 20:37:22.789+00", "2026-11-21T20:37:22.789Z"),
            ("2026-11-21 20:37:22.7-0330", "2026-11-22T00:07:22.7Z"),
            ("2026-11-21T20:37:22.123456789+01:00", "2026-11-21T19:37:22.123Z"),
            ("2026-11-21T20:37:22.71", "2026-11-21T20:37:22.71Z"),
            ("2026-11-21T20:37", "2026-11-21T20:37:00Z"),
            (" 2024-06-08 ", "2024-06-08T00:00:00Z"),
            ("2024-02-29", "2024-02-29T00:00:00Z"),
        ] {
            assert_eq!(parse(text), Some(at(expected)), "{text}");
        }
    }

    #[test]
    fn a_reader_refuses_what_is_no_instant() {
        for text in [
            "",
            "yesterday",
            "2026",
            "2026-13-01",
            "2026-02-29",
            "2026-11-21T",
            "2026-11-21T24:00:00Z",
            "2026-11-21T20:25:60Z",
            "2026-11-21T20:25:37.Z",
            "2026-11-21T20:25:37.1234567890Z",
            "2026-11-21T20:25:37ZZ",
            "2026-11-21T20:25:37+1",
            "2026-11-21T20:25:37+24:00",
            "2026-11-21T20:25:37+01:0",
            "2026-11-21é",
            "9999-12-31T23:59:59-23:00",
            "99999-01-01",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn truncation_goes_down_on_both_sides_of_1970() {
        assert_eq!(trunc_ms(at("2026-11-21T20:25:37.7109Z")), at("2026-11-21T20:25:37.71Z"));
        assert_eq!(trunc_ms(at("1969-12-31T23:59:59.9999Z")), at("1969-12-31T23:59:59.999Z"));
        assert_eq!(trunc_ms(Timestamp::MIN), Timestamp::MIN);
    }

    #[test]
    fn the_system_clock_gives_whole_milliseconds() {
        let now = SystemClock.now();
        assert_eq!(now, trunc_ms(now));
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(ms in 0..253_370_000_000_000_i64) {
            let instant = Timestamp::from_millisecond(ms).unwrap();
            for text in [wire(instant), wire_offset(&wire(instant)), fixed(instant), python(instant)] {
                prop_assert_eq!(parse(&text), Some(instant));
            }
        }

        #[test]
        fn the_fixed_form_sorts_as_time_does(a in 0..253_370_000_000_000_i64, b in 0..253_370_000_000_000_i64) {
            let text = |ms| fixed(Timestamp::from_millisecond(ms).unwrap());
            prop_assert_eq!(a.cmp(&b), text(a).cmp(&text(b)));
        }

        #[test]
        fn no_text_makes_the_reader_panic(text in "\\PC*", digits in "[0-9TZ:. +-]{0,40}") {
            let _ = (parse(&text), parse(&digits));
        }
    }
}
