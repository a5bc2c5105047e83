//! C2SP tlog-proof: one file that shows, offline, that a leaf is in a log. Its index, its inclusion proof, and the
//! signed checkpoint that the proof leads to.

use std::fmt;

use crate::checkpoint::{CheckpointError, SignedCheckpoint};
use crate::hash::{Hash, leaf_hash};
use crate::key::VerifierKey;
use crate::note::{MAX_NOTE_LEN, Verified};
use crate::policy::{Policy, RefusedError};
use crate::text;
use crate::verify::{VerifyError, verify_inclusion};

/// The most extra data that a proof file may carry, in bytes.
pub const MAX_EXTRA_LEN: usize = 1 << 20;

/// The longest inclusion proof: a tree of 2^63 leaves has no longer one.
const MAX_HASHES: usize = 63;

/// More than the longest file that could be made.
const MAX_FILE_LEN: usize = MAX_NOTE_LEN + 2 * MAX_EXTRA_LEN;

const FIRST_LINE: &str = "c2sp.org/tlog-proof@v1";

/// Why bytes are no proof file, or the file does not prove what it should.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProofFileError {
    /// The file, its extra data or its proof is longer than any.
    #[error("the proof file is too large")]
    TooLarge,
    /// Not UTF-8, another first line, or no empty line before the checkpoint.
    #[error("this is no c2sp.org/tlog-proof@v1 file")]
    Form,
    /// The extra data is not padded base64, or empty.
    #[error("the extra line of the proof file is malformed")]
    Extra,
    /// No index where one should stand, or not in plain digits.
    #[error("the index line of the proof file is malformed")]
    Index,
    /// A line of the proof is no hash.
    #[error("hash {0} of the proof file is malformed")]
    Hash(usize),
    /// The checkpoint is none, or not signed by a known log.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The policy does not take the checkpoint.
    #[error(transparent)]
    Refused(#[from] RefusedError),
    /// The leaf is not where the file says that it is.
    #[error(transparent)]
    Proof(#[from] VerifyError),
}

/// A `.tlog-proof` file. `Display` writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProofFile {
    extra: Vec<u8>,
    index: u64,
    proof: Vec<Hash>,
    checkpoint: SignedCheckpoint,
}

impl ProofFile {
    /// A file from its parts, which are not checked against each other; [`verify`](Self::verify) does.
    ///
    /// # Errors
    ///
    /// [`ProofFileError::TooLarge`] for a proof that is longer than any.
    pub fn new(index: u64, proof: Vec<Hash>, checkpoint: SignedCheckpoint) -> Result<Self, ProofFileError> {
        if proof.len() > MAX_HASHES {
            return Err(ProofFileError::TooLarge);
        }
        Ok(Self { extra: Vec::new(), index, proof, checkpoint })
    }

    /// Sets the extra data. Nothing proves it, so nobody may rely on it.
    ///
    /// # Errors
    ///
    /// [`ProofFileError::TooLarge`] above [`MAX_EXTRA_LEN`].
    pub fn with_extra(mut self, extra: Vec<u8>) -> Result<Self, ProofFileError> {
        if extra.len() > MAX_EXTRA_LEN {
            return Err(ProofFileError::TooLarge);
        }
        self.extra = extra;
        Ok(self)
    }

    /// Takes a file apart. Nothing is verified yet.
    ///
    /// # Errors
    ///
    /// [`ProofFileError`], unless the bytes are exactly what `Display` would write.
    pub fn parse(bytes: &[u8]) -> Result<Self, ProofFileError> {
        if bytes.len() > MAX_FILE_LEN {
            return Err(ProofFileError::TooLarge);
        }
        let file = str::from_utf8(bytes).map_err(|_| ProofFileError::Form)?;
        let (head, checkpoint) = file.split_once("\n\n").ok_or(ProofFileError::Form)?;
        let mut lines = head.split('\n');
        if lines.next() != Some(FIRST_LINE) {
            return Err(ProofFileError::Form);
        }
        let mut line = lines.next().unwrap_or_default();
        let mut extra = Vec::new();
        if let Some(base64) = line.strip_prefix("extra ") {
            extra = text::from_base64(base64).filter(|extra| !extra.is_empty()).ok_or(ProofFileError::Extra)?;
            line = lines.next().unwrap_or_default();
        }
        let index = line.strip_prefix("index ").and_then(text::decimal).ok_or(ProofFileError::Index)?;
        if lines.clone().count() > MAX_HASHES {
            return Err(ProofFileError::TooLarge);
        }
        let hash = |(n, line)| Hash::from_base64(line).ok_or(ProofFileError::Hash(n));
        let proof = lines.enumerate().map(hash).collect::<Result<_, _>>()?;
        let checkpoint = SignedCheckpoint::parse(checkpoint.as_bytes())?;
        Self::new(index, proof, checkpoint)?.with_extra(extra)
    }

    /// Index of the leaf in the log.
    pub fn index(&self) -> u64 {
        self.index
    }

    /// The hashes from the leaf's sibling up.
    pub fn proof(&self) -> &[Hash] {
        &self.proof
    }

    /// The extra data, empty if there is none. Nothing proves it.
    pub fn extra(&self) -> &[u8] {
        &self.extra
    }

    /// The checkpoint that the proof leads to.
    pub fn checkpoint(&self) -> &SignedCheckpoint {
        &self.checkpoint
    }

    /// Checks that this leaf is in the log whose keys are known, and says who has signed. Whether the origin of the
    /// checkpoint is the log that the caller means follows from the keys that are given.
    ///
    /// # Errors
    ///
    /// [`ProofFileError::Checkpoint`] as of [`SignedCheckpoint::verify`], [`ProofFileError::Proof`].
    pub fn verify<'k>(
        &self,
        leaf: &[u8],
        known: impl IntoIterator<Item = &'k VerifierKey, IntoIter: Clone>,
    ) -> Result<Vec<Verified<'k>>, ProofFileError> {
        let verified = self.checkpoint.verify(known)?;
        self.verify_inclusion(leaf)?;
        Ok(verified)
    }

    /// The same under a policy, which also says which witnesses must have signed.
    ///
    /// # Errors
    ///
    /// [`ProofFileError::Refused`], [`ProofFileError::Proof`].
    pub fn verify_under<'k>(&self, leaf: &[u8], policy: &'k Policy) -> Result<Vec<Verified<'k>>, ProofFileError> {
        let verified = policy.check(&self.checkpoint)?;
        self.verify_inclusion(leaf)?;
        Ok(verified)
    }

    /// Checks that this leaf is in the tree of the checkpoint, whoever has signed that.
    ///
    /// # Errors
    ///
    /// As of [`verify_inclusion`].
    pub fn verify_inclusion(&self, leaf: &[u8]) -> Result<(), VerifyError> {
        verify_inclusion(&leaf_hash(leaf), self.index, &self.proof, self.checkpoint.checkpoint().head())
    }
}

impl fmt::Display for ProofFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{FIRST_LINE}")?;
        if !self.extra.is_empty() {
            writeln!(f, "extra {}", text::to_base64(&self.extra))?;
        }
        writeln!(f, "index {}", self.index)?;
        self.proof.iter().try_for_each(|hash| writeln!(f, "{}", hash.to_base64()))?;
        write!(f, "\n{}", self.checkpoint)
    }
}
