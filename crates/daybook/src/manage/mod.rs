//! What the plane does: rules, defaults and side effects of keys, teams and users.
//!
//! Functions that write take a [`crate::store::Change`], so they cannot be called without naming who acts; functions that
//! only look take a [`crate::store::Session`]. Refusals are [`Refusal`]s: what went wrong in LiteLLM's words, not yet a
//! status code.

pub mod access;
pub mod ask;
pub mod audit;
pub mod auth;
pub mod budgets;
mod callbacks;
pub mod caller;
pub mod credentials;
pub mod customers;
pub mod invitations;
pub mod keys;
pub mod models;
pub mod organizations;
pub mod parts;
pub mod refusal;
pub mod rules;
pub mod settings;
pub mod teams;
pub mod users;

pub use ask::Ask;
pub use caller::{Caller, Role};
pub use refusal::{Detail, Refusal, Why};
pub use rules::{Declared, Rules};
