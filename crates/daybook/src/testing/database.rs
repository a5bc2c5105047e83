//! A database of its own for each test.
//!
//! SQLite needs nothing. PostgreSQL is the server that `DAYBOOK_TEST_POSTGRES_URL` names (`cargo xtask test` starts one), where
//! each test gets a copy of a migrated template. With `DAYBOOK_TEST_POSTGRES_TEMPLATE` that template is made from a database
//! of the server's with that name: one that LiteLLM's own migrations made.

use std::io::Write as _;
use std::sync::Once;
use std::time::Duration;

use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};

use crate::model::random::{self, SystemRandom};
use crate::store::{Location, Options, Pooling, Store};

/// The variable that names the PostgreSQL server for tests, as a superuser of it.
pub const POSTGRES_URL: &str = "DAYBOOK_TEST_POSTGRES_URL";

/// The variable that names the database on that server which LiteLLM's migrations made.
pub const POSTGRES_TEMPLATE: &str = "DAYBOOK_TEST_POSTGRES_TEMPLATE";

/// What tests call their databases, and how long one of them can be in use: an older one is what a killed test left.
const NAMES: &str = "^test_[0-9a-f]{16}$";
const LONGEST_TEST: &str = "2 hours";

/// A database of its own for one test. It goes with the value.
#[derive(Debug)]
pub struct TestDb {
    pub location: Location,
    folder: tempfile::TempDir,
}

impl TestDb {
    /// A file in a folder that goes with the value.
    pub fn sqlite() -> TestDb {
        let folder = tempfile::tempdir().unwrap();
        let location = Location::Sqlite { path: folder.path().join("daybook.db") };
        TestDb { location, folder }
    }

    /// A copy of the migrated template; `None` when there is no server and this is not CI.
    pub async fn postgres() -> Option<TestDb> {
        let server = postgres_server()?;
        let template = template(&server).await;
        Some(TestDb::created(&server, &template).await)
    }

    /// An empty database; `None` when there is no server and this is not CI.
    pub async fn empty_postgres() -> Option<TestDb> {
        let server = postgres_server()?;
        Some(TestDb::created(&server, "template0").await)
    }

    /// A database as LiteLLM's migrations leave it, where Daybook has never been; `None` when nobody has made one.
    pub async fn litellm() -> Option<TestDb> {
        let server = postgres_server()?;
        let template = std::env::var(POSTGRES_TEMPLATE).ok()?;
        Some(TestDb::created(&server, &template).await)
    }

    /// Another database with the same rows, as a backup is. Nobody may be connected to this one.
    pub async fn copy(&self) -> TestDb {
        match &self.location {
            Location::Sqlite { path } => {
                let copy = TestDb::sqlite();
                let Location::Sqlite { path: target } = &copy.location else { unreachable!("it is made so") };
                std::fs::copy(path, target).unwrap();
                copy
            }
            Location::Postgres { url, .. } => {
                let (_, name) = url.rsplit_once('/').unwrap();
                TestDb::created(&postgres_server().unwrap(), name).await
            }
        }
    }

