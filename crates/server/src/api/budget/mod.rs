//! /budget.

pub mod new;

use axum::routing::post;

use super::Route;
use crate::wire::models::organizations::BUDGET_NEW_REQUEST;

pub static ROUTES: &[Route] =
    &[Route::post("/budget/new", "Makes a budget", || post(new::handle)).body(&BUDGET_NEW_REQUEST).tag("budgets")];
