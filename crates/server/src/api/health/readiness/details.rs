//! `GET /health/readiness/details`: for holders of a key.
//!
//! What LiteLLM's dashboard reads here is about LiteLLM's own process (its cache, its HTTP client, its log callbacks); the
//! answer is what a LiteLLM without any of that gives.

use axum::extract::State;
use axum::response::Response;
use daybook::row;

use crate::api::LITELLM_VERSION;
use crate::app::App;
use crate::auth::Call;

pub async fn handle(State(app): State<App>, _call: Call) -> Response {
    let more = row! {
        "cache": null,
        "litellm_version": LITELLM_VERSION,
        "success_callbacks": [],
        "use_aiohttp_transport": true,
        "log_level": "WARNING",
        "is_detailed_debug": false,
        "show_no_redis_warning": true,
        "show_env_credential_login_warning": true,
    };
    super::respond(&app, more).await
}
