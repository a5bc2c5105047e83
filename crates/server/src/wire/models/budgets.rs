//! Request models of `/budget/*`.

use super::{
    super::{
        model::{Field, Kind, Model, datetime, float, int, map_of, text, texts},
        query::QueryModel,
    },
    keys::{RPM_LIMIT, TPM_LIMIT},
    teams::BUDGET_CONFIG,
};

const BUDGET: Kind = Kind::Model(&BUDGET_CONFIG);

/// What a budget may hold; a new customer may say the same of its own.
pub const BUDGET_NEW: &[Field] = &[
    text("budget_id"),
    float("max_budget"),
    float("soft_budget"),
    int("max_parallel_requests"),
    TPM_LIMIT,
    RPM_LIMIT,
    int("tpd_limit"),
    text("budget_duration"),
    map_of("model_max_budget", &BUDGET),
    datetime("budget_reset_at"),
];
/// `POST /budget/new` and `POST /budget/update`
pub static BUDGET_NEW_REQUEST: Model = Model::new("BudgetNewRequest", BUDGET_NEW);
/// `POST /budget/info`
pub static BUDGET_REQUEST: Model = Model::new("BudgetRequest", &[texts("budgets").required()]);
/// `POST /budget/delete`
pub static BUDGET_DELETE_REQUEST: Model = Model::new("BudgetDeleteRequest", &[text("id").required()]);
/// `GET /budget/settings`
pub static BUDGET_SETTINGS_QUERY: QueryModel = QueryModel::new("/budget/settings", &[text("budget_id").required()]);
