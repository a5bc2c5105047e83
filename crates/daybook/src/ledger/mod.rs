//! What makes the log provable to others: its key, its checkpoints, and what is done with them.
//!
//! `store` writes leaves and tiles; here they are signed, served, published and checked. Reading order: `keyring` (the keys
//! that sign), `last_signed` (what was signed last, outside of the database), `signer` (which compares the two before it signs),
//! `proof` (what a reader asks for), `verify` (everything that is stored, held against the leaves), `watch` (a slice of it, all
//! the time), `adopt` and `erase` (rows come in, parts leave).

pub mod adopt;
pub mod erase;
pub mod private_file;

mod error;
pub mod evidence;
mod keyring;
mod last_signed;
pub mod proof;
mod signer;
pub mod verify;
pub mod watch;

pub use error::{LedgerError, WentBack};
pub use keyring::Keyring;
pub use last_signed::LastSigned;
pub use signer::{Signed, Signer, fit, holds};
