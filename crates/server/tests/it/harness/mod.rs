//! A real server over a database of its own, for one test.
//!
//! ```ignore
//! served!(a_new_key_leaves_one_entry, async |app: &TestApp| {
//!     let key = app.master().post("/key/generate", json!({"key_alias": "ci"})).await.ok();
//!     let entries = app.entries().await;
//!     assert_eq!(entries.len(), 1);
//!     app.with_key(key["key"].as_str().unwrap()).get("/key/info").await.ok();
//! });
//! ```
//!
//! For other settings, `daybook::both!` and `TestApp::build(db).rules(..).start().await`; such a test ends with
//! [`TestApp::stop`], and one that forgets it fails.
// Some of it is there for tests to come.
#![allow(dead_code)]

mod client;
mod entry;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use daybook::ledger::publish::{Publisher, Timing};
use daybook::ledger::{Keyring, LastSigned, Signer};
use daybook::manage::{Declared, Rules};
use daybook::model::actor::Actor;
use daybook::model::random::SystemRandom;
use daybook::model::sealed::SealingKey;
use daybook::model::secret::hash_key;
use daybook::model::time::Clock;
use daybook::row;
use daybook::store::{Location, Options, Store, find_head, list_entries};
use daybook::testing::{FakeClock, TestDb, assert_invariants};
use daybook_server::app::{App, Settings};
use daybook_server::run;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

#[allow(unused_imports)] // for tests to come
pub use client::{Answer, Client};
pub use entry::Entry;

/// The master key of every test server.
pub const MASTER_KEY: &str = "sk-1234";

/// One test on both databases, with a server in the usual settings that is stopped, and its log checked, at the end:
/// `served!(a_sentence, async |app: &TestApp| { ... })` makes `a_sentence::sqlite` and `a_sentence::postgres`.
macro_rules! served {
    ($name:ident, $test:expr) => {
        daybook::both!($name, async |db: daybook::testing::TestDb| {
            let app = $crate::harness::TestApp::start(db).await;
            let test = $test;
            test(&app).await;
            app.stop().await;
        });
    };
}

/// A server that is to be started.
pub struct Builder {
    db: TestDb,
    options: Options,
    rules: Rules,
    settings: Settings,
    files: PathBuf,
}

impl Builder {
    /// Goes on with the key and the last signature of another server.
    pub fn files(mut self, files: &Path) -> Builder {
        self.files = files.to_owned();
        self
    }

    /// Changes the rules: `.rules(|rules| rules.disable_custom_api_keys = true)`.
    pub fn rules(mut self, change: impl FnOnce(&mut Rules)) -> Builder {
        change(&mut self.rules);
        self
    }

    /// Changes the HTTP settings.
    pub fn settings(mut self, change: impl FnOnce(&mut Settings)) -> Builder {
        change(&mut self.settings);
        self
    }

    /// Changes how the store is opened.
    pub fn options(mut self, change: impl FnOnce(&mut Options)) -> Builder {
        change(&mut self.options);
        self
    }

    /// Time stands still, until the test moves it.
    pub fn clock(mut self, clock: &Arc<FakeClock>) -> Builder {
        self.options.clock = Arc::clone(clock) as Arc<dyn Clock>;
        self
    }

    pub async fn start(self) -> TestApp {
        let Builder { db, options, rules, mut settings, files } = self;
        settings.index_file = Some(files.join("audit-index"));
        let store = Store::open(options).await.unwrap();
        let signer = signer(&store, &files).await;
        let publisher = Publisher::new(store.clone(), signer.clone(), Vec::new(), Timing::default());
        let app = App::new(store.clone(), publisher, rules, settings);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let until = async {
            let _ = stopped.await;
        };
        let server = tokio::spawn(run::serve(app, listener, until, Duration::from_secs(5)));
        let http = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        TestApp { address, http, store, signer, db, files, seen: AtomicI64::new(0), running: Some((stop, server)) }
    }
}