    async fn created(server: &str, template: &str) -> TestDb {
        let id: [u8; 8] = random::random_bytes(&SystemRandom);
        let name = format!("test_{}", crate::model::secret::hex(&id));
        let mut connection = PgConnection::connect(server).await.unwrap();
        let create = format!("CREATE DATABASE \"{name}\" TEMPLATE \"{template}\"");
        // Copying a template needs it free of connections; a neighbour may just be copying it too.
        insist(&mut connection, &create).await;
        connection.close().await.unwrap();
        let location = Location::Postgres { url: with_database(server, &name), schema: "public".to_owned() };
        TestDb { location, folder: tempfile::tempdir().unwrap() }
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

    /// PostgreSQL: the texts that a SELECT of one column gives, whatever Daybook thinks of the database: for tests that look
    /// into the catalog, or into tables of others.
    pub async fn lines(location: &Location, sql: &str) -> Vec<String> {
        let Location::Postgres { url, .. } = location else { panic!("only PostgreSQL is looked into") };
        let mut connection = PgConnection::connect(url).await.unwrap();
        let lines = sqlx::query_scalar(AssertSqlSafe(sql.to_owned())).fetch_all(&mut connection).await.unwrap();
        connection.close().await.unwrap();
        lines
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

    /// Where a program may keep its files; a SQLite database is here, too.
    pub fn folder(&self) -> &std::path::Path {
        self.folder.path()
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

impl Drop for TestDb {
    fn drop(&mut self) {
        let Location::Postgres { url, .. } = &self.location else { return };
        let (_, name) = url.rsplit_once('/').unwrap();
        let drop = format!("DROP DATABASE IF EXISTS \"{name}\" WITH (FORCE)");
        let Some(server) = postgres_server() else { return };
        // A thread of its own: the test's runtime is busy with this call, or is already gone. What cannot be dropped now is
        // dropped by a later run.
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime
                .block_on(async {
                    let mut connection = PgConnection::connect(&server).await?;
                    connection.execute(sqlx::raw_sql(AssertSqlSafe(drop))).await?;
                    connection.close().await
                })
                .map_err(std::io::Error::other)
        });
        let _ = dropping.join();
    }
}

fn postgres_server() -> Option<String> {
    match std::env::var(POSTGRES_URL) {
        Ok(url) => Some(url),
        Err(_) if std::env::var_os("CI").is_some() => panic!("{POSTGRES_URL} must be set in CI: run cargo xtask test"),
        Err(_) => {
            static SAY: Once = Once::new();
            // Not eprintln: the output of a test that passes is not shown.
            SAY.call_once(|| {
                let text = format!(
                    "\n*** {POSTGRES_URL} is not set: every test on PostgreSQL passes without having run. ***\n\
                     *** cargo xtask test starts a PostgreSQL and runs them.                            ***\n\n"
                );
                let _ = std::io::stderr().write_all(text.as_bytes());
            });
            None
        }
    }
}

fn with_database(server: &str, name: &str) -> String {
    let (base, _) = server.rsplit_once('/').unwrap();
    format!("{base}/{name}")
}

/// Runs a statement that fails while somebody is connected to the database that it is about.
async fn insist(connection: &mut PgConnection, sql: &str) {
    for attempt in 0.. {
        match connection.execute(sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))).await {
            Ok(_) => break,
            Err(error) if attempt > 50 => panic!("{error}"),
            Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
        }
    }
}

/// The migrated template, made by whichever test comes first.
async fn template(server: &str) -> String {
    let base = std::env::var(POSTGRES_TEMPLATE).ok();
    let mut name = format!("daybook_template_{}", crate::store::fingerprint(crate::store::Dialect::Postgres));
    if let Some(base) = &base {
        name = format!("{name}_{base}");
    }
    let mut connection = PgConnection::connect(server).await.unwrap();
    connection.execute(sqlx::raw_sql("SELECT pg_advisory_lock(4711)")).await.unwrap();
    sweep(&mut connection).await;
    let exists: bool = sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM pg_database WHERE datname = $1)")
        .bind(&name)
        .fetch_one(&mut connection)
        .await
        .unwrap();
    if !exists {
        let building = format!("{name}_building");
        let base = base.as_deref().unwrap_or("template0");
        for sql in [
            format!("DROP DATABASE IF EXISTS \"{building}\" WITH (FORCE)"),
            format!("CREATE DATABASE \"{building}\" TEMPLATE \"{base}\""),
        ] {
            insist(&mut connection, &sql).await;
        }
        let location = Location::Postgres { url: with_database(server, &building), schema: "public".to_owned() };
        Store::migrate(&location, &Pooling::default()).await.unwrap();
        insist(&mut connection, &format!("ALTER DATABASE \"{building}\" RENAME TO \"{name}\"")).await;
    }
    connection.close().await.unwrap();
    name
}

/// Drops what killed tests have left behind; once a process.
async fn sweep(connection: &mut PgConnection) {
    static FIRST: Once = Once::new();
    let mut first = false;
    FIRST.call_once(|| first = true);
    if !first {
        return;
    }
    // The file is as old as the database. One that goes in the meantime has no age.
    let old = format!(
        "SELECT datname::text FROM pg_database WHERE datname ~ '{NAMES}' AND \
         (pg_stat_file('base/' || oid || '/PG_VERSION', true)).modification < now() - interval '{LONGEST_TEST}'"
    );
    let names: Vec<String> = sqlx::query_scalar(AssertSqlSafe(old)).fetch_all(&mut *connection).await.unwrap();
    for name in names {
        let drop = format!("DROP DATABASE IF EXISTS \"{name}\" WITH (FORCE)");
        connection.execute(sqlx::raw_sql(AssertSqlSafe(drop))).await.unwrap();
    }
}
