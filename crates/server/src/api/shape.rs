//! Rows in the shapes of LiteLLM's responses.

use daybook::model::row::{Row, RowExt as _};
use daybook::model::table::{Kind, Table};
use daybook::model::time;
use serde_json::Value;

/// Members in this order; one that the row lacks is `null`.
pub fn pick(row: &Row, names: &[&str]) -> Row {
    names.iter().map(|name| ((*name).to_owned(), row.value(name))).collect()
}

/// LiteLLM's other form of time, `+00:00` instead of `Z`, in the columns of a table: plain dicts have it.
pub fn with_offsets(table: &Table, mut row: Row) -> Row {
    for (name, value) in row.iter_mut() {
        if table.kind(name) == Some(Kind::Time)
            && let Value::String(text) = value
        {
            *text = time::wire_offset(text);
        }
    }
    row
}

/// A list of objects.
pub fn list(rows: impl IntoIterator<Item = Row>) -> Value {
    Value::Array(rows.into_iter().map(Value::Object).collect())
}

const BUDGET: &[&str] = &[
    "budget_id",
    "max_budget",
    "soft_budget",
    "max_parallel_requests",
    "tpm_limit",
    "rpm_limit",
    "tpd_limit",
    "model_max_budget",
    "budget_duration",
    "budget_reset_at",
    "allowed_models",
    "temp_budget_increase",
    "temp_budget_expiry",
    "created_at",
    "created_by",
    "updated_at",
    "updated_by",
];

/// LiteLLM's relations of a budget, which are not loaded.
const BUDGET_RELATIONS: &[&str] = &[
    "organization",
    "projects",
    "keys",
    "end_users",
    "tags",
    "model_access_groups",
    "team_membership",
    "organization_membership",
];

/// A row of the budget table, relations and all.
pub fn budget_row(row: &Row) -> Row {
    let mut shown = pick(row, BUDGET);
    if shown.value("allowed_models").is_null() {
        shown.insert("allowed_models".to_owned(), Value::Array(Vec::new()));
    }
    shown.extend(BUDGET_RELATIONS.iter().map(|name| ((*name).to_owned(), Value::Null)));
    shown
}
