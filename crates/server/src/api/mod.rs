//! The endpoints. **The folder path is the URL**: `POST /key/generate` is `key/generate.rs`.
//!
//! [`GROUPS`] is the one list of them: the router is made of it, and so are `/openapi.json`, `/docs`, `/routes` and the
//! test that walks every route.

pub mod error;
pub mod reply;
pub mod route;
pub mod shape;

pub mod audit;
pub mod health;
pub mod key;
pub mod models;
pub mod team;
pub mod user;
pub mod v2;

pub use reply::Reply;
pub use route::{Access, Effect, Route};

/// Every route that the server answers, in the groups that `/docs` shows.
pub static GROUPS: &[&[Route]] =
    &[audit::ROUTES, key::ROUTES, team::ROUTES, user::ROUTES, models::ROUTES, health::ROUTES];

/// [`GROUPS`], one after the other.
pub fn routes() -> impl Iterator<Item = &'static Route> {
    GROUPS.iter().copied().flatten()
}
