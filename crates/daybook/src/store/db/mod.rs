//! The two databases. Nothing outside of this folder knows that there are two.
//!
//! Every statement is text with `$1`, `$2`, ... placeholders, and every SELECT gives one text column: a JSON object a row.
//! That is what lets one text serve both, and what keeps columns that we do not know. [`Dialect`] holds the spellings
//! that differ, [`Session`] a connection that can ask and, inside `store/`, write.

mod begin;
mod coding;
mod dialect;
mod session;
mod sql;

use std::str::FromStr as _;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Executor as _, Row as _};

pub use dialect::Dialect;
pub(crate) use dialect::like_literal;
use session::Conn;
pub(in crate::store) use session::Hindrance;
pub use session::{Lock, Session};
pub use sql::Bind;
pub(crate) use sql::{Script, Sql};

use super::error::StoreError;

/// Where the rows are.
#[derive(Clone, Debug)]
pub enum Location {
    /// A file, made when absent.
    Sqlite { path: std::path::PathBuf },
    /// A `postgresql://` URL, and the schema that holds LiteLLM's tables.
    Postgres { url: String, schema: String },
}

/// How connections are made.
#[derive(Clone, Debug)]
pub struct Pooling {
    /// Connections at most: readers on SQLite (there is one writer besides), all on PostgreSQL.
    pub connections: u32,
    /// How long a request waits for a connection or a lock before it is refused.
    pub timeout: Duration,
}

/// Prepared statements that SQLite's writer keeps: some have a form for each of the savepoints that they are run after.
const STATEMENTS: usize = 300;

/// Pages of SQLite's write-ahead log (4 KiB each) after which they are written to the database: 32 MiB. With its own thousand, a busy
/// log does little else: the pages at the end of each table are written, and waited for, again and again.
const CHECKPOINT_PAGES: &str = "8192";

/// What SQLite's writer remembers of the database, in KiB with a minus: the pages of a large group, and those of its indexes.
const WRITER_CACHE: &str = "-16384";

/// How long PostgreSQL may work on one statement, unless it is to wait longer for a lock.
const LONGEST_QUESTION: Duration = Duration::from_secs(30);

impl Default for Pooling {
    fn default() -> Self {
        Pooling { connections: 10, timeout: Duration::from_secs(5) }
    }
}

/// Connection pools. SQLite has one writer; its readers see the last commit and never wait for it.
#[derive(Clone, Debug)]
pub(crate) enum Db {
    Sqlite { writer: SqlitePool, readers: SqlitePool },
    Postgres { pool: PgPool },
}

impl Db {
    pub(crate) async fn connect(location: &Location, pooling: &Pooling) -> Result<Db, StoreError> {
        match location {
            Location::Sqlite { path } => {
                // FULL: with NORMAL a power cut can take acknowledged commits out of the write-ahead log.
                let options = SqliteConnectOptions::new()
                    .filename(path)
                    .create_if_missing(true)
                    .journal_mode(SqliteJournalMode::Wal)
                    .synchronous(SqliteSynchronous::Full)
                    .foreign_keys(true)
                    // What is erased is overwritten, not only unlinked.
                    .pragma("secure_delete", "on")
                    .busy_timeout(pooling.timeout);
                let writing = options.clone().pragma("wal_autocheckpoint", CHECKPOINT_PAGES);
                let writing = writing.pragma("cache_size", WRITER_CACHE).statement_cache_capacity(STATEMENTS);
                let writer = SqlitePoolOptions::new()
                    .max_connections(1)
                    // It is a file in this process: there is nothing that could have been lost.
                    .test_before_acquire(false)
                    .acquire_timeout(pooling.timeout)
                    .connect_with(writing)
                    .await?;
                let readers = SqlitePoolOptions::new()
                    .max_connections(pooling.connections)
                    .test_before_acquire(false)
                    .acquire_timeout(pooling.timeout)
                    .connect_lazy_with(options.pragma("query_only", "on"));
                Ok(Db::Sqlite { writer, readers })
            }
            Location::Postgres { url, schema } => {
                let options = PgConnectOptions::from_str(url)?
                    .application_name("daybook")
                    .options([("search_path", schema.as_str()), ("timezone", "UTC")])
                    // The server gives up when we do: a statement that nobody waits for any more holds no connection.
                    .options([
                        ("lock_timeout", pooling.timeout.as_millis().to_string()),
                        ("statement_timeout", pooling.timeout.max(LONGEST_QUESTION).as_millis().to_string()),
                    ]);
                let pool = PgPoolOptions::new()
                    .max_connections(pooling.connections)
                    .acquire_timeout(pooling.timeout)
                    .connect_with(options.clone())
                    .await;
                match pool {
                    Ok(pool) => Ok(Db::Postgres { pool }),
                    // The pool has tried for as long as it may and does not say what went wrong.
                    Err(sqlx::Error::PoolTimedOut) => Err(refusal(&options, pooling.timeout).await),
                    Err(error) => Err(error.into()),
                }
            }
        }
    }

