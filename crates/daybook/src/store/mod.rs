//! Every SQL statement. [`Store::read`] asks, [`Store::change`] writes and records; there is no third way.
//!
//! `db` is the only place that knows that there are two databases, `change.rs` the only way to write, `ledger` the
//! rows of the log; the others hold the questions about one family of tables each.

#[cfg(feature = "bench")]
pub mod bench;
mod change;
mod db;
mod document;
mod error;
mod inspect;
mod ledger;
mod migrate;
mod own_table;
mod reference;
mod sealing;
mod setting;

pub mod audit;
pub mod budgets;
pub mod credentials;
pub mod customers;
pub mod key_list;
pub mod keys;
pub mod models;
pub mod organizations;
pub mod segment;
pub mod settings;
pub mod teams;
pub mod text;
pub mod users;

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

pub use change::{Change, LOG_KEY, ORIGIN, Receipt, Recorded, Updated, by, key_of};
pub use db::{Bind, Dialect, Location, Lock, Pooling, Session};
pub use error::StoreError;
pub use inspect::{Inspection, inspect, look};
pub use ledger::{
    AdoptedTo, AnchorState, Batch, Disclosed, Erased, Head, LogKey, Passed, Published, Stored, count_unadopted,
    find_bounds, find_checkpoint, find_head, find_ledger_row, list_anchors, list_checkpoints, list_disclosed,
    list_entries, list_entries_about, list_leaves, list_ledger_rows, list_log_keys, list_naming, read_tiles,
};
pub use ledger::{
    Onlooker, StoredCheckpoint, StoredEntry, StoredHead, find_unknown_row, list_stored_checkpoints, list_stored_keys,
    list_surplus_tiles, next_stored_entry, read_stored_entries, read_stored_head, tile_name,
};
#[cfg(feature = "testing")]
pub(crate) use migrate::fingerprint;
pub use migrate::known_version;
pub use sealing::{SealedValues, Sealer, unopenable};

use crate::model::random::{Random, SystemRandom};
use crate::model::redact::Redactor;
use crate::model::sealed::SealingKey;
use crate::model::table::{self, Table};
use crate::model::time::{Clock, SystemClock};

/// How a store is opened.
#[derive(Clone)]
pub struct Options {
    pub location: Location,
    pub pooling: Pooling,
    /// Whether changes are recorded (`litellm_settings.store_audit_logs`).
    pub audit: bool,
    /// Tables of the program that embeds the library: made when absent, written through [`Change`] like all others.
    pub tables: Vec<&'static Table>,
    /// What the values of [`table::Kind::Sealed`] columns are encrypted with. Without it such a row cannot be written.
    pub sealing_key: Option<SealingKey>,
    /// The name of the log, chosen once: the first start's value stays.
    pub origin: String,
    pub clock: Arc<dyn Clock>,
    pub random: Arc<dyn Random>,
    /// Whether an entry becomes a leaf. Without it there is the audit row alone: what the log costs is the difference.
    #[cfg(feature = "bench")]
    pub ledger: bool,
}

impl Options {
    pub fn new(location: Location) -> Options {
        Options {
            location,
            pooling: Pooling::default(),
            audit: true,
            tables: Vec::new(),
            sealing_key: None,
            origin: "daybook".to_owned(),
            clock: Arc::new(SystemClock),
            random: Arc::new(SystemRandom),
            #[cfg(feature = "bench")]
            ledger: true,
        }
    }
}

/// The rows and the record of their changes.
#[derive(Clone)]
pub struct Store {
    db: db::Db,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    redactor: Arc<Redactor>,
    sealer: Arc<Sealer>,
    audit: bool,
    #[cfg(feature = "bench")]
    ledger: bool,
    timeout: Duration,
    /// Why nothing may be changed, when that is so: see [`Store::refuse_changes`].
    refusing: Arc<RwLock<Option<String>>>,
    /// Held by the one task that brings words in: see [`text::catch_up`].
    catching_up: Arc<tokio::sync::Mutex<()>>,
    groups: Arc<change::Groups>,
    ends: Arc<ledger::Ends>,
    /// The columns that each of LiteLLM's tables really has here.
    columns: Arc<HashMap<&'static str, Vec<String>>>,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store").field("dialect", &self.db.dialect()).field("audit", &self.audit).finish_non_exhaustive()
    }
}

impl Store {
    /// Connects, brings the schema up to date and reads what belongs to the installation.
    pub async fn open(options: Options) -> Result<Store, StoreError> {
        let db = db::Db::connect(&options.location, &options.pooling).await?;
        migrate::migrate(&db).await?;
        let redaction_key = setting::get_or_create(&db, "redaction_key", || {
            crate::model::secret::hex(&crate::model::random::random_bytes::<32>(options.random.as_ref()))
        })
        .await?;
        let mut session = db.write().await?;
        ledger::create_head(&mut session, &options.origin, options.clock.now()).await?;
        let mut columns = HashMap::new();
        own_table::create(&mut session, &options.tables).await?;
        for table in table::ALL.iter().chain(&options.tables) {
            columns.insert(table.name, session.columns(table.name).await?);
        }
        session.commit().await?;
        let redactor = Arc::new(Redactor::new(crate::model::secret::hash_bytes(&redaction_key)));
        Ok(Store {
            clock: options.clock,
            random: options.random,
            sealer: Arc::new(Sealer::new(options.sealing_key, redactor.clone())),
            redactor,
            audit: options.audit,
            #[cfg(feature = "bench")]
            ledger: options.ledger,
            timeout: options.pooling.timeout,
            refusing: Arc::default(),
            catching_up: Arc::default(),
            groups: change::groups(db.dialect(), options.pooling.connections),
            ends: Arc::default(),
            columns: Arc::new(columns),
            db,
        })
    }

