//! The server over real HTTP and real databases. The folders mirror `src/api`: what is said of `src/api/key/generate.rs` is
//! asked in `key/generate.rs`. Whatever a test does, [`harness::TestApp::stop`] checks afterwards that the log is sound.
#![allow(clippy::unwrap_used)]

#[macro_use]
mod harness;

mod add;
mod attribution;
mod audit;
mod auth;
mod bad_days;
mod beside_litellm;
mod budget;
mod cache;
mod cli;
mod concurrency;
mod config;
mod config_overrides;
mod coverage;
mod crash;
mod credentials;
mod customer;
mod documented;
mod foreign;
mod health;
mod index;
mod invitation;
mod key;
mod ledger;
mod management;
mod metrics;
mod model;
mod openapi;
mod organization;
mod replay;
mod secrets;
mod team;
mod update;
mod user;
mod web;
