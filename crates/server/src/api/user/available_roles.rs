//! `GET /user/available_roles`: the roles of users, in the words that LiteLLM's dashboard shows.

use serde_json::json;

use crate::api::Reply;
use crate::auth::Call;

pub async fn handle(_: Call) -> Reply {
    Reply::json(json!({
        "proxy_admin": {
            "description": "admin over litellm proxy, has all permissions",
            "ui_label": "Admin (All Permissions)",
        },
        "proxy_admin_viewer": {
            "description": "view all keys, view all spend",
            "ui_label": "Admin (View Only)",
        },
        "internal_user": {
            "description": "view/create/delete their own keys, view their own spend",
            "ui_label": "Internal User (Create/Delete/View)",
        },
        "internal_user_viewer": {
            "description": "view their own keys, view their own spend",
            "ui_label": "Internal User (View Only)",
        },
    }))
}
