//! The only file with status codes: every refusal becomes one of LiteLLM's envelopes here.
//!
//! | envelope | body |
//! |---|---|
//! | detail | `{"detail": <string or object>}` |
//! | error | `{"error": {"message", "type", "param", "code"}}` |
//! | validation | `{"detail": [{"type", "loc", "msg"}]}` |
//! | internal | `{"error": {"message", "type"}}` |
//!
//! Routes under `/management/v1` answer with problem documents (RFC 9457) instead.
//!
//! A response can only reach what a [`Refusal`] says to the outside. Its cause is logged here, once, and goes nowhere else.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use daybook::manage::{Detail, Refusal, Why};
use daybook::store::StoreError;
use serde_json::{Value, json};

use crate::wire::{Problem, problems_to_json, python};

/// Why a request is not answered with what it asked for.
#[derive(Debug)]
pub enum ApiError {
    /// A refusal in the detail envelope (endpoints that do not wrap).
    Plain(Refusal),
    /// A refusal in the error envelope (endpoints that wrap): an object's Python repr becomes the message.
    Wrapped(Refusal),
    /// 422: the request does not have the form that the endpoint declares.
    Validation(Vec<Problem>),
    /// A problem document.
    Document(Box<Document>),
    /// 413.
    BodyTooLarge {
        limit: usize,
    },
    /// 408: the body did not arrive in time, or broke off.
    BodyNotReceived,
    /// 400: a body that is JSON, but not an object.
    NotAnObject,
    NotFound,
    MethodNotAllowed,
    /// A handler failed in a way that nobody foresaw.
    Internal,
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> ApiError {
        ApiError::Plain(refusal)
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> ApiError {
        ApiError::Plain(error.into())
    }
}

impl From<Vec<Problem>> for ApiError {
    fn from(problems: Vec<Problem>) -> ApiError {
        ApiError::Validation(problems)
    }
}

/// What a problem document says.
#[derive(Debug)]
pub struct Document {
    why: Why,
    /// The end of its `type`.
    slug: &'static str,
    title: &'static str,
    detail: String,
    /// What would have been understood.
    allowed: Option<Vec<String>>,
    cause: Option<StoreError>,
}

impl Document {
    /// Something that the query string says and that is not understood.
    pub fn query(slug: &'static str, title: &'static str, detail: impl Into<String>) -> Document {
        Document { why: Why::Invalid, slug, title, detail: detail.into(), allowed: None, cause: None }
    }

    pub fn allowing<'a>(mut self, names: impl IntoIterator<Item = &'a str>) -> Document {
        let mut names: Vec<String> = names.into_iter().map(str::to_owned).collect();
        names.sort();
        self.allowed = Some(names);
        self
    }

    /// A body that does not have the form that the endpoint declares.
    pub fn body(problems: &[Problem]) -> Document {
        let shown: Vec<String> = problems.iter().map(Problem::in_words).collect();
        Document {
            why: Why::Unprocessable,
            slug: "invalid-request-body",
            title: "Invalid request body",
            detail: shown.join("; "),
            allowed: None,
            cause: None,
        }
    }

    /// A refusal; `missing` is the noun of what the path names.
    pub fn refused(refusal: Refusal, missing: Missing) -> Document {
        let (slug, title) = match (refusal.why, missing) {
            (Why::NotFound, Missing::Team) => ("team-not-found", "Team not found"),
            (Why::NotFound, Missing::User) => ("user-not-found", "User not found"),
            (Why::Unauthorized, _) => ("unauthorized", "Unauthorized"),
            (Why::Forbidden, _) => ("forbidden", "Forbidden"),
            (Why::Conflict, _) => ("conflict", "Conflict"),
            (Why::Invalid | Why::Unprocessable, _) => ("invalid-request-body", "Invalid request body"),
            (Why::Unavailable, _) => ("database-not-connected", "Database not connected"),
            (Why::Internal, _) => ("internal-server-error", "Internal server error"),
        };
        Document { why: refusal.why, slug, title, detail: refusal.reason(), allowed: None, cause: refusal.cause }
    }
}

/// What is not there when a route under `/management/v1` answers 404.
#[derive(Clone, Copy, Debug)]
pub enum Missing {
    Team,
    User,
}

impl From<Document> for ApiError {
    fn from(document: Document) -> ApiError {
        ApiError::Document(Box::new(document))
    }
}

/// For a body that is no JSON: the form of the answer goes by the path.
pub fn malformed(path: &str, problems: Vec<Problem>) -> ApiError {
    if path.starts_with("/management/v1") { Document::body(&problems).into() } else { problems.into() }
}

/// For endpoints that wrap: `manage::keys::generate(...).await.map_err(wrapped)?`.
pub fn wrapped(error: impl Into<Refusal>) -> ApiError {
    ApiError::Wrapped(error.into())
}

