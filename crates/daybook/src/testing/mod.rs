//! Databases, clocks and invariants for tests, here and in programs that embed the library.
//!
//! The databases are real ones, a fresh one a test. SQLite needs nothing; PostgreSQL is the server that
//! `DAYBOOK_TEST_POSTGRES_URL` names (`cargo xtask test` starts one), where each test gets a copy of a migrated template.

#![allow(clippy::unwrap_used, clippy::missing_panics_doc)] // what fails here fails the test

mod invariants;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};

pub use invariants::assert_invariants;

use crate::model::random::{self, SystemRandom};
use crate::model::time::{Clock, SystemClock, trunc_ms};
use crate::store::{Location, Options, Pooling, Store, StoreError};

/// The variable that names the PostgreSQL server for tests, as a superuser of it.
pub const POSTGRES_URL: &str = "DAYBOOK_TEST_POSTGRES_URL";

/// A clock that moves when it is told to.
#[derive(Debug)]
pub struct FakeClock(Mutex<Timestamp>);

impl FakeClock {
    /// Stands at an instant in RFC 3339.
    pub fn at(text: &str) -> Arc<FakeClock> {
        Arc::new(FakeClock(Mutex::new(text.parse().unwrap())))
    }

    pub fn set(&self, text: &str) {
        *self.0.lock().unwrap() = text.parse().unwrap();
    }

    pub fn advance(&self, by: Duration) {
        let mut now = self.0.lock().unwrap();
        *now = now.checked_add(SignedDuration::try_from(by).unwrap()).unwrap();
    }
}

impl Clock for FakeClock {
    fn now(&self) -> Timestamp {
        trunc_ms(*self.0.lock().unwrap())
    }
}

/// A database of its own for one test.
#[derive(Debug)]
pub struct TestDb {
    pub location: Location,
    _folder: Option<tempfile::TempDir>,
}

impl TestDb {
    /// A file in a folder that goes with the value.
    pub fn sqlite() -> TestDb {
        let folder = tempfile::tempdir().unwrap();
        let location = Location::Sqlite { path: folder.path().join("daybook.db") };
        TestDb { location, _folder: Some(folder) }
    }

    /// A copy of the migrated template; `None` when there is no server and this is not CI.
    pub async fn postgres() -> Option<TestDb> {
        let server = postgres_server()?;
        let template = template(&server).await;
        Some(TestDb::created(&server, &format!("TEMPLATE \"{template}\"")).await)
    }

    /// An empty database; `None` when there is no server and this is not CI.
    pub async fn empty_postgres() -> Option<TestDb> {
        let server = postgres_server()?;
        Some(TestDb::created(&server, "TEMPLATE template0").await)
    }

    async fn created(server: &str, clause: &str) -> TestDb {
        let id: [u8; 8] = random::random_bytes(&SystemRandom);
        let name = format!("test_{}", crate::model::secret::hex(&id));
        let mut connection = PgConnection::connect(server).await.unwrap();
        // Copying a template needs it free of connections; a neighbour may just be copying it too.
        for attempt in 0.. {
            let sql = AssertSqlSafe(format!("CREATE DATABASE \"{name}\" {clause}"));
            match connection.execute(sqlx::raw_sql(sql)).await {
                Ok(_) => break,
                Err(error) if attempt > 50 => panic!("{error}"),
                Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
            }
        }
        connection.close().await.unwrap();
        let location = Location::Postgres { url: with_database(server, &name), schema: "public".to_owned() };
        TestDb { location, _folder: None }
    }

    /// PostgreSQL: ends every connection to the database and refuses new ones until [`Self::reconnect`].
    pub async fn disconnect(location: &Location) {
        TestDb::administer(
            location,
            &[
                "ALTER DATABASE \"{}\" ALLOW_CONNECTIONS false",
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{}'",
            ],
        )
        .await;
    }

