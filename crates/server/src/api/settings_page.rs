//! What the dashboard needs to draw a page of settings: each one's type and what it is about.

use daybook::model::row::{Row, RowExt as _};
use serde_json::{Value, json};

/// A setting: its name, its JSON type, the type of a list's elements if it is one, and what it is about.
#[derive(Debug)]
pub struct Setting {
    pub name: &'static str,
    pub kind: &'static str,
    pub items: Option<fn() -> Value>,
    pub about: &'static str,
}

impl Setting {
    pub const fn new(name: &'static str, kind: &'static str, about: &'static str) -> Setting {
        Setting { name, kind, items: None, about }
    }

    pub const fn list(name: &'static str, items: fn() -> Value, about: &'static str) -> Setting {
        Setting { name, kind: "array", items: Some(items), about }
    }
}

/// The elements of a list of texts.
pub fn texts() -> Value {
    json!({ "type": "string" })
}

/// `values` and `field_schema` of a page.
pub fn page(values: Row, about: &str, fields: &[Setting]) -> Value {
    let property = |field: &Setting| {
        let mut shown = json!({ "description": field.about, "type": field.kind });
        if let Some(items) = field.items {
            shown["items"] = items();
        }
        (field.name.to_owned(), shown)
    };
    let properties: Row = fields.iter().map(property).collect();
    json!({ "values": values, "field_schema": { "description": about, "properties": properties } })
}

/// The stored values of a page's settings; a default for those that are not set.
pub fn values(stored: &Row, fields: &[Setting], default: impl Fn(&str) -> Value) -> Row {
    let value = |name: &str| match stored.value(name) {
        Value::Null => default(name),
        value => value,
    };
    fields.iter().map(|field| (field.name.to_owned(), value(field.name))).collect()
}
