//! The file and the files it includes, as one tree: LiteLLM's `include`.
//!
//! Per top-level name, list and list are joined (the declaring file's entries first), anything else is replaced by the
//! included value, a whole section at a time. Each value keeps the place where it was written.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::document::{self, Content, Mapping, Node};
use super::error::{ConfigError, Origin};

/// Reads the file with everything it includes.
pub(super) fn load(file: &Path) -> Result<Mapping, ConfigError> {
    let mut loader = Loader { root: folder(file), seen: HashSet::new() };
    loader.seen.insert(identity(file));
    loader.load(file)
}

struct Loader {
    root: PathBuf,
    /// Each file is read once, which also ends a circle of includes.
    seen: HashSet<PathBuf>,
}

impl Loader {
    fn load(&mut self, file: &Path) -> Result<Mapping, ConfigError> {
        let mut merged = read(file)?;
        let Some(include) = merged.remove("include") else {
            return Ok(merged);
        };
        for (entry, origin) in entries(include)? {
            let found = self.locate(file, &entry, origin)?;
            if !self.seen.insert(identity(&found)) {
                continue;
            }
            for (name, node) in self.load(&found)?.0 {
                merge(&mut merged, name, node);
            }
        }
        Ok(merged)
    }

    /// Beside the declaring file, else beside the root file.
    fn locate(&self, declaring: &Path, entry: &str, origin: Origin) -> Result<PathBuf, ConfigError> {
        let beside = folder(declaring).join(entry);
        let at_root = self.root.join(entry);
        match [&beside, &at_root].into_iter().find(|path| path.is_file()) {
            Some(found) => Ok(found.clone()),
            None => {
                Err(ConfigError::Include { origin, message: format!("Included file not found: {}", beside.display()) })
            }
        }
    }
}

fn read(file: &Path) -> Result<Mapping, ConfigError> {
    let source =
        std::fs::read_to_string(file).map_err(|reason| ConfigError::Unreadable { file: file.to_owned(), reason })?;
    let node = document::parse(file, &source)?;
    match node.content {
        Content::Mapping(mapping) => Ok(mapping),
        Content::Null => Ok(Mapping::default()),
        _ => Err(ConfigError::Syntax {
            file: file.to_owned(),
            line: 1,
            column: 1,
            message: format!("expected a mapping of sections, found {}", node.kind()),
        }),
    }
}

fn entries(include: Node) -> Result<Vec<(String, Origin)>, ConfigError> {
    let refuse = |origin| ConfigError::Include { origin, message: "'include' must be a list of file paths".to_owned() };
    let Content::List(items) = include.content else {
        return Err(refuse(include.origin));
    };
    items
        .into_iter()
        .map(|item| match item.content {
            Content::Text(path) => Ok((path, item.origin)),
            _ => Err(refuse(item.origin)),
        })
        .collect()
}

fn merge(merged: &mut Mapping, name: String, included: Node) {
    let Some((_, present)) = merged.0.iter_mut().find(|(key, _)| *key == name) else {
        merged.0.push((name, included));
        return;
    };
    match (&mut present.content, included.content) {
        (Content::List(items), Content::List(more)) => items.extend(more),
        (_, content) => *present = Node { content, origin: included.origin },
    }
}

fn folder(file: &Path) -> PathBuf {
    file.parent().map(Path::to_owned).unwrap_or_default()
}

/// A path that cannot be resolved is reported when it is read.
fn identity(file: &Path) -> PathBuf {
    file.canonicalize().unwrap_or_else(|_| file.to_owned())
}
