//! `GET /models`, `GET /v1/models`: the models of the data plane, of which there are none here.

use axum::routing::get;
use serde_json::json;

use super::{Reply, Route};
use crate::auth::Call;

const TAG: &str = "models";

pub static ROUTES: &[Route] = &[
    Route::get("/models", "The models that the key may call", || get(handle)).tag(TAG),
    Route::get("/v1/models", "The same, by its other name", || get(handle)).tag(TAG),
];

pub async fn handle(_: Call) -> Reply {
    Reply::json(json!({"data": [], "object": "list"}))
}
