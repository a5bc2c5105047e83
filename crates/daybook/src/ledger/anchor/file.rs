//! A folder: `<origin>/<size in 20 digits>` for each checkpoint, and the newest one once more as `latest`.
//!
//! One file a checkpoint, because that is what a copy takes along, what `daybook verify --checkpoint` reads, and what
//! nobody has to take apart. A file that is there is never written again: what it says must be what we say.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use tlog::SignedCheckpoint;

use super::{Delivery, Failure, apart, path_of};

pub(super) struct Folder(PathBuf);

impl Folder {
    pub fn new(folder: PathBuf) -> Folder {
        Folder(folder)
    }

    pub async fn give(&self, delivery: &Delivery<'_>) -> Result<(), Failure> {
        let path = self.0.join(path_of(delivery.origin(), delivery.size()));
        let latest = self.0.join("latest");
        let checkpoint = delivery.checkpoint.clone();
        apart(move || write(&path, &latest, &checkpoint)).await
    }
}

fn write(path: &Path, latest: &Path, checkpoint: &SignedCheckpoint) -> Result<(), Failure> {
    let ours = checkpoint.checkpoint();
    if let Some(newest) = read(latest)? {
        let newest = newest.checkpoint();
        if newest.origin() == ours.origin() && newest.head().size > ours.head().size {
            return Err(Failure::Ahead(newest.head().size));
        }
    }
    match read(path)? {
        Some(known) if known.note().text() != checkpoint.note().text() => {
            return Err(Failure::Contradicted(format!(
                "the folder holds another checkpoint of {} entries of this log",
                ours.head().size
            )));
        }
        Some(_) => {}
        None => place(path, checkpoint)?,
    }
    place(latest, checkpoint)
}

/// The checkpoint in a file; `None` when there is none, or one that a full disk cut short.
fn read(path: &Path) -> Result<Option<SignedCheckpoint>, Failure> {
    match std::fs::read(path) {
        Ok(bytes) => Ok(SignedCheckpoint::parse(&bytes).ok()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(failed(&error)),
    }
}

/// Writes a file whole or not at all. Checkpoints are for everybody to read.
fn place(path: &Path, checkpoint: &SignedCheckpoint) -> Result<(), Failure> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let draft = path.with_extension(format!("{}.draft", std::process::id()));
    let write = || {
        std::fs::create_dir_all(folder)?;
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).open(&draft)?;
        file.write_all(checkpoint.to_string().as_bytes())?;
        file.sync_all()?;
        std::fs::rename(&draft, path)?;
        if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
    };
    write().map_err(|error| failed(&error))
}

fn failed(error: &std::io::Error) -> Failure {
    Failure::Failed(format!("the folder cannot be used: {error}"))
}
