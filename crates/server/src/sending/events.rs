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
use daybook::query::{self, Cursor};
use daybook::store::{StoreError, find_head};
use futures_util::stream;
use tokio::time::Instant;

use crate::app::App;

/// How often is looked for new entries.
const LOOK: Duration = Duration::from_millis(500);

/// How long a stream lasts.
const LIFETIME: Duration = Duration::from_secs(5 * 60);

/// Entries that are read at once.
const MOST: i64 = 100;

/// The stream of a filter, from the entry after a sequence number on, or from the end of the log. `shown` makes an event's data.
pub async fn events(
    app: App,
    filter: Filter,
    after: Option<i64>,
    shown: impl Fn(i64, serde_json::Value) -> String + Send + Sync + 'static,
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
    struct At<F> {
        app: App,
        filter: Filter,
        from: i64,
        end: Instant,
        shown: F,
    }
    let start = At { app, filter, from, end: Instant::now() + LIFETIME, shown };
    let batches = stream::unfold(start, async |mut at| {
        while Instant::now() < at.end {
            match next(&at.app, &at.filter, at.from).await {
                Ok(polled) => {
                    at.from = polled.next;
                    if !polled.entries.is_empty() {
                        let event = |(seq, row): (i64, daybook::model::row::Row)| {
                            let mut row = row;
                            row.insert("seq".to_owned(), seq.into());
                            let data = (at.shown)(seq, serde_json::Value::Object(row));
                            Ok::<Event, Infallible>(Event::default().id(seq.to_string()).event("entry").data(data))
                        };
                        let events: Vec<_> = polled.entries.into_iter().map(event).collect();
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

async fn next(app: &App, filter: &Filter, from: i64) -> Result<query::Polled, StoreError> {
    let session = app.store().read().await?;
    let mut session = query::caught_up(app.store(), session, filter).await?;
    let polled = app.audit_log().poll(&mut session, filter, Cursor::At(from), MOST).await?;
    // A cursor past the end is of a log that went back: it is waited for.
    Ok(polled.unwrap_or(query::Polled { entries: Vec::new(), next: from, complete_through: from, has_more: false }))
}
