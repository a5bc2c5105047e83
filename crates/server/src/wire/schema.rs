//! The models as JSON Schema, the way FastAPI puts them into an OpenAPI document.

use serde_json::{Map, Value, json};

use super::{
    model::{Bounds, Default, Extra, Field, Kind, Model, Several},
    query::QueryModel,
};

impl Model {
    /// The component of this model. Nested models are `$ref`s; [`Model::nested`] names them.
    pub fn json_schema(&self) -> Value {
        let properties: Map<String, Value> =
            self.fields.iter().map(|field| (field.name.to_owned(), field_schema(field))).collect();
        let required: Vec<&str> = self.fields.iter().filter(|field| field.required).map(|field| field.name).collect();
        let mut schema = Map::new();
        schema.insert("properties".to_owned(), Value::Object(properties));
        schema.insert("type".to_owned(), json!("object"));
        if !required.is_empty() {
            schema.insert("required".to_owned(), json!(required));
        }
        match self.extra {
            Extra::Ignore => {}
            Extra::Forbid => drop(schema.insert("additionalProperties".to_owned(), json!(false))),
            Extra::Keep => drop(schema.insert("additionalProperties".to_owned(), json!(true))),
        }
        schema.insert("title".to_owned(), json!(self.name));
        Value::Object(schema)
    }

    /// The models that the component refers to, each once, deep ones included.
    pub fn nested(&self) -> Vec<&'static Model> {
        let mut found = Vec::new();
        for field in self.fields {
            collect(field.kind, &mut found);
        }
        found
    }
}

impl QueryModel {
    /// The `parameters` of the operation.
    pub fn parameters(&self) -> Vec<Value> {
        self.params
            .iter()
            .map(|param| json!({"name": param.name, "in": "query", "required": param.required, "schema": field_schema(param)}))
            .collect()
    }
}

fn field_schema(field: &Field) -> Value {
    let inner = kind_schema(field.kind);
    let mut schema = match inner {
        Value::Object(inner) if !field.nullable => inner,
        inner => {
            let mut choices = match inner.get("anyOf") {
                Some(Value::Array(choices)) => choices.clone(),
                _ => vec![inner],
            };
            choices.push(json!({"type": "null"}));
            Map::from_iter([("anyOf".to_owned(), Value::Array(choices))])
        }
    };
    if !schema.contains_key("$ref") {
        schema.insert("title".to_owned(), json!(title(field.name)));
    }
    if !field.required && field.default != Default::Null {
        schema.insert("default".to_owned(), field.default.to_json());
    }
    Value::Object(schema)
}

fn kind_schema(kind: Kind) -> Value {
    match kind {
        Kind::Any => json!({}),
        Kind::Str => json!({"type": "string"}),
        Kind::Int(bounds) => number_schema("integer", bounds),
        Kind::Float(bounds) => number_schema("number", bounds),
        Kind::Bool => json!({"type": "boolean"}),
        Kind::DateTime => json!({"type": "string", "format": "date-time"}),
        Kind::List => json!({"items": {}, "type": "array"}),
        Kind::ListOf(inner) => json!({"items": kind_schema(*inner), "type": "array"}),
        Kind::Several(several) => several_schema(several),
        Kind::Object => json!({"additionalProperties": true, "type": "object"}),
        Kind::MapOf(inner) => json!({"additionalProperties": kind_schema(*inner), "type": "object"}),
        Kind::Enum(values) | Kind::Literal(values) => json!({"type": "string", "enum": values}),
        Kind::Members(_, members) => {
            json!({"type": "string", "enum": members.iter().map(|(_, value)| *value).collect::<Vec<_>>()})
        }
        Kind::Model(model) => json!({"$ref": format!("#/components/schemas/{}", model.name)}),
        Kind::OneOf(choices) => {
            json!({"anyOf": choices.iter().map(|(_, kind)| kind_schema(*kind)).collect::<Vec<_>>()})
        }
    }
}

fn several_schema(several: &Several) -> Value {
    let mut schema =
        Map::from_iter([("items".to_owned(), kind_schema(several.of)), ("type".to_owned(), json!("array"))]);
    if several.least > 0 {
        schema.insert("minItems".to_owned(), json!(several.least));
    }
    if several.most < usize::MAX {
        schema.insert("maxItems".to_owned(), json!(several.most));
    }
    Value::Object(schema)
}

fn number_schema(name: &str, bounds: Bounds) -> Value {
    let limits = [("minimum", bounds.ge), ("exclusiveMinimum", bounds.gt), ("maximum", bounds.le)];
    let mut schema = Map::from_iter([("type".to_owned(), json!(name))]);
    for (word, limit) in limits {
        if let Some(limit) = limit {
            let whole = limit.fract() == 0.0;
            schema.insert(word.to_owned(), if whole { json!(limit as i64) } else { json!(limit) });
        }
    }
    Value::Object(schema)
}

/// `key_alias` is titled `Key Alias`.
fn title(name: &str) -> String {
    let capital = |word: &str| {
        let mut chars = word.chars();
        chars.next().map(|first| first.to_uppercase().collect::<String>() + chars.as_str()).unwrap_or_default()
    };
    name.split('_').map(capital).collect::<Vec<_>>().join(" ")
}

fn collect(kind: Kind, found: &mut Vec<&'static Model>) {
    match kind {
        Kind::Model(model) if found.iter().all(|known| known.name != model.name) => {
            found.push(model);
            for field in model.fields {
                collect(field.kind, found);
            }
        }
        Kind::ListOf(inner) | Kind::MapOf(inner) => collect(*inner, found),
        Kind::Several(several) => collect(several.of, found),
        Kind::OneOf(choices) => choices.iter().for_each(|(_, kind)| collect(*kind, found)),
        _ => {}
    }
}
