//! `/ui/objects/{table}/{id}`: the life of an object, a field of it over time, and what it was at an instant.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use daybook::model::question::{Column, Direction, Filter, Page as Stretch, Question, Sort};
use daybook::model::row::{Row, RowExt as _};
use daybook::model::time;
use daybook::query::{self, dates};
use jiff::Timestamp;
use serde_json::Value;

use super::filter::readable;
use super::log::{Line, lines};
use super::page::{self, Failure, encode};
use super::sentence::{self, count};
use super::session::Reader;
use crate::app::App;

/// So many entries are shown of an object; the rest is in the log.
const MOST: i64 = 100;

struct Point {
    x: f64,
    y: f64,
    label: String,
    address: String,
}

struct Chart {
    field: String,
    points: Vec<Point>,
    line: String,
    low: String,
    high: String,
}

#[derive(Template)]
#[template(path = "object.html")]
struct Page {
    kind: String,
    name: String,
    table: String,
    id: String,
    total: String,
    more: bool,
    log: String,
    lines: Vec<Line>,
    /// Where each line leads for the state at that time.
    states: Vec<String>,
    chart: Option<Chart>,
    numeric: Vec<(String, String, bool)>,
    as_of: String,
    state: Option<Vec<(String, String)>>,
    exists: bool,
}

pub async fn handle(
    State(app): State<App>,
    Path((table, id)): Path<(String, String)>,
    reader: Reader,
) -> Result<Response, Failure> {
    let mut filter = Filter { table_name: vec![table.clone()], object_id: vec![id.clone()], ..Filter::default() };
    let mut session = readable(&app, &reader, &mut filter).await?;
    let unknown = || Failure::not_found(format!("The log has no entry about {} {id}.", sentence::kind(&table)));
    if !query::can_exist(&filter) {
        return Err(unknown());
    }
    let question = Question {
        filter: filter.clone(),
        sort: Sort { column: Column::UpdatedAt, direction: Direction::Descending },
        page: Stretch { number: 1, size: MOST },
    };
    let answer = app.audit_log().list(&mut session, &question).await?;
    if answer.total == 0 {
        return Err(unknown());
    }
    let as_of = match reader.last("as_of") {
        Some(text) => Some(dates::until(text).ok_or_else(|| {
            Failure::from(query::Rejected::Meaning(format!(
                "'{text}' is no time. Use 2026-11-21 or 2026-11-21T20:00:00Z."
            )))
        })?),
        None => None,
    };
    let found = query::state(app.audit_log(), &mut session, filter, as_of).await?;
    let lines = lines(&app, &reader, &mut session, &answer.entries).await?;
    drop(session);

    let here = format!("/ui/objects/{}/{}", encode(&table), encode(&id));
    let numeric = numeric(&answer.entries);
    let field = reader.last("field").map(str::to_owned).or_else(|| {
        let budget = numeric.iter().find(|name| *name == "max_budget");
        budget.or(numeric.first()).cloned()
    });
    let chart = field.as_ref().and_then(|field| chart(&answer.entries, field));
    let newest = answer.entries.first().cloned().unwrap_or_default();
    Ok(page::render(&Page {
        kind: sentence::kind(&table),
        name: sentence::name(&newest),
        total: count(answer.total),
        more: answer.total > MOST,
        log: format!("/ui?table_name={}&object_id={}", encode(&table), encode(&id)),
        states: answer
            .entries
            .iter()
            .map(|entry| format!("{here}?as_of={}#state", encode(entry.text("updated_at").unwrap_or_default())))
            .collect(),
        lines,
        chart,
        numeric: numeric
            .into_iter()
            .map(|name| (format!("{here}?field={}", encode(&name)), name.clone(), Some(&name) == field.as_ref()))
            .collect(),
        as_of: reader.last("as_of").unwrap_or_default().to_owned(),
        exists: found.as_ref().is_some_and(|found| found.state.is_some()),
        state: found.and_then(|found| found.state).map(|state| state.iter().map(shown).collect()),
        table,
        id,
    }))
}

fn shown((name, value): (&String, &Value)) -> (String, String) {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => sentence::grouped(number),
        other => other.to_string(),
    };
    (name.clone(), text)
}

/// What a field is after an entry; `None` when the entry leaves it as it is.
fn number(entry: &Row, field: &str) -> Option<f64> {
    entry.object("updated_values")?.get(field)?.as_f64()
}

/// The fields that are numbers in more than one entry.
fn numeric(entries: &[Row]) -> Vec<String> {
    let mut names: Vec<(&String, usize)> = Vec::new();
    for entry in entries {
        for (name, value) in entry.object("updated_values").into_iter().flatten() {
            if !value.is_number() {
                continue;
            }
            match names.iter_mut().find(|(have, _)| *have == name) {
                Some((_, times)) => *times += 1,
                None => names.push((name, 1)),
            }
        }
    }
    names.retain(|(_, times)| *times > 1);
    names.sort();
    names.into_iter().map(|(name, _)| name.clone()).collect()
}

/// Steps of a number over time, in a picture of 600 by 120.
fn chart(entries: &[Row], field: &str) -> Option<Chart> {
    let value = |entry: &Row| {
        let at = time::parse(entry.text("updated_at")?)?;
        Some((at, number(entry, field)?, entry.text("id")?.to_owned()))
    };
    let mut values: Vec<(Timestamp, f64, String)> = entries.iter().filter_map(value).collect();
    values.reverse();
    let ((first, ..), (last, ..)) = (values.first()?, values.last()?);
    let span = (last.as_millisecond() - first.as_millisecond()).max(1) as f64;
    let low = values.iter().map(|(_, value, _)| *value).fold(f64::INFINITY, f64::min);
    let high = values.iter().map(|(_, value, _)| *value).fold(f64::NEG_INFINITY, f64::max);
    let height = if high > low { high - low } else { 1.0 };
    let text =
        |value: f64| serde_json::Number::from_f64(value).map(|number| sentence::grouped(&number)).unwrap_or_default();
    let (first, mut line, mut before) = (*first, String::new(), None);
    let mut points = Vec::new();
    for (at, value, id) in &values {
        let x = 8.0 + 584.0 * (at.as_millisecond() - first.as_millisecond()) as f64 / span;
        let y = 112.0 - 104.0 * (value - low) / height;
        match before {
            None => line.push_str(&format!("M{x:.1} {y:.1}")),
            Some(_) => line.push_str(&format!("H{x:.1}V{y:.1}")),
        }
        before = Some(y);
        let label = format!("{} from {}", text(*value), time::wire(*at));
        points.push(Point { x, y, label, address: format!("/ui/entries/{}", encode(id)) });
    }
    Some(Chart { field: field.to_owned(), points, line, low: text(low), high: text(high) })
}
