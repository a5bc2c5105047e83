//! The frame of a page, what is true of every one, and pages that say that there is none.

use askama::Template;
use axum::extract::rejection::RawFormRejection;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use daybook::ledger::LedgerError;
use daybook::manage::{Detail, Refusal, Why};
use daybook::query::Rejected;
use daybook::store::StoreError;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::sending::unreadable;

/// Nothing from anywhere but here, and nothing in the page itself.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; \
                      form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// What stays as it is in a part of a path or of a query.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~').remove(b':');

/// A text as a part of a path or a value of a query.
pub fn encode(text: &str) -> String {
    utf8_percent_encode(text, PLAIN).to_string()
}

/// A page of a template. None is kept by a browser or a proxy: it shows what its reader may see.
pub fn render(template: &impl Template) -> Response {
    render_as(StatusCode::OK, template)
}

/// A form that did not let its sender in.
pub fn render_refused(template: &impl Template) -> Response {
    render_as(StatusCode::UNAUTHORIZED, template)
}

/// A form that could not be read, under the status of the reason.
pub fn render_rejected(rejection: &RawFormRejection, template: &impl Template) -> Response {
    render_as(rejection.status(), template)
}

fn render_as(status: StatusCode, template: &impl Template) -> Response {
    let html = match template.render() {
        Ok(html) => html,
        Err(error) => {
            tracing::error!(%error, "a page cannot be written");
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        }
    };
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::REFERRER_POLICY, "same-origin"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (status, headers, html).into_response()
}

/// 303 to a page of ours.
pub fn go(address: &str) -> Response {
    match HeaderValue::try_from(address) {
        Ok(location) => (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response(),
        Err(_) => StatusCode::NOT_FOUND.into_response(),
    }
}

/// To the form, and back to an address afterwards.
pub fn sign_in(address: &str) -> Response {
    match address {
        "/ui" | "/ui/" => go("/ui/login"),
        _ => go(&format!("/ui/login?next={}", encode(address))),
    }
}

#[derive(Template)]
#[template(path = "again.html")]
struct Again<'a> {
    address: &'a str,
}

/// The same address once more, by a page of ours: then the browser sends the cookie.
pub fn again(address: &str) -> Response {
    render(&Again { address })
}

/// A page that says what is wrong and what to do about it.
#[derive(Debug)]
pub struct Failure {
    status: StatusCode,
    what: String,
    advice: &'static str,
}

#[derive(Template)]
#[template(path = "failure.html")]
struct FailurePage<'a> {
    what: &'a str,
    advice: &'a str,
}

impl Failure {
    pub fn not_found(what: impl Into<String>) -> Failure {
        let advice = "Look for it in the log, under its name or its id.";
        Failure { status: StatusCode::NOT_FOUND, what: what.into(), advice }
    }

    pub fn internal() -> Failure {
        let what = "Something went wrong here.".to_owned();
        Failure { status: StatusCode::INTERNAL_SERVER_ERROR, what, advice: "Try again in a moment." }
    }

    pub fn refused(what: impl Into<String>, advice: &'static str) -> Failure {
        Failure { status: StatusCode::FORBIDDEN, what: what.into(), advice }
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Failure {
        let what = match &refusal.detail {
            Detail::Text(text) | Detail::Proxy { message: text, .. } => text.clone(),
            Detail::Object(object) => {
                let message = ["error", "message"].iter().find_map(|name| object[*name].as_str());
                message.or_else(|| object["error"]["message"].as_str()).unwrap_or("This is not possible.").to_owned()
            }
        };
        let (status, advice) = match refusal.why {
            Why::Unavailable => {
                (StatusCode::SERVICE_UNAVAILABLE, "Try again in a moment. /health/readiness says how the server is.")
            }
            Why::NotFound => (StatusCode::NOT_FOUND, "Look for it in the log, under its name or its id."),
            Why::Invalid => (StatusCode::BAD_REQUEST, "Go back and ask for something else."),
            _ => (
                StatusCode::FORBIDDEN,
                "The log is for the master key, for keys of admins and admin viewers, and for those who administer a team or an \
                 organization. Sign out, and in with another key.",
            ),
        };
        if let Some(cause) = &refusal.cause {
            let cause: &(dyn std::error::Error + 'static) = cause;
            tracing::error!(error = cause, "a page cannot be shown");
        }
        Failure { status, what, advice }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Failure {
        Failure::from(unreadable(error))
    }
}

impl From<Rejected> for Failure {
    fn from(rejected: Rejected) -> Failure {
        let what = match rejected {
            Rejected::Form(items) => {
                items.iter().map(|item| format!("{}: {}", item.parameter, item.message)).collect::<Vec<_>>().join("; ")
            }
            Rejected::Meaning(message) => message,
        };
        Failure { status: StatusCode::BAD_REQUEST, what, advice: "Change the filter, or take it away." }
    }
}

impl From<LedgerError> for Failure {
    fn from(error: LedgerError) -> Failure {
        match error {
            LedgerError::Store(error) => error.into(),
            other => Failure {
                status: StatusCode::SERVICE_UNAVAILABLE,
                what: other.to_string(),
                advice: "`daybook doctor` on the server says what to do.",
            },
        }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        render_as(self.status, &FailurePage { what: &self.what, advice: self.advice })
    }
}

impl From<Failure> for Response {
    fn from(failure: Failure) -> Response {
        failure.into_response()
    }
}
