//! `GET /`: what answers here, and where to go on. Also the list of the routes that have no folder.

use axum::response::Response;
use axum::routing::get;

use super::{Route, docs, openapi, page, routes, test};

const TAG: &str = "about";

pub static ROUTES: &[Route] = &[
    Route::get("/", "What answers here", || get(handle)).public().tag(TAG),
    Route::get("/docs", "Every route, for reading", || get(docs::handle)).public().tag(TAG),
    Route::get("/openapi.json", "Every route, for programs", || get(openapi::handle)).public().tag(TAG),
    Route::get("/routes", "Every route, in LiteLLM's form", || get(routes::handle)).public().tag(TAG),
    Route::get("/test", "Whether requests arrive", || get(test::handle)).public().tag(TAG),
];

const BODY: &str = r#"<h1>Daybook</h1>
<p>The control plane and the audit log of an LLM gateway. It speaks LiteLLM's management API, and every change that it makes
is one commit with its audit entry and its leaf in a Merkle tree.</p>
<ul>
<li><a href="/docs">/docs</a>: every route, with its members</li>
<li><a href="/openapi.json">/openapi.json</a>: the same for programs</li>
<li><a href="/health/readiness">/health/readiness</a>: whether the database answers</li>
</ul>
<h2>The log</h2>
<p>With the master key, or the key of an admin:</p>
<pre>curl -s "$DAYBOOK/audit?page_size=10" -H "Authorization: Bearer $KEY"</pre>
<p>A change, and its receipt in the headers:</p>
<pre>curl -si "$DAYBOOK/key/generate" -H "Authorization: Bearer $KEY" \
  -H "Content-Type: application/json" -d '{"key_alias": "first"}' | grep -i x-daybook</pre>
"#;

pub async fn handle() -> Response {
    page::render("Daybook", BODY)
}
