//! The query parameters of `/ledger`.

use super::super::{
    model::{Bounds, Default, int_in},
    query::QueryModel,
};

/// `GET /ledger/checkpoint`.
pub static CHECKPOINT_QUERY: QueryModel =
    QueryModel::new("/ledger/checkpoint", &[int_in("size", Bounds::at_least(0.0))]);

/// `GET /ledger/checkpoints`.
pub static CHECKPOINTS_QUERY: QueryModel = QueryModel::new(
    "/ledger/checkpoints",
    &[
        int_in("below", Bounds::at_least(0.0)),
        int_in("limit", Bounds::between(1.0, 1000.0)).or_not_null(Default::Int(100)),
    ],
);

/// `GET /ledger/consistency`.
pub static CONSISTENCY_QUERY: QueryModel = QueryModel::new(
    "/ledger/consistency",
    &[int_in("from", Bounds::at_least(0.0)).or_not_null(Default::Int(0)), int_in("to", Bounds::at_least(0.0))],
);

/// `GET /audit/{id}/proof`.
pub static PROOF_QUERY: QueryModel = QueryModel::new("/audit/{id}/proof", &[super::super::model::text("format")]);
