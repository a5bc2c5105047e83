//! The two databases. This is the only file that knows that there are two.
//!
//! Every statement is text with `$1`, `$2`, ... placeholders, and every SELECT gives one text column: a JSON object a row.
//! That is what lets one text serve both, and what keeps columns that we do not know. [`Dialect`] holds the spellings
//! that differ, [`Session`] a connection that can ask and, inside `store/`, write.

use std::str::FromStr as _;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;
use sqlx::postgres::{PgArguments, PgConnectOptions, PgPool, PgPoolOptions, Postgres};
use sqlx::sqlite::{
    Sqlite, SqliteArguments, SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Executor as _, Row as _, Transaction};

use super::error::StoreError;
use crate::model::row::{Row, RowExt as _};
use crate::model::table::{Kind, Table};
use crate::model::time;

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
                    .busy_timeout(pooling.timeout);
                let writer = SqlitePoolOptions::new()
                    .max_connections(1)
                    .acquire_timeout(pooling.timeout)
                    .connect_with(options.clone())
                    .await?;
                let readers = SqlitePoolOptions::new()
                    .max_connections(pooling.connections)
                    .acquire_timeout(pooling.timeout)
                    .connect_lazy_with(options.pragma("query_only", "on"));
                Ok(Db::Sqlite { writer, readers })
            }
            Location::Postgres { url, schema } => {
                let options = PgConnectOptions::from_str(url)?
                    .application_name("daybook")
                    .options([("search_path", schema.as_str()), ("timezone", "UTC")]);
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
            Db::Sqlite { readers, .. } => Ok(Session(Conn::Sqlite(readers.begin().await?))),
            Db::Postgres { pool } => {
                let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
                Ok(Session(Conn::Postgres(pool.begin_with(begin).await?)))
            }
        }
    }

    /// A transaction that writes.
    ///
    /// IMMEDIATE: a SQLite transaction that reads first and writes later fails at once when somebody else has written
    /// in between, whatever the busy timeout says.
    pub(crate) async fn write(&self) -> Result<Session, StoreError> {
        match self {
            Db::Sqlite { writer, .. } => Ok(Session(Conn::Sqlite(writer.begin_with("BEGIN IMMEDIATE").await?))),
            Db::Postgres { pool } => Ok(Session(Conn::Postgres(pool.begin().await?))),
        }
    }

    /// Runs a script of several statements in one transaction of its own.
    pub(crate) async fn script(&self, session: &mut Session, sql: &str) -> Result<(), StoreError> {
        let sql = AssertSqlSafe(sql.to_owned());
        match &mut session.0 {
            Conn::Sqlite(transaction) => transaction.execute(sqlx::raw_sql(sql)).await.map(|_| ())?,
            Conn::Postgres(transaction) => transaction.execute(sqlx::raw_sql(sql)).await.map(|_| ())?,
        }
        Ok(())
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

/// The spellings that differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    Sqlite,
    Postgres,
}

impl Dialect {
    /// The name of one of Daybook's own tables.
    pub fn own(self, table: &str) -> String {
        match self {
            Dialect::Sqlite => format!("daybook_{table}"),
            Dialect::Postgres => format!("daybook.{table}"),
        }
    }

