//! C2SP signed notes: a text, and lines that say who signed it.
//!
//! What parses is written again byte for byte, so a note can be taken apart, cosigned and put together. Nothing that is
//! said in a note counts before [`Note::verify`] has found a signature of a key that the caller trusts.

use std::fmt;

use crate::cosignature;
use crate::key::{KeyType, SignerKey, VerifierKey, is_key_name};
use crate::text;

/// The longest note that is parsed or made, in bytes.
pub const MAX_NOTE_LEN: usize = 1 << 20;

/// The most signature lines that a note may have.
pub const MAX_SIGNATURES: usize = 100;

/// The longest signature in bytes, its key's id not counted. Post-quantum ones have about 5,000.
pub const MAX_SIGNATURE_LEN: usize = 8192;

const DASH: &str = "\u{2014} ";

/// Why bytes are no note, or a note is not to be believed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// The note is longer than [`MAX_NOTE_LEN`], has more than [`MAX_SIGNATURES`] lines, or a signature is longer than
    /// [`MAX_SIGNATURE_LEN`].
    #[error("the note is too large")]
    TooLarge,
    /// Not UTF-8, a control character other than the newline, or no newline at the end of the text.
    #[error("the text of the note is not UTF-8 lines without control characters")]
    Text,
    /// No empty line between text and signatures, or no signature.
    #[error("the note has no signatures")]
    NoSignatures,
    /// A line after the last empty one is no signature line, or is in a form that nobody writes.
    #[error("signature line {0} of the note is malformed")]
    Line(usize),
    /// A signature line says the name and the id of a key that is known, and the signature is not of that key.
    #[error("the signature of {name}+{id:08x} is wrong")]
    BadSignature {
        /// Name of the key.
        name: String,
        /// Id of the key.
        id: u32,
    },
    /// None of the known keys has signed.
    #[error("the note is signed by no known key")]
    Unknown,
    /// Two of the known keys have the same name and id, which does not happen by chance.
    #[error("two known keys are called {name}+{id:08x}")]
    Ambiguous {
        /// Name of both keys.
        name: String,
        /// Id of both keys.
        id: u32,
    },
}

/// One signature line: whose key, by name and id, and the signature, whose form the key's type decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoteSignature {
    name: String,
    id: u32,
    signature: Vec<u8>,
}

impl NoteSignature {
    pub(crate) fn new(key: &VerifierKey, signature: Vec<u8>) -> Self {
        Self { name: key.name().to_owned(), id: key.id(), signature }
    }

    /// Name of the key that is said to have signed.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Id of that key.
    pub fn id(&self) -> u32 {
        self.id
    }

    /// The bytes after the id.
    pub fn signature(&self) -> &[u8] {
        &self.signature
    }

    /// Reads one signature line without its newline, as a witness answers it.
    ///
    /// # Errors
    ///
    /// [`NoteError::Line`], [`NoteError::TooLarge`].
    pub fn parse(line: &str) -> Result<Self, NoteError> {
        Self::parse_line(0, line)
    }

    fn parse_line(n: usize, line: &str) -> Result<Self, NoteError> {
        let malformed = NoteError::Line(n);
        let Some((name, base64)) = line.strip_prefix(DASH).and_then(|line| line.split_once(' ')) else {
            return Err(malformed);
        };
        // Before it is decoded.
        if base64.len() > (4 + MAX_SIGNATURE_LEN).div_ceil(3) * 4 {
            return Err(NoteError::TooLarge);
        }
        let bytes = text::from_base64(base64).filter(|_| is_key_name(name));
        match bytes.as_deref().and_then(<[u8]>::split_first_chunk) {
            Some((_, [])) | None => Err(malformed),
            Some((_, signature)) if signature.len() > MAX_SIGNATURE_LEN => Err(NoteError::TooLarge),
            Some((id, signature)) => {
                Ok(Self { name: name.to_owned(), id: u32::from_be_bytes(*id), signature: signature.to_vec() })
            }
        }
    }

    fn is_by(&self, key: &VerifierKey) -> bool {
        self.id == key.id() && self.name == key.name()
    }
}

/// The signature line, without a newline.
impl fmt::Display for NoteSignature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = [&self.id.to_be_bytes()[..], &self.signature].concat();
        write!(f, "{DASH}{} {}", self.name, text::to_base64(&bytes))
    }
}

/// A known key that has signed, as [`Note::verify`] found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verified<'k> {
    /// The key.
    pub key: &'k VerifierKey,
    /// For a cosignature, when it was made: seconds since 1970, as the witness says.
    pub timestamp: Option<u64>,
}

/// A text with its signatures, at least one. `Display` writes the note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    text: String,
    signatures: Vec<NoteSignature>,
}

