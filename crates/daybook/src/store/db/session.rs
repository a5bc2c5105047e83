//! A transaction on either database.

use std::borrow::Cow;

use serde_json::Value;
use sqlx::postgres::Postgres;
use sqlx::sqlite::Sqlite;
use sqlx::{AssertSqlSafe, Executor as _, Row as _, Transaction};

use super::coding::{decode, encode, postgres_arguments, sqlite_arguments};
use super::dialect::Dialect;
use super::sql::{Bind, Script, Sql};
use crate::model::row::{Row, RowExt as _};
use crate::model::table::Table;
use crate::store::error::StoreError;

#[derive(Debug)]
pub(super) enum Conn {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

/// A transaction. Outside `store/` it can only ask.
#[derive(Debug)]
pub struct Session {
    pub(super) conn: Conn,
    /// What stood in the way of a statement, the last time that something did.
    hindrance: Option<Hindrance>,
    /// What is to be run before the next statement. On SQLite alone.
    ahead: Option<&'static str>,
}

/// How another transaction stood in the way of a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::store) enum Hindrance {
    /// It held a lock for longer than this one may wait.
    Blocked,
    /// The two waited for each other, and this one had to give way. What came before its savepoint stands.
    Deadlock,
    /// The two cannot be put in an order: the whole transaction is lost.
    Conflict,
}

impl Hindrance {
    fn of(error: &StoreError) -> Option<Hindrance> {
        let code =
            |source: &sqlx::Error| source.as_database_error().and_then(|error| error.code().map(Cow::into_owned));
        match error {
            StoreError::Contention(source) if code(source).as_deref() == Some("40P01") => Some(Hindrance::Deadlock),
            StoreError::Contention(_) => Some(Hindrance::Conflict),
            StoreError::Unavailable { source: Some(source), .. } if code(source).as_deref() == Some("55P03") => {
                Some(Hindrance::Blocked)
            }
            _ => None,
        }
    }
}

impl Session {
    pub(super) fn new(conn: Conn) -> Session {
        Session { conn, hindrance: None, ahead: None }
    }

    /// What made a statement fail that is worth another try, since this was last asked.
    pub(in crate::store) fn take_hindrance(&mut self) -> Option<Hindrance> {
        self.hindrance.take()
    }

    /// Statements of SQLite that give nothing, to be run before the next one. They go along with a question: the way to its
    /// thread and back takes longer than they do.
    pub(in crate::store) fn put_ahead(&mut self, statements: &'static str) {
        self.ahead = Some(statements);
    }

    /// Whether what was put ahead still waits for a statement.
    pub(in crate::store) fn has_ahead(&self) -> bool {
        self.ahead.is_some()
    }

    async fn run_ahead(&mut self) -> Result<(), StoreError> {
        match self.ahead.take() {
            Some(statements) => self.run(statements).await,
            None => Ok(()),
        }
    }

    fn note<T>(&mut self, outcome: Result<T, StoreError>) -> Result<T, StoreError> {
        if let Err(error) = &outcome {
            self.hindrance = Hindrance::of(error).or(self.hindrance);
        }
        outcome
    }

    pub fn dialect(&self) -> Dialect {
        match self.conn {
            Conn::Sqlite(_) => Dialect::Sqlite,
            Conn::Postgres(_) => Dialect::Postgres,
        }
    }

    pub(crate) fn sql(&self, text: impl Into<String>) -> Sql {
        Sql::new(self.dialect(), text)
    }

    /// The single text column of every row.
    pub(in crate::store) async fn texts(&mut self, sql: Sql) -> Result<Vec<String>, StoreError> {
        let outcome = self.fetch(sql).await;
        self.note(outcome)
    }

    async fn fetch(&mut self, sql: Sql) -> Result<Vec<String>, StoreError> {
        let Sql { mut text, binds, .. } = sql;
        if let Some(ahead) = self.ahead.take() {
            text = format!("{ahead}; {text}");
        }
        let text = AssertSqlSafe(text);
        match &mut self.conn {
            Conn::Sqlite(transaction) => {
                let query = sqlx::query_with(text, sqlite_arguments(binds)?);
                let rows = transaction.fetch_all(query).await?;
                rows.iter().map(|row| row.try_get::<String, _>(0).map_err(StoreError::from)).collect()
            }
            Conn::Postgres(transaction) => {
                let query = sqlx::query_with(text, postgres_arguments(binds)?);
                let rows = transaction.fetch_all(query).await?;
                rows.iter().map(|row| row.try_get::<String, _>(0).map_err(StoreError::from)).collect()
            }
        }
    }

