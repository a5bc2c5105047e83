//! The library against real databases. Tests that need HTTP are the server's.
#![allow(clippy::unwrap_used)]

mod change;
mod database;
