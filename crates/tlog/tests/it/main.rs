//! What the crate promises, checked against published vectors, against `ct-merkle`, and against itself.

#![allow(clippy::unwrap_used, reason = "a panic is how a test reports a failure")]

mod hash;
mod log;
mod malformed;
mod proof;
mod tile;
mod tree;
mod vectors;
mod verify;
