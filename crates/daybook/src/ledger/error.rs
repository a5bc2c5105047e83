//! Why the log is not signed.

use std::path::PathBuf;

use tlog::{CheckpointError, KeyError, ProofError, TreeHead};

use crate::store::StoreError;

/// Why there is no signature or no proof.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The database is behind, or beside, what this installation has signed. Nothing is signed until that is settled.
    #[error(transparent)]
    WentBack(Box<WentBack>),
    /// Signing was stopped: a witness knows of a log that this one contradicts, or the stored tree contradicts itself.
    #[error("signing has stopped: {0}")]
    Stopped(String),
    /// The key cannot sign this log; says why and what helps.
    #[error("{0}")]
    Key(String),
    #[error("a key of the log cannot be read: {0}")]
    Malformed(#[from] KeyError),
    #[error("cannot use {}", path.display())]
    File {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("a checkpoint cannot be made: {0}")]
    Checkpoint(#[from] CheckpointError),
    /// The tiles do not give the proof: one is missing or cut.
    #[error("the stored tree does not give the proof: {0}")]
    Proof(#[from] ProofError),
}

/// What was signed, and what is found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WentBack {
    pub signed: TreeHead,
    pub found: TreeHead,
}

impl std::error::Error for WentBack {}

impl std::fmt::Display for WentBack {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let WentBack { signed, found } = self;
        if found.size < signed.size {
            write!(
                f,
                "the database went back: a checkpoint of {} entries was signed, and the log has {}",
                signed.size, found.size
            )?;
        } else {
            write!(
                f,
                "the database went back: the first {} of its {} entries are not those that were signed",
                signed.size, found.size
            )?;
        }
        write!(f, ". Restore it forward, or start a new origin with `daybook ledger new-origin`")
    }
}
