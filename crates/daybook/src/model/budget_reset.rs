//! When a budget starts again (`budget_reset_at`, `budget_limits[].reset_at`): LiteLLM's table, which puts resets
//! on the calendar (a `30d` budget starts again on the 1st) instead of adding the duration to now.
//!
//! All fields are read in the zone of the [`ResetRule`]. A reset always lies after `now`, across clock changes too.

use jiff::civil::{Date, DateTime, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{Span as Calendar, Timestamp};

use super::duration::{Span, Unit};

/// Longest budget, in seconds: a million days. Beyond it the reset could fall after the year 9999.
const LONGEST: i64 = 86_400 * 1_000_000;

/// Where and at what time of day budgets start again (`litellm_settings.timezone`, `budget_reset_time`).
#[derive(Clone, Debug)]
pub struct ResetRule {
    pub zone: TimeZone,
    /// Of daily, weekly and monthly budgets; other durations do not look at it.
    pub time: Time,
}

impl Default for ResetRule {
    fn default() -> Self {
        ResetRule { zone: TimeZone::UTC, time: Time::midnight() }
    }
}

impl ResetRule {
    /// [`next_reset`] under this rule.
    pub fn next(&self, now: Timestamp, text: &str) -> Option<Timestamp> {
        next_reset(now, text, &self.zone, self.time)
    }
}

/// Whether a budget can have this duration.
///
/// # Errors
///
/// The message for a 400, LiteLLM's word for word, when the text is unparsable, zero, or cannot be reset (`2mo`).
pub fn validate(text: &str) -> Result<(), String> {
    match resettable(text) {
        Some(_) => Ok(()),
        None => Err(format!("Invalid budget_duration '{text}'. Use a format like '1h', '24h', '7d', or '30d'.")),
    }
}

/// The first reset after `now`; `None` for a text that [`validate`] refuses.
pub fn next_reset(now: Timestamp, text: &str, zone: &TimeZone, reset_time: Time) -> Option<Timestamp> {
    let span = resettable(text)?;
    let local = zone.to_datetime(now);
    let today = local.date();
    let at = |date: Date, time: Time| first_after(now, date.to_datetime(time), zone);
    match (span.unit, span.count) {
        (Unit::Day, 1) => at(today, reset_time).or_else(|| at(days_after(today, 1)?, reset_time)),
        (Unit::Day, 7) | (Unit::Week, 1) => {
            let since_monday = today.weekday().since(Weekday::Monday);
            let monday = days_after(today, -i64::from(since_monday))?;
            at(monday, reset_time).or_else(|| at(days_after(monday, 7)?, reset_time))
        }
        (Unit::Day, 30) | (Unit::Month, _) => {
            let first = today.first_of_month();
            at(first, reset_time).or_else(|| at(first.checked_add(Calendar::new().months(1)).ok()?, reset_time))
        }
        (Unit::Day, days) => at(days_after(today, days)?, Time::midnight()),
        (Unit::Week, weeks) => at(days_after(today, weeks * 7)?, Time::midnight()),
        (Unit::Hour | Unit::Minute | Unit::Second, _) => first_after(now, next_multiple(local, span)?, zone),
    }
}

fn resettable(text: &str) -> Option<Span> {
    let span = Span::parse(text).ok()?;
    let fits = match span.unit {
        Unit::Month => span.count == 1,
        _ => span.seconds().is_some_and(|seconds| (1..=LONGEST).contains(&seconds)),
    };
    fits.then_some(span)
}

/// The next multiple of N in the hour, minute or second field, carried into the larger fields. As in LiteLLM the
/// carry stops at the next day: `48h` is the next midnight, like `24h`, and `5h` at 21:00 is 01:00.
fn next_multiple(local: DateTime, span: Span) -> Option<DateTime> {
    let next = |field: i8| i64::from(field) + span.count - i64::from(field) % span.count;
    let (mut hour, mut minute, mut second) = (i64::from(local.hour()), 0, 0);
    match span.unit {
        Unit::Hour => hour = next(local.hour()),
        Unit::Minute => minute = next(local.minute()),
        _ => {
            second = next(local.second());
            minute = i64::from(local.minute());
        }
    }
    minute += second / 60;
    hour += minute / 60;
    let date = if hour < 24 { local.date() } else { days_after(local.date(), 1)? };
    let field = |value: i64| i8::try_from(value).ok();
    let time = Time::new(field(hour % 24)?, field(minute % 60)?, field(second % 60)?, 0).ok()?;
    Some(date.to_datetime(time))
}

fn days_after(date: Date, days: i64) -> Option<Date> {
    date.checked_add(Calendar::new().try_days(days).ok()?).ok()
}

/// The instant of a wall-clock time, if it lies after `now`. When the clock shows the time twice, the later one
/// counts once the earlier has passed; when it skips it, the time after the gap.
fn first_after(now: Timestamp, wall: DateTime, zone: &TimeZone) -> Option<Timestamp> {
    let shown = zone.to_ambiguous_timestamp(wall);
    let later = shown.later().ok();
    shown.compatible().ok().into_iter().chain(later).find(|at| *at > now)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a panic is how a test reports a failure")]

    use super::*;
    use proptest::prelude::*;

    fn next(now: &str, text: &str, zone: &str, time: &str) -> Option<String> {
        let zone = TimeZone::get(zone).unwrap();
        next_reset(now.parse().unwrap(), text, &zone, time.parse().unwrap()).map(|at| at.to_string())
    }

    #[test]
    fn resets_are_those_of_the_recordings() {
        for (now, text, expected) in [
            ("2026-11-21T20:33:59.114Z", "24h", "2026-11-22T00:00:00Z"),
            ("2026-11-21T20:41:58.797Z", "30d", "2026-12-01T00:00:00Z"),
            ("2026-11-21T20:42:01.404Z", "7d", "2026-11-23T00:00:00Z"),
        ] {
            assert_eq!(next(now, text, "UTC", "00:00").as_deref(), Some(expected), "{text}");
            let rule = ResetRule::default();
            assert_eq!(rule.next(now.parse().unwrap(), text), Some(expected.parse().unwrap()));
        }
    }

    #[test]
    fn each_row_of_the_table_has_its_reset() {
        const NOW: &str = "2026-11-21T20:33:59.114Z"; // a Saturday
        for (text, expected) in [
            ("1d", "2026-11-22T00:00:00Z"),
            ("1w", "2026-11-23T00:00:00Z"),
            ("weekly", "2026-11-23T00:00:00Z"),
            ("1mo", "2026-12-01T00:00:00Z"),
            ("monthly", "2026-12-01T00:00:00Z"),
            ("2d", "2026-11-23T00:00:00Z"),
            ("31d", "2026-12-22T00:00:00Z"),
            ("2w", "2026-12-05T00:00:00Z"),
            ("hourly", "2026-11-21T21:00:00Z"),
            ("daily", "2026-11-22T00:00:00Z"),
            ("6h", "2026-11-22T00:00:00Z"),
            ("5h", "2026-11-22T01:00:00Z"),
            ("48h", "2026-11-22T00:00:00Z"),
            ("1m", "2026-11-21T20:34:00Z"),
            ("15m", "2026-11-21T20:45:00Z"),
            ("90m", "2026-11-21T21:30:00Z"),
            ("30s", "2026-11-21T20:34:00Z"),
            ("100s", "2026-11-21T20:34:40Z"),
            ("3600s", "2026-11-21T21:33:00Z"),
        ] {
            assert_eq!(next(NOW, text, "UTC", "00:00").as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn on_the_boundary_the_next_one_counts() {
        for (now, text, expected) in [
            ("2026-11-23T00:00:00Z", "7d", "2026-11-30T00:00:00Z"),
            ("2026-11-23T00:00:00Z", "1d", "2026-11-24T00:00:00Z"),
            ("2026-12-01T00:00:00Z", "30d", "2027-01-01T00:00:00Z"),
            ("2026-11-21T20:00:00Z", "1h", "2026-11-21T21:00:00Z"),
            ("2026-11-21T23:59:59Z", "1s", "2026-11-22T00:00:00Z"),
        ] {
            assert_eq!(next(now, text, "UTC", "00:00").as_deref(), Some(expected), "{now} {text}");
        }
    }

    #[test]
    fn the_time_of_day_and_the_zone_are_the_rules() {
        for (now, text, zone, time, expected) in [
            ("2026-11-21T05:00:00Z", "1d", "UTC", "06:00", "2026-11-21T06:00:00Z"),
            ("2026-11-21T06:00:00Z", "1d", "UTC", "06:00", "2026-11-22T06:00:00Z"),
            ("2026-11-23T05:00:00Z", "7d", "UTC", "06:00", "2026-11-23T06:00:00Z"),
            ("2026-12-01T05:00:00Z", "30d", "UTC", "06:00", "2026-12-01T06:00:00Z"),
            ("2026-12-01T07:00:00Z", "1mo", "UTC", "06:00", "2027-01-01T06:00:00Z"),
            ("2026-11-21T20:00:00Z", "3d", "UTC", "06:00", "2026-11-24T00:00:00Z"),
            ("2026-11-21T20:00:00Z", "24h", "UTC", "06:00", "2026-11-22T00:00:00Z"),
            ("2026-11-21T20:00:00Z", "1d", "America/New_York", "00:00", "2026-11-22T05:00:00Z"),
            ("2026-11-21T20:00:00Z", "1d", "Asia/Kolkata", "00:00", "2026-11-22T18:30:00Z"),
            // The clock skips 02:30 in New York that night, and shows 01:30 twice in the other.
            ("2026-03-08T05:30:00Z", "1d", "America/New_York", "02:30", "2026-03-08T07:30:00Z"),
            ("2026-11-01T05:45:00Z", "1d", "America/New_York", "01:30", "2026-11-01T06:30:00Z"),
            ("2026-11-01T06:10:00Z", "30m", "America/New_York", "00:00", "2026-11-01T06:30:00Z"),
        ] {
            assert_eq!(next(now, text, zone, time).as_deref(), Some(expected), "{now} {text} {zone} {time}");
        }
    }

    #[test]
    fn a_duration_that_cannot_be_reset_is_refused_with_litellms_message() {
        for text in ["0s", "x", "xx", "", "5", "-1", "2mo", "0mo", "0d", "1000001d", "99999999999999999999h"] {
            assert_eq!(
                validate(text),
                Err(format!("Invalid budget_duration '{text}'. Use a format like '1h', '24h', '7d', or '30d'."))
            );
            assert_eq!(next("2026-11-21T20:00:00Z", text, "UTC", "00:00"), None);
        }
        for text in ["1h", "24h", "7d", "30d", "1mo", "daily", "3w", "1000000d"] {
            assert_eq!(validate(text), Ok(()), "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_reset_lies_after_now(
            ms in 1_600_000_000_000..2_000_000_000_000_i64,
            count in 1..2_000_i64,
            unit in "(s|m|h|d|w)",
            zone in prop::sample::select(vec!["UTC", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe"]),
            hour in 0..24_i8,
        ) {
            let now = Timestamp::from_millisecond(ms).unwrap();
            let zone = TimeZone::get(zone).unwrap();
            let reset = next_reset(now, &format!("{count}{unit}"), &zone, Time::constant(hour, 30, 0, 0));
            prop_assert!(reset.is_some_and(|at| at > now), "{reset:?}");
        }

        #[test]
        fn no_text_panics(text in "\\PC*", count in any::<u64>(), unit in "(s|m|h|d|w|mo)") {
            for text in [text, format!("{count}{unit}")] {
                let reset = next_reset(Timestamp::UNIX_EPOCH, &text, &TimeZone::UTC, Time::midnight());
                prop_assert_eq!(validate(&text).is_ok(), reset.is_some());
            }
        }
    }
}
