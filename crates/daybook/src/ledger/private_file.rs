//! Small files that are for the owner alone, and are there whole or not at all.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use crate::model::random::{SystemRandom, random_bytes};
use crate::model::secret::hex;

/// Makes a file with this text, unless there is one: `false`, and the other one stays.
pub fn create(path: &Path, text: &str) -> std::io::Result<bool> {
    let draft = write_draft(path, text)?;
    let linked = std::fs::hard_link(&draft, path);
    std::fs::remove_file(&draft)?;
    let made = match linked {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Err(error),
        // Not every file system has links. A crash may leave a part of the text then, which does not parse.
        Err(_) => write_new(path, path, text),
    };
    match made {
        Ok(()) => sync_folder(path).map(|()| true),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(error),
    }
}

/// Writes a file anew. After a crash it holds the old text or the new one.
pub fn replace(path: &Path, text: &str) -> std::io::Result<()> {
    let draft = write_draft(path, text)?;
    if let Err(error) = std::fs::rename(&draft, path) {
        let _ = std::fs::remove_file(&draft);
        return Err(error);
    }
    sync_folder(path)
}

/// The text of a file; `None` when there is none.
pub fn read(path: &Path) -> std::io::Result<Option<String>> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Opens a file to lock it, and makes it if need be.
pub fn open_lock(path: &Path) -> std::io::Result<File> {
    match new_file(path, path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => OpenOptions::new().write(true).open(path),
        made => made,
    }
}

fn write_draft(path: &Path, text: &str) -> std::io::Result<PathBuf> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    // Not the process: in containers that share a folder each is number 1.
    name.push(format!(".{}", hex(&random_bytes::<8>(&SystemRandom))));
    let draft = path.with_file_name(name);
    write_new(&draft, path, text).map(|()| draft)
}

/// Writes a file that is not there yet, for the owner of `beside`; none is left when that fails.
fn write_new(path: &Path, beside: &Path, text: &str) -> std::io::Result<()> {
    let mut file = new_file(path, beside)?;
    let written = file.write_all(text.as_bytes()).and_then(|()| file.sync_all());
    if written.is_err() {
        let _ = std::fs::remove_file(path);
    }
    written
}

#[cfg_attr(not(unix), expect(unused_variables, reason = "a file has no owner there"))]
fn new_file(path: &Path, beside: &Path) -> std::io::Result<File> {
    // Before the file is there: it may be the one beside which it is to be.
    #[cfg(unix)]
    let owner = owner(beside);
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path)?;
    #[cfg(unix)]
    if let Some((user, group)) = owner {
        // Only root may give a file away, and only root has to: a server would not get at what it has made.
        let _ = std::os::unix::fs::fchown(&file, Some(user), Some(group));
    }
    Ok(file)
}

/// Whose a file is, or would be: its folder's.
#[cfg(unix)]
fn owner(path: &Path) -> Option<(u32, u32)> {
    use std::os::unix::fs::MetadataExt as _;
    let found = std::fs::metadata(path).or_else(|_| std::fs::metadata(folder_of(path))).ok()?;
    Some((found.uid(), found.gid()))
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// A new name lasts when its folder is on the disk.
fn sync_folder(path: &Path) -> std::io::Result<()> {
    if cfg!(unix) { File::open(folder_of(path))?.sync_all() } else { Ok(()) }
}
