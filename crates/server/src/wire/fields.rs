//! What a request said, after coercion. Keeps "sent" and "default" apart: an update writes only what was sent, and an
//! explicit null clears.

use serde_json::{Map, Value};

use super::model::{Field, Kind, Model};

static NULL: Value = Value::Null;

/// The members of a checked request, in the model's order; members kept beyond the model come last.
#[derive(Debug, Clone)]
pub struct Fields {
    table: &'static [Field],
    sent: Map<String, Value>,
    defaults: Map<String, Value>,
}

impl Fields {
    /// No member sent yet; every default in place.
    pub fn new(table: &'static [Field]) -> Self {
        let defaults = table
            .iter()
            .filter(|field| !field.required)
            .map(|field| (field.name.to_owned(), field.default.to_json()))
            .collect();
        Self { table, sent: Map::new(), defaults }
    }

    /// The value as sent; `Some(Null)` is an explicit null.
    pub fn sent(&self, name: &str) -> Option<&Value> {
        self.sent.get(name)
    }

    /// The value as sent, else the default, else null.
    pub fn get(&self, name: &str) -> &Value {
        self.sent.get(name).or_else(|| self.defaults.get(name)).unwrap_or(&NULL)
    }

    /// Whether the member was in the request, be it as null.
    pub fn is_sent(&self, name: &str) -> bool {
        self.sent.contains_key(name)
    }

    /// Text, sent or default; `None` for null.
    pub fn str(&self, name: &str) -> Option<&str> {
        self.get(name).as_str()
    }

    /// A float, sent or default; `None` for null.
    pub fn float(&self, name: &str) -> Option<f64> {
        self.get(name).as_f64()
    }

    /// A whole number, sent or default; `None` for null.
    pub fn int(&self, name: &str) -> Option<i64> {
        self.get(name).as_i64()
    }

    /// A truth value, sent or default; `None` for null.
    pub fn bool(&self, name: &str) -> Option<bool> {
        self.get(name).as_bool()
    }

    /// A list, sent or default; `None` for null.
    pub fn list(&self, name: &str) -> Option<&Vec<Value>> {
        self.get(name).as_array()
    }

    /// An object, sent or default; `None` for null.
    pub fn object(&self, name: &str) -> Option<&Map<String, Value>> {
        self.get(name).as_object()
    }

    /// The texts of a list (elements of other types are left out); `None` for null.
    pub fn strings(&self, name: &str) -> Option<Vec<&str>> {
        Some(self.list(name)?.iter().filter_map(Value::as_str).collect())
    }

    /// A member whose kind is a model, with that model's defaults; `None` for null.
    pub fn nested(&self, name: &str) -> Option<Fields> {
        let Kind::Model(model) = self.field(name)?.kind else { return None };
        Some(model.fields_of(self.object(name)?))
    }

    /// A list of models (as such, or as a choice of a union; a single object counts as a list of one); `None` for null.
    pub fn nested_list(&self, name: &str) -> Option<Vec<Fields>> {
        let model = element_model(self.field(name)?.kind)?;
        match self.get(name) {
            Value::Array(items) => {
                Some(items.iter().filter_map(Value::as_object).map(|item| model.fields_of(item)).collect())
            }
            Value::Object(item) => Some(vec![model.fields_of(item)]),
            _ => None,
        }
    }

    /// The members that were sent.
    pub fn iter_sent(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.sent.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// The members that were sent, as an object.
    pub fn as_map(&self) -> &Map<String, Value> {
        &self.sent
    }

    /// The members that were sent, as an object.
    pub fn into_map(self) -> Map<String, Value> {
        self.sent
    }

    /// Every member: sent or default, in the model's order, kept extras last. Nested models are as sent.
    pub fn with_defaults(&self) -> Map<String, Value> {
        let mut all: Map<String, Value> =
            self.table.iter().map(|field| (field.name.to_owned(), self.get(field.name).clone())).collect();
        for (name, value) in &self.sent {
            all.insert(name.clone(), value.clone());
        }
        all
    }

    /// Makes it as if the member had been sent. The caller vouches for the type.
    pub fn insert(&mut self, name: &str, value: Value) {
        self.sent.insert(name.to_owned(), value);
    }

    /// Makes it as if the member had not been sent.
    pub fn remove(&mut self, name: &str) -> Option<Value> {
        self.sent.shift_remove(name)
    }

    fn field(&self, name: &str) -> Option<&'static Field> {
        self.table.iter().find(|field| field.name == name)
    }
}

impl Model {
    /// Members that have been checked already, with this model's defaults.
    pub fn fields_of(&self, checked: &Map<String, Value>) -> Fields {
        let mut fields = Fields::new(self.fields);
        fields.sent = checked.clone();
        fields
    }
}

fn element_model(kind: Kind) -> Option<&'static Model> {
    match kind {
        Kind::Model(model) => Some(model),
        Kind::ListOf(inner) => element_model(*inner),
        Kind::Several(several) => element_model(several.of),
        Kind::OneOf(choices) => choices.iter().find_map(|(_, choice)| element_model(*choice)),
        _ => None,
    }
}
