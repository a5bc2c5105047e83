//! An answer: a JSON value and, for a change, the receipt of what it put on the record.

use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use daybook::store::{Receipt, Recorded};
use serde_json::Value;

use crate::app::App;

/// The audit id of the first entry that a change left.
pub const AUDIT_ID: HeaderName = HeaderName::from_static("x-daybook-audit-id");
/// Its sequence number. Several entries of one change have consecutive numbers.
pub const AUDIT_SEQ: HeaderName = HeaderName::from_static("x-daybook-audit-seq");
/// How many entries the change left.
pub const AUDIT_COUNT: HeaderName = HeaderName::from_static("x-daybook-audit-count");

/// The newest signed checkpoint of the log, its note in base64.
pub const CHECKPOINT: HeaderName = HeaderName::from_static("x-daybook-checkpoint");

/// 200 with a JSON body.
#[derive(Debug)]
pub struct Reply {
    pub body: Value,
    receipts: Vec<Receipt>,
    checkpoint: Option<String>,
}

impl Reply {
    /// The answer to a question.
    pub fn json(body: impl Into<Value>) -> Reply {
        Reply { body: body.into(), receipts: Vec::new(), checkpoint: None }
    }

    /// The answer to a change; `shape` makes the body of what the change gave.
    pub fn recorded<T>(recorded: Recorded<T>, shape: impl FnOnce(T) -> Value) -> Reply {
        Reply { body: shape(recorded.value), receipts: recorded.receipts, checkpoint: None }
    }

    /// With the newest checkpoint of the log in a header: whoever keeps answers keeps the log honest.
    pub fn newest_checkpoint(mut self, app: &App) -> Reply {
        self.checkpoint = app.signer().newest().map(|signed| STANDARD.encode(signed.checkpoint.to_string()));
        self
    }

    /// The answer to a request that made several changes of its own, each with its receipts.
    pub fn with_receipts(body: Value, receipts: Vec<Receipt>) -> Reply {
        Reply { body, receipts, checkpoint: None }
    }
}

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        let mut response = ([(header::CONTENT_TYPE, "application/json")], self.body.to_string()).into_response();
        if let Some(Ok(note)) = self.checkpoint.map(HeaderValue::try_from) {
            response.headers_mut().insert(CHECKPOINT, note);
        }
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
