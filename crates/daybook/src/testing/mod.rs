//! Databases, clocks and invariants for tests, here and in programs that embed the library.
//!
//! The databases are real ones, a fresh one a test: see [`TestDb`].

#![allow(clippy::unwrap_used, clippy::missing_panics_doc)] // what fails here fails the test

mod database;
#[cfg(test)]
pub(crate) mod history;
mod invariants;
pub mod oracle;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use daybook_verify::report::Report;
use daybook_verify::source::Options;
use jiff::{SignedDuration, Timestamp};

pub use database::{POSTGRES_TEMPLATE, POSTGRES_URL, TestDb};
pub use invariants::{Follower, assert_invariants};

use crate::model::time::{Clock, SystemClock, trunc_ms};
use crate::store::{Store, StoreError};

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

/// How many transactions this process has committed for changes on the store, and how many changes wait for a group.
pub fn groups(store: &Store) -> (u64, usize) {
    store.groups_for_test()
}

/// Every row of every table as text, for a search.
pub async fn dump(store: &Store) -> String {
    store.dump_for_test().await.unwrap()
}

/// The first column of what a statement gives, a text a row.
pub async fn texts(store: &Store, sql: &str) -> Vec<String> {
    store.texts_for_test(sql).await.unwrap()
}

/// What a verification says of the database after some statements, which are taken back again.
pub async fn verify_after(store: &Store, statements: &[String], options: &Options) -> Result<Report, StoreError> {
    let session = store.altered_for_test(statements).await?;
    Ok(crate::ledger::verify::verify_in(session, "the test's database", options, &mut |_, _| ()).await)
}

/// The clock of the machine.
pub fn system_clock() -> Arc<dyn Clock> {
    Arc::new(SystemClock)
}
