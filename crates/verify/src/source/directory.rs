//! An evidence bundle in a directory.

use std::io::{ErrorKind, Read as _};
use std::path::{Path, PathBuf};

use serde_json::Value;
use tlog::{Bundle, Tile};

use super::{LARGEST, Source, SourceError};
use crate::engine::{GivenCheckpoint, Kind};

/// Paths that are listed as surplus at most.
const LISTED: usize = 20;

/// A directory as `daybook export --evidence` makes it.
#[derive(Clone, Debug)]
pub struct Directory(PathBuf);

impl Directory {
    pub fn new(path: impl Into<PathBuf>) -> Directory {
        Directory(path.into())
    }

    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, SourceError> {
        let path = self.0.join(path);
        match bounded(&path) {
            Ok(Some(bytes)) => Ok(Some(bytes)),
            Ok(None) => Err(SourceError::Unreachable(format!("{} is no file, or too large", path.display()))),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(SourceError::Unreachable(format!("{}: {error}", path.display()))),
        }
    }
}

/// What a file holds; `None` for what is no file (reading a pipe would never end) and for more than [`LARGEST`].
fn bounded(path: &Path) -> std::io::Result<Option<Vec<u8>>> {
    let found = std::fs::metadata(path)?;
    if !found.is_file() || found.len() > LARGEST {
        return Ok(None);
    }
    let mut bytes = Vec::with_capacity(usize::try_from(found.len()).unwrap_or_default());
    std::fs::File::open(path)?.take(LARGEST + 1).read_to_end(&mut bytes)?;
    Ok((bytes.len() as u64 <= LARGEST).then_some(bytes))
}

/// The names in a folder, sorted; none when there is no such folder.
fn names(folder: &Path) -> Result<Vec<String>, SourceError> {
    let failed = |error: std::io::Error| SourceError::Unreachable(format!("{}: {error}", folder.display()));
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failed(error)),
    };
    let mut names = Vec::new();
    for entry in entries {
        names.push(entry.map_err(failed)?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

/// Looks for files of tiles and bundles that a tree of this size does not have. One that is partial and was outgrown may stay.
fn collect(folder: &Path, path: &str, size: u64, found: &mut Vec<String>) -> Result<(), SourceError> {
    for name in names(folder)? {
        let (file, path) = (folder.join(&name), format!("{path}/{name}"));
        if found.len() >= LISTED {
            return Ok(());
        }
        // Not through a link, which may lead back here.
        if std::fs::symlink_metadata(&file).is_ok_and(|found| found.is_dir()) {
            collect(&file, &path, size, found)?;
            continue;
        }
        let outside = match (Bundle::from_path(&path), Tile::from_path(&path)) {
            (Some(bundle), _) => Bundle::in_tree(bundle.n, size).is_none_or(|most| bundle.width() > most.width()),
            (None, Some(tile)) => tile.id.in_tree(size).is_none_or(|most| tile.width() > most.width()),
            (None, None) => false,
        };
        if outside {
            found.push(path);
        }
    }
    Ok(())
}

impl Source for Directory {
    fn name(&self) -> String {
        self.0.display().to_string()
    }

    fn checkpoint(&mut self) -> Result<Option<Vec<u8>>, SourceError> {
        if !self.0.is_dir() {
            return Err(SourceError::Unreachable(format!("{} is no folder", self.0.display())));
        }
        self.read("checkpoint")
    }

    fn vkeys(&mut self) -> Result<Vec<String>, SourceError> {
        let text = self.read("vkey")?.unwrap_or_default();
        Ok(String::from_utf8_lossy(&text).lines().map(str::to_owned).filter(|line| !line.is_empty()).collect())
    }

    fn published(&mut self) -> Result<Vec<GivenCheckpoint>, SourceError> {
        let mut published = Vec::new();
        for name in names(&self.0.join("checkpoints"))? {
            let path = format!("checkpoints/{name}");
            let Some(note) = self.read(&path)? else { continue };
            published.push(GivenCheckpoint { name: path, size: name.parse().ok(), note, kind: Kind::Published });
        }
        Ok(published)
    }

    fn manifest(&mut self) -> Result<Option<Value>, SourceError> {
        let Some(text) = self.read("manifest.json")? else { return Ok(None) };
        let wrong = |error| SourceError::Unreachable(format!("manifest.json cannot be read: {error}"));
        serde_json::from_slice(&text).map(Some).map_err(wrong)
    }

    fn tile(&mut self, tile: Tile) -> Result<Option<Vec<u8>>, SourceError> {
        self.read(&tile.path())
    }

    fn leaves(&mut self, bundle: Bundle) -> Result<Option<Vec<u8>>, SourceError> {
        self.read(&bundle.path())
    }

    fn disclosures(&mut self, bundle: Bundle) -> Result<Option<Vec<u8>>, SourceError> {
        self.read(&bundle.path().replacen("tile/entries", "disclosures", 1))
    }

    fn surplus(&mut self, size: u64) -> Result<Vec<String>, SourceError> {
        let mut found = Vec::new();
        collect(&self.0.join("tile"), "tile", size, &mut found)?;
        Ok(found)
    }
}
