//! `/ui/live`: entries as they come; and the stream behind it.

use askama::Template;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use daybook::model::row::Row;
use daybook::store::{Session, StoreError};
use serde_json::{Value, json};

use super::filter::{Address, asked, question};
use super::log::{Line, lines};
use super::page::{self, Failure};
use super::session::Reader;
use crate::app::App;
use crate::sending::events::{Written, events};

#[derive(Template)]
#[template(path = "live.html")]
struct Page {
    stream: String,
    log: String,
}

pub async fn handle(State(app): State<App>, reader: Reader) -> Result<Response, Failure> {
    // What the stream would not understand is said here, where somebody reads it.
    question(&app, &reader)?;
    let address = Address::of(&reader);
    Ok(page::render(&Page { stream: address.at("/ui/stream"), log: address.at("/ui") }))
}

pub async fn stream(State(app): State<App>, headers: HeaderMap, reader: Reader) -> Result<Response, Failure> {
    let (question, session) = asked(&app, &reader).await?;
    drop(session);
    let last = headers.get("last-event-id").and_then(|id| id.to_str().ok()).and_then(|id| id.parse().ok());
    let after = last.or(question.filter.after_seq);
    let sentences = Sentences { app: app.clone(), reader };
    Ok(events(app, question.filter, after, sentences).await?)
}

/// Entries as the page draws them: the log's own lines.
struct Sentences {
    app: App,
    reader: Reader,
}

impl Written for Sentences {
    async fn write(&self, session: &mut Session, entries: Vec<(i64, Row)>) -> Result<Vec<(i64, String)>, StoreError> {
        let (seqs, rows): (Vec<i64>, Vec<Row>) = entries.into_iter().unzip();
        let lines = lines(&self.app, &self.reader, session, &rows).await?;
        Ok(seqs.into_iter().zip(lines).map(|(seq, line)| (seq, drawn(seq, &line))).collect())
    }
}

/// A line for the page's script: its address, its time and the pieces of its sentence.
fn drawn(seq: i64, line: &Line) -> String {
    let pieces: Vec<Value> = line.pieces.iter().map(|piece| json!([piece.kind.class(), piece.text])).collect();
    json!({
        "seq": seq,
        "address": format!("/ui/entries/{}", line.id),
        "at": line.at,
        "pieces": pieces,
    })
    .to_string()
}
