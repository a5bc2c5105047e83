//! State, router, layers: the whole HTTP picture on one screen.

use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};
use daybook::config::Network;
use daybook::ledger::Signer;
use daybook::ledger::publish::Publisher;
use daybook::ledger::watch::{Pace, SelfCheck, Watch, Watched};
use daybook::manage::settings::{self, Stored};
use daybook::manage::{Ask, Refusal, Rules};
use daybook::model::row::Row;
use daybook::query::AuditLog;
use daybook::store::{Change, Recorded, Store, StoreError, text};
use tokio::sync::{Mutex, watch};
use tower_http::catch_panic::CatchPanicLayer;

use crate::api;
use crate::api::error::{self, ApiError};
use crate::auth::Call;
use crate::web;

/// How far the words of entries may be behind while nobody asks for any.
const WORDS_BEHIND: Duration = Duration::from_secs(3);

/// The HTTP side of the configuration.
#[derive(Clone, Debug)]
pub struct Settings {
    pub max_body_bytes: usize,
    /// How long a request body may take to arrive.
    pub request_timeout: Duration,
    pub key_header_name: Option<String>,
    pub allowed_ips: Option<Vec<Network>>,
    /// Addresses whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<Network>,
    /// Whether checkpoints, hash tiles and the log's public key are open to everybody.
    pub public_ledger: bool,
    /// How often settings in the database are read again: other replicas change them too.
    pub refresh: Duration,
    /// How much of the log is checked again, and how often.
    pub self_check: Pace,
    /// Where the index of the audit log is kept between starts.
    pub index_file: Option<PathBuf>,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            max_body_bytes: 1024 * 1024,
            request_timeout: Duration::from_secs(30),
            key_header_name: None,
            allowed_ips: None,
            trusted_proxies: Vec::new(),
            public_ledger: false,
            refresh: Duration::from_secs(10),
            self_check: Pace::default(),
            index_file: None,
        }
    }
}

impl Settings {
    pub fn trusts(&self, address: IpAddr) -> bool {
        self.trusted_proxies.iter().any(|network| network.contains(address))
    }
}

#[derive(Debug)]
struct Inner {
    store: Store,
    audit_log: AuditLog,
    watched: Watched,
    publisher: Publisher,
    /// As the configuration file has them.
    rules: Arc<Rules>,
    settings: Settings,
    live: RwLock<Live>,
    /// Held from the reading of the settings until they count: who has read earlier cannot put older ones back.
    refreshing: Mutex<()>,
    /// Whether answers without an end are to end.
    ending: watch::Sender<bool>,
}

/// What counts at the moment: the configuration file with the settings in the database over it.
#[derive(Clone, Debug)]
struct Live {
    stored: Stored,
    rules: Arc<Rules>,
    allowed_ips: Option<Arc<[Network]>>,
}

/// What every handler can reach.
#[derive(Clone, Debug)]
pub struct App(Arc<Inner>);

impl App {
    pub fn new(store: Store, publisher: Publisher, rules: Rules, settings: Settings) -> App {
        let rules = Arc::new(rules);
        let allowed_ips = settings.allowed_ips.clone().map(Into::into);
        let live = RwLock::new(Live { stored: Stored::default(), rules: rules.clone(), allowed_ips });
        let watched = Watched::default();
        let audit_log = AuditLog::new(store.clone(), settings.index_file.clone());
        App(Arc::new(Inner {
            store,
            audit_log,
            publisher,
            watched,
            rules,
            settings,
            live,
            refreshing: Mutex::new(()),
            ending: watch::Sender::new(false),
        }))
    }

    pub fn store(&self) -> &Store {
        &self.0.store
    }

    /// Answers questions to the audit log.
    pub fn audit_log(&self) -> &AuditLog {
        &self.0.audit_log
    }

    /// Signs the log.
    pub fn signer(&self) -> &Signer {
        self.0.publisher.signer()
    }

    /// Publishes checkpoints, once the server runs.
    pub fn publisher(&self) -> &Publisher {
        &self.0.publisher
    }

    /// What the log's check of itself has come to.
    pub fn self_check(&self) -> SelfCheck {
        self.0.watched.get()
    }

    /// The log's check of itself, to be run.
    pub fn watch(&self) -> Watch {
        Watch::new(self.store().clone(), self.0.watched.clone(), self.settings().self_check)
    }

    /// The rules as they are now.
    pub fn rules(&self) -> Arc<Rules> {
        self.live().rules
    }

    /// The addresses that may call now; `None`: all.
    pub fn allowed_ips(&self) -> Option<Arc<[Network]>> {
        self.live().allowed_ips
    }

