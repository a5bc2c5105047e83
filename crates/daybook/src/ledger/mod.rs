//! What makes the log provable to others: its key, its checkpoints, and what is done with them.
//!
//! `store` writes leaves and tiles; here they are signed, served, published and checked. Reading order: `keyring` (the keys
//! that sign), `last_signed` (what was signed last, outside of the database), `signer` (which compares the two before it signs),
//! `proof` (what a reader asks for), `publish` and `anchor` (who is given each checkpoint), `verify` (everything that is stored, held
//! against the leaves), `watch` (a slice of it, all the time), `evidence` (the log as a folder), `adopt` and `erase` (rows come in,
//! parts leave).

pub mod adopt;
pub mod anchor;
pub mod disclosure;
pub mod erase;
pub mod evidence;
pub mod private_file;
pub mod proof;
pub mod publish;
pub mod verify;
pub mod watch;

mod error;
mod keyring;
mod last_signed;
mod signer;

pub use error::{LedgerError, WentBack};
pub use keyring::Keyring;
pub use last_signed::LastSigned;
pub use signer::{Signed, Signer, fit, holds};
