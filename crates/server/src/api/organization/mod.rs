//! `/organization`: organizations and who is in them.

pub mod delete;
pub mod info;
pub mod list;
pub mod member_add;
pub mod member_delete;
pub mod member_update;
pub mod new;
pub mod shape;
pub mod update;

use axum::routing::{delete as remove, get, patch, post};

use super::{Route, v2};
use crate::wire::models::organizations as models;

const TAG: &str = "organizations";

pub static ROUTES: &[Route] = &[
    Route::post("/organization/new", "Makes an organization", || post(new::handle))
        .body(&models::NEW_ORGANIZATION_REQUEST)
        .tag(TAG),
    Route::patch("/organization/update", "Changes an organization, merging its metadata", || patch(update::handle))
        .body(&models::UPDATE_ORGANIZATION_REQUEST)
        .tag(TAG),
    Route::patch("/v2/organization/{organization_id}", "Changes what is sent of an organization", || {
        patch(v2::organization::by_id::patch::handle)
    })
    .body(&models::PATCH_ORGANIZATION_REQUEST)
    .tag(TAG),
    Route::delete("/organization/delete", "Deletes organizations with their teams and keys", || remove(delete::handle))
        .body(&models::DELETE_ORGANIZATION_REQUEST)
        .tag(TAG),
    Route::get("/organization/list", "Organizations that the caller may see", || get(list::handle))
        .query(&models::ORGANIZATION_LIST_QUERY)
        .tag(TAG),
    Route::get("/organization/info", "An organization, its members and its teams", || get(info::handle))
        .query(&models::ORGANIZATION_INFO_QUERY)
        .tag(TAG),
    Route::post("/organization/info", "Several organizations with their budgets", || post(info::handle_many))
        .body(&models::ORGANIZATION_REQUEST)
        .reads()
        .tag(TAG),
    Route::post("/organization/member_add", "Adds people to an organization", || post(member_add::handle))
        .body(&models::ORGANIZATION_MEMBER_ADD_REQUEST)
        .tag(TAG),
    Route::patch("/organization/member_update", "Changes a member's role or budget", || patch(member_update::handle))
        .body(&models::ORGANIZATION_MEMBER_UPDATE_REQUEST)
        .tag(TAG),
    Route::delete("/organization/member_delete", "Takes a member out of an organization", || {
        remove(member_delete::handle)
    })
    .body(&models::ORGANIZATION_MEMBER_DELETE_REQUEST)
    .tag(TAG),
];
