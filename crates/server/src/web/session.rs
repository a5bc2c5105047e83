//! Who is signed in: a cookie that names the hash of a key and when it ends, under a code that only this installation can make.
//!
//! The key itself is nowhere in it. Whoever blocks, deletes or replaces the key ends the session with it, because every page
//! looks the hash up again.

use std::time::Duration;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use daybook::manage::access::{self, Asked};
use daybook::manage::{Caller, Refusal, auth};
use daybook::model::random;
use daybook::store::{Store, StoreError};
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::Timestamp;
use sha2::Sha256;

use super::filter;
use super::page::{self, Failure};
use crate::app::App;
use crate::auth::{check_address, client_address};

/// What the cookie is called.
pub const COOKIE: &str = "daybook_session";

/// How long a session lasts.
pub const LIFETIME: Duration = Duration::from_secs(12 * 60 * 60);

/// The path whose permission the pages go by.
pub const AUDIT: &str = "/audit";

/// The key that sessions are signed with: of the installation, so that every replica knows the sessions of the others.
pub async fn signing_key(store: &Store) -> Result<Vec<u8>, StoreError> {
    let made = || {
        let bytes: [u8; 32] = random::random_bytes(store.random());
        URL_SAFE_NO_PAD.encode(bytes)
    };
    Ok(store.setting("session_key", made).await?.into_bytes())
}

fn code(key: &[u8], text: &str) -> Option<Hmac<Sha256>> {
    let mut code = Hmac::<Sha256>::new_from_slice(key).ok()?;
    code.update(b"daybook session\n");
    code.update(text.as_bytes());
    Some(code)
}

/// The cookie's value: the end in seconds since 1970, the hash of the key, the code of both.
fn seal(key: &[u8], hash: &str, end: i64) -> Option<String> {
    let text = format!("{end}.{hash}");
    let code = URL_SAFE_NO_PAD.encode(code(key, &text)?.finalize().into_bytes());
    Some(format!("{text}.{code}"))
}

/// The hash of the key of a session that is ours and has not ended.
fn open<'a>(key: &[u8], value: &'a str, now: Timestamp) -> Option<&'a str> {
    let (text, given) = value.rsplit_once('.')?;
    let given = URL_SAFE_NO_PAD.decode(given).ok()?;
    code(key, text)?.verify_slice(&given).ok()?;
    let (end, hash) = text.split_once('.')?;
    (end.parse::<i64>().ok()? > now.as_second()).then_some(hash)
}

/// The header that begins a session.
pub async fn begin(app: &App, caller: &Caller, headers: &HeaderMap) -> Result<HeaderValue, Failure> {
    let key = signing_key(app.store()).await?;
    let end = app.store().clock().now().as_second() + LIFETIME.as_secs() as i64;
    let value = seal(&key, &caller.principal.key_hash, end).ok_or_else(Failure::internal)?;
    cookie(&value, LIFETIME.as_secs(), headers)
}

/// The header that ends it.
pub fn end(headers: &HeaderMap) -> Result<HeaderValue, Failure> {
    cookie("", 0, headers)
}

fn cookie(value: &str, seconds: u64, headers: &HeaderMap) -> Result<HeaderValue, Failure> {
    // Behind a proxy that speaks TLS; on a plain connection the browser would not send it back.
    let secure = if header_text(headers, "x-forwarded-proto") == Some("https") { "; Secure" } else { "" };
    let text = format!("{COOKIE}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}");
    HeaderValue::try_from(text).map_err(|_| Failure::internal())
}

fn header_text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// The session's value as the browser sends it.
fn presented(headers: &HeaderMap) -> Option<&str> {
    let lines = headers.get_all(header::COOKIE).into_iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(';')).find_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        (name.trim() == COOKIE).then(|| value.trim())
    })
}

/// Whether a form was sent from one of our own pages: the browser says from where, and nobody else can.
pub fn is_own(headers: &HeaderMap) -> bool {
    match (header_text(headers, "sec-fetch-site"), header_text(headers, header::ORIGIN.as_str())) {
        (Some(site), _) => site == "same-origin",
        (None, Some(origin)) => {
            let host = header_text(headers, header::HOST.as_str()).unwrap_or_default();
            origin.split_once("://").is_some_and(|(_, rest)| !host.is_empty() && rest == host)
        }
        (None, None) => false,
    }
}

/// Whether the caller may read the log at all, whatever part of it. `named` are the organizations that the request names.
pub fn may_read(app: &App, caller: &Caller, named: &[String], teams: &[String]) -> Result<(), Refusal> {
    let asked = Asked {
        method: "GET",
        path: AUDIT,
        body: None,
        query: &|name| match name {
            "organization_id" => named.last().cloned(),
            "object_team_id" => teams.last().cloned(),
            _ => None,
        },
        team_organization: None,
    };
    access::authorize(caller, &app.rules(), &asked)
}

