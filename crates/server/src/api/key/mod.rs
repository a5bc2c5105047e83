//! `/key`: virtual keys.

pub mod generate;
pub mod service_account;
pub mod shape;

use axum::routing::post;

use super::Route;
use crate::wire::models::keys::GENERATE_KEY_REQUEST;

const TAG: &str = "keys";

pub static ROUTES: &[Route] = &[
    Route::post("/key/generate", "Make a virtual key", || post(generate::handle)).body(&GENERATE_KEY_REQUEST).tag(TAG),
    Route::post("/key/service-account/generate", "Make a key that belongs to a team and to no user", || {
        post(service_account::generate::handle)
    })
    .body(&GENERATE_KEY_REQUEST)
    .tag(TAG),
];
