//! Requests to anchors.

use std::time::Duration;

use ureq::http;

use super::{Failure, apart};

/// The longest answer that is read.
const LONGEST: u64 = 64 * 1024;

/// Calls over HTTP.
#[derive(Clone, Debug)]
pub struct Http(ureq::Agent);

pub(super) struct Request {
    pub method: &'static str,
    pub url: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

pub(super) struct Answer {
    pub status: u16,
    pub content_type: String,
    pub body: String,
}

impl Http {
    /// A request may take this long, from the look-up of the name to the last byte of the answer.
    pub fn new(timeout: Duration) -> Http {
        let config = ureq::Agent::config_builder()
            .timeout_global(Some(timeout))
            .http_status_as_error(false)
            // A redirect would take secrets to somebody else.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .user_agent(concat!("daybook/", env!("CARGO_PKG_VERSION")))
            .build();
        Http(config.into())
    }

    pub(super) async fn send(&self, request: Request) -> Result<Answer, Failure> {
        let agent = self.0.clone();
        apart(move || call(&agent, request)).await
    }
}

impl Answer {
    /// Any answer in the two hundreds.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

fn call(agent: &ureq::Agent, request: Request) -> Result<Answer, Failure> {
    let mut built = http::Request::builder().method(request.method).uri(request.url);
    for (name, value) in request.headers {
        built = built.header(name, value);
    }
    let built = built.body(request.body).map_err(|_| Failure::failed("the URL or a header cannot be sent"))?;
    let mut answer = agent.run(built).map_err(|error| failed(&error))?;
    let content_type = answer.headers().get("content-type").and_then(|value| value.to_str().ok());
    let content_type = content_type.unwrap_or_default().to_owned();
    let status = answer.status().as_u16();
    let body = answer.body_mut().with_config().limit(LONGEST).lossy_utf8(true).read_to_string();
    Ok(Answer { status, content_type, body: body.map_err(|error| failed(&error))? })
}

/// In words of our own where the library's could show the URL.
fn failed(error: &ureq::Error) -> Failure {
    Failure::Failed(match error {
        ureq::Error::Timeout(_) => "no answer in time".to_owned(),
        ureq::Error::HostNotFound => "the host is not known".to_owned(),
        ureq::Error::Io(error) => format!("no connection: {error}"),
        ureq::Error::Rustls(error) => format!("TLS: {error}"),
        ureq::Error::ConnectProxyFailed(_) => "the proxy refused".to_owned(),
        ureq::Error::BodyExceedsLimit(_) => "the answer is too long".to_owned(),
        _ => "the request failed".to_owned(),
    })
}