/// Somebody who is signed in and may read the log. A page that takes one is for nobody else: others are sent to sign in.
#[derive(Debug)]
pub struct Reader {
    pub caller: Caller,
    /// The query string, decoded.
    pub query: Vec<(String, String)>,
}

impl Reader {
    pub fn last(&self, name: &str) -> Option<&str> {
        let found = self.query.iter().rev().find(|(have, _)| have == name);
        found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }

    pub fn all(&self, name: &str) -> Vec<String> {
        let found = self.query.iter().filter(|(have, value)| have == name && !value.is_empty());
        found.map(|(_, value)| value.clone()).collect()
    }

    /// The organizations whose part of the log is read: those that are named, or all that the reader administers. Nothing to
    /// whoever sees the whole log.
    pub fn organizations(&self) -> Vec<String> {
        let named = self.all("organization_id");
        match named.is_empty() && !access::sees_whole_log(&self.caller, AUDIT) {
            true => self.caller.administered_organizations().into_iter().map(str::to_owned).collect(),
            false => named,
        }
    }
}

impl FromRequestParts<App> for Reader {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Reader, Response> {
        check_address(client_address(parts, app), app).map_err(Failure::from)?;
        let query: Vec<(String, String)> =
            form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes()).into_owned().collect();
        // Before anything else, or the key would go on to the address of the form.
        if let Some(address) = filter::without_keys(parts.uri.path(), &query) {
            return Err(page::go(&address));
        }
        let address = parts.uri.path_and_query().map_or("/ui", |address| address.as_str()).to_owned();
        let Some(value) = presented(&parts.headers) else {
            // A link from elsewhere comes without the cookie; one from here brings it.
            return Err(match header_text(&parts.headers, "sec-fetch-site") {
                Some("cross-site") => page::again(&address),
                _ => page::sign_in(&address),
            });
        };
        let key = signing_key(app.store()).await.map_err(Failure::from)?;
        let now = app.store().clock().now();
        let Some(hash) = open(&key, value, now) else { return Err(page::sign_in(&address)) };
        let mut session = app.store().read().await.map_err(Failure::from)?;
        let recognised = auth::recognise(&mut session, &app.rules(), hash.to_owned(), now).await;
        drop(session);
        let caller = match recognised {
            Ok(caller) => caller,
            Err(refusal) if refusal.cause.is_some() => return Err(Failure::from(refusal).into_response()),
            // The key is gone, blocked or over.
            Err(_) => return Err(page::sign_in(&address)),
        };
        let reader = Reader { caller, query };
        may_read(app, &reader.caller, &reader.organizations(), &reader.all("object_team_id")).map_err(Failure::from)?;
        Ok(reader)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_is_of_one_key_ends_and_cannot_be_made_by_others() {
        let now = Timestamp::from_second(1_000).unwrap();
        let value = seal(b"key", "abc", 2_000).unwrap();
        assert_eq!(open(b"key", &value, now), Some("abc"));
        assert_eq!(open(b"other", &value, now), None);
        assert_eq!(open(b"key", &value.replace("abc", "abd"), now), None);
        assert_eq!(open(b"key", &value.replace("2000", "9000"), now), None);
        assert_eq!(open(b"key", &value, Timestamp::from_second(2_000).unwrap()), None);
        for text in ["", ".", "..", "2000.abc", "2000.abc.", "x.abc.AAAA"] {
            assert_eq!(open(b"key", text, now), None, "{text}");
        }
    }

    #[test]
    fn a_form_of_another_site_is_not_ours() {
        let headers = |pairs: &[(&'static str, &'static str)]| {
            pairs
                .iter()
                .map(|(name, value)| (header::HeaderName::from_static(name), HeaderValue::from_static(value)))
                .collect()
        };
        for (pairs, own) in [
            (&[("sec-fetch-site", "same-origin")][..], true),
            (&[("sec-fetch-site", "cross-site"), ("origin", "http://a"), ("host", "a")], false),
            (&[("sec-fetch-site", "same-site")], false),
            (&[("sec-fetch-site", "none")], false),
            (&[("origin", "http://a:1"), ("host", "a:1")], true),
            (&[("origin", "http://b"), ("host", "a")], false),
            (&[("origin", "null"), ("host", "a")], false),
            (&[("host", "a")], false),
        ] {
            let headers: HeaderMap = headers(pairs);
            assert_eq!(is_own(&headers), own, "{pairs:?}");
        }
    }
}
