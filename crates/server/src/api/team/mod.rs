//! `/team`: teams and who is in them.

pub mod new;
pub mod shape;

use axum::routing::post;

use super::Route;
use crate::wire::models::teams as models;

const TAG: &str = "teams";

pub static ROUTES: &[Route] =
    &[Route::post("/team/new", "Make a team", || post(new::handle)).body(&models::NEW_TEAM_REQUEST).tag(TAG)];
