//! `/ui`: the log, newest first, under the filters of the address.

use std::collections::HashMap;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use daybook::manage::access;
use daybook::model::entry::{Action, BOOKKEEPING};
use daybook::model::facet::Facet;
use daybook::model::histogram::{Division, Histogram};
use daybook::model::row::{Row, RowExt as _};
use daybook::model::{table, time};
use daybook::store::{Lock, Session, StoreError, by, list_ledger_rows};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::filter::{Address, RANGES, asked};
use super::page::{self, Failure, encode};
use super::sentence::{self, By, Piece, count};
use super::session::{AUDIT, Reader};
use crate::app::App;

/// Values of each facet.
const VALUES: i64 = 8;

/// The filters that a page shows, with what they are called.
const FILTERS: [(&str, &str); 20] = [
    ("q", "with"),
    ("changed_by", "by"),
    ("changed_by!", "not by"),
    ("changed_by_api_key", "with key"),
    ("changed_by_api_key!", "not with key"),
    ("action", "that"),
    ("action!", "not"),
    ("table_name", "of kind"),
    ("table_name!", "not of kind"),
    ("object_id", "of object"),
    ("object_id!", "not of object"),
    ("object_team_id", "of team"),
    ("object_key_hash", "of key"),
    ("changed_field", "of field"),
    ("changed_field!", "not of field"),
    ("after_gt", "to more than"),
    ("after_lt", "to less than"),
    ("range", "in"),
    ("start_date", "from"),
    ("end_date", "to"),
];

/// A filter that is on.
struct Chip {
    label: &'static str,
    value: String,
    without: String,
}

/// An entry as a line.
pub struct Line {
    pub id: String,
    pub at: String,
    pub pieces: Vec<Piece>,
}

struct Bar {
    x: usize,
    y: i64,
    height: i64,
    label: String,
    address: String,
}

/// A value, how many entries have it, and the address of those.
type Counted = (String, String, String);

