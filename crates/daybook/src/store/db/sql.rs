//! A statement under construction.

use jiff::Timestamp;

use super::dialect::Dialect;

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
    /// The text of a JSON column.
    Json(Option<String>),
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
    pub(super) text: String,
    pub(super) binds: Vec<Bind>,
}

/// Statements that write and that belong together. The database is handed them all at once, since each way to it and back
/// takes longer than a small statement. None of them reads what another one writes.
#[derive(Debug)]
pub(crate) struct Script {
    sql: Sql,
    count: usize,
}

impl Script {
    pub(crate) fn new(dialect: Dialect) -> Script {
        Script { sql: Sql::new(dialect, ""), count: 0 }
    }

    /// Where the next statement is to be written, and nothing after it.
    pub(crate) fn statement(&mut self) -> &mut Sql {
        match (self.sql.dialect, self.count) {
            (Dialect::Sqlite, 0) => {}
            (Dialect::Sqlite, _) => drop(self.sql.push("; ")),
            (Dialect::Postgres, 0) => drop(self.sql.push("WITH s0 AS (")),
            (Dialect::Postgres, count) => drop(self.sql.push(&format!(" RETURNING 1), s{count} AS ("))),
        }
        self.count += 1;
        &mut self.sql
    }

    /// The whole of it: statements on SQLite; on PostgreSQL a question for the number of rows that they wrote.
    pub(super) fn finish(mut self) -> Option<Sql> {
        if self.count == 0 {
            return None;
        }
        if self.sql.dialect == Dialect::Postgres {
            let counts: Vec<String> =
                (0..self.count).map(|number| format!("(SELECT count(*) FROM s{number})")).collect();
            self.sql.push(&format!(" RETURNING 1) SELECT jsonb_build_object('n', {})::text", counts.join(" + ")));
        }
        Some(self.sql)
    }
}

impl Sql {
    pub(crate) fn new(dialect: Dialect, text: impl Into<String>) -> Sql {
        Sql { dialect, text: text.into(), binds: Vec::new() }
    }

    pub(crate) fn push(&mut self, text: &str) -> &mut Sql {
        self.text.push_str(text);
        self
    }

    /// A statement that writes rows, each with a value a column.
    pub(crate) fn push_insert(&mut self, table: &str, columns: &[&str], rows: impl IntoIterator<Item = Vec<Bind>>) {
        let columns: Vec<String> = columns.iter().map(|name| format!(r#""{name}""#)).collect();
        self.push(&format!("INSERT INTO {table} ({}) VALUES ", columns.join(", ")));
        for (index, row) in rows.into_iter().enumerate() {
            self.push(if index == 0 { "(" } else { ", (" });
            for (column, value) in row.into_iter().enumerate() {
                let placeholder = self.bind(value);
                self.push(if column == 0 { "" } else { ", " }).push(&placeholder);
            }
            self.push(")");
        }
    }

    /// [`Self::push_insert`] as a whole statement. SQLite looks through all placeholders that have a name for each value, so
    /// that these have none: a value each, in order.
    pub(crate) fn insert(
        dialect: Dialect,
        table: &str,
        columns: &[&str],
        rows: impl IntoIterator<Item = Vec<Bind>>,
    ) -> Sql {
        let mut sql = Sql::new(dialect, "");
        if dialect == Dialect::Postgres {
            sql.push_insert(table, columns, rows);
            return sql;
        }
        let columns: Vec<String> = columns.iter().map(|name| format!(r#""{name}""#)).collect();
        let row = format!("({})", vec!["?"; columns.len()].join(", "));
        sql.push(&format!("INSERT INTO {table} ({}) VALUES ", columns.join(", ")));
        for (index, values) in rows.into_iter().enumerate() {
            sql.push(if index == 0 { "" } else { ", " }).push(&row);
            sql.binds.extend(values);
        }
        sql
    }

    /// The placeholder for a value.
    pub(crate) fn bind(&mut self, value: impl Into<Bind>) -> String {
        let value = value.into();
        let number = self.binds.len() + 1;
        let placeholder = match (&value, self.dialect) {
            (Bind::Time(_), Dialect::Postgres) => format!("${number}::timestamp"),
            (Bind::Json(_), Dialect::Postgres) => format!("${number}::jsonb"),
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
