//! Where a request carries its key: the first of LiteLLM's headers that is present, the rest are ignored.

use axum::http::HeaderMap;
use daybook::manage::{Refusal, Why};

fn refuse(message: &str) -> Refusal {
    Refusal::proxy(Why::Unauthorized, "auth_error", None, message)
}

fn malformed() -> Refusal {
    refuse("Authentication Error, Malformed API Key passed in. Ensure Key has `Bearer ` prefix.")
}

/// The presented key.
///
/// `x-litellm-api-key` takes a raw key or `Bearer <key>`; `Authorization` needs `Bearer `, `bearer ` or `Basic ` (simply
/// cut off); `API-Key`, `x-api-key`, `x-goog-api-key` and `Ocp-Apim-Subscription-Key` take a raw key. A header named in
/// `general_settings.litellm_key_header_name` comes before them all and needs `Bearer `; where it is missing, the others
/// count.
pub fn presented_key(headers: &HeaderMap, own_header: Option<&str>) -> Result<String, Refusal> {
    // A value that is not text can be no key; it must still not be mistaken for an absent header.
    let get = |name: &str| headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
    if let Some(value) = own_header.and_then(get).filter(|value| !value.is_empty()) {
        return bearer(&value);
    }
    if let Some(value) = get("x-litellm-api-key").filter(|value| !value.is_empty()) {
        return Ok(value.strip_prefix("Bearer ").map_or(value.clone(), str::to_owned));
    }
    if let Some(value) = get("authorization").filter(|value| !value.is_empty()) {
        return bearer(&value);
    }
    ["api-key", "x-api-key", "x-goog-api-key", "ocp-apim-subscription-key"]
        .into_iter()
        .find_map(|name| get(name).filter(|value| !value.is_empty()))
        .ok_or_else(|| refuse("Authentication Error, No api key passed in."))
}

fn bearer(value: &str) -> Result<String, Refusal> {
    ["Bearer ", "bearer ", "Basic "]
        .into_iter()
        .find_map(|prefix| value.strip_prefix(prefix))
        .filter(|key| !key.is_empty())
        .map(str::to_owned)
        .ok_or_else(malformed)
}
