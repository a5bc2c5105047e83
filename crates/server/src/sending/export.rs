//! Everything that a filter finds, oldest first, as CSV or JSON lines; read and sent a batch at a time.

use axum::body::Body;
use axum::http::{HeaderName, header};
use axum::response::{IntoResponse as _, Response};
use daybook::model::question::{Column, Direction, Filter, Page, Question, Sort};
use daybook::model::row::{Row, RowExt as _};
use daybook::query;
use daybook::store::StoreError;
use futures_util::stream;
use serde_json::Value;

use crate::app::App;

/// Entries that are read at once.
const BATCH: i64 = 500;

/// How many entries the export has.
pub const TOTAL: HeaderName = HeaderName::from_static("x-total-count");

/// What is said to whoever asks for another format.
pub const NO_FORMAT: &str = "format must be csv or jsonl";

/// How entries are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Csv,
    JsonLines,
}

impl Format {
    /// JSON lines when nothing is said; `None` of any other word.
    pub fn parse(text: Option<&str>) -> Option<Format> {
        match text.filter(|text| !text.is_empty()) {
            Some("csv") => Some(Format::Csv),
            None | Some("jsonl") => Some(Format::JsonLines),
            Some(_) => None,
        }
    }

    fn begin(self) -> String {
        match self {
            Format::JsonLines => String::new(),
            Format::Csv => {
                let names: Vec<&str> = Column::ALL.into_iter().map(Column::as_str).collect();
                format!("{}\r\n", names.join(","))
            }
        }
    }

    fn write(self, entry: &Row, text: &mut String) {
        match self {
            Format::JsonLines => {
                text.push_str(&Value::Object(entry.clone()).to_string());
                text.push('\n');
            }
            Format::Csv => {
                for (index, column) in Column::ALL.into_iter().enumerate() {
                    if index > 0 {
                        text.push(',');
                    }
                    cell(&entry.value(column.as_str()), text);
                }
                text.push_str("\r\n");
            }
        }
    }
}

/// RFC 4180. A text that a spreadsheet would take for a formula gets an apostrophe in front.
fn cell(value: &Value, text: &mut String) {
    let plain = match value {
        Value::Null => return,
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let formula = plain.starts_with(['=', '+', '-', '@', '\t', '\r']);
    text.push('"');
    if formula {
        text.push('\'');
    }
    text.push_str(&plain.replace('"', "\"\""));
    text.push('"');
}

/// The entries of a filter that there are now.
pub async fn export(app: App, filter: Filter, format: Format) -> Result<Response, StoreError> {
    let now = app.store().clock().now();
    let filter = Filter { until: Some(filter.until.map_or(now, |until| until.min(now))), ..filter };
    let first = batch(&app, &filter, 1).await?;
    let total = first.total;
    struct At {
        app: App,
        filter: Filter,
        page: i64,
        total: i64,
        ready: Option<query::Answer>,
        format: Format,
    }
    let start = At { app, filter, page: 1, total, ready: Some(first), format };
    let chunks = stream::try_unfold(start, async |mut at: At| {
        let answer = match at.ready.take() {
            Some(answer) => answer,
            None if (at.page - 1) * BATCH >= at.total => return Ok(None),
            // Broken off, so that nobody takes the half for the whole.
            None => batch(&at.app, &at.filter, at.page).await.map_err(std::io::Error::other)?,
        };
        let mut text = if at.page == 1 { at.format.begin() } else { String::new() };
        // What has come since is beyond the total that was said.
        let left = usize::try_from(at.total - (at.page - 1) * BATCH).unwrap_or(0);
        answer.entries.iter().take(left).for_each(|entry| at.format.write(entry, &mut text));
        at.page += 1;
        Ok::<_, std::io::Error>(Some((text, at)))
    });
    let (kind, ending) = match format {
        Format::Csv => ("text/csv; charset=utf-8", "csv"),
        Format::JsonLines => ("application/x-ndjson", "jsonl"),
    };
    let headers = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"audit-log.{ending}\"")),
        (header::CACHE_CONTROL, "no-store".to_owned()),
        (TOTAL, total.to_string()),
    ];
    Ok((headers, Body::from_stream(chunks)).into_response())
}

async fn batch(app: &App, filter: &Filter, page: i64) -> Result<query::Answer, StoreError> {
    let session = app.store().read().await?;
    let mut session = query::caught_up(app.store(), session, filter).await?;
    let question = Question {
        filter: filter.clone(),
        sort: Sort { column: Column::UpdatedAt, direction: Direction::Ascending },
        page: Page { number: page, size: BATCH },
    };
    app.audit_log().list(&mut session, &question).await
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_cell_is_quoted_and_no_formula() {
        let write = |value: Value| {
            let mut text = String::new();
            cell(&value, &mut text);
            text
        };
        assert_eq!(write(Value::Null), "");
        assert_eq!(write(json!("a \"b\",\nc")), "\"a \"\"b\"\",\nc\"");
        assert_eq!(write(json!({"a": 1})), "\"{\"\"a\"\":1}\"");
        assert_eq!(write(json!("=1+1")), "\"'=1+1\"");
        assert_eq!(write(json!("-2")), "\"'-2\"");
    }
}
