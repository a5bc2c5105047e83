//! `/key`: virtual keys, and the endpoints about them that stand elsewhere.

pub mod aliases;
pub mod block;
pub mod bulk_update;
pub mod by_key;
pub mod delete;
pub mod generate;
pub mod health;
pub mod info;
pub mod list;
pub mod regenerate;
pub mod service_account;
pub mod shape;
pub mod unblock;
pub mod update;

use axum::routing::{get, post};

use super::{Route, team, v2};
use crate::wire::models::keys::{
    BLOCK_KEY_REQUEST, BULK_UPDATE_KEY_REQUEST, BULK_UPDATE_TEAM_KEYS_REQUEST, GENERATE_KEY_REQUEST, KEY_ALIASES_QUERY,
    KEY_INFO_QUERY, KEY_LIST_QUERY, KEY_REQUEST, REGENERATE_KEY_REQUEST, RESET_SPEND_REQUEST, UPDATE_KEY_REQUEST,
};

const TAG: &str = "keys";

pub static ROUTES: &[Route] = &[
    Route::post("/key/generate", "Make a virtual key", || post(generate::handle)).body(&GENERATE_KEY_REQUEST).tag(TAG),
    Route::post("/key/service-account/generate", "Make a key that belongs to a team and to no user", || {
        post(service_account::generate::handle)
    })
    .body(&GENERATE_KEY_REQUEST)
    .tag(TAG),
    Route::post("/key/update", "Change a key", || post(update::handle)).body(&UPDATE_KEY_REQUEST).tag(TAG),
    Route::post("/key/bulk_update", "Change several keys, each by itself", || post(bulk_update::handle))
        .body(&BULK_UPDATE_KEY_REQUEST)
        .tag(TAG),
    Route::post("/team/key/bulk_update", "Change keys of a team, each by itself", || {
        post(team::key::bulk_update::handle)
    })
    .body(&BULK_UPDATE_TEAM_KEYS_REQUEST)
    .tag(TAG),
    Route::post("/key/delete", "Delete keys", || post(delete::handle)).body(&KEY_REQUEST).tag(TAG),
    Route::get("/key/info", "A key", || get(info::handle)).query(&KEY_INFO_QUERY).tag(TAG),
    Route::post("/v2/key/info", "Several keys", || post(v2::key::info::handle)).body(&KEY_REQUEST).reads().tag(TAG),
    Route::get("/key/list", "Keys, filtered and in pages", || get(list::handle)).query(&KEY_LIST_QUERY).tag(TAG),
    Route::get("/key/aliases", "Aliases of keys", || get(aliases::handle)).query(&KEY_ALIASES_QUERY).tag(TAG),
    Route::post("/key/block", "Refuse a key", || post(block::handle)).body(&BLOCK_KEY_REQUEST).tag(TAG),
    Route::post("/key/unblock", "Accept a blocked key again", || post(unblock::handle))
        .body(&BLOCK_KEY_REQUEST)
        .tag(TAG),
    Route::post("/key/regenerate", "Give a key a new value", || post(regenerate::handle))
        .body(&REGENERATE_KEY_REQUEST)
        .tag(TAG),
    Route::post("/key/{key}/regenerate", "The same, with the key in the path", || post(by_key::regenerate::handle))
        .body(&REGENERATE_KEY_REQUEST)
        .tag(TAG),
    Route::post("/key/{key}/reset_spend", "Set what a key has spent", || post(by_key::reset_spend::handle))
        .body(&RESET_SPEND_REQUEST)
        .tag(TAG),
    Route::post("/key/health", "Whether the calling key works", || post(health::handle)).reads().tag(TAG),
];
