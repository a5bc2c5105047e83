//! LiteLLM's duration strings (`30s`, `15m`, `24h`, `7d`, `2w`, `1mo`, `daily`), as they stand in `duration`,
//! `grace_period`, `rotation_interval` and `budget_duration`.
//!
//! The number and its unit are read from the start of the text and whatever follows is ignored (`30days` is 30 days),
//! because LiteLLM's data plane reads them so. `null` and `"-1"` (never) are the callers' affair.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// Why a text is no duration. The messages are LiteLLM's, word for word.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DurationError {
    /// No number at the start, or one too large for any calendar.
    #[error("Invalid duration format")]
    Format,
    /// A number without a unit that is known. Holds the whole text.
    #[error("Unsupported duration unit, passed duration: {0}")]
    Unit(String),
}

/// What a [`Span`] counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    Second,
    Minute,
    Hour,
    Day,
    Week,
    /// A calendar month.
    Month,
}

impl Unit {
    /// Seconds in one, if that is always the same.
    fn seconds(self) -> Option<i64> {
        match self {
            Unit::Second => Some(1),
            Unit::Minute => Some(60),
            Unit::Hour => Some(3_600),
            Unit::Day => Some(86_400),
            Unit::Week => Some(604_800),
            Unit::Month => None,
        }
    }
}

/// A number of units: `7d` is seven of [`Unit::Day`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Not negative.
    pub count: i64,
    pub unit: Unit,
}

impl Span {
    /// Reads a duration string.
    ///
    /// # Errors
    ///
    /// [`DurationError::Format`] without a number or with one beyond 64 bits, [`DurationError::Unit`] without a unit.
    pub fn parse(text: &str) -> Result<Span, DurationError> {
        let span = |count, unit| Ok(Span { count, unit });
        match text.trim().to_ascii_lowercase().as_str() {
            "hourly" => return span(1, Unit::Hour),
            "daily" => return span(24, Unit::Hour),
            "weekly" => return span(7, Unit::Day),
            "monthly" => return span(30, Unit::Day),
            _ => {}
        }
        let end = text.bytes().take_while(u8::is_ascii_digit).count();
        let (digits, rest) = text.split_at(end);
        // An empty text fails here, and so does a number beyond 64 bits.
        let count = digits.parse().map_err(|_| DurationError::Format)?;
        let unit = match rest.as_bytes() {
            [b'm', b'o', ..] => Unit::Month,
            [b's', ..] => Unit::Second,
            [b'm', ..] => Unit::Minute,
            [b'h', ..] => Unit::Hour,
            [b'd', ..] => Unit::Day,
            [b'w', ..] => Unit::Week,
            _ => return Err(DurationError::Unit(text.to_owned())),
        };
        span(count, unit)
    }

    /// Whole seconds, when the unit has a fixed length and the product fits.
    pub fn seconds(self) -> Option<i64> {
        self.count.checked_mul(self.unit.seconds()?)
    }

    /// The instant so much later. Months are the calendar's, in UTC; a day that the month lacks becomes its last.
    ///
    /// # Errors
    ///
    /// [`DurationError::Format`] when that lies beyond the year 9999.
    pub fn after(self, now: Timestamp) -> Result<Timestamp, DurationError> {
        let later = match self.unit {
            Unit::Month => jiff::Span::new().try_months(self.count).and_then(|months| {
                let civil = TimeZone::UTC.to_datetime(now).checked_add(months)?;
                TimeZone::UTC.to_timestamp(civil)
            }),
            _ => {
                let seconds = self.seconds().ok_or(DurationError::Format)?;
                now.checked_add(SignedDuration::from_secs(seconds))
            }
        };
        later.map_err(|_| DurationError::Format)
    }
}

/// When something made `now` with this duration string ends.
///
/// # Errors
///
/// [`DurationError`] with LiteLLM's message.
pub fn expires_at(now: Timestamp, text: &str) -> Result<Timestamp, DurationError> {
    Span::parse(text)?.after(now)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a panic is how a test reports a failure")]

    use super::*;
    use proptest::prelude::*;

    const NOW: &str = "2026-11-21T20:33:55.471Z";

    fn after(now: &str, text: &str) -> Result<String, String> {
        expires_at(now.parse().unwrap(), text).map(|at| at.to_string()).map_err(|error| error.to_string())
    }

    #[test]
    fn a_duration_is_added_to_the_instant() {
        for (text, expected) in [
            ("1s", "2026-11-21T20:33:56.471Z"),
            ("0s", NOW),
            ("15m", "2026-11-21T20:48:55.471Z"),
            ("1h", "2026-11-21T21:33:55.471Z"),
            ("30d", "2026-12-21T20:33:55.471Z"),
            ("1w", "2026-11-28T20:33:55.471Z"),
            ("1mo", "2026-12-21T20:33:55.471Z"),
            ("14mo", "2028-01-21T20:33:55.471Z"),
            ("hourly", "2026-11-21T21:33:55.471Z"),
            (" Daily ", "2026-11-22T20:33:55.471Z"),
            ("WEEKLY", "2026-11-28T20:33:55.471Z"),
            ("monthly", "2026-12-21T20:33:55.471Z"),
            ("30days and more", "2026-12-21T20:33:55.471Z"),
            ("1month", "2026-12-21T20:33:55.471Z"),
            ("007d", "2026-11-28T20:33:55.471Z"),
        ] {
            assert_eq!(after(NOW, text).as_deref(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn a_month_is_clamped_to_its_last_day() {
        for (now, text, expected) in [
            ("2026-01-31T12:00:00Z", "1mo", "2026-02-28T12:00:00Z"),
            ("2027-12-31T12:00:00Z", "2mo", "2028-02-29T12:00:00Z"),
            ("2026-08-31T23:59:59.999Z", "1mo", "2026-09-30T23:59:59.999Z"),
        ] {
            assert_eq!(after(now, text).as_deref(), Ok(expected), "{now} + {text}");
        }
    }

    #[test]
    fn a_text_that_is_no_duration_gets_litellms_message() {
        for (text, message) in [
            ("5", "Unsupported duration unit, passed duration: 5"),
            ("5 d", "Unsupported duration unit, passed duration: 5 d"),
            ("5D", "Unsupported duration unit, passed duration: 5D"),
            ("5y", "Unsupported duration unit, passed duration: 5y"),
            ("abc", "Invalid duration format"),
            ("", "Invalid duration format"),
            ("-1", "Invalid duration format"),
            (" 5d", "Invalid duration format"),
            ("٣d", "Invalid duration format"),
            ("99999999999999999999999999d", "Invalid duration format"),
            ("9223372036854775807w", "Invalid duration format"),
            ("9223372036854775807s", "Invalid duration format"),
            ("9223372036854775807mo", "Invalid duration format"),
            ("8000y", "Unsupported duration unit, passed duration: 8000y"),
            ("3000000d", "Invalid duration format"),
        ] {
            assert_eq!(after(NOW, text), Err(message.to_owned()), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "\\PC*", count in any::<u64>(), unit in "(s|m|h|d|w|mo|)") {
            let now = NOW.parse().unwrap();
            let _ = expires_at(now, &text);
            let _ = expires_at(now, &format!("{count}{unit}"));
        }
    }
}
