//! Anchors, each a real server or a real folder, and the publisher that gives them checkpoints.

mod file;
mod publishing;
mod s3;
mod webhook;
mod witness;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse as _, Response};
use daybook::ledger::Signer;
use daybook::ledger::anchor::{Anchor, Http};
use daybook::ledger::publish::{PublishStatus, Publisher, Timing};
use daybook::model::actor::Actor;
use daybook::model::random::{SystemRandom, new_id};
use daybook::model::table::TEAMS;
use daybook::model::time::Clock;
use daybook::row;
use daybook::store::{Change, Options, Store, StoreError};
use daybook::testing::{FakeClock, TestDb, assert_invariants};
use tlog::{SignedCheckpoint, TreeHead};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::harness;

/// Nothing that a test waits for may take longer.
const LONG: Duration = Duration::from_secs(30);

fn http() -> Http {
    Http::new(LONG)
}

/// A log that can be signed, without a server.
struct Log {
    store: Store,
    signer: Signer,
    folder: tempfile::TempDir,
    _db: TestDb,
}

impl Log {
    async fn new(db: TestDb) -> Log {
        let options = db.options();
        Log::open(db, options).await
    }

    async fn at(db: TestDb, clock: &Arc<FakeClock>) -> Log {
        let options = Options { clock: Arc::clone(clock) as Arc<dyn Clock>, ..db.options() };
        Log::open(db, options).await
    }

    async fn open(db: TestDb, options: Options) -> Log {
        let store = Store::open(options).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let signer = harness::signer(&store, folder.path()).await;
        Log { store, signer, folder, _db: db }
    }

    /// Appends entries.
    async fn grow(&self, count: usize) {
        self.try_grow(count).await.unwrap();
    }

    async fn try_grow(&self, count: usize) -> Result<(), StoreError> {
        let change = self.store.change(&Actor::system("/test"), async move |change: &mut Change| {
            for _ in 0..count {
                change.insert(&TEAMS, row! { "team_id": new_id(&SystemRandom) }).await?;
            }
            Ok::<_, StoreError>(())
        });
        change.await.map(|_| ())
    }

    async fn head(&self) -> TreeHead {
        let mut session = self.store.read().await.unwrap();
        daybook::store::find_head(&mut session).await.unwrap().unwrap().tree()
    }

    /// A publisher that loses no time.
    fn publisher(&self, anchors: Vec<Anchor>) -> Publisher {
        self.publisher_in(anchors, quick())
    }

    fn publisher_in(&self, anchors: Vec<Anchor>, timing: Timing) -> Publisher {
        Publisher::new(self.store.clone(), self.signer.clone(), anchors, timing)
    }

    /// The published checkpoint of a size, with what has been added to it.
    async fn published(&self, size: u64) -> SignedCheckpoint {
        let mut session = self.store.read().await.unwrap();
        let published = daybook::store::find_checkpoint(&mut session, size).await.unwrap().unwrap();
        SignedCheckpoint::parse(published.note.as_bytes()).unwrap()
    }

    async fn end(self) {
        assert_invariants(&self.store).await;
        self.store.close().await;
    }
}

fn quick() -> Timing {
    Timing {
        interval: Duration::from_secs(3600),
        pause: Duration::ZERO,
        retry: Duration::from_millis(1),
        longest_retry: Duration::from_millis(5),
        patience: LONG,
        alarm: Duration::from_secs(3600),
    }
}

/// Waits until it stands so with publishing.
async fn until(publisher: &Publisher, reached: impl Fn(&PublishStatus) -> bool) -> PublishStatus {
    let waiting = async {
        loop {
            let status = publisher.status();
            if reached(&status) {
                return status;
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    match tokio::time::timeout(LONG, waiting).await {
        Ok(status) => status,
        Err(_) => panic!("it stays so: {:#?}", publisher.status()),
    }
}

/// Waits until every anchor has taken the checkpoint of this size.
async fn until_taken(publisher: &Publisher, size: u64) -> PublishStatus {
    until(publisher, |status| status.anchors.iter().all(|anchor| anchor.size == Some(size))).await
}

/// What a server was asked.
#[derive(Clone, Debug)]
struct Received {
    method: String,
    path: String,
    query: String,
    headers: HeaderMap,
    body: String,
}

impl Received {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value: &HeaderValue| value.to_str().unwrap())
    }
}

/// What it answers.
struct Reply(u16, &'static str, String);

impl Reply {
    fn status(status: u16) -> Reply {
        Reply(status, "text/plain", String::new())
    }
}

/// A server on a port of its own that keeps what it was asked.
struct Stub {
    url: String,
    received: Arc<Mutex<Vec<Received>>>,
    server: JoinHandle<()>,
}

impl Stub {
    async fn start<F, A>(answer: F) -> Stub
    where
        F: Fn(Received) -> A + Clone + Send + Sync + 'static,
        A: Future<Output = Reply> + Send + 'static,
    {
        let received = Arc::new(Mutex::new(Vec::new()));
        let kept = received.clone();
        let router = Router::new().fallback(async move |request: Request| -> Response {
            let (parts, body) = request.into_parts();
            let body = axum::body::to_bytes(body, 1 << 20).await.unwrap();
            let one = Received {
                method: parts.method.to_string(),
                path: parts.uri.path().to_owned(),
                query: parts.uri.query().unwrap_or_default().to_owned(),
                headers: parts.headers,
                body: String::from_utf8(body.to_vec()).unwrap(),
            };
            kept.lock().unwrap().push(one.clone());
            let Reply(status, content_type, body) = answer(one).await;
            (axum::http::StatusCode::from_u16(status).unwrap(), [("content-type", content_type)], body).into_response()
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let server = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Stub { url, received, server }
    }

    fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }
}

impl Drop for Stub {
    fn drop(&mut self) {
        self.server.abort();
    }
}
