//! `/health` and the other routes that say how the server is.

pub mod check;
pub mod license;
pub mod liveliness;
pub mod readiness;

use axum::routing::get;

use super::Route;

const TAG: &str = "health";

pub static ROUTES: &[Route] = &[
    Route::get("/health/liveliness", "Whether the process answers", || get(liveliness::handle)).public().tag(TAG),
    Route::get("/health/liveness", "The same, by its other name", || get(liveliness::handle)).public().tag(TAG),
    Route::get("/health/readiness", "Whether the database answers", || get(readiness::handle)).public().tag(TAG),
    Route::get("/health/readiness/details", "Readiness, with what LiteLLM says of itself besides", || {
        get(readiness::details::handle)
    })
    .tag(TAG),
    Route::get("/health", "The models that answer", || get(check::handle)).tag(TAG),
    Route::get("/health/license", "That nothing here is behind a license", || get(license::handle)).tag(TAG),
];
