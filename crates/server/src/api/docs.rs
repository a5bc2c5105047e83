//! `GET /docs`: the route table and the request models as a page.

use std::fmt::Write as _;
use std::sync::LazyLock;

use axum::response::Response;
use serde_json::Value;

use super::page::{self, escape};
use super::{Access, Effect, LITELLM_VERSION, Route, routes};

static BODY: LazyLock<String> = LazyLock::new(body);

pub async fn handle() -> Response {
    page::render("Daybook: the API", &BODY)
}

const INTRODUCTION: &str = r#"<p>The key goes into <code>Authorization: Bearer</code>, bodies are JSON. A route that makes a
change answers with the receipt of what it put on the record: <code>x-daybook-audit-id</code>,
<code>x-daybook-audit-seq</code>, <code>x-daybook-audit-count</code>; there is no receipt when nothing changed.
<code>LiteLLM-Changed-By</code> names on whose behalf a change is made. The same for programs:
<a href="/openapi.json">/openapi.json</a>.</p>
"#;

fn body() -> String {
    let mut html = format!("<h1>The API</h1>\n<p>Release {LITELLM_VERSION} of LiteLLM's.</p>\n{INTRODUCTION}");
    let mut tags: Vec<&str> = Vec::new();
    for route in routes() {
        if !tags.contains(&route.tag) {
            tags.push(route.tag);
        }
    }
    for tag in tags {
        let _ = writeln!(html, "<h2>{}</h2>", escape(tag));
        for route in routes().filter(|route| route.tag == tag) {
            describe(&mut html, route);
        }
    }
    html
}

fn describe(html: &mut String, route: &Route) {
    let (method, path, summary) = (route.method, escape(route.path), escape(route.summary));
    let _ = writeln!(html, "<details><summary><b>{method}</b> {path} <span>{summary}</span></summary>");
    let access = match route.access {
        Access::Public => "Needs no key.",
        Access::Key => "Needs a key.",
    };
    let effect = match route.effect {
        Effect::Reads => "Changes nothing.",
        Effect::Writes => "What it changes is on the record.",
    };
    let _ = writeln!(html, "<p>{access} {effect}</p>");
    if let Some(query) = route.query {
        let rows: Vec<Value> = query.parameters();
        let rows = rows.iter().map(|row| Member {
            name: row["name"].as_str().unwrap_or_default(),
            required: row["required"] == true,
            schema: &row["schema"],
        });
        table(html, "Query", rows);
    }
    if let Some(model) = route.body {
        let schema = model.json_schema();
        let required = |name: &str| model.field(name).is_some_and(|field| field.required);
        let members = schema["properties"].as_object().into_iter().flatten();
        let rows = members.map(|(name, schema)| Member { name, required: required(name), schema });
        table(html, &format!("Body: {}", model.name), rows);
        for nested in model.nested() {
            let schema = nested.json_schema();
            let required = |name: &str| nested.field(name).is_some_and(|field| field.required);
            let members = schema["properties"].as_object().into_iter().flatten();
            let rows = members.map(|(name, schema)| Member { name, required: required(name), schema });
            table(html, nested.name, rows);
        }
    }
    html.push_str("</details>\n");
}

struct Member<'a> {
    name: &'a str,
    required: bool,
    schema: &'a Value,
}

fn table<'a>(html: &mut String, caption: &str, members: impl Iterator<Item = Member<'a>>) {
    let mut members = members.peekable();
    if members.peek().is_none() {
        return;
    }
    let _ = writeln!(html, "<table><caption>{}</caption>", escape(caption));
    for Member { name, required, schema } in members {
        let default = match schema.get("default") {
            Some(default) => format!("default {default}"),
            None => String::new(),
        };
        let need = if required { "required" } else { "" };
        let cells = [name, &kind(schema), need, &default].map(|cell| format!("<td>{}</td>", escape(cell)));
        let _ = writeln!(html, "<tr>{}</tr>", cells.concat());
    }
    html.push_str("</table>\n");
}

/// A schema in a few words: `list of string, or null`.
fn kind(schema: &Value) -> String {
    if let Some(reference) = schema["$ref"].as_str() {
        return reference.rsplit('/').next().unwrap_or_default().to_owned();
    }
    if let Some(choices) = schema["anyOf"].as_array() {
        let (null, others): (Vec<_>, Vec<_>) = choices.iter().partition(|choice| choice["type"] == "null");
        let mut text = others.iter().map(|choice| kind(choice)).collect::<Vec<_>>().join(" or ");
        if !null.is_empty() {
            text.push_str(", or null");
        }
        return text;
    }
    if let Some(values) = schema["enum"].as_array() {
        return values.iter().map(Value::to_string).collect::<Vec<_>>().join(" | ");
    }
    match schema["type"].as_str() {
        Some("array") => match &schema["items"] {
            Value::Object(items) if !items.is_empty() => format!("list of {}", kind(&schema["items"])),
            _ => "list".to_owned(),
        },
        Some("object") => match &schema["additionalProperties"] {
            values @ Value::Object(_) => format!("object of {}", kind(values)),
            _ => "object".to_owned(),
        },
        Some(name) => name.to_owned(),
        None => "anything".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_schema_is_said_in_a_few_words() {
        for (schema, words) in [
            (
                json!({"anyOf": [{"items": {"type": "string"}, "type": "array"}, {"type": "null"}]}),
                "list of string, or null",
            ),
            (json!({"$ref": "#/components/schemas/Member"}), "Member"),
            (json!({"additionalProperties": {"type": "integer"}, "type": "object"}), "object of integer"),
            (json!({"additionalProperties": true, "type": "object"}), "object"),
            (json!({"type": "string", "enum": ["a", "b"]}), "\"a\" | \"b\""),
            (json!({}), "anything"),
        ] {
            assert_eq!(kind(&schema), words);
        }
    }

    #[test]
    fn every_route_is_described() {
        let html = body();
        for route in routes() {
            assert!(html.contains(&format!("<b>{}</b> {} ", route.method, escape(route.path))), "{}", route.path);
        }
    }
}
