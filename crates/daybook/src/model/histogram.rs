//! Stretches of time, in which entries are counted: UTC, weeks from Monday.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// More buckets than this are not drawn.
pub const MOST_BUCKETS: i64 = 1_000;

/// So many buckets, at most, when nobody says how long one is.
const MOST_AUTOMATIC: i64 = 100;

const MINUTE: i64 = 60_000;
const DAY: i64 = 24 * 60 * MINUTE;

/// A length that a calendar has a name for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interval {
    Minute,
    Hour,
    Day,
    Week,
    Month,
}

impl Interval {
    /// The shorter before the longer.
    pub const ALL: [Interval; 5] = [Interval::Minute, Interval::Hour, Interval::Day, Interval::Week, Interval::Month];

    pub fn as_str(self) -> &'static str {
        match self {
            Interval::Minute => "minute",
            Interval::Hour => "hour",
            Interval::Day => "day",
            Interval::Week => "week",
            Interval::Month => "month",
        }
    }

    pub fn parse(text: &str) -> Option<Interval> {
        Interval::ALL.into_iter().find(|interval| interval.as_str() == text)
    }

    /// Length in milliseconds, and an instant at which one begins; `None` for months, which differ.
    fn even(self) -> Option<(i64, i64)> {
        match self {
            Interval::Minute => Some((MINUTE, 0)),
            Interval::Hour => Some((60 * MINUTE, 0)),
            Interval::Day => Some((DAY, 0)),
            // 1970 began on a Thursday.
            Interval::Week => Some((7 * DAY, -3 * DAY)),
            Interval::Month => None,
        }
    }

    /// The number of the interval that an instant is in.
    fn number(self, at: Timestamp) -> i64 {
        match self.even() {
            Some((length, origin)) => (at.as_millisecond() - origin).div_euclid(length),
            None => {
                let date = TimeZone::UTC.to_datetime(at).date();
                i64::from(date.year()) * 12 + i64::from(date.month()) - 1
            }
        }
    }

    /// When the interval of this number begins. Beyond what can be said it is the last instant that can.
    fn begin(self, number: i64) -> Timestamp {
        let found = match self.even() {
            Some((length, origin)) => Timestamp::from_millisecond(number * length + origin).ok(),
            None => month(number),
        };
        found.unwrap_or(Timestamp::MAX)
    }
}

fn month(number: i64) -> Option<Timestamp> {
    let (year, month) = (i16::try_from(number.div_euclid(12)).ok()?, i8::try_from(number.rem_euclid(12) + 1).ok()?);
    TimeZone::UTC.to_timestamp(Date::new(year, month, 1).ok()?.at(0, 0, 0, 0)).ok()
}

/// How a range is to be divided.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Division {
    /// By the shortest interval that does not make too many buckets to be looked at.
    #[default]
    Automatic,
    /// By this interval, or by the next longer one that makes no more than [`MOST_BUCKETS`].
    By(Interval),
    /// Into so many equal parts, 1 to [`MOST_BUCKETS`].
    Into(i64),
}

/// A range in buckets, one after the other without a gap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grid {
    /// `None` for equal parts of the range.
    pub interval: Option<Interval>,
    /// The beginning of each bucket, and the end of the last.
    edges: Vec<Timestamp>,
}

impl Grid {
    /// Divides the time from `first` to `last`, both in it. Buckets of an interval begin where it does.
    pub fn new(division: Division, first: Timestamp, last: Timestamp) -> Grid {
        if first > last {
            return Grid { interval: None, edges: Vec::new() };
        }
        let (shortest, most) = match division {
            Division::Into(parts) => return Grid::equal(parts, first, last),
            Division::Automatic => (Interval::Minute, MOST_AUTOMATIC),
            Division::By(interval) => (interval, MOST_BUCKETS),
        };
        let longer = Interval::ALL.into_iter().skip_while(|interval| *interval != shortest);
        let count = |interval: Interval| interval.number(last) - interval.number(first) + 1;
        let mut fitting = longer.filter(|interval| count(*interval) <= most || *interval == Interval::Month);
        match fitting.next().filter(|interval| count(*interval) <= MOST_BUCKETS) {
            Some(interval) => {
                let numbers = interval.number(first)..=interval.number(last) + 1;
                Grid { interval: Some(interval), edges: numbers.map(|number| interval.begin(number)).collect() }
            }
            None => Grid::equal(MOST_BUCKETS, first, last),
        }
    }

    fn equal(parts: i64, first: Timestamp, last: Timestamp) -> Grid {
        let (first, span) = (first.as_millisecond(), last.as_millisecond() - first.as_millisecond() + 1);
        let parts = parts.clamp(1, MOST_BUCKETS).min(span);
        let edge = |part: i64| Timestamp::from_millisecond(first + span * part / parts).unwrap_or(Timestamp::MAX);
        Grid { interval: None, edges: (0..=parts).map(edge).collect() }
    }

