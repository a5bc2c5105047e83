//! `GET /openapi.json`, made of the same route table and the same request models that the server answers by, so that it
//! cannot say anything else than what is done.

use std::sync::LazyLock;

use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use serde_json::{Map, Value, json};

use super::{Access, Effect, LITELLM_VERSION, Route, routes};
use crate::wire::Model;

static TEXT: LazyLock<String> = LazyLock::new(|| document().to_string());

pub async fn handle() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], TEXT.as_str()).into_response()
}

/// The whole document, OpenAPI 3.1.
pub fn document() -> Value {
    let mut paths: Map<String, Value> = Map::new();
    let mut tags: Vec<&str> = Vec::new();
    for route in routes() {
        let path = paths.entry(path(route)).or_insert_with(|| json!({}));
        path[route.method.to_ascii_lowercase()] = operation(route);
        if !tags.contains(&route.tag) {
            tags.push(route.tag);
        }
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Daybook",
            "version": env!("CARGO_PKG_VERSION"),
            "description": format!(
                "LiteLLM's management and audit API (release {LITELLM_VERSION}). Every change is one commit with its audit \
                 entries."
            ),
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "x-litellm-version": LITELLM_VERSION,
        "security": [{"bearer": []}, {"litellm_header": []}],
        "tags": tags.iter().map(|tag| json!({"name": tag})).collect::<Vec<_>>(),
        "paths": paths,
        "components": components(),
    })
}

/// The path as OpenAPI writes it: a segment that takes slashes, too, looks like any other.
fn path(route: &Route) -> String {
    route.path.replace("{*", "{")
}

/// The names in a path's braces.
fn path_parameters(route: &Route) -> impl Iterator<Item = &'static str> {
    route.path.split('/').filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}')).map(|name| {
        // A segment that takes slashes.
        name.strip_prefix('*').unwrap_or(name)
    })
}

fn operation(route: &Route) -> Value {
    let mut parameters: Vec<Value> = path_parameters(route)
        .map(|name| json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}}))
        .collect();
    parameters.extend(route.query.iter().flat_map(|query| query.parameters()));
    if route.effect == Effect::Writes {
        parameters.push(json!({"$ref": "#/components/parameters/changed_by"}));
    }
    let mut operation = Map::from_iter([
        ("tags".to_owned(), json!([route.tag])),
        ("summary".to_owned(), json!(route.summary)),
        ("operationId".to_owned(), json!(route.id())),
    ]);
    if !parameters.is_empty() {
        operation.insert("parameters".to_owned(), parameters.into());
    }
    if let Some(model) = route.body {
        let schema = json!({"$ref": format!("#/components/schemas/{}", model.name)});
        let required = model.fields.iter().any(|field| field.required);
        let body = json!({"required": required, "content": {"application/json": {"schema": schema}}});
        operation.insert("requestBody".to_owned(), body);
    }
    operation.insert("responses".to_owned(), responses(route));
    if route.access == Access::Public {
        operation.insert("security".to_owned(), json!([]));
    }
    Value::Object(operation)
}

fn responses(route: &Route) -> Value {
    let mut done = json!({"description": "Done", "content": {"application/json": {"schema": {}}}});
    if matches!(route.path, "/" | "/docs") {
        done = json!({"description": "A page", "content": {"text/html": {"schema": {"type": "string"}}}});
    }
    if route.effect == Effect::Writes {
        let headers = ["x-daybook-audit-id", "x-daybook-audit-seq", "x-daybook-audit-count"];
        let refer = |name: &str| (name.to_owned(), json!({"$ref": format!("#/components/headers/{name}")}));
        done["headers"] = Value::Object(headers.into_iter().map(refer).collect());
    }
    let mut all = Map::from_iter([("200".to_owned(), done)]);
    let mut refer = |status: &str, name: &str| {
        all.insert(status.to_owned(), json!({"$ref": format!("#/components/responses/{name}")}));
    };
    if route.access == Access::Key {
        refer("401", "unauthorized");
        refer("4XX", "refused");
        refer("500", "internal");
        refer("503", "refused");
    }
    let strict = route.path.starts_with("/management/v1");
    if strict {
        refer("default", "problem");
    }
    if !strict && (route.body.is_some() || route.query.is_some()) {
        refer("422", "invalid");
    }
    Value::Object(all)
}