    /// The first columns of every row, which must be texts, or integers on SQLite.
    pub(in crate::store) async fn columns_of(
        &mut self,
        sql: Sql,
        count: usize,
    ) -> Result<Vec<Vec<Option<String>>>, StoreError> {
        self.run_ahead().await?;
        let Sql { text, binds, .. } = sql;
        let text = AssertSqlSafe(text);
        match &mut self.conn {
            Conn::Sqlite(transaction) => {
                let rows = transaction.fetch_all(sqlx::query_with(text, sqlite_arguments(binds)?)).await?;
                // Unchecked: SQLite gives an integer as text when a text is asked for.
                let row = |row: &sqlx::sqlite::SqliteRow| {
                    (0..count).map(|index| row.try_get_unchecked(index)).collect::<Result<_, _>>()
                };
                rows.iter().map(|one| row(one).map_err(StoreError::from)).collect()
            }
            Conn::Postgres(transaction) => {
                let rows = transaction.fetch_all(sqlx::query_with(text, postgres_arguments(binds)?)).await?;
                let row =
                    |row: &sqlx::postgres::PgRow| (0..count).map(|index| row.try_get(index)).collect::<Result<_, _>>();
                rows.iter().map(|one| row(one).map_err(StoreError::from)).collect()
            }
        }
    }

    /// The single column of bytes of every row.
    pub(in crate::store) async fn blobs(&mut self, sql: Sql) -> Result<Vec<Vec<u8>>, StoreError> {
        self.run_ahead().await?;
        let Sql { text, binds, .. } = sql;
        let text = AssertSqlSafe(text);
        match &mut self.conn {
            Conn::Sqlite(transaction) => {
                let rows = transaction.fetch_all(sqlx::query_with(text, sqlite_arguments(binds)?)).await?;
                rows.iter().map(|row| row.try_get(0).map_err(StoreError::from)).collect()
            }
            Conn::Postgres(transaction) => {
                let rows = transaction.fetch_all(sqlx::query_with(text, postgres_arguments(binds)?)).await?;
                rows.iter().map(|row| row.try_get(0).map_err(StoreError::from)).collect()
            }
        }
    }

    /// How SQLite would go about a statement.
    #[cfg(test)]
    pub(crate) async fn plan(&mut self, sql: Sql) -> Vec<String> {
        let Conn::Sqlite(transaction) = &mut self.conn else { return Vec::new() };
        let text = AssertSqlSafe(format!("EXPLAIN QUERY PLAN {}", sql.text));
        let query = sqlx::query_with(text, sqlite_arguments(sql.binds).expect("the test's values can be bound"));
        let rows = transaction.fetch_all(query).await.expect("the statement is sound");
        rows.iter().map(|row| row.get::<String, _>("detail")).collect()
    }

    /// JSON objects, as the statement gives them.
    pub(crate) async fn objects(&mut self, sql: Sql) -> Result<Vec<Row>, StoreError> {
        self.texts(sql).await?.iter().map(|text| serde_json::from_str(text).map_err(StoreError::corrupt)).collect()
    }

    /// Whole rows of a table; the statement must give [`Dialect::row`].
    pub(crate) async fn rows(&mut self, table: &Table, sql: Sql) -> Result<Vec<Row>, StoreError> {
        let mut rows = self.objects(sql).await?;
        for row in &mut rows {
            decode(table, row);
        }
        Ok(rows)
    }

    /// Number of rows that the statement wrote.
    pub(in crate::store) async fn execute(&mut self, sql: Sql) -> Result<u64, StoreError> {
        let outcome = self.write(sql).await;
        self.note(outcome)
    }

    async fn write(&mut self, sql: Sql) -> Result<u64, StoreError> {
        self.run_ahead().await?;
        let Sql { text, binds, .. } = sql;
        let text = AssertSqlSafe(text);
        match &mut self.conn {
            Conn::Sqlite(transaction) => {
                let done = transaction.execute(sqlx::query_with(text, sqlite_arguments(binds)?)).await?;
                Ok(done.rows_affected())
            }
            Conn::Postgres(transaction) => {
                let done = transaction.execute(sqlx::query_with(text, postgres_arguments(binds)?)).await?;
                Ok(done.rows_affected())
            }
        }
    }

    /// One integer.
    pub(crate) async fn count(&mut self, mut sql: Sql) -> Result<i64, StoreError> {
        sql.text = match self.dialect() {
            Dialect::Sqlite => format!("SELECT json_object('n', n) FROM ({}) AS counted", sql.text),
            Dialect::Postgres => format!("SELECT jsonb_build_object('n', n)::text FROM ({}) AS counted", sql.text),
        };
        Ok(self.objects(sql).await?.first().and_then(|row| row.int("n")).unwrap_or(0))
    }

    pub(in crate::store) async fn commit(self) -> Result<(), StoreError> {
        match self.conn {
            Conn::Sqlite(transaction) => transaction.commit().await?,
            Conn::Postgres(transaction) => transaction.commit().await?,
        }
        Ok(())
    }

