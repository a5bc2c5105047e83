//! What only the program that measures asks of a database: its indexes out of the way of a bulk load, its sizes, a
//! database of its own on a PostgreSQL server.

use std::collections::HashMap;
use std::str::FromStr as _;

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, Row as _};

use super::db::{Bind, Dialect, Session};
use super::error::StoreError;
use super::{Location, Store, audit};
use crate::model::row::{self, RowExt as _};

pub use super::ledger::bench::{BulkRow, Frozen};

/// Tells the schema of this program from another one.
pub fn schema(dialect: Dialect) -> String {
    super::migrate::fingerprint(dialect)
}

/// The bytes of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Size {
    pub table: String,
    /// Rows, with what of them is stored elsewhere.
    pub rows: u64,
    pub indexes: u64,
}

/// The sizes of the audit table and of the log's tables.
pub async fn sizes(session: &mut Session) -> Result<Vec<Size>, StoreError> {
    let dialect = session.dialect();
    let mut sizes = Vec::new();
    let words = match dialect {
        // Where FTS5 keeps it.
        Dialect::Sqlite => dialect.own("text_data"),
        Dialect::Postgres => dialect.own("text"),
    };
    for table in ["LiteLLM_AuditLog".to_owned(), dialect.own("ledger"), dialect.own("tile"), words] {
        let sql = match dialect {
            Dialect::Sqlite => format!(
                "SELECT json_object('rows', sum(s.pgsize) FILTER (WHERE m.type = 'table'), \
                 'indexes', coalesce(sum(s.pgsize) FILTER (WHERE m.type = 'index'), 0)) \
                 FROM dbstat AS s JOIN sqlite_master AS m ON m.name = s.name \
                 WHERE s.aggregate = TRUE AND m.tbl_name = '{table}'"
            ),
            Dialect::Postgres => {
                let name = if table.contains('.') { table.clone() } else { format!("\"{table}\"") };
                format!(
                    "SELECT jsonb_build_object('rows', pg_table_size('{name}'), 'indexes', pg_indexes_size('{name}'))::text"
                )
            }
        };
        let sql = session.sql(sql);
        let rows = session.objects(sql).await?;
        let bytes = |name: &str| {
            let found = rows.first().and_then(|row| row.int(name)).and_then(|bytes| u64::try_from(bytes).ok());
            found.ok_or_else(|| StoreError::Corrupt(format!("{table} has no size")))
        };
        sizes.push(Size { rows: bytes("rows")?, indexes: bytes("indexes")?, table: table.clone() });
    }
    Ok(sizes)
}

