//! /v2.

pub mod user;
