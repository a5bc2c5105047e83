//! The query parameters of `/audit`.

use super::super::{
    model::{Bounds, Default, Field, int_in, text},
    query::QueryModel,
};

/// The parameters of one endpoint among those that every question to the log may have. What more they must be than their kind is
/// checked by the handlers.
macro_rules! parameters {
    ($($own:expr),* $(,)?; $($shown:expr),* $(,)?) => {
        &[
            $($own,)*
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
            $($shown,)*
            text("changed_field"),
            text("after_gt"),
            text("after_gte"),
            text("after_lt"),
            text("after_lte"),
            text("q"),
            text("after_seq"),
            text("before_seq"),
            text("changed_by!"),
            text("changed_by_api_key!"),
            text("action!"),
            text("table_name!"),
            text("object_id!"),
            text("object_team_id!"),
            text("object_key_hash!"),
            text("changed_field!"),
        ]
    };
}

const PAGE: Field = int_in("page", Bounds::at_least(1.0)).or_not_null(Default::Int(1));
const PAGE_SIZE: Field = int_in("page_size", Bounds::between(1.0, 100.0)).or_not_null(Default::Int(10));
const LIMIT: Field = int_in("limit", Bounds::between(1.0, 100.0)).or_not_null(Default::Int(10));
const BUCKETS: Field = int_in("buckets", Bounds::between(1.0, 1000.0));

/// `GET /audit`; dates and sort words are checked by the handler.
pub static AUDIT_QUERY: QueryModel = QueryModel::new(
    "/audit",
    parameters!(
        PAGE,
        PAGE_SIZE;
        text("sort_by"),
        text("sort_order").or_not_null(Default::Text("desc")),
        text("cursor"),
    ),
);

/// `GET /audit/histogram`.
pub static HISTOGRAM_QUERY: QueryModel =
    QueryModel::new("/audit/histogram", parameters!(text("interval").or_not_null(Default::Text("auto")), BUCKETS;));

/// `GET /audit/facets`.
pub static FACETS_QUERY: QueryModel = QueryModel::new("/audit/facets", parameters!(LIMIT;));

/// `GET /audit/stream`.
pub static STREAM_QUERY: QueryModel = QueryModel::new("/audit/stream", parameters!(;));

/// `GET /audit/export`.
pub static EXPORT_QUERY: QueryModel =
    QueryModel::new("/audit/export", parameters!(text("format").or_not_null(Default::Text("jsonl"));));

/// `GET /audit/objects/{table}/{id}`.
pub static OBJECT_QUERY: QueryModel =
    QueryModel::new("/audit/objects/{table}/{id}", &[text("as_of"), text("organization_id"), text("object_team_id")]);
