//! Rows in the shapes of LiteLLM's responses.

use daybook::model::row::{Row, RowExt as _};
use daybook::model::table::{Kind, Table};
use daybook::model::time;
use serde_json::Value;

/// Members in this order; one that the row lacks is `null`.
pub fn pick(row: &Row, names: &[&str]) -> Row {
    names.iter().map(|name| ((*name).to_owned(), row.value(name))).collect()
}

/// LiteLLM's other form of time, `+00:00` instead of `Z`, in the columns of a table: plain dicts have it.
pub fn with_offsets(table: &Table, mut row: Row) -> Row {
    for (name, value) in row.iter_mut() {
        if table.kind(name) == Some(Kind::Time)
            && let Value::String(text) = value
        {
            *text = time::wire_offset(text);
        }
    }
    row
}

/// A list of objects.
pub fn list(rows: impl IntoIterator<Item = Row>) -> Value {
    Value::Array(rows.into_iter().map(Value::Object).collect())
}
