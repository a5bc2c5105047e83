//! `/invitation`: links by which people join the dashboard.

pub mod delete;
pub mod info;
pub mod new;
pub mod update;

use daybook::model::row::Row;
use serde_json::Value;

use crate::api::shape::pick;

fn shape(row: &Row) -> Value {
    const MEMBERS: &[&str] = &[
        "id",
        "user_id",
        "is_accepted",
        "accepted_at",
        "expires_at",
        "created_at",
        "created_by",
        "updated_at",
        "updated_by",
    ];
    pick(row, MEMBERS).into()
}
