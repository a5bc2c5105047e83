//! Daybook: the control plane and the audit log of an LLM gateway.
//!
//! The one rule: **the only way to change anything is to record it.** A business row, its audit row and its Merkle leaf
//! are one commit. The modules, in reading order:
//!
//! - [`model`]: the words. Rows, actors, entries, leaves, secrets; no I/O.
//! - [`store`]: every SQL statement. [`store::Store::change`] is the only way to write.
//! - [`manage`]: what the plane does with keys, teams and users; rules, defaults, side effects.
//! - [`query`]: questions to the audit log.
//! - [`ledger`]: the key of the log, checkpoints, proofs, anchors, verification.
//! - [`config`]: every setting and where it came from.
//! - [`router`]: the two audit endpoints for another program's axum service (feature `router`).
//! - [`testing`]: databases and clocks for tests (feature `testing`).

pub mod config;
pub mod ledger;
pub mod manage;
pub mod model;
pub mod query;
#[cfg(feature = "router")]
pub mod router;
pub mod store;
#[cfg(feature = "testing")]
pub mod testing;