    pub async fn reconnect(location: &Location) {
        TestDb::administer(location, &["ALTER DATABASE \"{}\" ALLOW_CONNECTIONS true"]).await;
    }

    async fn administer(location: &Location, statements: &[&str]) {
        let Location::Postgres { url, .. } = location else { panic!("only PostgreSQL has a server to lose") };
        let (_, name) = url.rsplit_once('/').unwrap();
        let mut connection = PgConnection::connect(&postgres_server().unwrap()).await.unwrap();
        for sql in statements {
            connection.execute(sqlx::raw_sql(AssertSqlSafe(sql.replace("{}", name)))).await.unwrap();
        }
        connection.close().await.unwrap();
    }

    pub fn options(&self) -> Options {
        Options {
            pooling: Pooling { connections: 5, timeout: Duration::from_secs(20) },
            ..Options::new(self.location.clone())
        }
    }

    pub async fn open(&self) -> Store {
        Store::open(self.options()).await.unwrap()
    }
}

fn postgres_server() -> Option<String> {
    match std::env::var(POSTGRES_URL) {
        Ok(url) => Some(url),
        Err(_) if std::env::var_os("CI").is_some() => panic!("{POSTGRES_URL} must be set in CI: run cargo xtask test"),
        Err(_) => None,
    }
}

fn with_database(server: &str, name: &str) -> String {
    let (base, _) = server.rsplit_once('/').unwrap();
    format!("{base}/{name}")
}

/// The migrated template, made by whichever test comes first.
async fn template(server: &str) -> String {
    let name = format!("daybook_template_{}", crate::store::fingerprint(crate::store::Dialect::Postgres));
    let mut connection = PgConnection::connect(server).await.unwrap();
    connection.execute(sqlx::raw_sql("SELECT pg_advisory_lock(4711)")).await.unwrap();
    let exists: bool = sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM pg_database WHERE datname = $1)")
        .bind(&name)
        .fetch_one(&mut connection)
        .await
        .unwrap();
    if !exists {
        let building = format!("{name}_building");
        for sql in [
            format!("DROP DATABASE IF EXISTS \"{building}\" WITH (FORCE)"),
            format!("CREATE DATABASE \"{building}\" TEMPLATE template0"),
        ] {
            connection.execute(sqlx::raw_sql(AssertSqlSafe(sql))).await.unwrap();
        }
        let location = Location::Postgres { url: with_database(server, &building), schema: "public".to_owned() };
        Store::migrate(&location, &Pooling::default()).await.unwrap();
        let rename = format!("ALTER DATABASE \"{building}\" RENAME TO \"{name}\"");
        for attempt in 0.. {
            match connection.execute(sqlx::raw_sql(AssertSqlSafe(rename.clone()))).await {
                Ok(_) => break,
                Err(error) if attempt > 50 => panic!("{error}"),
                Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
            }
        }
    }
    connection.close().await.unwrap();
    name
}

/// Runs one test on both databases: `both!(a_sentence, async |db| { ... })` makes `a_sentence::sqlite` and
/// `a_sentence::postgres`.
#[macro_export]
macro_rules! both {
    ($name:ident, $test:expr) => {
        mod $name {
            #[allow(unused_imports)]
            use super::*;

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                let test = $test;
                test($crate::testing::TestDb::sqlite()).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                if let Some(db) = $crate::testing::TestDb::postgres().await {
                    let test = $test;
                    test(db).await;
                }
            }
        }
    };
}

/// Statements that no part of the product has: for tests that damage a database, or that play LiteLLM.
pub async fn execute(store: &Store, sql: &str) -> Result<u64, StoreError> {
    store.execute_for_test(sql).await
}

/// Every row of every table as text, for a search.
pub async fn dump(store: &Store) -> String {
    store.dump_for_test().await.unwrap()
}

/// The clock of the machine.
pub fn system_clock() -> Arc<dyn Clock> {
    Arc::new(SystemClock)
}
