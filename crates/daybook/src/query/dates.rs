//! The dates that a question may hold.

use jiff::{SignedDuration, Timestamp};

use crate::model::time;

/// The first instant that `text` means. What is finer than a millisecond is rounded up: an entry of the millisecond
/// before is not after it.
pub fn from(text: &str) -> Option<Timestamp> {
    let instant = read(text)?;
    if finer_than_ms(text) { instant.checked_add(SignedDuration::from_millis(1)).ok() } else { Some(instant) }
}

/// The last instant that `text` means: the end of the day for a date without a time.
pub fn until(text: &str) -> Option<Timestamp> {
    let instant = read(text)?;
    let is_day = text.trim().len() == "2024-06-08".len();
    if is_day { instant.checked_add(SignedDuration::from_millis(86_399_999)).ok() } else { Some(instant) }
}

fn read(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    let text = &within_reach(text);
    time::parse(text).or_else(|| time::parse(&with_plus(text)?))
}

/// The last two days of the year 9999, which people write for "for ever", are beyond what a [`Timestamp`] holds, and
/// PostgreSQL knows no year 0. No entry is there, so the nearest day means the same.
fn within_reach(text: &str) -> String {
    let nearest = match text.get(..10) {
        Some("9999-12-30" | "9999-12-31") => "9999-12-29",
        Some(date) if (date.starts_with("0000-") || date == "0001-01-01") && time::parse(date).is_some() => {
            "0001-01-02"
        }
        _ => return text.to_owned(),
    };
    format!("{nearest}{}", &text[10..])
}

/// A `+` that was not encoded arrives as a space: `2024-06-08T10:00:00 02:00`.
fn with_plus(text: &str) -> Option<String> {
    let (instant, zone) = text.rsplit_once(' ')?;
    instant.contains(':').then(|| format!("{instant}+{zone}"))
}

fn finer_than_ms(text: &str) -> bool {
    let Some((_, fraction)) = text.split_once('.') else { return false };
    fraction.bytes().take_while(u8::is_ascii_digit).skip(3).any(|digit| digit != b'0')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_a_date_is_read() {
        for (text, first, last) in [
            ("2024-06-08", "2024-06-08T00:00:00Z", "2024-06-08T23:59:59.999Z"),
            (" 2024-06-08 ", "2024-06-08T00:00:00Z", "2024-06-08T23:59:59.999Z"),
            ("2024-06-08T23:41:14.793Z", "2024-06-08T23:41:14.793Z", "2024-06-08T23:41:14.793Z"),
            ("2024-06-08 23:41:14.793", "2024-06-08T23:41:14.793Z", "2024-06-08T23:41:14.793Z"),
            ("2024-06-08T23:41:14", "2024-06-08T23:41:14Z", "2024-06-08T23:41:14Z"),
            ("2024-06-08T23:41:14+02:00", "2024-06-08T21:41:14Z", "2024-06-08T21:41:14Z"),
            ("2024-06-08T23:41:14 02:00", "2024-06-08T21:41:14Z", "2024-06-08T21:41:14Z"),
            ("2024-06-08 23:41:14 02:00", "2024-06-08T21:41:14Z", "2024-06-08T21:41:14Z"),
            ("2024-06-08T23:41:14.7931Z", "2024-06-08T23:41:14.794Z", "2024-06-08T23:41:14.793Z"),
            ("2024-06-08T23:41:14.793000Z", "2024-06-08T23:41:14.793Z", "2024-06-08T23:41:14.793Z"),
            ("9999-12-31", "9999-12-29T00:00:00Z", "9999-12-29T23:59:59.999Z"),
            ("0000-01-01T00:00:00+14:00", "0001-01-01T10:00:00Z", "0001-01-01T10:00:00Z"),
        ] {
            assert_eq!(from(text), Some(first.parse().unwrap()), "{text}");
            assert_eq!(until(text), Some(last.parse().unwrap()), "{text}");
        }
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for text in [
            "garbage",
            "yesterday",
            "2024",
            "2024-13-01",
            "2024-06-31",
            "1717804800",
            "2024-06-08 02:00:00 Z 1",
            "é024-06-08",
        ] {
            assert_eq!((from(text), until(text)), (None, None), "{text}");
        }
    }
}
