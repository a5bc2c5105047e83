//! Who is asking, and whether they may: [`Call`], the extractor that every handler needs to get at its arguments.
//!
//! The order of checks is LiteLLM's: JSON syntax, key, permission for the route; the form of the body comes after, in the
//! handler. A handler that takes a `Call` cannot run for somebody who may not call its route, and one that changes
//! something needs the [`Actor`] in it.

mod header;

use std::net::{IpAddr, SocketAddr};

use axum::RequestExt as _;
use axum::RequestPartsExt as _;
use axum::body::Body;
use axum::extract::{ConnectInfo, FromRequest, FromRequestParts, RawPathParams, Request};
use axum::http::{HeaderMap, Method, request::Parts};
use daybook::manage::access::{self, Asked};
use daybook::manage::{Caller, Refusal, Why, auth};
use daybook::model::actor::{Actor, Context};
use daybook::model::random;
use daybook::model::row::Row;
use serde_json::Value;

use crate::api::error::{ApiError, malformed};
use crate::app::App;
use crate::wire::{Fields, Model, Query, QueryModel, body};

/// The header that names on whose behalf a change is made.
const CHANGED_BY: &str = "litellm-changed-by";

/// An authenticated request that may call its route.
#[derive(Debug)]
pub struct Call {
    pub caller: Caller,
    /// The caller as the record names it.
    pub actor: Actor,
    pub query: Query,
    /// The JSON body; `None` when there is none.
    pub json: Option<Value>,
    /// The path as it was called.
    pub path: String,
    params: Vec<(String, String)>,
    accept: Option<String>,
    /// Of a stream of events, the last one that the client has seen.
    pub last_event_id: Option<i64>,
}

impl Call {
    /// The body in the form of a model, or all that is wrong with it.
    pub fn body(&self, model: &Model) -> Result<Fields, ApiError> {
        Ok(model.parse_body(self.json.as_ref())?)
    }

    /// [`Self::body`] for functions of `manage`: the members that were sent, coerced.
    pub fn request(&self, model: &Model) -> Result<Row, ApiError> {
        Ok(self.body(model)?.into_map())
    }

    /// The query string in the form of a model.
    pub fn query(&self, model: &QueryModel) -> Result<Fields, ApiError> {
        Ok(model.parse(&self.query)?)
    }

    /// Whether the caller takes plain text and no JSON.
    pub fn accepts_only_text(&self) -> bool {
        self.accept.as_ref().is_some_and(|kinds| {
            let kinds = kinds.split(',').map(|kind| kind.split(';').next().unwrap_or_default().trim());
            let mut first = kinds.filter(|kind| ["text/plain", "application/json"].contains(kind));
            first.next() == Some("text/plain")
        })
    }

    /// A `{name}` of the route's path.
    pub fn param(&self, name: &str) -> &str {
        self.params.iter().find(|(have, _)| have == name).map_or("", |(_, value)| value)
    }
}

impl FromRequest<App> for Call {
    type Rejection = ApiError;

    async fn from_request(request: Request, app: &App) -> Result<Call, ApiError> {
        let (mut parts, body) = request.with_limited_body().into_parts();
        let bytes = read_body(body, app).await?;
        let json = if is_json(&parts.headers) {
            body::read(&bytes).map_err(|problems| malformed(parts.uri.path(), problems))?
        } else {
            text_body(&bytes)
        };
        let params = parts.extract::<RawPathParams>().await.map_err(|_| ApiError::NotFound)?;
        let params: Vec<(String, String)> =
            params.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let query = Query::new(parts.uri.query().unwrap_or_default());
        let path = parts.uri.path().to_owned();

        let address = client_address(&parts, app);
        check_address(address, app)?;
        let key = header::presented_key(&parts.headers, app.settings().key_header_name.as_deref())?;
        let rules = app.rules();
        let mut session = app.store().read().await?;
        let caller = auth::authenticate(&mut session, &rules, &key, app.store().clock().now()).await?;
        // As in LiteLLM: whoever patches a team need not say whose it is.
        let patched = params.iter().find(|(name, _)| name == "team_id" && parts.method == Method::PATCH);
        let team_organization = match patched {
            Some((_, team_id)) => access::organization_of_team(&mut session, &caller, team_id).await?,
            None => None,
        };
        drop(session);
        let asked = Asked {
            method: parts.method.as_str(),
            path: &path,
            body: json.as_ref().and_then(Value::as_object),
            query: &|name| query.last(name).map(str::to_owned),
            team_organization: team_organization.as_deref(),
        };
        access::authorize(&caller, &rules, &asked)?;
        if is_json(&parts.headers) && json.as_ref().is_some_and(|value| !value.is_object()) {
            return Err(ApiError::NotAnObject);
        }
        let context = Context {
            request_id: request_id(&parts.headers, app),
            method: parts.method.to_string(),
            // Decoded, so that a key in it is recognised and does not reach the record.
            route: percent_encoding::percent_decode_str(&path).decode_utf8_lossy().into_owned(),
            address: address.map(|address| address.to_string()),
            user_agent: text_header(&parts.headers, "user-agent").map(|text| text.chars().take(512).collect()),
        };
        let asserted = parts.headers.get(CHANGED_BY).map(|value| value.as_bytes());
        let actor = Actor::attribute(caller.principal.clone(), asserted, rules.changed_by, context)
            .map_err(|error| Refusal::proxy(Why::Invalid, "bad_request_error", Some(CHANGED_BY), error.to_string()))?;
        let accept = text_header(&parts.headers, "accept");
        let last_event_id = text_header(&parts.headers, "last-event-id").and_then(|id| id.parse().ok());
        Ok(Call { caller, actor, query, json, path, params, accept, last_event_id })
    }
}

