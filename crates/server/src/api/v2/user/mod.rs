//! /v2/user.

pub mod info;

use axum::routing::get;

use crate::api::Route;
use crate::wire::models::users::USER_INFO_V2_QUERY;

pub static ROUTES: &[Route] = &[Route::get("/v2/user/info", "A user's own row", || get(info::handle))
    .query(&USER_INFO_V2_QUERY)
    .tag(crate::api::user::TAG)];
