//! `/team`: teams and who is in them.

pub mod available;
pub mod block;
pub mod bulk_member_add;
pub mod by_id;
pub mod delete;
pub mod info;
pub mod key;
pub mod list;
pub mod member_add;
pub mod member_delete;
pub mod member_update;
pub mod model;
pub mod new;
pub mod permissions_bulk_update;
pub mod permissions_list;
pub mod permissions_update;
pub mod shape;
pub mod unblock;
pub mod update;

use axum::routing::{delete as remove, get, patch, post};

use super::{Route, v2};
use crate::wire::models::teams as models;

pub(super) const TAG: &str = "teams";

pub static ROUTES: &[Route] = &[
    Route::post("/team/new", "Make a team", || post(new::handle)).body(&models::NEW_TEAM_REQUEST).tag(TAG),
    Route::post("/team/update", "Change a team", || post(update::handle)).body(&models::UPDATE_TEAM_REQUEST).tag(TAG),
    Route::patch("/team/{team_id}", "Change a team, merging its metadata", || patch(by_id::patch::handle))
        .body(&models::PATCH_TEAM_REQUEST)
        .tag(TAG),
    Route::post("/team/delete", "Delete teams with their keys", || post(delete::handle))
        .body(&models::DELETE_TEAM_REQUEST)
        .tag(TAG),
    Route::get("/team/info", "A team, its keys and its members", || get(info::handle))
        .query(&models::TEAM_INFO_QUERY)
        .tag(TAG),
    Route::get("/team/list", "Every team", || get(list::handle)).query(&models::TEAM_LIST_QUERY).tag(TAG),
    Route::get("/v2/team/list", "Teams, page by page", || get(v2::team::list::handle))
        .query(&models::TEAM_LIST_V2_QUERY)
        .tag(TAG),
    Route::get("/team/available", "Teams that the caller may join", || get(available::handle))
        .query(&models::TEAM_AVAILABLE_QUERY)
        .tag(TAG),
    Route::post("/team/member_add", "Add members to a team", || post(member_add::handle))
        .body(&models::TEAM_MEMBER_ADD_REQUEST)
        .tag(TAG),
    Route::post("/team/bulk_member_add", "Add many members to a team, or all users", || post(bulk_member_add::handle))
        .body(&models::BULK_TEAM_MEMBER_ADD_REQUEST)
        .tag(TAG),
    Route::post("/team/member_update", "Change a member's role or budget", || post(member_update::handle))
        .body(&models::TEAM_MEMBER_UPDATE_REQUEST)
        .tag(TAG),
    Route::post("/team/member_delete", "Remove a member and their keys of the team", || post(member_delete::handle))
        .body(&models::TEAM_MEMBER_DELETE_REQUEST)
        .tag(TAG),
    Route::get("/team/{team_id}/members/me", "The caller's membership", || get(by_id::members_me::handle)).tag(TAG),
    Route::post("/team/{team_id}/member/{user_id}/reset_spend", "Set what a member has spent", || {
        post(by_id::member::reset_spend::handle)
    })
    .body(&models::RESET_MEMBER)
    .tag(TAG),
    Route::post("/team/{team_id}/member/{user_id}/reset_budget", "Give a member the team's budget for members", || {
        post(by_id::member::reset_budget::handle)
    })
    .tag(TAG),
    Route::post("/team/block", "Refuse a team's keys", || post(block::handle))
        .body(&models::BLOCK_TEAM_REQUEST)
        .tag(TAG),
    Route::post("/team/unblock", "Honour a team's keys again", || post(unblock::handle))
        .body(&models::BLOCK_TEAM_REQUEST)
        .tag(TAG),
    Route::get("/team/permissions_list", "What a team's members may call", || get(permissions_list::handle))
        .query(&models::TEAM_PERMISSIONS_LIST_QUERY)
        .tag(TAG),
    Route::post("/team/permissions_update", "Set what a team's members may call", || post(permissions_update::handle))
        .body(&models::UPDATE_TEAM_MEMBER_PERMISSIONS_REQUEST)
        .tag(TAG),
    Route::post("/team/permissions_bulk_update", "Let the members of many teams call more", || {
        post(permissions_bulk_update::handle)
    })
    .body(&models::BULK_UPDATE_TEAM_MEMBER_PERMISSIONS_REQUEST)
    .tag(TAG),
    Route::post("/team/model/add", "Let a team use more models", || post(model::add::handle))
        .body(&models::TEAM_MODEL_ADD_REQUEST)
        .tag(TAG),
    Route::post("/team/model/delete", "Let a team use fewer models", || post(model::delete::handle))
        .body(&models::TEAM_MODEL_DELETE_REQUEST)
        .tag(TAG),
    Route::post("/team/{team_id}/callback", "Log a team's calls to a service", || post(by_id::callback::add::handle))
        .body(&models::ADD_TEAM_CALLBACK)
        .tag(TAG),
    Route::get("/team/{team_id}/callback", "Where a team's calls are logged to", || get(by_id::callback::list::handle))
        .tag(TAG),
    Route::delete("/team/{team_id}/callback/{callback_name}", "Stop logging a team's calls to a service", || {
        remove(by_id::callback::delete::handle)
    })
    .tag(TAG),
    Route::post("/team/{team_id}/disable_logging", "Stop logging a team's calls", || {
        post(by_id::disable_logging::handle)
    })
    .tag(TAG),
];
