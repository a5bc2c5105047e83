//! The pages: the log in a browser. Rendered here, without a build step; script adds to them and is needed by none but the live
//! one.
//!
//! [`session`] is who is signed in, [`page`] the frame and the policy of every page, [`filter`] what an address asks for,
//! [`sentence`] what an entry says; the rest is a file a page. Handlers take a [`session::Reader`], which nobody has who may not read the log.

mod assets;
mod entry;
mod evidence;
mod export;
mod filter;
mod integrity;
mod live;
mod log;
mod login;
mod object;
mod page;
mod sentence;
mod session;

use axum::Router;
use axum::routing::{get, post};

use crate::app::App;

/// The routes of the pages. They are no part of the API, so that neither `/openapi.json` nor `/docs` has them.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/ui", get(log::handle))
        .route("/ui/", get(async || page::go("/ui")))
        .route("/ui/login", get(login::show).post(login::sign_in))
        .route("/ui/logout", post(login::sign_out))
        .route("/ui/entries/{id}", get(entry::handle))
        .route("/ui/entries/{id}/proof", get(export::proof))
        .route("/ui/objects/{table}/{id}", get(object::handle))
        .route("/ui/integrity", get(integrity::handle))
        .route("/ui/evidence", get(evidence::handle))
        .route("/ui/live", get(live::handle))
        .route("/ui/stream", get(live::stream))
        .route("/ui/export", get(export::handle))
        .route("/ui/assets/{name}", get(assets::handle))
}