/// Signs the log of a store with a key of its own.
pub async fn signer(store: &Store, folder: &Path) -> Signer {
    let origin = find_head(&mut store.read().await.unwrap()).await.unwrap().unwrap().origin;
    let keys = Keyring::generate(&origin, &SystemRandom).unwrap().create(&folder.join("signing_key")).unwrap();
    let last = LastSigned::new(folder.join("last_signed"));
    let signer = Signer::open(store.clone(), keys, last, &Actor::system("test")).await.unwrap();
    // As a start does; a log that went back is what some tests are about.
    let _ = signer.checkpoint().await;
    signer
}

/// A server that answers on a port of its own.
pub struct TestApp {
    pub address: SocketAddr,
    http: reqwest::Client,
    store: Store,
    db: TestDb,
    pub signer: Signer,
    /// Where the signer keeps its key and what it signed last.
    pub files: PathBuf,
    /// The sequence number from which [`Self::entries`] reads on.
    seen: AtomicI64,
    running: Option<(oneshot::Sender<()>, JoinHandle<anyhow::Result<()>>)>,
}

impl TestApp {
    pub fn build(db: TestDb) -> Builder {
        let encryption_key = Some(SealingKey::new(MASTER_KEY));
        // What a configuration file with `store_model_in_db: true` declares.
        let file = Declared::new(true, row! { "store_model_in_db": true }, row! {});
        let rules = Rules { master_key_hash: hash_key(MASTER_KEY), encryption_key, file, ..Rules::default() };
        let options = Options { sealing_key: rules.encryption_key.clone(), ..db.options() };
        let files = db.folder().to_owned();
        Builder { options, db, rules, settings: Settings::default(), files }
    }

    pub async fn start(db: TestDb) -> TestApp {
        TestApp::build(db).start().await
    }

    /// Calls with the master key.
    pub fn master(&self) -> Client<'_> {
        self.with_key(MASTER_KEY)
    }

    /// Calls with a key in `Authorization: Bearer`.
    pub fn with_key(&self, key: &str) -> Client<'_> {
        self.anonymous().header("authorization", &format!("Bearer {key}"))
    }

    /// Calls without a key.
    pub fn anonymous(&self) -> Client<'_> {
        Client::new(&self.http, self.address)
    }

    /// The rows as they are, for what no endpoint shows.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Where the rows are, for a second program on the same database.
    pub fn location(&self) -> &Location {
        &self.db.location
    }

    /// Everything that the database holds, for a search after something that must not be in it.
    pub async fn everything(&self) -> String {
        let Location::Sqlite { path } = &self.db.location else {
            return daybook::testing::dump(&self.store).await;
        };
        let files = ["", "-wal"].map(|end| format!("{}{end}", path.display()));
        let bytes = files.iter().filter_map(|file| std::fs::read(file).ok()).collect::<Vec<_>>().concat();
        assert!(!bytes.is_empty());
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// The entries since the last call of this, oldest first.
    pub async fn entries(&self) -> Vec<Entry> {
        let mut session = self.store.read().await.unwrap();
        let rows = list_entries(&mut session, self.seen.load(Ordering::Relaxed), i64::MAX).await.unwrap();
        let entries: Vec<Entry> = rows.into_iter().map(|(ledger, row)| Entry::new(&ledger, row.unwrap())).collect();
        if let Some(last) = entries.last() {
            self.seen.store(last.seq + 1, Ordering::Relaxed);
        }
        entries
    }

    /// [`Self::entries`], as `created LiteLLM_TeamTable` each.
    pub async fn entry_names(&self) -> Vec<String> {
        self.entries().await.iter().map(Entry::name).collect()
    }

    /// Stops the server as a signal would, then checks the whole log.
    pub async fn stop(mut self) {
        self.halt().await;
        let store = self.db.open().await;
        assert_invariants(&store).await;
        store.close().await;
    }

    /// Stops the server and gives its database back, for a test that goes on with it.
    pub async fn stop_and_keep(mut self) -> TestDb {
        self.halt().await;
        let gone = TestDb::sqlite();
        std::mem::replace(&mut self.db, gone)
    }

    async fn halt(&mut self) {
        let (stop, server) = self.running.take().expect("a server is stopped once");
        let _ = stop.send(());
        server.await.unwrap().unwrap();
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        if self.running.is_some() && !std::thread::panicking() {
            panic!("a test must end with app.stop().await, which checks the log");
        }
    }
}