fn status(why: Why) -> StatusCode {
    match why {
        Why::Invalid => StatusCode::BAD_REQUEST,
        Why::Unauthorized => StatusCode::UNAUTHORIZED,
        Why::Forbidden => StatusCode::FORBIDDEN,
        Why::NotFound => StatusCode::NOT_FOUND,
        Why::Conflict => StatusCode::CONFLICT,
        Why::Unprocessable => StatusCode::UNPROCESSABLE_ENTITY,
        Why::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        Why::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// The `type` that LiteLLM gives a plain HTTP error when it wraps it.
fn kind(status: StatusCode) -> &'static str {
    match status.as_u16() {
        401 | 403 => "auth_error",
        429 => "rate_limit_error",
        500.. => "internal_server_error",
        _ => "invalid_request_error",
    }
}

fn error_body(message: &str, kind: &str, param: Option<&str>, status: StatusCode) -> Value {
    json!({"error": {"message": message, "type": kind, "param": param, "code": status.as_str()}})
}

fn refusal_parts(refusal: &Refusal, wrap: bool) -> (StatusCode, Value) {
    let status = status(refusal.why);
    if let Some(cause) = &refusal.cause {
        log(cause, status);
    }
    let body = match (&refusal.detail, wrap) {
        (Detail::Proxy { message, kind, param }, _) => error_body(message, kind, param.as_deref(), status),
        (Detail::Text(text), false) => json!({ "detail": text }),
        (Detail::Object(value), false) => json!({ "detail": value }),
        (Detail::Text(text), true) => error_body(text, kind(status), None, status),
        (Detail::Object(value), true) => error_body(&python::repr(value), kind(status), None, status),
    };
    (status, body)
}

fn document_parts(document: &Document) -> (StatusCode, Value) {
    let status = status(document.why);
    if let Some(cause) = &document.cause {
        log(cause, status);
    }
    let mut body = json!({
        "type": format!("urn:litellm:error:{}", document.slug),
        "title": document.title,
        "status": status.as_u16(),
        "detail": document.detail,
    });
    if let Some(allowed) = &document.allowed {
        body["allowed"] = json!(allowed);
    }
    (status, body)
}

fn log(cause: &StoreError, status: StatusCode) {
    let cause: &(dyn std::error::Error + 'static) = cause;
    if status.is_server_error() {
        tracing::error!(error = cause, "a request failed");
    } else {
        tracing::debug!(error = cause, "a request was refused");
    }
}

impl ApiError {
    fn parts(&self) -> (StatusCode, Value) {
        match self {
            ApiError::Document(document) => document_parts(document),
            ApiError::Plain(refusal) => refusal_parts(refusal, false),
            ApiError::Wrapped(refusal) => refusal_parts(refusal, true),
            ApiError::Validation(problems) => (StatusCode::UNPROCESSABLE_ENTITY, problems_to_json(problems)),
            ApiError::BodyTooLarge { limit } => {
                let status = StatusCode::PAYLOAD_TOO_LARGE;
                let message = format!("The request body is larger than {limit} bytes.");
                (status, error_body(&message, kind(status), Some("request_body"), status))
            }
            ApiError::BodyNotReceived => {
                let status = StatusCode::REQUEST_TIMEOUT;
                let message = "The request body did not arrive in time.";
                (status, error_body(message, kind(status), Some("request_body"), status))
            }
            ApiError::NotAnObject => {
                let status = StatusCode::BAD_REQUEST;
                let message = "Invalid JSON payload: expected an object";
                (status, error_body(message, kind(status), Some("request_body"), status))
            }
            ApiError::NotFound => (StatusCode::NOT_FOUND, json!({"detail": "Not Found"})),
            ApiError::MethodNotAllowed => (StatusCode::METHOD_NOT_ALLOWED, json!({"detail": "Method Not Allowed"})),
            ApiError::Internal => (
                StatusCode::INTERNAL_SERVER_ERROR,
                json!({"error": {"message": "Internal server error", "type": "internal_server_error"}}),
            ),
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let (status, body) = self.parts();
        let kind = match self {
            ApiError::Document(_) => "application/problem+json",
            _ => "application/json",
        };
        (status, [(header::CONTENT_TYPE, kind)], body.to_string()).into_response()
    }
}

/// 307 to the same path without its trailing slash.
pub fn redirect(location: &str) -> Response {
    (StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, location.to_owned())]).into_response()
}

/// 405 without a body, for HEAD.
pub fn head_not_allowed() -> Response {
    StatusCode::METHOD_NOT_ALLOWED.into_response()
}

/// 503 with a JSON body, for a readiness probe that fails.
pub fn not_ready(body: &Value) -> Response {
    (StatusCode::SERVICE_UNAVAILABLE, [(header::CONTENT_TYPE, "application/json")], body.to_string()).into_response()
}
