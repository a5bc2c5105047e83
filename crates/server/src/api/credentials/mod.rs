//! `/credentials`: what providers are signed in to with, by name.

pub mod by_model;
pub mod by_name;
pub mod create;
pub mod delete;
pub mod list;
pub mod shape;
pub mod update;

use axum::routing::{delete as remove, get, patch, post};

use super::Route;
use crate::wire::models::credentials as models;

const TAG: &str = "credentials";

pub static ROUTES: &[Route] = &[
    Route::post("/credentials", "Store a credential", || post(create::handle))
        .body(&models::CREATE_CREDENTIAL_ITEM)
        .tag(TAG),
    Route::get("/credentials", "Every credential, its secrets masked", || get(list::handle)).tag(TAG),
    Route::get("/credentials/by_name/{credential_name}", "A credential, its secrets masked", || get(by_name::handle))
        .tag(TAG),
    Route::get("/credentials/by_model/{model_id}", "What a model signs in with, masked", || get(by_model::handle))
        .tag(TAG),
    Route::patch("/credentials/{credential_name}", "Change a credential", || patch(update::handle))
        .body(&models::UPDATE_CREDENTIAL_ITEM)
        .tag(TAG),
    Route::delete("/credentials/{credential_name}", "Delete a credential", || remove(delete::handle)).tag(TAG),
];
