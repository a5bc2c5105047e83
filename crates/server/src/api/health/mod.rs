//! `/health` and the other routes that say how the server is.

pub mod liveliness;
pub mod readiness;

use axum::routing::get;

use super::Route;

const TAG: &str = "health";

pub static ROUTES: &[Route] = &[
    Route::get("/health/liveliness", "Whether the process answers", || get(liveliness::handle)).public().tag(TAG),
    Route::get("/health/liveness", "The same, by its other name", || get(liveliness::handle)).public().tag(TAG),
    Route::get("/health/readiness", "Whether the database answers", || get(readiness::handle)).public().tag(TAG),
];
