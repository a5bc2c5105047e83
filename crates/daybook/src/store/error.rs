//! What can go wrong between us and a database, sorted by what the caller can do about it.

use std::sync::Arc;

use serde_json::error::Error as JsonError;

/// A failed statement. The message can be shown to a caller; what the driver said is the source and goes to the log.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database cannot be reached, is read-only, full or too slow: try again later.
    #[error("{message}")]
    Unavailable {
        message: String,
        #[source]
        source: Option<sqlx::Error>,
    },
    /// The connection was lost while the change was committed: it may be there or not.
    #[error("the database was lost during the commit")]
    Uncertain(#[source] sqlx::Error),
    /// Another row has this value already.
    #[error("a row with this value exists already")]
    Duplicate(#[source] sqlx::Error),
    /// A row that is referred to is not there, or is still referred to.
    #[error("a row that this one refers to does not exist, or another row still refers to it")]
    Reference(#[source] sqlx::Error),
    /// A value that the column cannot hold.
    #[error("a value does not fit its column")]
    Value(#[source] sqlx::Error),
    /// Two changes waited for each other; nothing was written. [`super::Store::change`] tries again.
    #[error("the change met another one and was rolled back")]
    Contention(#[source] sqlx::Error),
    /// The entry cannot be put on the record as asked (a number that JSON cannot carry exactly, say).
    #[error("the change cannot be recorded exactly: {0}")]
    Unrecordable(String),
    /// A value must be encrypted, and there is no key to do it with. Nothing was written.
    #[error("no encryption key is configured")]
    NoSealingKey,
    /// What is stored contradicts itself. Nothing was written.
    #[error("the stored data is not consistent: {0}")]
    Corrupt(String),
    /// A question whose answer would take the database too long; says which one would not.
    #[error("{0}")]
    TooMuch(String),
    /// The database was made by a newer Daybook.
    #[error("the database has schema version {found}, this program knows versions up to {known}; use a newer Daybook")]
    NewerSchema { found: i64, known: i64 },
    #[error("the database refused a statement")]
    Statement(#[source] sqlx::Error),
}

impl StoreError {
    pub(crate) fn corrupt(error: JsonError) -> StoreError {
        StoreError::Corrupt(format!("a row is not JSON: {error}"))
    }

    pub(crate) fn unavailable(message: impl Into<String>) -> StoreError {
        StoreError::Unavailable { message: message.into(), source: None }
    }
}

impl StoreError {
    /// Tells each of those who share a failure; what the driver said is shared by them too.
    pub(super) fn tell_each<A>(self, all: impl Iterator<Item = A>, tell: impl Fn(A, StoreError)) {
        let mut all = all.peekable();
        let mut error = self;
        while let Some(one) = all.next() {
            if all.peek().is_none() {
                tell(one, error);
                return;
            }
            let (first, second) = error.twins();
            tell(one, first);
            error = second;
        }
    }

    fn twins(self) -> (StoreError, StoreError) {
        let split = |source: sqlx::Error| {
            let shared = Shared(Arc::new(source));
            (sqlx::Error::AnyDriverError(Box::new(shared.clone())), sqlx::Error::AnyDriverError(Box::new(shared)))
        };
        let both = |source, make: fn(sqlx::Error) -> StoreError| {
            let (first, second) = split(source);
            (make(first), make(second))
        };
        match self {
            StoreError::Unavailable { message, source } => {
                let (first, second) = source.map(split).unzip();
                (
                    StoreError::Unavailable { message: message.clone(), source: first },
                    StoreError::Unavailable { message, source: second },
                )
            }
            StoreError::Uncertain(source) => both(source, StoreError::Uncertain),
            StoreError::Duplicate(source) => both(source, StoreError::Duplicate),
            StoreError::Reference(source) => both(source, StoreError::Reference),
            StoreError::Value(source) => both(source, StoreError::Value),
            StoreError::Contention(source) => both(source, StoreError::Contention),
            StoreError::Statement(source) => both(source, StoreError::Statement),
            StoreError::Unrecordable(text) => (StoreError::Unrecordable(text.clone()), StoreError::Unrecordable(text)),
            StoreError::Corrupt(text) => (StoreError::Corrupt(text.clone()), StoreError::Corrupt(text)),
            StoreError::TooMuch(text) => (StoreError::TooMuch(text.clone()), StoreError::TooMuch(text)),
            StoreError::NoSealingKey => (StoreError::NoSealingKey, StoreError::NoSealingKey),
            StoreError::NewerSchema { found, known } => {
                (StoreError::NewerSchema { found, known }, StoreError::NewerSchema { found, known })
            }
        }
    }

    /// What went wrong in a commit. An answer of the database says that nothing was written; no answer says nothing.
    pub(super) fn in_commit(error: StoreError) -> StoreError {
        match error {
            StoreError::Unavailable { source: Some(source), .. } if source.as_database_error().is_none() => {
                StoreError::Uncertain(source)
            }
            other => other,
        }
    }
}

/// An error of the driver that several callers have.
#[derive(Clone, Debug, thiserror::Error)]
#[error(transparent)]
struct Shared(Arc<sqlx::Error>);

// PostgreSQL: https://www.postgresql.org/docs/current/errcodes-appendix.html; SQLite: primary result code = code & 0xff,
// https://www.sqlite.org/rescode.html
impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> StoreError {
        let unavailable =
            |message: &str, error| StoreError::Unavailable { message: message.to_owned(), source: Some(error) };
        match &error {
            sqlx::Error::PoolTimedOut => {
                unavailable("no database connection could be had in time (it is unreachable or overloaded)", error)
            }
            sqlx::Error::PoolClosed => unavailable("the server is stopping", error),
            sqlx::Error::Configuration(_) => unavailable("the database's address cannot be used", error),
            sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::WorkerCrashed | sqlx::Error::Protocol(_) => {
                unavailable("the database cannot be reached", error)
            }
            sqlx::Error::Database(database) => {
                let code = database.code().unwrap_or_default().into_owned();
                if database.is_unique_violation() {
                    return StoreError::Duplicate(error);
                }
                if database.is_foreign_key_violation() {
                    return StoreError::Reference(error);
                }
                if code.len() == 5 {
                    return match &code[..2] {
                        "40" => StoreError::Contention(error),
                        "55" if code == "55P03" => unavailable("a lock could not be had in time", error),
                        "55" => unavailable("the database refuses the connection", error),
                        "22" => StoreError::Value(error),
                        "08" => unavailable("the database cannot be reached", error),
                        "28" | "3D" => unavailable("the database refuses the connection", error),
                        "53" => {
                            unavailable("the database is out of resources (disk full, memory or connections)", error)
                        }
                        "57" if code == "57014" => unavailable("the database did not answer in time", error),
                        "57" | "58" | "XX" => unavailable("the database is shutting down or in trouble", error),
                        "25" if code == "25006" => unavailable("the database is read-only", error),
                        _ => StoreError::Statement(error),
                    };
                }
                // SQLite holds ON DELETE RESTRICT with a trigger of its own, and says that a trigger refused.
                if code == "1811" && database.message() == "FOREIGN KEY constraint failed" {
                    return StoreError::Reference(error);
                }
                match code.parse::<i32>().map(|code| code & 0xff) {
                    Ok(5 | 6) => unavailable("the database is locked by somebody else", error),
                    Ok(8) => unavailable("the database file is read-only", error),
                    Ok(10) => unavailable("the database file cannot be read or written", error),
                    Ok(13) => unavailable("the disk is full", error),
                    Ok(14) => unavailable("the database file cannot be opened", error),
                    Ok(11 | 26) => unavailable("the file is not a sound SQLite database", error),
                    Ok(3) => unavailable("the database file may not be accessed", error),
                    _ => StoreError::Statement(error),
                }
            }
            _ => StoreError::Statement(error),
        }
    }
}
