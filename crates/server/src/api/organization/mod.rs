//! /organization.

pub mod member_add;
pub mod new;
pub mod shape;

use axum::routing::post;

use super::Route;
use crate::wire::models::organizations::{NEW_ORGANIZATION_REQUEST, ORGANIZATION_MEMBER_ADD_REQUEST};

const TAG: &str = "organizations";

pub static ROUTES: &[Route] = &[
    Route::post("/organization/new", "Makes an organization", || post(new::handle))
        .body(&NEW_ORGANIZATION_REQUEST)
        .tag(TAG),
    Route::post("/organization/member_add", "Adds people to an organization", || post(member_add::handle))
        .body(&ORGANIZATION_MEMBER_ADD_REQUEST)
        .tag(TAG),
];