#[derive(Template)]
#[template(path = "log.html")]
struct Page {
    kept: Vec<(String, String)>,
    actions: Vec<&'static str>,
    tables: Vec<(String, String)>,
    ranges: Vec<(&'static str, &'static str)>,
    range: String,
    start_date: String,
    end_date: String,
    chips: Vec<Chip>,
    total: String,
    csv: String,
    jsonl: String,
    live: String,
    bars: Vec<Bar>,
    width: usize,
    first: String,
    last: String,
    lines: Vec<Line>,
    page: String,
    pages: i64,
    pages_text: String,
    newer: Option<String>,
    older: Option<String>,
    oldest: Option<String>,
    who: Vec<Counted>,
    fields: Vec<Counted>,
    facets: Vec<(&'static str, Vec<Counted>)>,
}

pub async fn handle(State(app): State<App>, reader: Reader) -> Result<Response, Failure> {
    let (question, mut session) = asked(&app, &reader).await?;
    let log = app.audit_log();
    let answer = log.list(&mut session, &question).await?;
    let histogram = log.histogram(&mut session, &question.filter, Division::Automatic).await?;
    let drawn = [Facet::ChangedBy, Facet::Action, Facet::TableName, Facet::ChangedField];
    let survey = log.facets_of(&mut session, &question.filter, VALUES, &drawn).await?;
    let lines = lines(&app, &reader, &mut session, &answer.entries).await?;
    drop(session);

    let address = Address::of(&reader);
    let values = |facet: Facet| -> Vec<Counted> {
        let found = survey.facets.iter().find(|(have, _)| *have == facet);
        // What changes with every change says nothing.
        let most = found.into_iter().flat_map(|(_, values)| &values.most);
        let most = most.filter(|(value, _)| facet != Facet::ChangedField || !BOOKKEEPING.contains(&value.as_str()));
        most.map(|(value, number)| (value.clone(), count(*number), address.with(facet.as_str(), value).at("/ui")))
            .collect()
    };
    let tables =
        values(Facet::TableName).into_iter().map(|(name, number, at)| (sentence::kind(&name), number, at)).collect();
    let (number, pages) = (answer.page.number, answer.page.count(answer.total));
    let to = |page: i64| address.clone().set("page", &page.to_string()).at("/ui");
    let (width, bars) = bars(&histogram, &address);
    let ends = histogram.grid.range().map(|(first, last)| (time::wire(first), time::wire(last))).unwrap_or_default();
    let text = |name: &str| reader.last(name).unwrap_or_default().to_owned();
    let fielded = ["range", "start_date", "end_date"];
    Ok(page::render(&Page {
        kept: address.0.iter().filter(|(name, _)| !fielded.contains(&name.as_str())).cloned().collect(),
        actions: Action::ALL.into_iter().map(Action::as_str).collect(),
        tables: [
            &table::TEAMS,
            &table::KEYS,
            &table::USERS,
            &table::BUDGETS,
            &table::ORGANIZATIONS,
            &table::PROXY_MODELS,
        ]
        .map(|table| (table.name.to_owned(), sentence::kind(table.name)))
        .into(),
        ranges: [("", "any time")].into_iter().chain(RANGES.iter().map(|(value, label, _)| (*value, *label))).collect(),
        range: text("range"),
        start_date: text("start_date"),
        end_date: text("end_date"),
        chips: chips(&address),
        total: count(answer.total),
        csv: address.clone().set("format", "csv").at("/ui/export"),
        jsonl: address.clone().set("format", "jsonl").at("/ui/export"),
        live: address.at("/ui/live"),
        bars,
        width,
        first: ends.0,
        last: ends.1,
        lines,
        page: count(number),
        pages,
        pages_text: count(pages),
        newer: (number > 1).then(|| to(number - 1)),
        older: (number < pages).then(|| to(number + 1)),
        oldest: (number < pages).then(|| to(pages)),
        who: values(Facet::ChangedBy),
        fields: values(Facet::ChangedField),
        facets: vec![
            ("Who", values(Facet::ChangedBy)),
            ("What", values(Facet::Action)),
            ("Kind", tables),
            ("Field", values(Facet::ChangedField)),
        ],
    }))
}

fn chips(address: &Address) -> Vec<Chip> {
    let chip = |(name, value): &(String, String)| {
        let (_, label) = FILTERS.iter().find(|(known, _)| known == name)?;
        let shown = match name.as_str() {
            "table_name" | "table_name!" => sentence::kind(value),
            "range" => RANGES
                .iter()
                .find(|(known, ..)| known == value)
                .map_or(value.clone(), |(_, words, _)| (*words).to_owned()),
            _ => sentence::shortened(value),
        };
        Some(Chip { label, value: shown, without: address.without(name, value).at("/ui") })
    };
    address.0.iter().filter_map(chip).collect()
}

/// The bars of a histogram, in a picture of so many units by 64. Each leads to the entries of its time.
fn bars(histogram: &Histogram, address: &Address) -> (usize, Vec<Bar>) {
    let most = histogram.counts.iter().copied().max().unwrap_or(0);
    if most == 0 {
        return (0, Vec::new());
    }
    let bar = |(x, ((from, until), number)): (usize, ((Timestamp, Timestamp), &i64))| {
        let last = until.checked_sub(SignedDuration::from_millis(1)).unwrap_or(until);
        let (from, last) = (time::wire(from), time::wire(last));
        // One entry among thousands is seen, too.
        let height = if *number == 0 { 0 } else { (number * 60 / most).max(2) };
        let label = format!("{} from {from} to {last}", count(*number));
        Bar { x, y: 64 - height, height, label, address: address.between(&from, &last).at("/ui") }
    };
    let bars: Vec<Bar> = histogram.grid.buckets().zip(&histogram.counts).enumerate().map(bar).collect();
    (bars.len(), bars.into_iter().filter(|bar| bar.height > 0).collect())
}

/// Entries as lines; with the keys and their holders, which are for those who may read the whole log.
pub async fn lines(
    app: &App,
    reader: &Reader,
    session: &mut Session,
    entries: &[Row],
) -> Result<Vec<Line>, StoreError> {
    let ids: Vec<String> = entries.iter().filter_map(|entry| entry.text("id")).map(str::to_owned).collect();
    let known = list_ledger_rows(session, &ids).await?;
    let whole = access::sees_whole_log(&reader.caller, AUDIT);
    let names = if whole { key_names(app, session, entries).await? } else { HashMap::new() };
    let line = |entry: &Row| {
        let id = entry.text("id").unwrap_or_default();
        let ledger = known.get(id);
        let kept = |name: &str| {
            ledger.and_then(|row| row.text(name)).and_then(|text| serde_json::from_str::<Value>(text).ok())
        };
        let changed = changed_fields(entry, kept("changed_fields").as_ref());
        let actor = kept("actor");
        let holder = actor.as_ref().and_then(|actor| actor["authenticated"].as_str());
        let key = entry.text("changed_by_api_key").and_then(|hash| names.get(hash));
        let by = By { key: key.map(String::as_str), holder };
        Line {
            id: encode(id),
            at: entry.text("updated_at").unwrap_or_default().to_owned(),
            pieces: sentence::of(entry, &changed, &by),
        }
    };
    Ok(entries.iter().map(line).collect())
}

/// The fields that an entry says have changed; of a row that is not in the log they are found out.
pub fn changed_fields(entry: &Row, recorded: Option<&Value>) -> Vec<String> {
    match recorded.and_then(Value::as_array) {
        Some(names) => names.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        None => daybook_verify::changed::changed_fields(entry.get("before_value"), entry.get("updated_values")),
    }
}

/// What the keys of entries are called, by what entries call them.
async fn key_names(app: &App, session: &mut Session, entries: &[Row]) -> Result<HashMap<String, String>, StoreError> {
    let mut names = HashMap::new();
    for hash in entries.iter().filter_map(|entry| entry.text("changed_by_api_key")).filter(|hash| !hash.is_empty()) {
        if names.contains_key(hash) {
            continue;
        }
        let name = if hash == app.rules().master_key_hash {
            "the master key".to_owned()
        } else {
            let row = session.row(&table::KEYS, &by("token", hash), Lock::No).await?;
            let name = row.as_ref().and_then(|row| row.text("key_name").filter(|name| !name.is_empty()));
            match name {
                Some(name) => format!("key {name}"),
                None => format!("key {}", sentence::shortened(hash.get(..8).unwrap_or(hash))),
            }
        };
        names.insert(hash.to_owned(), name);
    }
    Ok(names)
}