    /// Connects without making or changing anything. `None` when there is no such file.
    pub(crate) async fn connect_to_look(location: &Location, pooling: &Pooling) -> Result<Option<Db>, StoreError> {
        let Location::Sqlite { path } = location else { return Db::connect(location, pooling).await.map(Some) };
        if !path.exists() {
            return Ok(None);
        }
        let mut log = path.clone().into_os_string();
        log.push("-wal");
        // Without a write-ahead log nobody is writing, and SQLite need not make one to read.
        let still = !std::path::Path::new(&log).exists();
        let options =
            SqliteConnectOptions::new().filename(path).read_only(true).immutable(still).busy_timeout(pooling.timeout);
        let pool = SqlitePoolOptions::new().max_connections(1).acquire_timeout(pooling.timeout);
        let readers = pool.connect_with(options).await?;
        Ok(Some(Db::Sqlite { writer: readers.clone(), readers }))
    }

    pub(crate) fn dialect(&self) -> Dialect {
        match self {
            Db::Sqlite { .. } => Dialect::Sqlite,
            Db::Postgres { .. } => Dialect::Postgres,
        }
    }

    /// A transaction that only reads: all of its statements see the same commit.
    pub(crate) async fn read(&self) -> Result<Session, StoreError> {
        match self {
            Db::Sqlite { readers, .. } => Ok(Session::new(Conn::Sqlite(readers.begin().await?))),
            Db::Postgres { pool } => {
                let statement = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
                Ok(Session::new(Conn::Postgres(begin::begin(pool, statement).await?)))
            }
        }
    }

    /// A transaction that writes.
    ///
    /// IMMEDIATE: a SQLite transaction that reads first and writes later fails at once when somebody else has written
    /// in between, whatever the busy timeout says.
    pub(crate) async fn write(&self) -> Result<Session, StoreError> {
        match self {
            Db::Sqlite { writer, .. } => Ok(Session::new(Conn::Sqlite(writer.begin_with("BEGIN IMMEDIATE").await?))),
            Db::Postgres { pool } => Ok(Session::new(Conn::Postgres(begin::begin(pool, "BEGIN").await?))),
        }
    }

    /// Runs a script of several statements in one transaction of its own.
    pub(crate) async fn script(&self, session: &mut Session, sql: &str) -> Result<(), StoreError> {
        let sql = AssertSqlSafe(sql.to_owned());
        match &mut session.conn {
            Conn::Sqlite(transaction) => transaction.execute(sqlx::raw_sql(sql)).await.map(|_| ())?,
            Conn::Postgres(transaction) => transaction.execute(sqlx::raw_sql(sql)).await.map(|_| ())?,
        }
        Ok(())
    }

    /// See [`Store::forget`](crate::store::Store::forget).
    pub(crate) async fn forget(&self) -> Result<bool, StoreError> {
        match self {
            Db::Sqlite { writer, .. } => {
                let row = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").fetch_one(writer).await?;
                Ok(row.try_get::<i64, _>(0)? == 0)
            }
            Db::Postgres { .. } => Ok(false),
        }
    }

    pub(crate) async fn close(&self) {
        match self {
            Db::Sqlite { writer, readers } => {
                readers.close().await;
                writer.close().await;
            }
            Db::Postgres { pool } => pool.close().await,
        }
    }
}

/// Why no connection can be made.
async fn refusal(options: &PgConnectOptions, timeout: Duration) -> StoreError {
    match tokio::time::timeout(timeout.min(Duration::from_secs(3)), options.connect()).await {
        Ok(Err(error)) => error.into(),
        Ok(Ok(_)) | Err(_) => StoreError::unavailable("the database did not answer in time"),
    }
}
