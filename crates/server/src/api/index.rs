//! `GET /`: what answers here, and where to go on. Also the list of the routes that have no folder.

use axum::http::{HeaderMap, header};
use axum::response::Response;
use axum::routing::get;

use super::{Route, docs, openapi, page, readme, routes, test};

const TAG: &str = "about";

pub static ROUTES: &[Route] = &[
    Route::get("/", "What answers here", || get(handle)).public().tag(TAG),
    Route::get("/docs", "Every route, for reading", || get(docs::handle)).public().tag(TAG),
    Route::get("/readme", "How to run it and how to read the log", || get(readme::handle)).public().tag(TAG),
    Route::get("/openapi.json", "Every route, for programs", || get(openapi::handle)).public().tag(TAG),
    Route::get("/routes", "Every route, in LiteLLM's form", || get(routes::handle)).public().tag(TAG),
    Route::get("/test", "Whether requests arrive", || get(test::handle)).public().tag(TAG),
];

const BODY: &str = r#"<h1>Daybook</h1>
<p><strong>The control plane of an LLM gateway, with an audit log that is complete by construction.</strong> It speaks LiteLLM's
management API: keys, teams, users, organizations, budgets, models. Every change is one commit with its audit entry and its leaf
in a Merkle tree.</p>
<ul>
<li><a href="/docs">The API</a>: every route, with its parameters and members
(<a href="/openapi.json">for programs</a>)</li>
<li><a href="/readme">The README</a>: running it, attribution, reading the log, configuration, differences from LiteLLM</li>
<li><a href="/health/readiness">Health</a>: whether the database answers</li>
</ul>
<h2>The log</h2>
<p>Who changed what, newest first. With the master key, or the key of an admin or an admin viewer:</p>
<pre>curl -s "{base}/audit?page_size=10" -H "Authorization: Bearer $KEY"</pre>
<p>A change on somebody's behalf; the answer's headers carry its receipt:</p>
<pre>curl -si {base}/key/generate -H "Authorization: Bearer $KEY" -H "LiteLLM-Changed-By: you@example.com" \
  -H "Content-Type: application/json" -d '{"key_alias": "first"}' | grep -i x-daybook</pre>
<p>LiteLLM's own clients work as they are:</p>
<pre>litellm-proxy --base-url {base} --api-key $KEY http request GET "/audit?page_size=5"</pre>
"#;

pub async fn handle(headers: HeaderMap) -> Response {
    page::render("Daybook", &BODY.replace("{base}", &page::escape(&base(&headers))))
}

/// The address under which the reader has found this page, so that the commands on it can be copied as they stand.
fn base(headers: &HeaderMap) -> String {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let plain = |host: &&str| host.bytes().all(|b| b.is_ascii_alphanumeric() || b".-:[]".contains(&b));
    let host = text(header::HOST.as_str()).filter(|host| !host.is_empty()).filter(plain).unwrap_or("localhost:4000");
    let scheme = if text("x-forwarded-proto") == Some("https") { "https" } else { "http" };
    format!("{scheme}://{host}")
}