    pub fn len(&self) -> usize {
        self.edges.len().saturating_sub(1)
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The first instant, and the first that is not in it any more.
    pub fn range(&self) -> Option<(Timestamp, Timestamp)> {
        Some((*self.edges.first()?, *self.edges.last()?))
    }

    /// Beginning and end of each bucket; the end is the beginning of the next.
    pub fn buckets(&self) -> impl Iterator<Item = (Timestamp, Timestamp)> {
        self.edges.iter().copied().zip(self.edges.iter().copied().skip(1))
    }

    /// The bucket that an instant is in.
    pub fn position(&self, at: Timestamp) -> Option<usize> {
        let after = self.edges.partition_point(|edge| *edge <= at);
        after.checked_sub(1).filter(|position| *position < self.len())
    }
}

/// How many entries each bucket has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Histogram {
    pub grid: Grid,
    /// One number a bucket.
    pub counts: Vec<i64>,
    pub total: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn starts(grid: &Grid) -> Vec<String> {
        grid.buckets().map(|(from, _)| from.to_string()).collect()
    }

    #[test]
    fn an_interval_begins_where_the_calendar_has_it() {
        let (first, last) = (at("2026-11-22T08:59:59.999Z"), at("2026-12-01T00:00:00Z"));
        let grid = |interval| Grid::new(Division::By(interval), first, last);
        assert_eq!(
            starts(&grid(Interval::Week)),
            ["2026-11-16T00:00:00Z", "2026-11-23T00:00:00Z", "2026-11-30T00:00:00Z"]
        );
        assert_eq!(starts(&grid(Interval::Month)), ["2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z"]);
        assert_eq!(grid(Interval::Month).range(), Some((at("2026-11-01T00:00:00Z"), at("2027-01-01T00:00:00Z"))));
        assert_eq!(grid(Interval::Day).len(), 10);
        assert_eq!(starts(&grid(Interval::Hour))[0], "2026-11-22T08:00:00Z");
        assert_eq!(Interval::Week.begin(Interval::Week.number(at("1969-12-30T00:00:00Z"))), at("1969-12-29T00:00:00Z"));
    }

    #[test]
    fn too_many_buckets_become_longer_ones() {
        let day = |text| at(&format!("{text}T00:00:00Z"));
        let by = |interval, from, until| Grid::new(Division::By(interval), day(from), day(until)).interval;
        assert_eq!(by(Interval::Minute, "2026-11-22", "2026-11-22"), Some(Interval::Minute));
        assert_eq!(by(Interval::Minute, "2026-11-22", "2026-11-24"), Some(Interval::Hour));
        assert_eq!(by(Interval::Hour, "2020-01-01", "2026-11-24"), Some(Interval::Week));
        let all = Grid::new(Division::By(Interval::Month), day("0001-01-02"), day("9999-12-29"));
        assert_eq!((all.interval, all.len()), (None, 1000));
        let automatic = |from, until| Grid::new(Division::Automatic, at(from), at(until)).interval;
        assert_eq!(automatic("2026-11-22T00:00:00Z", "2026-11-22T01:00:00Z"), Some(Interval::Minute));
        assert_eq!(automatic("2026-11-22T00:00:00Z", "2026-11-22T23:00:00Z"), Some(Interval::Hour));
        assert_eq!(automatic("1990-01-01T00:00:00Z", "2026-11-22T23:00:00Z"), Some(Interval::Month));
        let end = Grid::new(Division::By(Interval::Month), day("9999-12-01"), at("9999-12-29T23:59:59.999Z"));
        assert_eq!(end.position(at("9999-12-29T23:59:59.999Z")), Some(0));
    }

    #[test]
    fn equal_parts_fill_the_range_and_have_every_instant_once() {
        let (first, last) = (at("2026-11-22T00:00:00.003Z"), at("2026-11-22T00:00:00.012Z"));
        for parts in 1..=12 {
            let grid = Grid::new(Division::Into(parts), first, last);
            assert_eq!(grid.len() as i64, parts.min(10));
            assert_eq!(grid.range(), Some((first, at("2026-11-22T00:00:00.013Z"))));
            assert!(grid.buckets().all(|(from, until)| from < until));
            assert_eq!((grid.position(first), grid.position(last)), (Some(0), Some(grid.len() - 1)));
        }
        assert_eq!(Grid::new(Division::Automatic, last, first).len(), 0);
        let grid = Grid::new(Division::Into(3), first, last);
        assert_eq!(grid.position(at("2026-11-22T00:00:00.002Z")), None);
        assert_eq!(grid.position(at("2026-11-22T00:00:00.013Z")), None);
    }
}
