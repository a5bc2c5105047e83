//! The folder of a bundle. It is marked as unfinished from the first write to the last, and `manifest.json` is written
//! when all else is there, so an export that was cut off is not taken for a bundle.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tlog::SignedCheckpoint;

use super::{EvidenceError, FORMAT};

/// Says that an export is going on, or was cut off. What stands beside it is ours and of no worth.
const UNFINISHED: &str = "UNFINISHED";
const MANIFEST: &str = "manifest.json";

/// What a bundle consists of, besides its manifest.
const FILES: &[&str] = &["checkpoint", "vkey", "VERIFY.md"];
const FOLDERS: &[&str] = &["tile", "checkpoints", "disclosures"];

pub(super) struct Folder {
    path: PathBuf,
    /// The checkpoint of the finished bundle that is here; what is wrong when it cannot be read.
    older: Option<Result<SignedCheckpoint, String>>,
}

impl Folder {
    /// Looks at the folder, and refuses one that holds something else. Nothing is written yet.
    pub(super) fn claim(path: &Path) -> Result<Folder, EvidenceError> {
        let failed = |source| EvidenceError::Write { path: path.to_owned(), source };
        let mut found = match fs::read_dir(path) {
            Ok(found) => found,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return Ok(Folder { path: path.to_owned(), older: None });
            }
            Err(error) => return Err(failed(error)),
        };
        let empty = found.next().transpose().map_err(failed)?.is_none();
        let mut older = None;
        if !empty && !path.join(UNFINISHED).exists() {
            let manifest =
                fs::read(path.join(MANIFEST)).ok().and_then(|text| serde_json::from_slice::<Value>(&text).ok());
            if manifest.is_none_or(|manifest| manifest["format"] != FORMAT) {
                return Err(EvidenceError::Occupied(path.to_owned()));
            }
            let note = fs::read(path.join("checkpoint")).map_err(|error| format!("its checkpoint: {error}"));
            let parse = |note: Vec<u8>| {
                SignedCheckpoint::parse(&note).map_err(|error| format!("its checkpoint cannot be read: {error}"))
            };
            older = Some(note.and_then(parse));
        }
        Ok(Folder { path: path.to_owned(), older })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn older(&mut self) -> Option<Result<SignedCheckpoint, String>> {
        self.older.take()
    }

    /// Takes the folder: whatever bundle was there is gone.
    pub(super) fn begin(&self) -> Result<(), EvidenceError> {
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        // Disclosures hold personal data.
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&self.path).map_err(|source| EvidenceError::Write { path: self.path.clone(), source })?;
        self.write(UNFINISHED, b"This is no evidence: the export did not come to its end.\n")?;
        for name in [MANIFEST].iter().chain(FILES) {
            self.gone(name, |path| fs::remove_file(path))?;
        }
        for name in FOLDERS {
            self.gone(name, |path| fs::remove_dir_all(path))?;
        }
        Ok(())
    }

    fn gone(&self, name: &str, remove: impl FnOnce(&Path) -> std::io::Result<()>) -> Result<(), EvidenceError> {
        let path = self.path.join(name);
        match remove(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            Err(source) => Err(EvidenceError::Write { path, source }),
            Ok(()) => Ok(()),
        }
    }

    pub(super) fn write(&self, name: &str, bytes: &[u8]) -> Result<(), EvidenceError> {
        let path = self.path.join(name);
        let written = match fs::write(&path, bytes) {
            // Few folders for many files: they are made when one is missed.
            Err(error) if error.kind() == ErrorKind::NotFound => {
                let parent = path.parent().unwrap_or(&self.path);
                fs::create_dir_all(parent).and_then(|()| fs::write(&path, bytes))
            }
            written => written,
        };
        written.map_err(|source| EvidenceError::Write { path, source })
    }

    /// The bundle is whole from here on.
    pub(super) fn finish(&self, manifest: &str) -> Result<(), EvidenceError> {
        let unfinished = self.path.join(UNFINISHED);
        let failed = |source| EvidenceError::Write { path: self.path.join(MANIFEST), source };
        // The mark becomes the manifest in one step.
        self.write(UNFINISHED, manifest.as_bytes())?;
        fs::File::open(&unfinished).and_then(|file| file.sync_all()).map_err(failed)?;
        fs::rename(&unfinished, self.path.join(MANIFEST)).map_err(failed)
    }
}