    /// An expression that gives the row of the table that goes by `alias` as JSON text.
    pub(crate) fn row(self, table: &Table, alias: &str) -> String {
        match self {
            Dialect::Postgres => format!("to_jsonb({alias})::text"),
            Dialect::Sqlite => {
                let members: Vec<String> = table
                    .columns
                    .iter()
                    .map(|(name, kind)| match kind {
                        Kind::Json | Kind::TextArray => format!(r#"'{name}', json({alias}."{name}")"#),
                        _ => format!(r#"'{name}', {alias}."{name}""#),
                    })
                    .collect();
                format!("json_object({})", members.join(", "))
            }
        }
    }

    /// A JSON object of expressions, as text: `object(&[("n", "count(*)")])`.
    pub(crate) fn object(self, members: &[(&str, &str)]) -> String {
        let list: Vec<String> = members.iter().map(|(name, value)| format!("'{name}', {value}")).collect();
        match self {
            Dialect::Sqlite => format!("json_object({})", list.join(", ")),
            Dialect::Postgres => format!("jsonb_build_object({})::text", list.join(", ")),
        }
    }

    /// Locks the rows that a SELECT finds until the end of the transaction. SQLite's only writer holds them all.
    pub(crate) fn for_update(self) -> &'static str {
        match self {
            Dialect::Sqlite => "",
            Dialect::Postgres => " FOR UPDATE",
        }
    }

    /// The text of member `name` of a JSON column.
    pub(crate) fn json_text(self, column: &str, name: &str) -> String {
        format!("({column} ->> '{name}')")
    }

    /// The text at `name` of the object in a JSON column of an audit row, `NULL` when there is no text. LiteLLM stores some
    /// of these objects as the text of their JSON; they are looked into as well. Written as the indexes have it.
    pub(crate) fn member(self, column: &str, name: &str) -> String {
        match self {
            Dialect::Postgres => format!("daybook.member({column}, '{name}') COLLATE \"C\""),
            Dialect::Sqlite => {
                let object = format!(
                    "CASE WHEN json_type({column}) = 'text' THEN \
                     CASE WHEN json_valid({column} ->> '$') THEN {column} ->> '$' END ELSE {column} END"
                );
                format!("CASE WHEN json_type({object}, '$.{name}') = 'text' THEN ({object}) ->> '{name}' END")
            }
        }
    }

    /// A text column that is compared and sorted by its bytes, whatever the locale of the database.
    pub(crate) fn by_bytes(self, column: &str) -> String {
        match self {
            Dialect::Sqlite => column.to_owned(),
            Dialect::Postgres => format!("{column} COLLATE \"C\""),
        }
    }

    /// A JSON column as the text that is stored.
    pub(crate) fn raw_json(self, column: &str) -> String {
        match self {
            Dialect::Sqlite => column.to_owned(),
            Dialect::Postgres => format!("{column}::text"),
        }
    }

    /// Binds SQLite to an index, which it has because nobody but us makes its tables. PostgreSQL knows what is best.
    pub(crate) fn indexed_by(self, index: &str) -> String {
        match self {
            Dialect::Sqlite => format!(r#" INDEXED BY "{index}""#),
            Dialect::Postgres => String::new(),
        }
    }

    /// Whether a text-array column holds the text in `placeholder`.
    pub(crate) fn array_has(self, column: &str, placeholder: &str) -> String {
        match self {
            Dialect::Sqlite => {
                format!("EXISTS (SELECT 1 FROM json_each({column}) AS item WHERE item.value = {placeholder})")
            }
            Dialect::Postgres => format!("({placeholder} = ANY({column}))"),
        }
    }

    /// Whether `column` is one of the texts of the list in `placeholder` ([`Bind::Texts`]).
    pub(crate) fn any_of(self, column: &str, placeholder: &str) -> String {
        match self {
            Dialect::Sqlite => format!("{column} IN (SELECT value FROM json_each({placeholder}))"),
            Dialect::Postgres => format!("{column} = ANY({placeholder})"),
        }
    }

    /// Whether a JSON list of objects has one whose member `name` is the text in `placeholder`.
    pub(crate) fn list_has(self, column: &str, name: &str, placeholder: &str) -> String {
        match self {
            Dialect::Sqlite => format!(
                "EXISTS (SELECT 1 FROM json_each({column}) AS item \
                 WHERE json_type({column}) = 'array' AND item.value ->> '{name}' = {placeholder})"
            ),
            Dialect::Postgres => {
                format!("({column} @> jsonb_build_array(jsonb_build_object('{name}', {placeholder}::text)))")
            }
        }
    }

    /// The number of items of a JSON list; 0 for an object.
    pub(crate) fn json_length(self, column: &str) -> String {
        match self {
            Dialect::Sqlite => format!("json_array_length({column})"),
            Dialect::Postgres => {
                format!("CASE jsonb_typeof({column}) WHEN 'array' THEN jsonb_array_length({column}) ELSE 0 END")
            }
        }
    }

    /// Where NULL stands in an ascending or descending order: PostgreSQL's default, which LiteLLM's lists show.
    pub(crate) fn order(self, column: &str, descending: bool) -> String {
        match (self, descending) {
            (Dialect::Sqlite, true) => format!("{column} DESC NULLS FIRST"),
            (Dialect::Sqlite, false) => format!("{column} ASC NULLS LAST"),
            (Dialect::Postgres, true) => format!("{column} DESC"),
            (Dialect::Postgres, false) => format!("{column} ASC"),
        }
    }
}

/// A text for `LIKE ... ESCAPE '\'` that means itself.
pub(crate) fn like_literal(text: &str) -> String {
    text.replace('\\', r"\\").replace('%', r"\%").replace('_', r"\_")
}

/// A value for a placeholder.
#[derive(Clone, Debug)]
pub enum Bind {
    Text(String),
    OptionalText(Option<String>),
    Texts(Vec<String>),
    Int(i64),
    Float(f64),
    Bool(bool),
    Time(Timestamp),
    Bytes(Vec<u8>),
}

impl From<&str> for Bind {
    fn from(text: &str) -> Bind {
        Bind::Text(text.to_owned())
    }
}

impl From<String> for Bind {
    fn from(text: String) -> Bind {
        Bind::Text(text)
    }
}

impl From<i64> for Bind {
    fn from(number: i64) -> Bind {
        Bind::Int(number)
    }
}

impl From<Timestamp> for Bind {
    fn from(instant: Timestamp) -> Bind {
        Bind::Time(instant)
    }
}

/// A statement under construction: text and the values of its placeholders.
#[derive(Clone, Debug)]
pub(crate) struct Sql {
    pub(crate) dialect: Dialect,
    text: String,
    binds: Vec<Bind>,
}

impl Sql {
    pub(crate) fn new(dialect: Dialect, text: impl Into<String>) -> Sql {
        Sql { dialect, text: text.into(), binds: Vec::new() }
    }

    pub(crate) fn push(&mut self, text: &str) -> &mut Sql {
        self.text.push_str(text);
        self
    }

    /// The placeholder for a value.
    pub(crate) fn bind(&mut self, value: impl Into<Bind>) -> String {
        let value = value.into();
        let number = self.binds.len() + 1;
        let placeholder = match (&value, self.dialect) {
            (Bind::Time(_), Dialect::Postgres) => format!("${number}::timestamp"),
            _ => format!("${number}"),
        };
        self.binds.push(value);
        placeholder
    }

    /// Text in which each `?` stands for the next value.
    pub(crate) fn push_with(&mut self, text: &str, values: impl IntoIterator<Item = Bind>) -> &mut Sql {
        let mut pieces = text.split('?');
        self.text.push_str(pieces.next().unwrap_or_default());
        for (piece, value) in pieces.zip(values) {
            let placeholder = self.bind(value);
            self.text.push_str(&placeholder);
            self.text.push_str(piece);
        }
        self
    }
}

#[derive(Debug)]
enum Conn {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

/// A transaction. Outside `store/` it can only ask.
#[derive(Debug)]
pub struct Session(Conn);

impl Session {
    pub fn dialect(&self) -> Dialect {
        match self.0 {
            Conn::Sqlite(_) => Dialect::Sqlite,
            Conn::Postgres(_) => Dialect::Postgres,
        }
    }

    pub(crate) fn sql(&self, text: impl Into<String>) -> Sql {
        Sql::new(self.dialect(), text)
    }

    /// The single text column of every row.
    async fn texts(&mut self, sql: Sql) -> Result<Vec<String>, StoreError> {
        let Sql { text, binds, .. } = sql;
        let text = AssertSqlSafe(text);
        match &mut self.0 {
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

    /// How SQLite would go about a statement.
    #[cfg(test)]
    pub(crate) async fn plan(&mut self, sql: Sql) -> Vec<String> {
        let Conn::Sqlite(transaction) = &mut self.0 else { return Vec::new() };
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
    pub(super) async fn execute(&mut self, sql: Sql) -> Result<u64, StoreError> {
        let Sql { text, binds, .. } = sql;
        let text = AssertSqlSafe(text);
        match &mut self.0 {
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

    pub(super) async fn commit(self) -> Result<(), StoreError> {
        match self.0 {
            Conn::Sqlite(transaction) => transaction.commit().await?,
            Conn::Postgres(transaction) => transaction.commit().await?,
        }
        Ok(())
    }

    pub(super) async fn rollback(self) -> Result<(), StoreError> {
        match self.0 {
            Conn::Sqlite(transaction) => transaction.rollback().await?,
            Conn::Postgres(transaction) => transaction.rollback().await?,
        }
        Ok(())
    }

    /// Makes others who lock the same name wait until this transaction ends.
    pub(super) async fn lock_name(&mut self, name: &str) -> Result<(), StoreError> {
        if self.dialect() == Dialect::Postgres {
            let mut sql = self.sql("SELECT jsonb_build_object('locked', ");
            sql.push_with("pg_advisory_xact_lock(hashtextextended(?, 0)) IS NULL)::text", [Bind::from(name)]);
            self.objects(sql).await?;
        }
        Ok(())
    }

    /// Writes rows of one table with one statement; every row must have the same members.
    pub(super) async fn insert(&mut self, table: &str, columns: &[&str], rows: Value) -> Result<u64, StoreError> {
        let list = quoted(columns);
        let mut sql = self.sql(format!("INSERT INTO {table} ({list}) "));
        match self.dialect() {
            Dialect::Postgres => {
                let text = format!("SELECT {list} FROM jsonb_populate_recordset(NULL::{table}, ?::text::jsonb)");
                sql.push_with(&text, [Bind::Text(rows.to_string())]);
            }
            Dialect::Sqlite => {
                let text = format!("SELECT {} FROM json_each(?)", extracted(columns));
                sql.push_with(&text, [Bind::Text(rows.to_string())]);
            }
        }
        self.execute(sql).await
    }

    /// Writes one row and gives it back as the database now has it, defaults included.
    pub(super) async fn insert_row(&mut self, table: &Table, row: &Row) -> Result<Row, StoreError> {
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
    pub(super) async fn set_row(&mut self, table: &Table, key: &Row, values: &Row) -> Result<Row, StoreError> {
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
    pub(super) async fn remove_row(&mut self, table: &Table, key: &Row) -> Result<(), StoreError> {
        let mut sql = self.sql(format!(r#"DELETE FROM "{}" WHERE "#, table.name));
        key_condition(&mut sql, table, key);
        match self.execute(sql).await? {
            1 => Ok(()),
            count => Err(StoreError::Corrupt(format!("a deletion of one row of {} touched {count}", table.name))),
        }
    }

    /// A row in the database's own spelling, for [`Self::insert`] and [`Self::set`].
    pub(super) fn encode(&self, table: &Table, row: &Row) -> Row {
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

fn encode(dialect: Dialect, kind: Option<Kind>, value: &Value) -> Value {
    match (dialect, kind, value) {
        (_, _, Value::Null) => Value::Null,
        (Dialect::Sqlite, Some(Kind::Time), Value::String(text)) => {
            time::parse(text).map_or(Value::Null, |instant| Value::String(time::fixed(instant)))
        }
        (Dialect::Sqlite, Some(Kind::Json | Kind::TextArray), value) => Value::String(value.to_string()),
        (Dialect::Sqlite, Some(Kind::Bool), Value::Bool(flag)) => Value::from(i64::from(*flag)),
        _ => value.clone(),
    }
}

/// From the database's spelling to the wire's: both databases then give the same row.
pub(crate) fn decode(table: &Table, row: &mut Row) {
    for (name, value) in row.iter_mut() {
        match (table.kind(name), &*value) {
            (Some(Kind::Float), Value::Number(number)) => {
                if let Some(float) = number.as_f64() {
                    *value = Value::from(float);
                }
            }
            (Some(Kind::Bool), Value::Number(number)) => *value = Value::Bool(number.as_i64() != Some(0)),
            (Some(Kind::Time), Value::String(text)) => {
                if let Some(instant) = time::parse(text) {
                    *value = Value::String(time::wire(instant));
                }
            }
            _ => {}
        }
    }
}

fn sqlite_arguments(binds: Vec<Bind>) -> Result<SqliteArguments, StoreError> {
    use sqlx::Arguments as _;
    let mut arguments = SqliteArguments::default();
    for bind in binds {
        match bind {
            Bind::Text(text) => arguments.add(text),
            Bind::OptionalText(text) => arguments.add(text),
            Bind::Texts(list) => arguments.add(Value::from(list).to_string()),
            Bind::Int(number) => arguments.add(number),
            Bind::Float(number) => arguments.add(number),
            Bind::Bool(flag) => arguments.add(i64::from(flag)),
            Bind::Time(instant) => arguments.add(time::fixed(instant)),
            Bind::Bytes(bytes) => arguments.add(bytes),
        }
        .map_err(sqlx::Error::Encode)?;
    }
    Ok(arguments)
}

fn postgres_arguments(binds: Vec<Bind>) -> Result<PgArguments, StoreError> {
    use sqlx::Arguments as _;
    let mut arguments = PgArguments::default();
    for bind in binds {
        match bind {
            Bind::Text(text) => arguments.add(text),
            Bind::OptionalText(text) => arguments.add(text),
            Bind::Texts(list) => arguments.add(list),
            Bind::Int(number) => arguments.add(number),
            Bind::Float(number) => arguments.add(number),
            Bind::Bool(flag) => arguments.add(flag),
            Bind::Time(instant) => arguments.add(time::fixed(instant)),
            Bind::Bytes(bytes) => arguments.add(bytes),
        }
        .map_err(sqlx::Error::Encode)?;
    }
    Ok(arguments)
}
