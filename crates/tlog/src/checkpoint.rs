//! C2SP tlog-checkpoint: the head of a log's tree as a signed note.

use crate::hash::{EMPTY_ROOT, Hash};
use crate::key::{SignerKey, VerifierKey};
use crate::note::{Note, NoteError, NoteSignature, Verified};
use crate::text;
use crate::tree::MAX_SIZE;
use crate::verify::TreeHead;

use std::fmt;

/// Why a text is no checkpoint, or a checkpoint is not to be believed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// It is no signed note, or no known key has signed it.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// The origin is empty or has a control character.
    #[error("the checkpoint has no origin, or one with control characters")]
    Origin,
    /// The size is no number in plain digits up to [`MAX_SIZE`].
    #[error("the size of the checkpoint is not a plain number, or too large")]
    Size,
    /// The root is not 32 bytes of padded base64, or not the empty root at size 0.
    #[error("the root of the checkpoint is no hash, or not that of a tree without leaves")]
    Root,
    /// A further line is empty or has a control character, or the text does not end with a newline.
    #[error("the checkpoint has an empty or unfinished line")]
    Extension,
    /// The key has another name than the log, so this checkpoint is not its to sign.
    #[error("the checkpoint of {origin} is not signed by a key of that name")]
    Signer {
        /// The origin that the checkpoint says.
        origin: String,
    },
}

/// What a log says of itself at one moment: who it is, and its tree. Not signed yet, or no more; see
/// [`SignedCheckpoint`]. `Display` writes the text that is signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    origin: String,
    head: TreeHead,
    extensions: Vec<String>,
}

impl Checkpoint {
    /// A checkpoint without extension lines.
    ///
    /// # Errors
    ///
    /// [`CheckpointError::Origin`], [`CheckpointError::Size`] above [`MAX_SIZE`], and [`CheckpointError::Root`] for a
    /// tree without leaves whose root is not [`EMPTY_ROOT`].
    pub fn new(origin: &str, head: TreeHead) -> Result<Self, CheckpointError> {
        if !text::is_line(origin) {
            return Err(CheckpointError::Origin);
        }
        if head.size > MAX_SIZE {
            return Err(CheckpointError::Size);
        }
        if head.size == 0 && head.root != EMPTY_ROOT {
            return Err(CheckpointError::Root);
        }
        Ok(Self { origin: origin.to_owned(), head, extensions: Vec::new() })
    }

    /// Adds a line after the root. The specification advises against it: nobody can audit such a line.
    ///
    /// # Errors
    ///
    /// [`CheckpointError::Extension`].
    pub fn with_extension(mut self, line: &str) -> Result<Self, CheckpointError> {
        if !text::is_line(line) {
            return Err(CheckpointError::Extension);
        }
        self.extensions.push(line.to_owned());
        Ok(self)
    }

    /// Reads the text of a checkpoint, in the one form that `Display` writes.
    ///
    /// # Errors
    ///
    /// [`CheckpointError`], but neither `Note` nor `Signer`.
    pub fn parse(text: &str) -> Result<Self, CheckpointError> {
        let mut lines = text.strip_suffix('\n').ok_or(CheckpointError::Extension)?.split('\n');
        let origin = lines.next().unwrap_or_default();
        let size = lines.next().and_then(text::decimal).ok_or(CheckpointError::Size)?;
        let root = lines.next().and_then(Hash::from_base64).ok_or(CheckpointError::Root)?;
        let checkpoint = Self::new(origin, TreeHead { size, root })?;
        lines.try_fold(checkpoint, Self::with_extension)
    }

    /// Who the log is. By custom a URL without its scheme, and the name of the log's keys.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Size and root.
    pub fn head(&self) -> &TreeHead {
        &self.head
    }

    /// The lines after the root. What they mean is between the log and those who know it.
    pub fn extensions(&self) -> &[String] {
        &self.extensions
    }
}

impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n{}\n{}", self.origin, self.head.size, self.head.root.to_base64())?;
        self.extensions.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}

/// A checkpoint in its signed note. `Display` writes the note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedCheckpoint {
    checkpoint: Checkpoint,
    note: Note,
}

impl SignedCheckpoint {
    /// Signs a checkpoint as its log. That it is consistent with all that the log has signed before is the caller's to
    /// check first. Signing the same checkpoint again gives the same bytes.
    ///
    /// # Errors
    ///
    /// [`CheckpointError::Signer`] if the key has another name than the origin, [`CheckpointError::Note`] if it becomes
    /// too large.
    pub fn sign(checkpoint: Checkpoint, key: &SignerKey) -> Result<Self, CheckpointError> {
        if key.verifier().name() != checkpoint.origin {
            return Err(CheckpointError::Signer { origin: checkpoint.origin });
        }
        let note = Note::sign(&checkpoint.to_string(), key)?;
        Ok(Self { checkpoint, note })
    }

    /// Takes a signed checkpoint apart. Nothing is verified yet.
    ///
    /// # Errors
    ///
    /// [`CheckpointError`], unless the bytes are exactly what `Display` would write.
    pub fn parse(bytes: &[u8]) -> Result<Self, CheckpointError> {
        let note = Note::parse(bytes)?;
        let checkpoint = Checkpoint::parse(note.text())?;
        Ok(Self { checkpoint, note })
    }

    /// What the note says. Nothing of it counts before [`verify`](Self::verify).
    pub fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// The note, with all its signatures.
    pub fn note(&self) -> &Note {
        &self.note
    }

    /// Adds a signature: of the log's other key while keys change, or of a witness. It replaces an earlier one of the
    /// same key. It is not verified.
    ///
    /// # Errors
    ///
    /// [`NoteError::TooLarge`]; the checkpoint is as it was.
    pub fn add(&mut self, signature: NoteSignature) -> Result<(), NoteError> {
        self.note.add(signature)
    }

    /// Says which of the known keys, the log's and those of witnesses, have signed. One of them must have the origin as
    /// its name: witnesses alone do not make a checkpoint. How many witnesses are enough is for a
    /// [`Policy`](crate::Policy) to say.
    ///
    /// # Errors
    ///
    /// [`CheckpointError::Note`] as of [`Note::verify`], [`CheckpointError::Signer`] without a signature of the log.
    pub fn verify<'k>(
        &self,
        known: impl IntoIterator<Item = &'k VerifierKey, IntoIter: Clone>,
    ) -> Result<Vec<Verified<'k>>, CheckpointError> {
        let verified = self.note.verify(known)?;
        if verified.iter().any(|by| by.key.name() == self.checkpoint.origin) {
            Ok(verified)
        } else {
            Err(CheckpointError::Signer { origin: self.checkpoint.origin.clone() })
        }
    }
}

impl fmt::Display for SignedCheckpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.note.fmt(f)
    }
}
