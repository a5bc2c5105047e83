//! /user.

pub mod available_roles;
pub mod bulk_update;
pub mod delete;
pub mod info;
pub mod list;
pub mod new;
pub mod password;
pub mod shape;
pub mod update;

use axum::routing::{get, post};

use super::Route;
use crate::wire::models::users::{
    BULK_UPDATE_USER_REQUEST, CHANGE_PASSWORD_REQUEST, DELETE_USER_REQUEST, NEW_USER_REQUEST, UPDATE_USER_REQUEST,
    USER_INFO_QUERY, USER_LIST_QUERY,
};

pub(super) const TAG: &str = "users";

pub static ROUTES: &[Route] = &[
    Route::post("/user/new", "Makes a user, with a key unless told otherwise", || post(new::handle))
        .body(&NEW_USER_REQUEST)
        .tag(TAG),
    Route::post("/user/update", "Changes a user", || post(update::handle)).body(&UPDATE_USER_REQUEST).tag(TAG),
    Route::post("/user/bulk_update", "Changes several users, or all of them", || post(bulk_update::handle))
        .body(&BULK_UPDATE_USER_REQUEST)
        .tag(TAG),
    Route::post("/user/delete", "Removes users with their keys and memberships", || post(delete::handle))
        .body(&DELETE_USER_REQUEST)
        .tag(TAG),
    Route::get("/user/info", "A user with keys and teams", || get(info::handle)).query(&USER_INFO_QUERY).tag(TAG),
    Route::get("/user/list", "Users, filtered, sorted and by the page", || get(list::handle))
        .query(&USER_LIST_QUERY)
        .tag(TAG),
    Route::get("/user/available_roles", "The roles that a user can have", || get(available_roles::handle)).tag(TAG),
    Route::post("/user/password/change", "Changes the caller's own password", || post(password::change::handle))
        .body(&CHANGE_PASSWORD_REQUEST)
        .tag(TAG),
];
