//! `GET /health/license`: LiteLLM's dashboard asks. There are no licensed features, so there is no license.

use serde_json::json;

use crate::api::Reply;
use crate::auth::Call;

pub async fn handle(_call: Call) -> Reply {
    Reply::json(json!({
        "has_license": false,
        "license_type": "enterprise",
        "expiration_date": null,
        "allowed_features": [],
        "limits": {"max_users": null, "max_teams": null},
    }))
}