async fn read_body(body: Body, app: &App) -> Result<Vec<u8>, ApiError> {
    let limit = app.settings().max_body_bytes;
    let collect = axum::body::to_bytes(body, limit);
    match tokio::time::timeout(app.settings().request_timeout, collect).await {
        Ok(Ok(bytes)) => Ok(bytes.into()),
        Ok(Err(error)) => {
            let mut source: Option<&(dyn std::error::Error + 'static)> = Some(&error);
            while let Some(cause) = source {
                if cause.is::<http_body_util::LengthLimitError>() {
                    return Err(ApiError::BodyTooLarge { limit });
                }
                source = cause.source();
            }
            Err(ApiError::BodyNotReceived)
        }
        Err(_) => Err(ApiError::BodyNotReceived),
    }
}

fn text_header(headers: &HeaderMap, name: &str) -> Option<String> {
    let text = headers.get(name)?.to_str().ok()?.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// Whether the body is read as JSON: it says so, or it says nothing.
fn is_json(headers: &HeaderMap) -> bool {
    match headers.get("content-type").and_then(|value| value.to_str().ok()) {
        None => true,
        Some(text) => {
            let kind = text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
            kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json"))
        }
    }
}

/// A body of another type reaches validation as text, which no model is.
fn text_body(bytes: &[u8]) -> Option<Value> {
    (!bytes.is_empty()).then(|| Value::String(String::from_utf8_lossy(bytes).into_owned()))
}

/// The caller's `x-request-id` when it is a plain token, else one of ours.
fn request_id(headers: &HeaderMap, app: &App) -> String {
    text_header(headers, "x-request-id")
        .filter(|id| id.len() <= 128 && id.bytes().all(|byte| byte.is_ascii_graphic()))
        .unwrap_or_else(|| random::new_id(app.store().random()))
}

/// The peer's address, or what a trusted proxy says of it.
pub fn client_address(parts: &Parts, app: &App) -> Option<IpAddr> {
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip())?;
    let mut address = peer.to_canonical();
    let forwarded: Vec<&str> = parts
        .headers
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .collect();
    // From the nearest hop outwards, as long as the one that says so is trusted.
    for hop in forwarded.iter().rev() {
        if !app.settings().trusts(address) {
            break;
        }
        match hop.trim().parse::<IpAddr>() {
            Ok(next) => address = next.to_canonical(),
            Err(_) => break,
        }
    }
    Some(address)
}

/// For a route that needs no key and still answers nobody outside `general_settings.allowed_ips`.
#[derive(Clone, Copy, Debug)]
pub struct AllowedAddress;

impl FromRequestParts<App> for AllowedAddress {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<AllowedAddress, ApiError> {
        check_address(client_address(parts, app), app)?;
        Ok(AllowedAddress)
    }
}

/// Somebody who may read what the log shows of itself: everybody when `daybook.ledger.public` says so (except for what entries
/// say), and otherwise whoever holds a key that may call the route.
#[derive(Debug)]
pub struct LedgerReader {
    /// The path as it was called.
    pub path: String,
    query: Query,
}

impl LedgerReader {
    /// The query string in the form of a model.
    pub fn query(&self, model: &QueryModel) -> Result<Fields, ApiError> {
        Ok(model.parse(&self.query)?)
    }
}

impl FromRequest<App> for LedgerReader {
    type Rejection = ApiError;

    async fn from_request(request: Request, app: &App) -> Result<LedgerReader, ApiError> {
        let path = request.uri().path().to_owned();
        if app.settings().public_ledger && access::routes::LEDGER.contains(&path) {
            let (parts, _) = request.into_parts();
            check_address(client_address(&parts, app), app)?;
            return Ok(LedgerReader { path, query: Query::new(parts.uri.query().unwrap_or_default()) });
        }
        let call = Call::from_request(request, app).await?;
        Ok(LedgerReader { path: call.path, query: call.query })
    }
}

/// `general_settings.allowed_ips`.
pub fn check_address(address: Option<IpAddr>, app: &App) -> Result<(), Refusal> {
    let Some(allowed) = app.allowed_ips() else { return Ok(()) };
    let shown = address.map_or_else(|| "unknown".to_owned(), |address| address.to_string());
    if address.is_some_and(|address| allowed.iter().any(|network| network.contains(address))) {
        return Ok(());
    }
    Err(Refusal::proxy(
        Why::Forbidden,
        "auth_error",
        None,
        format!("Access forbidden: IP address {shown} not allowed."),
    ))
}