impl Note {
    /// Signs a text, which must end with a newline.
    ///
    /// # Errors
    ///
    /// [`NoteError::Text`], [`NoteError::TooLarge`].
    pub fn sign(text: &str, key: &SignerKey) -> Result<Self, NoteError> {
        if !text.ends_with('\n') || !text::is_note_text(text) {
            return Err(NoteError::Text);
        }
        let mut note = Self { text: text.to_owned(), signatures: Vec::new() };
        note.add(note.signature_by(key))?;
        Ok(note)
    }

    /// The signature of a further key on this text, to [`add`](Self::add).
    pub fn signature_by(&self, key: &SignerKey) -> NoteSignature {
        NoteSignature::new(key.verifier(), key.sign(self.text.as_bytes()).to_vec())
    }

    /// Adds a signature line at the end, in place of those with the same name and id.
    ///
    /// # Errors
    ///
    /// [`NoteError::TooLarge`]; the note is as it was.
    pub fn add(&mut self, signature: NoteSignature) -> Result<(), NoteError> {
        let replaced = |old: &NoteSignature| old.id == signature.id && old.name == signature.name;
        let kept = self.signatures.iter().filter(|old| !replaced(old)).cloned();
        let signatures: Vec<NoteSignature> = kept.chain([signature.clone()]).collect();
        let note = Self { text: self.text.clone(), signatures };
        if note.signatures.len() > MAX_SIGNATURES || note.to_string().len() > MAX_NOTE_LEN {
            return Err(NoteError::TooLarge);
        }
        *self = note;
        Ok(())
    }

    /// Takes a note apart. Nothing is verified yet.
    ///
    /// # Errors
    ///
    /// [`NoteError`], unless the bytes are exactly what `Display` would write of the note.
    pub fn parse(bytes: &[u8]) -> Result<Self, NoteError> {
        if bytes.len() > MAX_NOTE_LEN {
            return Err(NoteError::TooLarge);
        }
        let note = str::from_utf8(bytes).ok().filter(|note| text::is_note_text(note)).ok_or(NoteError::Text)?;
        // The text may have empty lines; the last one of the note ends it.
        let Some((text, lines)) = note.rfind("\n\n").and_then(|end| Some((note.get(..=end)?, note.get(end + 2..)?)))
        else {
            return Err(NoteError::NoSignatures);
        };
        let lines = lines.strip_suffix('\n').ok_or(NoteError::NoSignatures)?;
        if lines.split('\n').count() > MAX_SIGNATURES {
            return Err(NoteError::TooLarge);
        }
        let lines = lines.split('\n').enumerate();
        let signatures = lines.map(|(n, line)| NoteSignature::parse_line(n, line)).collect::<Result<_, _>>()?;
        Ok(Self { text: text.to_owned(), signatures })
    }

    /// The text, with the newline at its end.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The signature lines, in order, whether anyone knows their keys or not.
    pub fn signatures(&self) -> &[NoteSignature] {
        &self.signatures
    }

    /// Says which of the known keys have signed. Lines of other keys are ignored, also those that share only the name
    /// or only the id with a known one. Every line of a known key is checked, and one that is wrong condemns the note.
    /// A key that has signed several times is named once, by its first line.
    ///
    /// # Errors
    ///
    /// [`NoteError::BadSignature`], [`NoteError::Unknown`], [`NoteError::Ambiguous`].
    pub fn verify<'k>(
        &self,
        known: impl IntoIterator<Item = &'k VerifierKey, IntoIter: Clone>,
    ) -> Result<Vec<Verified<'k>>, NoteError> {
        let known = known.into_iter();
        let mut verified: Vec<Verified<'k>> = Vec::new();
        for line in &self.signatures {
            let mut keys = known.clone().filter(|key| line.is_by(key));
            let Some(key) = keys.next() else { continue };
            let name = || key.name().to_owned();
            if keys.any(|other| other != key) {
                return Err(NoteError::Ambiguous { name: name(), id: key.id() });
            }
            let found = self.check(key, &line.signature);
            let found = found.ok_or_else(|| NoteError::BadSignature { name: name(), id: key.id() })?;
            if verified.iter().all(|earlier| earlier.key != key) {
                verified.push(found);
            }
        }
        if verified.is_empty() { Err(NoteError::Unknown) } else { Ok(verified) }
    }

    fn check<'k>(&self, key: &'k VerifierKey, signature: &[u8]) -> Option<Verified<'k>> {
        let timestamp = match key.key_type() {
            KeyType::Ed25519 => key.accepts(self.text.as_bytes(), signature).then_some(None)?,
            KeyType::CosignatureV1 => Some(cosignature::verify(key, &self.text, signature)?),
        };
        Some(Verified { key, timestamp })
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.signatures.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}