    /// Brings a database to this program's schema and does nothing else.
    pub async fn migrate(location: &Location, pooling: &Pooling) -> Result<(), StoreError> {
        let db = db::Db::connect(location, pooling).await?;
        let done = migrate::migrate(&db).await;
        db.close().await;
        done
    }

    /// A view of the last commit. All questions of one session see the same one.
    pub async fn read(&self) -> Result<Session, StoreError> {
        match tokio::time::timeout(self.timeout, self.db.read()).await {
            Ok(session) => session,
            Err(_) => Err(StoreError::unavailable("the database did not answer in time")),
        }
    }

    /// A value that belongs to this installation, made when it is first asked for.
    pub async fn setting(&self, name: &str, create: impl FnOnce() -> String) -> Result<String, StoreError> {
        setting::get_or_create(&self.db, name, create).await
    }

    /// The value of [`Self::setting`], if it has been made.
    pub async fn find_setting(&self, name: &str) -> Result<Option<String>, StoreError> {
        setting::find(&self.db, name).await
    }

    pub fn clock(&self) -> &dyn Clock {
        self.clock.as_ref()
    }

    pub fn random(&self) -> &dyn Random {
        self.random.as_ref()
    }

    pub fn redactor(&self) -> &Redactor {
        &self.redactor
    }

    /// Reads what [`Self::read`] finds in encrypted columns.
    pub fn sealer(&self) -> &Sealer {
        &self.sealer
    }

    pub fn dialect(&self) -> Dialect {
        self.db.dialect()
    }

    /// Refuses every change from now on, in this process, with this reason; `None` lets them through again.
    pub fn refuse_changes(&self, reason: Option<String>) {
        *self.refusing.write().unwrap_or_else(PoisonError::into_inner) = reason;
    }

    /// Why changes are refused at the moment.
    pub fn refuses_changes(&self) -> Option<String> {
        self.refusing.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether changes are recorded.
    pub fn audit(&self) -> bool {
        self.audit
    }

    /// See [`crate::testing::groups`].
    #[cfg(feature = "testing")]
    pub(crate) fn groups_for_test(&self) -> (u64, usize) {
        (self.groups.commits(), self.groups.waiting())
    }

    /// See [`crate::testing::execute`].
    #[cfg(feature = "testing")]
    pub(crate) async fn execute_for_test(&self, sql: &str) -> Result<u64, StoreError> {
        let mut session = self.db.write().await?;
        let sql = session.sql(sql);
        let count = session.execute(sql).await?;
        session.commit().await?;
        Ok(count)
    }

    /// See [`crate::testing::texts`].
    #[cfg(feature = "testing")]
    pub(crate) async fn texts_for_test(&self, sql: &str) -> Result<Vec<String>, StoreError> {
        let mut session = self.db.read().await?;
        let sql = session.sql(sql);
        session.texts(sql).await
    }

    /// See [`crate::testing::verify_after`].
    #[cfg(feature = "testing")]
    pub(crate) async fn altered_for_test(&self, statements: &[String]) -> Result<Session, StoreError> {
        let mut session = self.db.write().await?;
        for statement in statements {
            let sql = session.sql(statement.as_str());
            session.execute(sql).await?;
        }
        Ok(session)
    }

    /// See [`crate::testing::dump`].
    #[cfg(feature = "testing")]
    pub(crate) async fn dump_for_test(&self) -> Result<String, StoreError> {
        let mut session = self.db.read().await?;
        let mut text = String::new();
        let own = ["setting", "ledger", "head"].map(|table| self.dialect().own(table));
        let tables = table::ALL.iter().map(|table| format!("\"{}\"", table.name)).chain(own);
        for table in tables {
            let sql = session.sql(format!("SELECT to_jsonb(t)::text FROM {table} AS t"));
            for row in session.objects(sql).await? {
                text.push_str(&serde_json::Value::Object(row).to_string());
                text.push('\n');
            }
        }
        Ok(text)
    }

    /// Takes what was overwritten out of the database's own files, as far as a program can: SQLite's write-ahead log. Gives
    /// whether nothing of it is left there; PostgreSQL forgets in its own time (`VACUUM`).
    pub async fn forget(&self) -> Result<bool, StoreError> {
        self.db.forget().await
    }

    /// Waits for the connections to end.
    pub async fn close(&self) {
        self.db.close().await;
    }
}
