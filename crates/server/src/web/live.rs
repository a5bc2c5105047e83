//! `/ui/live`: entries as they come; and the stream behind it.

use askama::Template;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use daybook::model::row::Row;
use daybook::query;
use serde_json::{Value, json};

use super::log::{Address, changed_fields, parameters, readable};
use super::page::{self, Failure, encode};
use super::sentence::{self, By};
use super::session::Reader;
use crate::app::App;
use crate::sending::events::events;

#[derive(Template)]
#[template(path = "live.html")]
struct Page {
    stream: String,
    log: String,
}

pub async fn handle(reader: Reader) -> Response {
    let address = Address::of(&reader);
    page::render(&Page { stream: address.at("/ui/stream"), log: address.at("/ui") })
}

pub async fn stream(State(app): State<App>, headers: HeaderMap, reader: Reader) -> Result<Response, Failure> {
    let pairs = parameters(&reader, app.store().clock().now());
    let pairs: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let mut filter = query::parse(pairs, &app.rules().master_key_hash)?.filter;
    drop(readable(&app, &reader, &mut filter).await?);
    let last = headers.get("last-event-id").and_then(|id| id.to_str().ok()).and_then(|id| id.parse().ok());
    let after = last.or(filter.after_seq);
    Ok(events(app, filter, after, shown).await?)
}

/// An entry as the page draws it: its address, its time and the pieces of its sentence.
fn shown(seq: i64, row: Value) -> String {
    let entry: Row = row.as_object().cloned().unwrap_or_default();
    let text = |name: &str| row[name].as_str().unwrap_or_default();
    let changed = changed_fields(&entry, None);
    let pieces = sentence::of(&entry, &changed, &By::default());
    let pieces: Vec<Value> = pieces.iter().map(|piece| json!([piece.kind.class(), piece.text])).collect();
    json!({
        "seq": seq,
        "address": format!("/ui/entries/{}", encode(text("id"))),
        "at": text("updated_at"),
        "pieces": pieces,
    })
    .to_string()
}