    #[cfg(test)]
    pub(crate) async fn commit_for_test(self) -> Result<(), StoreError> {
        self.commit().await
    }

    pub(in crate::store) async fn rollback(self) -> Result<(), StoreError> {
        match self.conn {
            Conn::Sqlite(transaction) => transaction.rollback().await?,
            Conn::Postgres(transaction) => transaction.rollback().await?,
        }
        Ok(())
    }

    /// Statements that give nothing, sent at once. They do not run what was put ahead.
    pub(in crate::store) async fn run(&mut self, statements: &str) -> Result<(), StoreError> {
        let text = AssertSqlSafe(statements.to_owned());
        match &mut self.conn {
            // Prepared, and kept so.
            Conn::Sqlite(transaction) => transaction.execute(sqlx::query(text)).await.map(|_| ())?,
            Conn::Postgres(transaction) => transaction.execute(sqlx::raw_sql(text)).await.map(|_| ())?,
        }
        Ok(())
    }

    /// Makes others who lock the same name wait until this transaction ends.
    pub(in crate::store) async fn lock_name(&mut self, name: &str) -> Result<(), StoreError> {
        if self.dialect() == Dialect::Postgres {
            let mut sql = self.sql("SELECT jsonb_build_object('locked', ");
            sql.push_with("pg_advisory_xact_lock(hashtextextended(?, 0)) IS NULL)::text", [Bind::from(name)]);
            self.objects(sql).await?;
        }
        Ok(())
    }

    /// Number of rows that the statements wrote, together.
    pub(in crate::store) async fn execute_all(&mut self, script: Script) -> Result<u64, StoreError> {
        let Some(sql) = script.finish() else { return Ok(0) };
        match self.dialect() {
            Dialect::Sqlite => self.execute(sql).await,
            Dialect::Postgres => {
                let rows = self.objects(sql).await?;
                let written = rows.first().and_then(|row| row.int("n")).and_then(|count| u64::try_from(count).ok());
                written.ok_or_else(|| StoreError::Corrupt("a script does not say what it wrote".to_owned()))
            }
        }
    }

    /// Writes rows, each with a value a column. There are few texts of this statement, so that each is prepared once.
    pub(in crate::store) async fn insert_values(
        &mut self,
        table: &str,
        columns: &[&str],
        rows: Vec<Vec<Bind>>,
    ) -> Result<u64, StoreError> {
        let mut rows = rows.into_iter();
        let mut written = 0;
        while let Some(count) = ROWS_AT_ONCE.iter().copied().find(|count| *count <= rows.len()) {
            let sql = Sql::insert(self.dialect(), table, columns, rows.by_ref().take(count));
            written += self.execute(sql).await?;
        }
        Ok(written)
    }

