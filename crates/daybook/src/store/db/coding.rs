//! Values on their way to a database and back: both then give the same row.

use serde_json::Value;
use sqlx::postgres::PgArguments;
use sqlx::sqlite::SqliteArguments;

use super::dialect::Dialect;
use super::sql::Bind;
use crate::model::row::Row;
use crate::model::table::{Kind, Table};
use crate::model::time;
use crate::store::error::StoreError;

pub(super) fn encode(dialect: Dialect, kind: Option<Kind>, value: &Value) -> Value {
    match (dialect, kind, value) {
        (_, _, Value::Null) => Value::Null,
        (Dialect::Sqlite, Some(Kind::Time), Value::String(text)) => {
            time::parse(text).map_or(Value::Null, |instant| Value::String(time::fixed(instant)))
        }
        (Dialect::Sqlite, Some(Kind::Json | Kind::Sealed | Kind::TextArray), value) => Value::String(value.to_string()),
        (Dialect::Sqlite, Some(Kind::Bool), Value::Bool(flag)) => Value::from(i64::from(*flag)),
        _ => value.clone(),
    }
}

/// From the database's spelling to the wire's: both databases then give the same row.
pub(super) fn decode(table: &Table, row: &mut Row) {
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
pub(super) fn sqlite_arguments(binds: Vec<Bind>) -> Result<SqliteArguments, StoreError> {
    use sqlx::Arguments as _;
    let mut arguments = SqliteArguments::default();
    for bind in binds {
        match bind {
            Bind::Text(text) => arguments.add(text),
            Bind::OptionalText(text) | Bind::Json(text) => arguments.add(text),
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

pub(super) fn postgres_arguments(binds: Vec<Bind>) -> Result<PgArguments, StoreError> {
    use sqlx::Arguments as _;
    let mut arguments = PgArguments::default();
    for bind in binds {
        match bind {
            Bind::Text(text) => arguments.add(text),
            Bind::OptionalText(text) | Bind::Json(text) => arguments.add(text),
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
