//! Entries as they come, as server-sent events.
//!
//! An event's id is the entry's sequence number: a client that was cut off sends the last one it has seen, and misses nothing. A
//! stream ends after some minutes, so that whoever follows shows again that they may.

use std::convert::Infallible;
use std::time::Duration;

use axum::http::header;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response};
use daybook::model::question::Filter;
use daybook::model::row::Row;
use daybook::query::{self, Cursor};
use daybook::store::{Session, StoreError, find_head};
use futures_util::stream;
use serde_json::Value;
use tokio::time::Instant;

use crate::app::App;

/// How often is looked for new entries.
const LOOK: Duration = Duration::from_millis(500);

/// How long a stream lasts.
const LIFETIME: Duration = Duration::from_secs(5 * 60);

/// Entries that are read at once.
const MOST: i64 = 100;

/// How a stream writes its entries.
pub trait Written: Send + Sync + 'static {
    /// The data of an event for each of these entries, with their sequence numbers. The session is the one that they were read in.
    fn write(
        &self,
        session: &mut Session,
        entries: Vec<(i64, Row)>,
    ) -> impl Future<Output = Result<Vec<(i64, String)>, StoreError>> + Send;
}

/// The rows of `GET /audit`, each with its sequence number.
#[derive(Clone, Copy, Debug)]
pub struct Rows;

impl Written for Rows {
    async fn write(&self, _: &mut Session, entries: Vec<(i64, Row)>) -> Result<Vec<(i64, String)>, StoreError> {
        let written = |(seq, mut row): (i64, Row)| {
            row.insert("seq".to_owned(), seq.into());
            (seq, Value::Object(row).to_string())
        };
        Ok(entries.into_iter().map(written).collect())
    }
}

/// The stream of a filter, from the entry after a sequence number on, or from the end of the log.
pub async fn events(
    app: App,
    filter: Filter,
    after: Option<i64>,
    written: impl Written,
) -> Result<Response, StoreError> {
    let filter = Filter { after_seq: None, ..filter };
    let from = match after {
        Some(seq) => seq.saturating_add(1).max(0),
        None => {
            let mut session = app.store().read().await?;
            let head = find_head(&mut session).await?;
            head.map_or(0, |head| i64::try_from(head.size).unwrap_or(i64::MAX))
        }
    };
    struct At<W> {
        app: App,
        filter: Filter,
        from: i64,
        end: Instant,
        written: W,
    }
    let start = At { app, filter, from, end: Instant::now() + LIFETIME, written };
    let batches = stream::unfold(start, async |mut at| {
        while Instant::now() < at.end {
            match next(&at.app, &at.filter, at.from, &at.written).await {
                Ok((next, entries)) => {
                    at.from = next;
                    if !entries.is_empty() {
                        let event = |(seq, data): (i64, String)| {
                            Ok::<Event, Infallible>(Event::default().id(seq.to_string()).event("entry").data(data))
                        };
                        let events: Vec<_> = entries.into_iter().map(event).collect();
                        return Some((stream::iter(events), at));
                    }
                }
                Err(error) => {
                    tracing::debug!(error = &error as &dyn std::error::Error, "a stream of entries has to wait");
                }
            }
            tokio::select! {
                () = tokio::time::sleep(LOOK) => {}
                () = at.app.streams_end() => return None,
            }
        }
        None
    });
    let events = futures_util::StreamExt::flatten(batches);
    let mut response = Sse::new(events).keep_alive(KeepAlive::new().interval(Duration::from_secs(15))).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, header::HeaderValue::from_static("no-store"));
    Ok(response)
}

/// What has come since, written, and where to go on.
async fn next(
    app: &App,
    filter: &Filter,
    from: i64,
    written: &impl Written,
) -> Result<(i64, Vec<(i64, String)>), StoreError> {
    let session = app.store().read().await?;
    let mut session = query::caught_up(app.store(), session, filter).await?;
    let polled = app.audit_log().poll(&mut session, filter, Cursor::At(from), MOST).await?;
    // A cursor past the end is of a log that went back: it is waited for.
    let Some(polled) = polled else { return Ok((from, Vec::new())) };
    let entries = match polled.entries.is_empty() {
        true => Vec::new(),
        false => written.write(&mut session, polled.entries).await?,
    };
    Ok((polled.next, entries))
}
