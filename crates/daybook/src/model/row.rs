//! A database row as a JSON object.
//!
//! LiteLLM's tables are wide and grow with its releases. A row therefore travels as the object that the database holds,
//! every column included, so that what an entry records is the row and not our idea of it. Times are text in the wire
//! form, floats are JSON floats, arrays and JSON columns are JSON.

use jiff::Timestamp;
use serde_json::Value;

use super::time;

/// Column name to value, in the order of the database's columns.
pub type Row = serde_json::Map<String, Value>;

/// A [`Row`] literal, in the syntax of `serde_json::json!`: `row! { "team_id": id, "max_budget": null }`.
#[macro_export]
macro_rules! row {
    ($($members:tt)*) => {{
        let ::serde_json::Value::Object(row) = ::serde_json::json!({ $($members)* }) else {
            unreachable!("an object literal is an object")
        };
        row
    }};
}

/// Typed looks at a row. An absent member and `null` are the same.
pub trait RowExt {
    fn text(&self, name: &str) -> Option<&str>;
    fn float(&self, name: &str) -> Option<f64>;
    fn int(&self, name: &str) -> Option<i64>;
    fn flag(&self, name: &str) -> Option<bool>;
    fn time(&self, name: &str) -> Option<Timestamp>;
    /// The strings of an array; empty when absent, as LiteLLM reads a NULL array.
    fn texts(&self, name: &str) -> Vec<String>;
    fn object(&self, name: &str) -> Option<&Row>;
    fn list(&self, name: &str) -> &[Value];
    /// The member, or `null` when it is absent.
    fn value(&self, name: &str) -> Value;
}

impl RowExt for Row {
    fn text(&self, name: &str) -> Option<&str> {
        self.get(name)?.as_str()
    }

    fn float(&self, name: &str) -> Option<f64> {
        self.get(name)?.as_f64()
    }

    fn int(&self, name: &str) -> Option<i64> {
        self.get(name)?.as_i64()
    }

    fn flag(&self, name: &str) -> Option<bool> {
        self.get(name)?.as_bool()
    }

    fn time(&self, name: &str) -> Option<Timestamp> {
        time::parse(self.text(name)?)
    }

    fn texts(&self, name: &str) -> Vec<String> {
        self.list(name).iter().filter_map(|item| item.as_str().map(str::to_owned)).collect()
    }

    fn object(&self, name: &str) -> Option<&Row> {
        self.get(name)?.as_object()
    }

    fn list(&self, name: &str) -> &[Value] {
        self.get(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }

    fn value(&self, name: &str) -> Value {
        self.get(name).cloned().unwrap_or(Value::Null)
    }
}