    fn live(&self) -> Live {
        self.0.live.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Reads the settings in the database, and goes by them from now on.
    pub async fn refresh(&self) -> Result<(), StoreError> {
        if !self.0.rules.file.store_model_in_db {
            return Ok(());
        }
        let _alone = self.0.refreshing.lock().await;
        let stored = settings::load(&mut self.store().read().await?).await?;
        if stored == self.live().stored {
            return Ok(());
        }
        let mut ignored = Vec::new();
        let rules = Arc::new(stored.over(&self.0.rules, &mut ignored));
        let allowed_ips = match stored.general.get("allowed_ips") {
            None => self.0.settings.allowed_ips.clone().map(Into::into),
            Some(value) => match networks(value) {
                Some(networks) => Some(networks.into()),
                None => {
                    ignored.push("general_settings.allowed_ips".to_owned());
                    self.0.settings.allowed_ips.clone().map(Into::into)
                }
            },
        };
        if !ignored.is_empty() {
            tracing::warn!(settings = ignored.join(", "), "settings in the database that make no sense are left out");
        }
        *self.0.live.write().unwrap_or_else(PoisonError::into_inner) = Live { stored, rules, allowed_ips };
        Ok(())
    }

    /// [`Self::refresh`] again and again, and a look at whether the log can still be signed. A database that is away leaves
    /// things as they are.
    pub async fn keep_fresh(self) {
        loop {
            tokio::time::sleep(self.settings().refresh).await;
            if let Err(error) = self.signer().check().await {
                tracing::debug!(error = &error as &dyn std::error::Error, "the log cannot be signed");
            }
            if let Err(error) = self.refresh().await {
                tracing::debug!(error = &error as &dyn std::error::Error, "settings could not be read again");
            }
        }
    }

    /// Brings the words of new entries in again and again, so that a full-text question finds little left to do.
    pub async fn keep_words(self) {
        loop {
            tokio::time::sleep(WORDS_BEHIND).await;
            if let Err(error) = text::catch_up(self.store()).await {
                tracing::debug!(error = &error as &dyn std::error::Error, "the words of entries are behind");
            }
        }
    }

    /// Ends answers that have no end of their own: the server is about to stop.
    pub fn end_streams(&self) {
        self.0.ending.send_replace(true);
    }

    /// Comes when [`Self::end_streams`] was called.
    pub async fn streams_end(&self) {
        // The sender lives as long as the app does.
        let _ = self.0.ending.subscribe().wait_for(|ending| *ending).await;
    }

    pub fn settings(&self) -> &Settings {
        &self.0.settings
    }

    /// Carries a request out and puts it on the record, in one commit: see [`Store::change`].
    ///
    /// `work` is a function of `daybook::manage`; `request` holds the members that the caller sent.
    pub fn record<T, F>(
        &self,
        call: &Call,
        request: Row,
        work: F,
    ) -> impl Future<Output = Result<Recorded<T>, Refusal>> + use<T, F>
    where
        F: AsyncFn(&mut Change, &Ask) -> Result<T, Refusal>,
    {
        let ask = self.ask(call, request);
        self.store().change(&call.actor, async move |change: &mut Change| work(change, &ask).await)
    }

    /// [`Self::record`] for a change of settings, which count as soon as it is answered.
    pub async fn configure<T, F>(&self, call: &Call, request: Row, work: F) -> Result<Recorded<T>, Refusal>
    where
        F: AsyncFn(&mut Change, &Ask) -> Result<T, Refusal>,
    {
        let done = self.record(call, request, work).await?;
        if let Err(error) = self.refresh().await {
            // The change is made; it counts here with the next reading.
            tracing::warn!(error = &error as &dyn std::error::Error, "changed settings could not be read yet");
        }
        Ok(done)
    }

    /// Who asks, by which rules, for what.
    pub fn ask(&self, call: &Call, request: Row) -> Ask {
        Ask { caller: call.caller.clone(), rules: self.rules(), request }
    }

    /// The router, with everything that is true of every response around it.
    pub fn router(self) -> Router {
        let mut router = Router::new();
        for route in api::routes() {
            router = router.route(route.path, (route.service)());
        }
        router
            .merge(web::routes())
            .fallback(not_found)
            .method_not_allowed_fallback(async || ApiError::MethodNotAllowed)
            .with_state(self)
            .layer(middleware::from_fn(every_response))
            .layer(CatchPanicLayer::custom(|_| ApiError::Internal.into_response()))
    }
}

/// The networks of a list. An entry that is none lets nobody in; what is no list is nothing, and neither is one of nothing but
/// such entries: it would keep everybody out for good.
fn networks(value: &serde_json::Value) -> Option<Vec<Network>> {
    let list = value.as_array()?;
    let networks: Vec<Network> = list.iter().filter_map(network).collect();
    (list.is_empty() || !networks.is_empty()).then_some(networks)
}

/// An entry of a list of addresses.
pub fn network(value: &serde_json::Value) -> Option<Network> {
    value.as_str()?.trim().parse().ok()
}

/// A path with a trailing slash is redirected to the one without, as FastAPI does.
async fn not_found(request: Request) -> Response {
    let path = request.uri().path();
    match path.strip_suffix('/') {
        Some(known) if api::routes().any(|route| route.matches(known)) => {
            let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost");
            let query = request.uri().query().map(|query| format!("?{query}")).unwrap_or_default();
            error::redirect(&format!("http://{host}{known}{query}"))
        }
        _ => ApiError::NotFound.into_response(),
    }
}

/// What holds for every request: no HEAD, CORS as LiteLLM answers it, and headers against framing and sniffing.
async fn every_response(request: Request, next: Next) -> Response {
    let origin = request.headers().contains_key(header::ORIGIN);
    let preflight = request.method() == Method::OPTIONS
        && origin
        && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    let mut response = if preflight {
        preflight_response(request.headers())
    } else if request.method() == Method::HEAD {
        error::head_not_allowed()
    } else {
        next.run(request).await
    };
    let headers = response.headers_mut();
    let fixed =
        [(header::VARY, "Origin"), (header::X_FRAME_OPTIONS, "DENY"), (header::X_CONTENT_TYPE_OPTIONS, "nosniff")];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static("frame-ancestors 'none'"));
    if origin {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    }
    response
}

fn preflight_response(asked: &HeaderMap) -> Response {
    let mut response = "OK".into_response();
    let headers = response.headers_mut();
    headers.insert(
        header::ACCESS_CONTROL_ALLOW_METHODS,
        HeaderValue::from_static("DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT"),
    );
    let wanted: HeaderName = header::ACCESS_CONTROL_REQUEST_HEADERS;
    if let Some(names) = asked.get(wanted) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, names.clone());
    }
    response
}
