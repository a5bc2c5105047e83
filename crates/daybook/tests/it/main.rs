//! The library against real databases. Tests that need the server are the server's.
#![allow(clippy::unwrap_used)]

mod change;
mod database;
mod embed;
mod evidence;
mod group;
mod log;
mod references;
mod tamper;
