//! The verification of evidence bundles, of synthetic logs: each kind of damage is found and its place named.
#![allow(clippy::unwrap_used)]

mod bundle;
mod damage;
mod program;
mod proof;
mod statements;
