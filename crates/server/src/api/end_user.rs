//! /end_user: LiteLLM's other name of `/customer`.

use axum::routing::{get, post};

use super::Route;
use super::customer::{TAG, block, delete, info, list, new, unblock, update};
use crate::wire::models::customers::{
    BLOCK_USERS, CUSTOMER_INFO_QUERY, CUSTOMER_LIST_QUERY, DELETE_CUSTOMER_REQUEST, NEW_CUSTOMER_REQUEST,
    UPDATE_CUSTOMER_REQUEST,
};

pub static ROUTES: &[Route] = &[
    Route::post("/end_user/new", "Makes a customer", || post(new::handle)).body(&NEW_CUSTOMER_REQUEST).tag(TAG),
    Route::post("/end_user/update", "Changes a customer", || post(update::handle))
        .body(&UPDATE_CUSTOMER_REQUEST)
        .tag(TAG),
    Route::post("/end_user/delete", "Removes customers", || post(delete::handle))
        .body(&DELETE_CUSTOMER_REQUEST)
        .tag(TAG),
    Route::post("/end_user/block", "Blocks customers, known or not", || post(block::handle))
        .body(&BLOCK_USERS)
        .tag(TAG),
    Route::post("/end_user/unblock", "Lets blocked customers call again", || post(unblock::handle))
        .body(&BLOCK_USERS)
        .tag(TAG),
    Route::get("/end_user/info", "A customer", || get(info::handle)).query(&CUSTOMER_INFO_QUERY).tag(TAG),
    Route::get("/end_user/list", "Customers by the page", || get(list::handle)).query(&CUSTOMER_LIST_QUERY).tag(TAG),
];