    /// Writes one row and gives it back as the database now has it, defaults included.
    pub(in crate::store) async fn insert_row(&mut self, table: &Table, row: &Row) -> Result<Row, StoreError> {
        let encoded = Value::Object(self.encode(table, row)).to_string();
        let columns: Vec<&str> = row.keys().map(String::as_str).collect();
        let name = table.name;
        let list = quoted(&columns);
        let mut sql = self.sql(format!(r#"INSERT INTO "{name}" ({list}) "#));
        let select = match self.dialect() {
            Dialect::Postgres => format!(r#"SELECT {list} FROM jsonb_populate_record(NULL::"{name}", ?::text::jsonb)"#),
            Dialect::Sqlite => format!("SELECT {} FROM (SELECT ? AS value)", extracted(&columns)),
        };
        sql.push_with(&select, [Bind::Text(encoded)]);
        sql.push(&format!(" RETURNING {}", self.dialect().row(table, &format!(r#""{name}""#))));
        let mut rows = self.rows(table, sql).await?;
        rows.pop().ok_or_else(|| StoreError::Corrupt(format!("an insert into {name} gave no row")))
    }

    /// Sets columns of the one row whose columns equal `key`, and gives it back.
    pub(in crate::store) async fn set_row(
        &mut self,
        table: &Table,
        key: &Row,
        values: &Row,
    ) -> Result<Row, StoreError> {
        let encoded = Value::Object(self.encode(table, values)).to_string();
        let name = table.name;
        let dialect = self.dialect();
        let sets: Vec<String> = values
            .keys()
            .map(|column| match dialect {
                Dialect::Postgres => format!(r#""{column}" = new."{column}""#),
                Dialect::Sqlite => format!(r#""{column}" = new.value ->> '$."{column}"'"#),
            })
            .collect();
        let source = match dialect {
            Dialect::Postgres => format!(r#"jsonb_populate_record(NULL::"{name}", ?::text::jsonb)"#),
            Dialect::Sqlite => "(SELECT ? AS value)".to_owned(),
        };
        let mut sql = self.sql("");
        sql.push_with(
            &format!(r#"UPDATE "{name}" SET {} FROM {source} AS new WHERE "#, sets.join(", ")),
            [Bind::Text(encoded)],
        );
        key_condition(&mut sql, table, key);
        sql.push(&format!(" RETURNING {}", dialect.row(table, &format!(r#""{name}""#))));
        let mut rows = self.rows(table, sql).await?;
        match (rows.pop(), rows.is_empty()) {
            (Some(row), true) => Ok(row),
            (found, _) => {
                let count = rows.len() + usize::from(found.is_some());
                Err(StoreError::Corrupt(format!("an update of one row of {name} touched {count}")))
            }
        }
    }

    /// The row whose columns equal `key`.
    pub async fn row(&mut self, table: &Table, key: &Row, lock: Lock) -> Result<Option<Row>, StoreError> {
        let dialect = self.dialect();
        let quoted = format!(r#""{}""#, table.name);
        let mut sql = self.sql(format!("SELECT {} FROM {quoted} WHERE ", dialect.row(table, &quoted)));
        key_condition(&mut sql, table, key);
        if lock == Lock::ForUpdate {
            sql.push(dialect.for_update());
        }
        Ok(self.rows(table, sql).await?.pop())
    }

    /// Removes the one row whose columns equal `key`.
    pub(in crate::store) async fn remove_row(&mut self, table: &Table, key: &Row) -> Result<(), StoreError> {
        let mut sql = self.sql(format!(r#"DELETE FROM "{}" WHERE "#, table.name));
        key_condition(&mut sql, table, key);
        match self.execute(sql).await? {
            1 => Ok(()),
            count => Err(StoreError::Corrupt(format!("a deletion of one row of {} touched {count}", table.name))),
        }
    }

    /// A row in the database's own spelling, for [`Self::insert`] and [`Self::set`].
    pub(in crate::store) fn encode(&self, table: &Table, row: &Row) -> Row {
        let dialect = self.dialect();
        row.iter().map(|(name, value)| (name.clone(), encode(dialect, table.kind(name), value))).collect()
    }

    /// Whether the database has a table or, on PostgreSQL, whether the current schema has it.
    pub(crate) async fn has_table(&mut self, name: &str) -> Result<bool, StoreError> {
        let mut sql = self.sql("");
        match self.dialect() {
            Dialect::Sqlite => sql
                .push_with("SELECT count(*) AS n FROM sqlite_master WHERE type = 'table' AND name = ?", [name.into()]),
            Dialect::Postgres => sql.push_with(
                "SELECT count(*) AS n FROM (SELECT to_regclass(?) AS r) AS c WHERE r IS NOT NULL",
                [name.into()],
            ),
        };
        Ok(self.count(sql).await? > 0)
    }

    /// The columns that a table really has.
    pub(crate) async fn columns(&mut self, table: &str) -> Result<Vec<String>, StoreError> {
        let mut sql = self.sql("");
        match self.dialect() {
            Dialect::Sqlite => {
                sql.push_with("SELECT json_object('name', name) FROM pragma_table_info(?)", [table.into()])
            }
            Dialect::Postgres => sql.push_with(
                "SELECT jsonb_build_object('name', column_name)::text FROM information_schema.columns \
                 WHERE table_schema = current_schema() AND table_name = ?",
                [table.into()],
            ),
        };
        let rows = self.objects(sql).await?;
        Ok(rows.iter().filter_map(|row| row.text("name").map(str::to_owned)).collect())
    }
}

/// How many rows a statement of [`Session::insert_values`] may have.
const ROWS_AT_ONCE: [usize; 4] = [64, 16, 4, 1];

/// Whether a row that is read is held until the end of the transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lock {
    No,
    ForUpdate,
}

fn quoted(columns: &[&str]) -> String {
    let quoted: Vec<String> = columns.iter().map(|name| format!(r#""{name}""#)).collect();
    quoted.join(", ")
}

/// The members of the SQLite JSON object `value`, as columns.
fn extracted(columns: &[&str]) -> String {
    let members: Vec<String> = columns.iter().map(|name| format!(r#"value ->> '$."{name}"'"#)).collect();
    members.join(", ")
}
fn key_condition(sql: &mut Sql, table: &Table, key: &Row) {
    for (index, (column, value)) in key.iter().enumerate() {
        if index > 0 {
            sql.push(" AND ");
        }
        let bind = match value {
            Value::Number(number) => Bind::Int(number.as_i64().unwrap_or_default()),
            Value::String(text) => Bind::Text(text.clone()),
            other => Bind::Text(other.to_string()),
        };
        sql.push_with(&format!(r#""{}"."{column}" = ?"#, table.name), [bind]);
    }
}
