//! What the crate promises, checked against published vectors, against `ct-merkle`, and against itself.

#![allow(clippy::unwrap_used, reason = "a panic is how a test reports a failure")]

mod bundle;
mod checkpoint;
mod hash;
mod key;
mod log;
mod malformed;
mod note;
mod parsers;
mod policy;
mod proof;
mod proof_file;
mod properties;
mod tile;
mod transparency_dev;
mod tree;
mod vectors;
mod verify;
