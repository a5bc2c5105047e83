//! `GET /audit/histogram` and `GET /audit/facets`: what the entries of a filter are, counted.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::parse::{Rejected, not_allowed};
use crate::model::facet::{Facet, Values};
use crate::model::histogram::{Division, Grid, Histogram, Interval, MOST_BUCKETS};
use crate::model::question::Filter;
use crate::model::time;
use crate::store::{Session, StoreError, audit};

/// So many values of each facet, unless another number is asked for; and the most.
const LIMIT: i64 = 10;
const MOST_VALUES: i64 = 100;

/// The facets of the entries of a filter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Survey {
    pub facets: Vec<(Facet, Values)>,
    pub total: i64,
}

/// How the time is to be divided.
pub fn division<'a>(parameters: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Division, Rejected> {
    let (mut interval, mut buckets) = (None, None);
    for (name, value) in parameters {
        match name {
            "interval" => interval = Some(value).filter(|value| !value.is_empty()),
            "buckets" => buckets = Some(value).filter(|value| !value.is_empty()),
            _ => {}
        }
    }
    match (interval, buckets) {
        (Some(_), Some(_)) => Err(Rejected::Meaning("interval and buckets exclude each other.".to_owned())),
        (None | Some("auto"), None) => Ok(Division::Automatic),
        (Some(text), None) => Interval::parse(text)
            .map(Division::By)
            .ok_or_else(|| not_allowed("interval", text, "minute, hour, day, week, month, auto")),
        (None, Some(text)) => Ok(Division::Into(number("buckets", text, MOST_BUCKETS)?)),
    }
}

/// How many values of each facet are asked for.
pub fn facet_limit<'a>(parameters: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<i64, Rejected> {
    let last = parameters.into_iter().filter(|(name, _)| *name == "limit").last();
    match last.map(|(_, value)| value).filter(|value| !value.is_empty()) {
        Some(text) => number("limit", text, MOST_VALUES),
        None => Ok(LIMIT),
    }
}

fn number(name: &str, text: &str, most: i64) -> Result<i64, Rejected> {
    let number = text.trim().parse().ok().filter(|number| (1..=most).contains(number));
    number.ok_or_else(|| not_allowed(name, text, &format!("a whole number from 1 to {most}")))
}

/// How many entries there are at what time: between the dates of the filter, and where it has none, from the first entry or to
/// the last.
pub async fn histogram(session: &mut Session, filter: &Filter, division: Division) -> Result<Histogram, StoreError> {
    let (total, found) = audit::histogram::span(session, filter).await?;
    let grid = grid(filter, division, found);
    let counts = audit::histogram::counts(session, filter, &grid).await?;
    Ok(Histogram { grid, counts, total })
}

/// The buckets for a filter whose first and last entry are of these times.
pub fn grid(filter: &Filter, division: Division, found: Option<(Timestamp, Timestamp)>) -> Grid {
    let first = filter.from.or(found.map(|(first, _)| first));
    let last = filter.until.or(found.map(|(_, last)| last));
    let (first, last) = first.zip(last).unwrap_or((Timestamp::MAX, Timestamp::MIN));
    Grid::new(division, first, last)
}

impl Histogram {
    /// The body of the response.
    pub fn to_json(&self) -> Value {
        let bucket = |((from, until), count): ((Timestamp, Timestamp), &i64)| json!({"from": time::wire(from), "until": time::wire(until), "count": count});
        json!({
            "buckets": self.grid.buckets().zip(&self.counts).map(bucket).collect::<Vec<_>>(),
            "total": self.total,
            "interval": self.grid.interval.map(Interval::as_str),
        })
    }
}

/// The most frequent values of some facets, at most `limit` of each.
pub async fn facets(
    session: &mut Session,
    filter: &Filter,
    limit: i64,
    wanted: &[Facet],
) -> Result<Survey, StoreError> {
    let total = audit::count(session, filter).await?;
    let mut facets = Vec::new();
    for facet in wanted.iter().copied() {
        facets.push((facet, audit::facets::values(session, filter, facet, limit).await?));
    }
    Ok(Survey { facets, total })
}

impl Survey {
    /// The body of the response.
    pub fn to_json(&self) -> Value {
        let value = |(value, count): &(String, i64)| json!({"value": value, "count": count});
        let facet = |(facet, values): &(Facet, Values)| {
            let most: Vec<Value> = values.most.iter().map(value).collect();
            (facet.as_str().to_owned(), json!({"values": most, "distinct": values.distinct}))
        };
        json!({"facets": self.facets.iter().map(facet).collect::<Map<_, _>>(), "total": self.total})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_is_divided_by_an_interval_or_into_so_many_parts() {
        let read = |pairs: &[(&str, &str)]| division(pairs.iter().copied());
        for pairs in [&[][..], &[("interval", "auto")], &[("interval", "day"), ("interval", "")], &[("buckets", "")]] {
            assert_eq!(read(pairs), Ok(Division::Automatic), "{pairs:?}");
        }
        assert_eq!(read(&[("interval", "auto"), ("interval", "week")]), Ok(Division::By(Interval::Week)));
        assert_eq!(read(&[("buckets", "1000")]), Ok(Division::Into(1000)));
        let refused = |message: &str| Err(Rejected::Meaning(message.to_owned()));
        for text in ["0", "1001", "-1", "x", "1.5"] {
            let expected = format!("Invalid buckets '{text}'. Allowed: a whole number from 1 to 1000.");
            assert_eq!(read(&[("buckets", text)]), refused(&expected));
        }
        assert_eq!(
            read(&[("interval", "year")]),
            refused("Invalid interval 'year'. Allowed: minute, hour, day, week, month, auto.")
        );
        assert_eq!(read(&[("interval", "day"), ("buckets", "5")]), refused("interval and buckets exclude each other."));
    }

    #[test]
    fn the_values_of_a_facet_are_limited() {
        let read = |pairs: &[(&str, &str)]| facet_limit(pairs.iter().copied());
        assert_eq!(
            (read(&[]), read(&[("limit", "")]), read(&[("limit", "3"), ("limit", "100")])),
            (Ok(10), Ok(10), Ok(100))
        );
        assert!(read(&[("limit", "101")]).is_err() && read(&[("limit", "0")]).is_err());
    }
}
