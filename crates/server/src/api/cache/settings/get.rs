//! `GET /cache/settings`

use axum::extract::State;
use daybook::manage::{access, settings};
use daybook::model::row::{Row, RowExt as _};
use serde_json::{Value, json};

use crate::api::Reply;
use crate::api::error::ApiError;
use crate::app::App;
use crate::auth::Call;

/// A setting as the dashboard draws it.
struct Field {
    name: &'static str,
    kind: &'static str,
    default: fn() -> Value,
    options: &'static [&'static str],
    title: &'static str,
    redis_type: Option<&'static str>,
    about: &'static str,
}

const fn field(
    name: &'static str,
    kind: &'static str,
    default: fn() -> Value,
    options: &'static [&'static str],
    title: &'static str,
    redis_type: Option<&'static str>,
    about: &'static str,
) -> Field {
    Field { name, kind, default, options, title, redis_type, about }
}

#[rustfmt::skip]
const FIELDS: &[Field] = &[
    field("redis_type", "String", || json!("node"), &["node", "cluster", "sentinel"], "Redis Type", None, "How the Redis server is set up"),
    field("url", "String", || json!(null), &[], "Redis URL", None, "Address in one piece; it counts before host, port, user, password and index"),
    field("host", "String", || json!(null), &[], "Host", None, "Name or address of the server"),
    field("port", "String", || json!("6379"), &[], "Port", None, "Its port"),
    field("db", "Integer", || json!(null), &[], "Database Index", None, "Number of the database on it"),
    field("password", "String", || json!(null), &[], "Password", None, "Password"),
    field("username", "String", || json!(null), &[], "Username", None, "User"),
    field("ssl", "Boolean", || json!(false), &[], "SSL", None, "Over TLS"),
    field("namespace", "String", || json!(null), &[], "Namespace", None, "What stands before every key"),
    field("ttl", "Float", || json!(null), &[], "TTL (seconds)", None, "Seconds that an answer is kept"),
    field("max_connections", "Integer", || json!(null), &[], "Max Connections", None, "The most connections at a time"),
    field("redis_startup_nodes", "List", || json!(null), &[], "Startup Nodes", Some("cluster"), "Nodes of the cluster to begin with"),
    field("sentinel_nodes", "List", || json!(null), &[], "Sentinel Nodes", Some("sentinel"), "The sentinels"),
    field("service_name", "String", || json!(null), &[], "Service Name", Some("sentinel"), "Name of the sentinels' master"),
    field("sentinel_password", "String", || json!(null), &[], "Sentinel Password", Some("sentinel"), "Password of the sentinels"),
    field("similarity_threshold", "Float", || json!(0.8), &[], "Similarity Threshold", Some("semantic"), "How alike two questions are that have one answer"),
    field("redis_semantic_cache_embedding_model", "Models_Select", || json!(null), &[], "Embedding Model", Some("semantic"), "The model that compares questions"),
    field("semantic_cache_scope", "String", || json!("key"), &["key", "end_user"], "Semantic Cache Scope", Some("semantic"), "Who shares answers"),
    field("gcp_service_account", "String", || json!(null), &[], "GCP Service Account", None, "Service account for sign-in at Google"),
    field("gcp_ssl_ca_certs", "String", || json!(null), &[], "GCP SSL CA Certs", None, "Path of the authority's certificate"),
    field("ssl_cert_reqs", "String", || json!(null), &[], "SSL Cert Reqs", None, "What is asked of the server's certificate"),
    field("ssl_check_hostname", "Boolean", || json!(null), &[], "SSL Check Hostname", None, "Whether the certificate must be the server's own"),
    field("aws_iam_auth", "Boolean", || json!(false), &[], "AWS IAM Authentication", None, "Sign-in by AWS IAM"),
    field("aws_iam_user_name", "String", || json!(null), &[], "AWS IAM User Name", None, "User of that sign-in"),
    field("aws_iam_cache_name", "String", || json!(null), &[], "AWS IAM Cache Name", None, "Name of the cache at AWS"),
    field("aws_iam_region", "String", || json!(null), &[], "AWS IAM Region", None, "Its region"),
    field("aws_iam_serverless", "Boolean", || json!(false), &[], "AWS IAM Serverless Cache", None, "Whether it is a serverless cache"),
];

pub async fn handle(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    access::check_admin_view(&call.caller)?;
    let ask = app.ask(&call, Row::new());
    let mut session = app.store().read().await?;
    let mut stored = settings::cache_settings(&mut session, &ask).await?;
    if stored.text("type") == Some("redis") {
        let kind = match (stored.list("redis_startup_nodes").is_empty(), stored.list("sentinel_nodes").is_empty()) {
            (false, _) => "cluster",
            (true, false) => "sentinel",
            (true, true) => "node",
        };
        stored.insert("redis_type".to_owned(), kind.into());
    }
    let current = settings::shown_cache_settings(stored);
    let fields: Vec<Value> = FIELDS
        .iter()
        .map(|field| {
            json!({
                "field_name": field.name,
                "field_type": field.kind,
                "field_value": current.value(field.name),
                "field_description": field.about,
                "field_default": (field.default)(),
                "options": if field.options.is_empty() { Value::Null } else { json!(field.options) },
                "ui_field_name": field.title,
                "link": null,
                "redis_type": field.redis_type,
            })
        })
        .collect();
    Ok(Reply::json(json!({
        "fields": fields,
        "current_values": current,
        "redis_type_descriptions": {
            "node": "One server",
            "cluster": "A cluster",
            "sentinel": "Servers that sentinels watch",
        },
    })))
}
