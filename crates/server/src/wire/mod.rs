//! Request validation. Owns what LiteLLM gets from FastAPI and pydantic: which members a request may have, how lax their
//! types are, and the exact 422 items when they are wrong. Does not know HTTP, the database, or what a member means.
//!
//! The one thing to know: request models are tables, not structs. They are wide, a handler must tell "sent" from
//! "default", and the same table feeds the OpenAPI document, so a line of `models/` is a line of LiteLLM's model.

pub mod body;
mod datetime;
pub mod fields;
pub mod model;
pub mod models;
pub mod parse;
pub mod problem;
pub mod python;
pub mod query;
mod scalar;
pub mod schema;

pub use fields::Fields;
pub use model::{Extra, Field, Kind, Model};
pub use parse::contains_nul;
pub use problem::{Loc, Problem, problems_to_json};
pub use query::{Query, QueryModel};

#[cfg(test)]
mod tests;
