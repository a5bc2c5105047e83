//! /management/v1: LiteLLM's newer surface. Bodies and query strings are strict, and errors are problem documents.

pub mod budgets;
pub mod teams;
pub mod users;

use axum::routing::{get, post};
use daybook::manage::Refusal;
use daybook::model::row::Row;

use super::super::{Route, budget, team, user};
use crate::api::error::{ApiError, Document, Missing};
use crate::auth::Call;
use crate::wire::Model;
use crate::wire::models::management::{
    BUDGETS_QUERY, BULK_DELETE_USER_REQUEST, BULK_NEW_USER_REQUEST, BULK_TEAM_MEMBER_BUDGET_UPDATE_REQUEST,
    BULK_TEAM_MEMBER_DELETE_REQUEST,
};

pub static ROUTES: &[Route] = &[
    Route::post("/management/v1/users/bulk", "Makes users, each with an outcome of its own", || {
        post(users::bulk::handle)
    })
    .body(&BULK_NEW_USER_REQUEST)
    .tag(user::TAG),
    Route::post("/management/v1/users/bulk_delete", "Removes users, with an outcome for each", || {
        post(users::bulk_delete::handle)
    })
    .body(&BULK_DELETE_USER_REQUEST)
    .tag(user::TAG),
    Route::get("/management/v1/users/me", "The user whose key calls", || get(users::me::handle)).tag(user::TAG),
    Route::post("/management/v1/teams/{team_id}/members/bulk_update", "Changes the limits of a team's members", || {
        post(teams::by_id::members::bulk_update::handle)
    })
    .body(&BULK_TEAM_MEMBER_BUDGET_UPDATE_REQUEST)
    .tag(team::TAG),
    Route::post("/management/v1/teams/{team_id}/members/bulk_delete", "Takes members off a team", || {
        post(teams::by_id::members::bulk_delete::handle)
    })
    .body(&BULK_TEAM_MEMBER_DELETE_REQUEST)
    .tag(team::TAG),
    Route::get("/management/v1/budgets", "Budgets, filtered, sorted and by the page", || get(budgets::handle))
        .query(&BUDGETS_QUERY)
        .tag(budget::TAG),
];

/// The body in the form of a model.
fn request(call: &Call, model: &Model) -> Result<Row, ApiError> {
    match model.parse_body(call.json.as_ref()) {
        Ok(fields) => Ok(fields.into_map()),
        Err(problems) => Err(Document::body(&problems).into()),
    }
}

/// Refuses every query parameter.
fn check_no_query(call: &Call) -> Result<(), ApiError> {
    let mut names: Vec<&str> = call.query.iter().map(|(name, _)| name).collect();
    names.sort_unstable();
    names.dedup();
    if names.is_empty() { Ok(()) } else { Err(unknown_parameters(&names).allowing([]).into()) }
}

fn unknown_parameters(names: &[&str]) -> Document {
    let detail = format!("Unrecognized query parameter(s): {}.", names.join(", "));
    Document::query("unknown-query-parameter", "Unknown query parameter", detail)
}

fn about_users(error: impl Into<Refusal>) -> ApiError {
    Document::refused(error.into(), Missing::User).into()
}

fn about_team(error: impl Into<Refusal>) -> ApiError {
    Document::refused(error.into(), Missing::Team).into()
}
