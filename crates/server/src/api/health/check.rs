//! `GET /health`: LiteLLM calls every model; the models are called by the data plane alone, so there are none to speak of.

use serde_json::json;

use crate::api::Reply;
use crate::auth::Call;

pub async fn handle(_call: Call) -> Reply {
    Reply::json(json!({
        "healthy_endpoints": [],
        "unhealthy_endpoints": [],
        "healthy_count": 0,
        "unhealthy_count": 0,
    }))
}
