//! /budget.

pub mod delete;
pub mod info;
pub mod list;
pub mod new;
pub mod settings;
pub mod update;

use axum::routing::{get, post};

use super::Route;
use crate::wire::models::budgets::{BUDGET_DELETE_REQUEST, BUDGET_NEW_REQUEST, BUDGET_REQUEST, BUDGET_SETTINGS_QUERY};

pub(super) const TAG: &str = "budgets";

pub static ROUTES: &[Route] = &[
    Route::post("/budget/new", "Makes a budget", || post(new::handle)).body(&BUDGET_NEW_REQUEST).tag(TAG),
    Route::post("/budget/update", "Changes a budget", || post(update::handle)).body(&BUDGET_NEW_REQUEST).tag(TAG),
    Route::post("/budget/info", "Budgets by their ids", || post(info::handle)).body(&BUDGET_REQUEST).reads().tag(TAG),
    Route::get("/budget/list", "Every budget", || get(list::handle)).tag(TAG),
    Route::get("/budget/settings", "A budget, field by field", || get(settings::handle))
        .query(&BUDGET_SETTINGS_QUERY)
        .tag(TAG),
    Route::post("/budget/delete", "Removes a budget; whatever refers to it lets go of it", || post(delete::handle))
        .body(&BUDGET_DELETE_REQUEST)
        .tag(TAG),
];
