//! The query parameters of `GET /audit`.

use super::super::{
    model::{Bounds, Default, int_in, text},
    query::QueryModel,
};

/// `GET /audit`; dates and sort words are checked by the handler.
pub static AUDIT_QUERY: QueryModel = QueryModel::new(
    "/audit",
    &[
        int_in("page", Bounds::at_least(1.0)).or_not_null(Default::Int(1)),
        int_in("page_size", Bounds::between(1.0, 100.0)).or_not_null(Default::Int(10)),
        text("changed_by"),
        text("changed_by_api_key"),
        text("action"),
        text("table_name"),
        text("object_id"),
        text("start_date"),
        text("end_date"),
        text("object_team_id"),
        text("object_key_hash"),
        text("organization_id"),
        text("search"),
        text("sort_by"),
        text("sort_order").or_not_null(Default::Text("desc")),
    ],
);