/// Entries by their primary keys, in the order of the ids: the least that an answer with them takes. One that is not there is
/// left out.
pub async fn rows_by_id(session: &mut Session, ids: &[String]) -> Result<Vec<row::Row>, StoreError> {
    let dialect = session.dialect();
    let mut sql = session.sql(format!(r#"SELECT {} FROM "LiteLLM_AuditLog" AS a WHERE "#, audit::entry(dialect)));
    if let [id] = ids {
        sql.push_with(r#"a."id" = ?"#, [Bind::from(id.as_str())]);
    } else {
        let list = sql.bind(Bind::Texts(ids.to_vec()));
        sql.push(&dialect.any_of(r#"a."id""#, &list));
    }
    let mut found: HashMap<String, row::Row> = HashMap::with_capacity(ids.len());
    for stored in session.objects(sql).await? {
        found.insert(stored.text("id").unwrap_or_default().to_owned(), audit::read(&stored));
    }
    Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
}

/// The indexes of the audit table, and of words, that were taken away: the statements that make them again.
#[derive(Debug)]
#[must_use = "without its indexes the database answers nothing in time"]
pub struct Indexes(Vec<String>);

impl Store {
    /// Takes away what a bulk load would update row by row and has sorted faster at its end.
    pub async fn drop_indexes(&self) -> Result<Indexes, StoreError> {
        let mut session = self.db.write().await?;
        let sql = match session.dialect() {
            Dialect::Sqlite => {
                "SELECT json_object('name', '\"' || name || '\"', 'sql', sql) FROM sqlite_master \
                 WHERE type = 'index' AND tbl_name = 'LiteLLM_AuditLog' AND sql IS NOT NULL"
            }
            Dialect::Postgres => {
                "SELECT jsonb_build_object('name', format('%I.%I', schemaname, indexname), 'sql', indexdef)::text \
                 FROM pg_indexes WHERE tablename = 'LiteLLM_AuditLog' AND indexname LIKE 'daybook\\_%' \
                 OR schemaname = 'daybook' AND indexname = 'daybook_text_words'"
            }
        };
        let sql = session.sql(sql);
        let mut statements = Vec::new();
        for row in session.objects(sql).await? {
            let sql = session.sql(format!("DROP INDEX {}", row.text("name").unwrap_or_default()));
            session.execute(sql).await?;
            statements.push(row.text("sql").unwrap_or_default().to_owned());
        }
        if session.dialect() == Dialect::Sqlite {
            // A gigabyte: what is left are two indexes by random ids. It stays with the one connection that writes.
            let sql = session.sql("PRAGMA cache_size = -1000000");
            session.execute(sql).await?;
        }
        session.commit().await?;
        Ok(Indexes(statements))
    }

    /// Makes them again.
    pub async fn create_indexes(&self, indexes: Indexes) -> Result<(), StoreError> {
        for statement in indexes.0 {
            let mut session = self.db.write().await?;
            let sql = session.sql(statement);
            session.execute(sql).await?;
            session.commit().await?;
        }
        // What the database goes by when it chooses an index.
        let mut session = self.db.write().await?;
        let sql = session.sql("ANALYZE");
        session.execute(sql).await?;
        session.commit().await
    }
}

/// Whether there is such a database on the server of `url`.
pub async fn has_database(url: &str, name: &str) -> Result<bool, StoreError> {
    let mut connection = PgConnection::connect(url).await?;
    let there = there(&mut connection, name).await?;
    connection.close().await?;
    Ok(there)
}

async fn there(connection: &mut PgConnection, name: &str) -> Result<bool, StoreError> {
    let query = sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM pg_database WHERE datname = $1)");
    Ok(query.bind(name).fetch_one(connection).await?)
}

/// A database on the server of `url`, made unless it is there.
pub async fn create_database(url: &str, name: &str) -> Result<Location, StoreError> {
    let server = PgConnectOptions::from_str(url)?;
    let mut connection = PgConnection::connect_with(&server).await?;
    if !there(&mut connection, name).await? {
        let sql = format!("CREATE DATABASE \"{name}\" TEMPLATE template0");
        connection.execute(sqlx::raw_sql(AssertSqlSafe(sql))).await?;
    }
    connection.close().await?;
    let (base, _) = url.rsplit_once('/').ok_or_else(|| StoreError::unavailable("the URL names no database"))?;
    Ok(Location::Postgres { url: format!("{base}/{name}"), schema: "public".to_owned() })
}

pub async fn drop_database(url: &str, name: &str) -> Result<(), StoreError> {
    let mut connection = PgConnection::connect(url).await?;
    let sql = format!("DROP DATABASE IF EXISTS \"{name}\" WITH (FORCE)");
    connection.execute(sqlx::raw_sql(AssertSqlSafe(sql))).await?;
    connection.close().await?;
    Ok(())
}

/// Version and settings that a figure depends on.
pub async fn describe_server(url: &str) -> Result<String, StoreError> {
    let mut connection = PgConnection::connect(url).await?;
    let mut text = String::from("PostgreSQL");
    for name in ["server_version", "fsync", "synchronous_commit", "full_page_writes", "shared_buffers"] {
        let row = sqlx::query("SELECT current_setting($1)").bind(name).fetch_one(&mut connection).await?;
        text.push_str(&format!(" {name}={}", row.try_get::<String, _>(0)?));
    }
    connection.close().await?;
    Ok(text)
}
