//! Tables of a program that embeds the library. It says what they hold ([`Table`]); how they are made follows from that, in
//! both databases alike.

use super::db::{Dialect, Session};
use super::error::StoreError;
use crate::model::table::{Kind, Table};

/// Makes the tables that are not there, and adds the columns that are new. A column that is no longer declared stays.
pub(super) async fn create(session: &mut Session, tables: &[&'static Table]) -> Result<(), StoreError> {
    if tables.is_empty() {
        return Ok(());
    }
    // Replicas that start together: one makes the tables, the others find them.
    session.lock_name("daybook own tables").await?;
    let dialect = session.dialect();
    for table in tables {
        let sql = session.sql(create_table(dialect, table));
        session.execute(sql).await?;
        let present = session.columns(table.name).await?;
        for (name, kind) in table.columns.iter().filter(|(name, _)| !present.iter().any(|have| have == name)) {
            let column = format!(r#""{name}" {}"#, column_type(dialect, *kind));
            let sql = session.sql(format!(r#"ALTER TABLE "{}" ADD COLUMN {column}"#, table.name));
            session.execute(sql).await?;
        }
    }
    Ok(())
}

fn create_table(dialect: Dialect, table: &Table) -> String {
    let mut lines: Vec<String> = table
        .columns
        .iter()
        .map(|(name, kind)| {
            let required = if table.primary_key.contains(name) { " NOT NULL" } else { "" };
            format!(r#""{name}" {}{required}"#, column_type(dialect, *kind))
        })
        .collect();
    let key: Vec<String> = table.primary_key.iter().map(|name| format!(r#""{name}""#)).collect();
    lines.push(format!("PRIMARY KEY ({})", key.join(", ")));
    let strict = if dialect == Dialect::Sqlite { " STRICT" } else { "" };
    format!(r#"CREATE TABLE IF NOT EXISTS "{}" ({}){strict}"#, table.name, lines.join(", "))
}

fn column_type(dialect: Dialect, kind: Kind) -> &'static str {
    match (dialect, kind) {
        (_, Kind::Text) | (Dialect::Sqlite, Kind::Time | Kind::TextArray | Kind::Json | Kind::Sealed) => "text",
        (Dialect::Sqlite, Kind::Int | Kind::Bool) => "integer",
        (Dialect::Sqlite, Kind::Float) => "real",
        (Dialect::Postgres, Kind::Int) => "bigint",
        (Dialect::Postgres, Kind::Float) => "double precision",
        (Dialect::Postgres, Kind::Bool) => "boolean",
        (Dialect::Postgres, Kind::Time) => "timestamp(3)",
        (Dialect::Postgres, Kind::TextArray) => "text[]",
        (Dialect::Postgres, Kind::Json | Kind::Sealed) => "jsonb",
    }
}
