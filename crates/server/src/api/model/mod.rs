//! `/model`: the models that providers are called with.

pub mod block;
pub mod by_id;
pub mod delete;
pub mod info;
pub mod new;
pub mod shape;
pub mod unblock;
pub mod update;

use axum::routing::{get, patch, post};

use super::{Route, model_group, models as names, v2};
use crate::wire::models::deployments as models;

const TAG: &str = "models";

pub static ROUTES: &[Route] = &[
    Route::post("/model/new", "Store a model", || post(new::handle)).body(&models::DEPLOYMENT).tag(TAG),
    Route::post("/model/update", "Change a model, merging its parameters", || post(update::handle))
        .body(&models::UPDATE_DEPLOYMENT)
        .tag(TAG),
    Route::patch("/model/{model_id}/update", "Change what is sent of a model", || patch(by_id::update::handle))
        .body(&models::PATCH_MODEL_REQUEST)
        .tag(TAG),
    Route::post("/model/delete", "Delete a model", || post(delete::handle)).body(&models::MODEL_INFO_DELETE).tag(TAG),
    Route::post("/model/block", "Take a model out of service", || post(block::handle))
        .body(&models::BLOCK_MODEL_REQUEST)
        .tag(TAG),
    Route::post("/model/unblock", "Put a model into service again", || post(unblock::handle))
        .body(&models::BLOCK_MODEL_REQUEST)
        .tag(TAG),
    Route::get("/model/info", "Models with their prices and capabilities", || get(info::handle))
        .query(&models::MODEL_INFO_QUERY)
        .tag(TAG),
    Route::get("/v1/model/info", "The same, by its other name", || get(info::handle))
        .query(&models::MODEL_INFO_QUERY)
        .tag(TAG),
    Route::get("/v2/model/info", "Models, page by page", || get(v2::model::info::handle))
        .query(&models::MODEL_INFO_V2_QUERY)
        .tag(TAG),
    Route::get("/models", "The models that the key may call", || get(names::list))
        .query(&models::MODEL_LIST_QUERY)
        .tag(TAG),
    Route::get("/v1/models", "The same, by its other name", || get(names::list))
        .query(&models::MODEL_LIST_QUERY)
        .tag(TAG),
    Route::get("/models/{model_id}", "One of them", || get(names::one)).query(&models::MODEL_QUERY).tag(TAG),
    Route::get("/v1/models/{model_id}", "The same, by its other name", || get(names::one))
        .query(&models::MODEL_QUERY)
        .tag(TAG),
    Route::get("/model_group/info", "What the models of a name can do together", || get(model_group::handle))
        .query(&models::MODEL_GROUP_QUERY)
        .tag(TAG),
];
