//! Daybook's HTTP server: LiteLLM's management and audit API over the `daybook` library.
//!
//! - [`app`]: state, router, layers.
//! - [`auth`]: key, role, permission; the extractor that handlers get their arguments from.
//! - [`api`]: one file an endpoint, in folders that follow the URL.
//! - `sending`: streams and exports, for both.
//! - `web`: the pages, with `templates/` and `assets/`.
//! - [`wire`]: request models, validation, Python's way of writing values.
//! - [`cli`], [`run`]: the command line, listeners, graceful stop.

pub mod anchors;
pub mod api;
pub mod app;
pub mod auth;
pub mod cli;
pub mod run;
pub mod sealing;
mod sending;
pub mod signing;
mod web;
pub mod wire;

/// A change and a page make some hundreds of small texts; the system's allocator takes a seventh of their time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
