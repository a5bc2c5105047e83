//! Why a request is refused, in LiteLLM's words. `server/src/api/error.rs` gives each its status code and envelope.

use serde_json::{Value, json};

use crate::store::StoreError;

/// The kind of refusal; the HTTP layer maps each to one status code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    Invalid,
    Unauthorized,
    Forbidden,
    NotFound,
    Conflict,
    Unprocessable,
    Unavailable,
    Internal,
}

/// What LiteLLM says.
#[derive(Clone, Debug, PartialEq)]
pub enum Detail {
    /// A plain string.
    Text(String),
    /// An object, most often `{"error": text}`; endpoints that wrap show its Python repr.
    Object(Value),
    /// LiteLLM's ProxyException: its own type and param, the same envelope from every endpoint.
    Proxy { message: String, kind: String, param: Option<String> },
}

/// A request that is not carried out.
#[derive(Debug, thiserror::Error)]
#[error("{why:?}: {detail:?}")]
pub struct Refusal {
    pub why: Why,
    pub detail: Detail,
    #[source]
    pub cause: Option<StoreError>,
}

impl Refusal {
    pub fn text(why: Why, message: impl Into<String>) -> Refusal {
        Refusal { why, detail: Detail::Text(message.into()), cause: None }
    }

    /// `{"error": message}`.
    pub fn error(why: Why, message: impl Into<String>) -> Refusal {
        Refusal { why, detail: Detail::Object(json!({ "error": message.into() })), cause: None }
    }

    /// `{"message": message}`.
    pub fn message(why: Why, message: impl Into<String>) -> Refusal {
        Refusal { why, detail: Detail::Object(json!({ "message": message.into() })), cause: None }
    }

    /// A ProxyException.
    pub fn proxy(why: Why, kind: &str, param: Option<&str>, message: impl Into<String>) -> Refusal {
        let detail = Detail::Proxy { message: message.into(), kind: kind.to_owned(), param: param.map(str::to_owned) };
        Refusal { why, detail, cause: None }
    }

    /// The text that a list of partial failures shows (`failed_reason`, `error`).
    pub fn reason(&self) -> String {
        match &self.detail {
            Detail::Text(text) => text.clone(),
            Detail::Proxy { message, .. } => message.clone(),
            Detail::Object(value) => {
                let member = value.get("error").or_else(|| value.get("message"));
                member.and_then(Value::as_str).map_or_else(|| value.to_string(), str::to_owned)
            }
        }
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Refusal {
        let (why, kind, message) = match &error {
            StoreError::Unavailable { message, .. } => {
                (Why::Unavailable, "no_db_connection", format!("The request was not carried out: {message}."))
            }
            StoreError::Contention(_) => (
                Why::Unavailable,
                "no_db_connection",
                "The request was not carried out: too many changes at once.".to_owned(),
            ),
            StoreError::Corrupt(_) | StoreError::NewerSchema { .. } => (
                Why::Unavailable,
                "audit_log_unavailable",
                "The request was not carried out: it could not be recorded in the audit log.".to_owned(),
            ),
            StoreError::Uncertain(_) => (
                Why::Unavailable,
                "no_db_connection",
                "The database was lost during the commit: the change may have been made. Look before trying again."
                    .to_owned(),
            ),
            StoreError::Unrecordable(text) => {
                (Why::Invalid, "bad_request_error", format!("The change cannot be recorded exactly: {text}"))
            }
            StoreError::TooMuch(text) => return Refusal::error(Why::Invalid, text.clone()),
            StoreError::NoSealingKey => (
                Why::Invalid,
                "bad_request_error",
                "Nothing was stored: there is no key to encrypt it with. Set LITELLM_SALT_KEY, or a master key of your \
                 own."
                .to_owned(),
            ),
            StoreError::Duplicate(_) => {
                (Why::Conflict, "bad_request_error", "A row with this value exists already.".to_owned())
            }
            StoreError::Reference(_) => (
                Why::Invalid,
                "bad_request_error",
                "A row that this one refers to does not exist, or another row still refers to it.".to_owned(),
            ),
            StoreError::Value(_) => (Why::Invalid, "bad_request_error", "A value does not fit its column.".to_owned()),
            StoreError::Statement(_) => (
                Why::Unavailable,
                "audit_log_unavailable",
                "The request was not carried out: the database refused it.".to_owned(),
            ),
        };
        Refusal { cause: Some(error), ..Refusal::proxy(why, kind, None, message) }
    }
}
