//! /customer.

pub mod block;
pub mod delete;
pub mod info;
pub mod list;
pub mod new;
pub mod shape;
pub mod unblock;
pub mod update;

use axum::routing::{get, post};

use super::Route;
use crate::wire::models::customers::{
    BLOCK_USERS, CUSTOMER_INFO_QUERY, CUSTOMER_LIST_QUERY, DELETE_CUSTOMER_REQUEST, NEW_CUSTOMER_REQUEST,
    UPDATE_CUSTOMER_REQUEST,
};

pub(super) const TAG: &str = "customers";

pub static ROUTES: &[Route] = &[
    Route::post("/customer/new", "Makes a customer", || post(new::handle)).body(&NEW_CUSTOMER_REQUEST).tag(TAG),
    Route::post("/customer/update", "Changes a customer", || post(update::handle))
        .body(&UPDATE_CUSTOMER_REQUEST)
        .tag(TAG),
    Route::post("/customer/delete", "Removes customers", || post(delete::handle))
        .body(&DELETE_CUSTOMER_REQUEST)
        .tag(TAG),
    Route::post("/customer/block", "Blocks customers, known or not", || post(block::handle))
        .body(&BLOCK_USERS)
        .tag(TAG),
    Route::post("/customer/unblock", "Lets blocked customers call again", || post(unblock::handle))
        .body(&BLOCK_USERS)
        .tag(TAG),
    Route::get("/customer/info", "A customer", || get(info::handle)).query(&CUSTOMER_INFO_QUERY).tag(TAG),
    Route::get("/customer/list", "Customers by the page", || get(list::handle)).query(&CUSTOMER_LIST_QUERY).tag(TAG),
];
