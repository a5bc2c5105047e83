//! The endpoints. **The folder path is the URL**: `POST /key/generate` is `key/generate.rs`.
//!
//! [`GROUPS`] is the one list of them: the router is made of it, and so are `/openapi.json`, `/docs`, `/routes` and the
//! test that walks every route.

pub mod error;
mod page;
pub mod reply;
pub mod route;
mod settings_page;
pub mod shape;

pub mod add;
pub mod audit;
pub mod budget;
pub mod cache;
pub mod callbacks;
pub mod config;
pub mod config_overrides;
pub mod credentials;
pub mod customer;
pub mod delete;
pub mod docs;
pub mod end_user;
pub mod get;
pub mod health;
pub mod index;
pub mod invitation;
pub mod key;
pub mod ledger;
pub mod management;
pub mod metrics;
pub mod model;
pub mod model_group;
pub mod models;
pub mod openapi;
pub mod organization;
pub mod readme;
pub mod routes;
pub mod team;
pub mod test;
pub mod update;
pub mod user;
pub mod v2;

pub use reply::Reply;
pub use route::{Access, Effect, Route};

/// The release of LiteLLM whose API this is.
pub const LITELLM_VERSION: &str = "1.109.1";

/// Every route that the server answers, in the groups that `/docs` shows.
pub static GROUPS: &[&[Route]] = &[
    audit::ROUTES,
    ledger::ROUTES,
    key::ROUTES,
    team::ROUTES,
    user::ROUTES,
    v2::user::ROUTES,
    organization::ROUTES,
    budget::ROUTES,
    customer::ROUTES,
    end_user::ROUTES,
    management::v1::ROUTES,
    config::ROUTES,
    model::ROUTES,
    credentials::ROUTES,
    health::ROUTES,
    metrics::ROUTES,
    index::ROUTES,
];

/// [`GROUPS`], one after the other.
pub fn routes() -> impl Iterator<Item = &'static Route> {
    GROUPS.iter().copied().flatten()
}
