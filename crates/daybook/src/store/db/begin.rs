//! A transaction of PostgreSQL that was begun is ended, whoever gives up waiting for it.
//!
//! A request whose client hangs up is dropped wherever it stands. Between `BEGIN` and its answer the driver does not know yet
//! that there is a transaction, and gives the connection back with it: the next change on that connection would find itself in one
//! that only reads, and be refused. So a beginning that nobody waits for any more is brought to its end elsewhere, which ends the
//! transaction with it. (SQLite's driver sees to that by itself.)

use std::pin::Pin;
use std::task::{Context, Poll};

use sqlx::postgres::PgPool;
use sqlx::{Error, Postgres, SqlSafeStr as _, Transaction};
use tokio::runtime::Handle;

type Begun = Result<Transaction<'static, Postgres>, Error>;

/// Waits for a connection, and begins a transaction on it by this statement.
pub(super) async fn begin(pool: &PgPool, statement: &'static str) -> Begun {
    // Whoever gives up here has begun nothing.
    let connection = pool.acquire().await?;
    Beginning(Some(Transaction::begin(connection, Some(statement.into_sql_str())))).await
}

/// `None` when it is at its end.
struct Beginning(Option<Pin<Box<dyn Future<Output = Begun> + Send>>>);

impl Future for Beginning {
    type Output = Begun;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Begun> {
        let Some(beginning) = &mut self.0 else { return Poll::Pending };
        let begun = beginning.as_mut().poll(context);
        if begun.is_ready() {
            self.0 = None;
        }
        begun
    }
}

impl Drop for Beginning {
    fn drop(&mut self) {
        // Without a runtime the connection is gone, too.
        if let (Some(beginning), Ok(runtime)) = (self.0.take(), Handle::try_current()) {
            runtime.spawn(beginning);
        }
    }
}
