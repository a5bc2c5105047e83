//! The keys that sign the log, in a file or a variable: Go's `PRIVATE+KEY+name+id+key`, parted by white space.

use std::path::Path;

use tlog::{SEED_LEN, SignerKey, VerifierKey};

use super::error::LedgerError;
use super::private_file;
use crate::model::random::{Random, random_bytes};

/// The key of the log and, while keys change, the one before it. All bear the origin as their name.
#[derive(Clone, Debug)]
pub struct Keyring {
    current: SignerKey,
    others: Vec<SignerKey>,
}

impl Keyring {
    /// Fresh, with one key.
    pub fn generate(origin: &str, random: &dyn Random) -> Result<Keyring, LedgerError> {
        let seed = random_bytes::<SEED_LEN>(random);
        Ok(Keyring { current: SignerKey::from_seed(origin, &seed)?, others: Vec::new() })
    }

    /// Reads keys parted by white space; what follows a `#` on a line is a comment. The first one is the log's.
    pub fn parse(text: &str) -> Result<Keyring, LedgerError> {
        let lines = text.lines().map(|line| line.split_once('#').map_or(line, |(keys, _)| keys));
        let mut keys = Vec::new();
        for key in lines.flat_map(str::split_whitespace) {
            keys.push(SignerKey::parse(key)?);
        }
        let mut keys = keys.into_iter();
        let current = keys.next().ok_or_else(|| LedgerError::Key("there is no signing key".to_owned()))?;
        let others: Vec<SignerKey> = keys.collect();
        if others.iter().any(|key| key.verifier().name() != current.verifier().name()) {
            return Err(LedgerError::Key("the signing keys bear different names; all must bear the log's".to_owned()));
        }
        Ok(Keyring { current, others })
    }

    /// Reads a key file; `None` when there is none.
    pub fn read(path: &Path) -> Result<Option<Keyring>, LedgerError> {
        let text = private_file::read(path).map_err(|source| LedgerError::File { path: path.to_owned(), source })?;
        text.as_deref().map(Keyring::parse).transpose()
    }

    /// Makes a key file for the owner alone. Another start may have been faster: its keys are everybody's then.
    pub fn create(self, path: &Path) -> Result<Keyring, LedgerError> {
        let failed = |source| LedgerError::File { path: path.to_owned(), source };
        match private_file::create(path, &self.to_text()).map_err(failed)? {
            true => Ok(self),
            false => Keyring::read(path)?.ok_or_else(|| LedgerError::Key("the key file is gone again".to_owned())),
        }
    }

    /// Writes a key file anew.
    pub fn replace(&self, path: &Path) -> Result<(), LedgerError> {
        private_file::replace(path, &self.to_text())
            .map_err(|source| LedgerError::File { path: path.to_owned(), source })
    }

    /// What [`Self::parse`] reads: the secrets themselves, one a line.
    pub fn to_text(&self) -> String {
        let lines = self.all().map(|key| format!("{}\n", key.to_skey().as_str()));
        lines.collect()
    }

    /// The origin that the keys are for.
    pub fn origin(&self) -> &str {
        self.current.verifier().name()
    }

    /// The key of the log.
    pub fn current(&self) -> &SignerKey {
        &self.current
    }

    /// Every key, the log's first.
    pub fn all(&self) -> impl Iterator<Item = &SignerKey> {
        std::iter::once(&self.current).chain(&self.others)
    }

    /// The public halves, the log's first.
    pub fn verifiers(&self) -> impl Iterator<Item = &VerifierKey> {
        self.all().map(SignerKey::verifier)
    }

    /// With a fresh key before the ones that are there.
    pub fn rotated(&self, random: &dyn Random) -> Result<Keyring, LedgerError> {
        let fresh = Keyring::generate(self.origin(), random)?;
        Ok(Keyring { current: fresh.current, others: self.all().cloned().collect() })
    }

    /// Without the key of this public half, which must not be the current one.
    pub fn without(&self, vkey: &str) -> Keyring {
        let others = self.others.iter().filter(|key| key.verifier().to_string() != vkey);
        Keyring { current: self.current.clone(), others: others.cloned().collect() }
    }
}