fn components() -> Value {
    let mut schemas: Map<String, Value> = Map::new();
    let mut add = |model: &Model| drop(schemas.insert(model.name.to_owned(), model.json_schema()));
    for model in routes().filter_map(|route| route.body) {
        add(model);
        model.nested().into_iter().for_each(&mut add);
    }
    schemas.sort_keys();
    schemas.extend(envelopes());
    let refused = |description: &str, names: &[&str]| {
        let choices: Vec<Value> =
            names.iter().map(|name| json!({"$ref": format!("#/components/schemas/{name}")})).collect();
        let schema = if let [only] = &choices[..] { only.clone() } else { json!({ "anyOf": choices }) };
        json!({"description": description, "content": {"application/json": {"schema": schema}}})
    };
    let problem = json!({"$ref": "#/components/schemas/Problem"});
    let problem = json!({"description": "Refused", "content": {"application/problem+json": {"schema": problem}}});
    let receipt = |description: &str, kind: &str| json!({"description": description, "schema": {"type": kind}});
    json!({
        "securitySchemes": {
            "bearer": {"type": "http", "scheme": "bearer", "description": "The master key or a virtual key."},
            "litellm_header": {"type": "apiKey", "in": "header", "name": "x-litellm-api-key"},
        },
        "parameters": {
            "changed_by": {
                "name": "LiteLLM-Changed-By",
                "in": "header",
                "required": false,
                "description": "On whose behalf the change is made, when the caller may say so.",
                "schema": {"type": "string", "maxLength": 256},
            },
        },
        "headers": {
            "x-daybook-audit-id": receipt("The id of the first entry that the change left.", "string"),
            "x-daybook-audit-seq": receipt("Its sequence number; those of the others follow it.", "integer"),
            "x-daybook-audit-count": receipt("How many entries the change left; no header when it left none.", "integer"),
        },
        "responses": {
            "unauthorized": refused("No key, or one that may not call this route", &["Error", "Detail"]),
            "refused": refused("Refused", &["Error", "Detail"]),
            "invalid": refused("The request does not have the form that the route declares", &["HTTPValidationError"]),
            "problem": problem,
            "internal": refused("A fault of the server", &["InternalError", "Error", "Detail"]),
        },
        "schemas": schemas,
    })
}

/// The forms of an error; see `error.rs`.
fn envelopes() -> Map<String, Value> {
    let text = json!({"type": "string"});
    let optional_text = json!({"anyOf": [{"type": "string"}, {"type": "null"}]});
    let object = |properties: Value, required: &[&str]| json!({"type": "object", "properties": properties, "required": required});
    let error = object(
        json!({"message": text, "type": text, "param": optional_text, "code": text}),
        &["message", "type", "param", "code"],
    );
    let internal = object(json!({"message": text, "type": text}), &["message", "type"]);
    let place = json!({"type": "array", "items": {"anyOf": [{"type": "string"}, {"type": "integer"}]}});
    let problem = object(json!({"type": text, "loc": place, "msg": text}), &["type", "loc", "msg"]);
    let problems = json!({"type": "array", "items": problem});
    let detail = json!({"anyOf": [{"type": "string"}, {"type": "object"}]});
    let integer = json!({"type": "integer"});
    let names = json!({"type": "array", "items": {"type": "string"}});
    let document = object(
        json!({"type": text, "title": text, "status": integer, "detail": text, "allowed": names}),
        &["type", "title", "status", "detail"],
    );
    let forms = [
        ("Error", object(json!({ "error": error }), &["error"])),
        ("Detail", object(json!({ "detail": detail }), &["detail"])),
        ("HTTPValidationError", object(json!({ "detail": problems }), &["detail"])),
        ("Problem", document),
        ("InternalError", object(json!({ "error": internal }), &["error"])),
    ];
    forms.into_iter().map(|(name, form)| (name.to_owned(), form)).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    #[test]
    fn one_name_means_one_model() {
        let mut known: HashMap<&str, Value> = HashMap::new();
        for model in routes().filter_map(|route| route.body).flat_map(|body| [vec![body], body.nested()].concat()) {
            let schema = model.json_schema();
            assert_eq!(known.entry(model.name).or_insert_with(|| schema.clone()), &schema, "{}", model.name);
        }
    }

    #[test]
    fn every_reference_leads_somewhere() {
        fn references<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
            match value {
                Value::Object(members) => {
                    found.extend(members.get("$ref").and_then(Value::as_str));
                    members.values().for_each(|value| references(value, found));
                }
                Value::Array(items) => items.iter().for_each(|value| references(value, found)),
                _ => {}
            }
        }
        let document = document();
        let mut found = Vec::new();
        references(&document, &mut found);
        assert!(!found.is_empty());
        for reference in found {
            let pointer = reference.strip_prefix('#').expect("references stay in the document");
            assert!(document.pointer(pointer).is_some(), "{reference}");
        }
    }

    #[test]
    fn no_two_operations_share_an_id() {
        let mut ids: Vec<String> = routes().map(Route::id).collect();
        ids.sort();
        let count = ids.len();
        ids.dedup();
        assert_eq!(ids.len(), count);
    }

    #[test]
    fn every_route_has_a_tag_and_a_summary() {
        for route in routes() {
            assert!(!route.tag.is_empty() && !route.summary.is_empty(), "{} {}", route.method, route.path);
        }
    }
}
