//! An answer: a JSON value and, for a change, the receipt of what it put on the record.

use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use daybook::store::{Receipt, Recorded};
use serde_json::Value;

/// The audit id of the first entry that a change left.
pub const AUDIT_ID: HeaderName = HeaderName::from_static("x-daybook-audit-id");
/// Its sequence number. Several entries of one change have consecutive numbers.
pub const AUDIT_SEQ: HeaderName = HeaderName::from_static("x-daybook-audit-seq");
/// How many entries the change left.
pub const AUDIT_COUNT: HeaderName = HeaderName::from_static("x-daybook-audit-count");

/// 200 with a JSON body.
#[derive(Debug)]
pub struct Reply {
    pub body: Value,
    receipts: Vec<Receipt>,
}

impl Reply {
    /// The answer to a question.
    pub fn json(body: impl Into<Value>) -> Reply {
        Reply { body: body.into(), receipts: Vec::new() }
    }

    /// The answer to a change; `shape` makes the body of what the change gave.
    pub fn recorded<T>(recorded: Recorded<T>, shape: impl FnOnce(T) -> Value) -> Reply {
        Reply { body: shape(recorded.value), receipts: recorded.receipts }
    }

    /// The answer to a request that made several changes of its own, each with its receipts.
    pub fn with_receipts(body: Value, receipts: Vec<Receipt>) -> Reply {
        Reply { body, receipts }
    }
}

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        let mut response = ([(header::CONTENT_TYPE, "application/json")], self.body.to_string()).into_response();
        if let Some(first) = self.receipts.first() {
            let headers = response.headers_mut();
            if let Ok(id) = HeaderValue::from_str(&first.audit_id) {
                headers.insert(AUDIT_ID, id);
            }
            headers.insert(AUDIT_SEQ, HeaderValue::from(first.seq));
            headers.insert(AUDIT_COUNT, HeaderValue::from(self.receipts.len()));
        }
        response
    }
}
