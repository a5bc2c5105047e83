//! Customers as the endpoints show them.

use daybook::model::row::{Row, RowExt as _};
use serde_json::{Value, json};

use crate::api::shape::pick;
use crate::api::team;

const CUSTOMER: &[&str] = &[
    "user_id",
    "blocked",
    "alias",
    "spend",
    "allowed_model_region",
    "default_model",
    "models",
    "budget_id",
    "litellm_budget_table",
    "object_permission_id",
    "object_permission",
];

const OBJECT_PERMISSION: &[&str] = &[
    "object_permission_id",
    "mcp_servers",
    "mcp_access_groups",
    "mcp_tool_permissions",
    "vector_stores",
    "agents",
    "agent_access_groups",
    "models",
    "mcp_toolsets",
    "blocked_tools",
    "search_tools",
    "mcp_tool_search_enabled",
    "skills",
];

/// LiteLLM's `CustomerResponse`; what the row has not been looked up for is null.
pub fn customer(row: &Row) -> Row {
    let mut shown = pick(row, CUSTOMER);
    if shown.value("models").is_null() {
        shown.insert("models".to_owned(), json!([]));
    }
    if let Some(budget) = row.object("litellm_budget_table") {
        shown.insert("litellm_budget_table".to_owned(), team::shape::budget(budget).into());
    }
    if let Some(permission) = row.object("object_permission") {
        shown.insert("object_permission".to_owned(), pick(permission, OBJECT_PERMISSION).into());
    }
    shown
}

/// [`customer`], as a whole answer.
pub fn one(row: Row) -> Value {
    Value::Object(customer(&row))
}
