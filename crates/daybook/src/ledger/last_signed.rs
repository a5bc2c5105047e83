//! What was signed last, in a file outside of the database: the one thing here that a restored backup does not take back.

use std::fs::{File, TryLockError};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use tlog::SignedCheckpoint;

use super::error::LedgerError;
use super::private_file;

/// How long another process may be at the file; who waits longer would hold up a server that stops.
const PATIENCE: Duration = Duration::from_secs(10);

/// How often it is tried to be the one at the file.
const PAUSE: Duration = Duration::from_millis(5);

/// The file.
#[derive(Clone, Debug)]
pub struct LastSigned {
    path: PathBuf,
}

/// The file while nobody else signs.
#[derive(Debug)]
pub struct Held {
    path: PathBuf,
    /// The newest checkpoint that was signed.
    pub last: Option<SignedCheckpoint>,
    _lock: File,
}

impl LastSigned {
    pub fn new(path: impl Into<PathBuf>) -> LastSigned {
        LastSigned { path: path.into() }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The newest checkpoint that was signed; `None` before the first. An unreadable file is an error, not a first start:
    /// whoever could make it unreadable could make the log forget.
    pub fn read(&self) -> Result<Option<SignedCheckpoint>, LedgerError> {
        read(&self.path)
    }

    /// [`Self::read`] off the threads on which requests are answered.
    pub async fn read_apart(&self) -> Result<Option<SignedCheckpoint>, LedgerError> {
        let path = self.path.clone();
        blocking(move || read(&path)).await
    }

    /// Waits until no other process of this machine is between reading and writing the file, for a while.
    pub async fn hold(&self) -> Result<Held, LedgerError> {
        let path = self.path.clone();
        blocking(move || {
            let mut name = path.file_name().unwrap_or_default().to_owned();
            name.push(".lock");
            let lock_path = path.with_file_name(name);
            let failed = |source| LedgerError::File { path: lock_path.clone(), source };
            let lock = private_file::open_lock(&lock_path).map_err(failed)?;
            take(&lock).map_err(failed)?;
            Ok(Held { last: read(&path)?, path, _lock: lock })
        })
        .await
    }
}

impl Held {
    /// Puts a checkpoint in the place of the last one, on the disk when this returns.
    pub async fn set(self, checkpoint: &SignedCheckpoint) -> Result<(), LedgerError> {
        let text = checkpoint.to_string();
        blocking(move || {
            private_file::replace(&self.path, &text)
                .map_err(|source| LedgerError::File { path: self.path.clone(), source })
        })
        .await
    }
}

fn take(lock: &File) -> std::io::Result<()> {
    let start = Instant::now();
    loop {
        match lock.try_lock() {
            Ok(()) => return Ok(()),
            Err(TryLockError::Error(error)) => return Err(error),
            Err(TryLockError::WouldBlock) if start.elapsed() < PATIENCE => std::thread::sleep(PAUSE),
            Err(TryLockError::WouldBlock) => {
                return Err(std::io::Error::new(ErrorKind::TimedOut, "another process holds it and does not let go"));
            }
        }
    }
}

fn read(path: &Path) -> Result<Option<SignedCheckpoint>, LedgerError> {
    let text = private_file::read(path).map_err(|source| LedgerError::File { path: path.to_owned(), source })?;
    let Some(text) = text else { return Ok(None) };
    let unreadable = || {
        let path = path.display();
        LedgerError::Stopped(format!("{path} does not hold a checkpoint; it says what was signed last, put it back"))
    };
    SignedCheckpoint::parse(text.as_bytes()).map(Some).map_err(|_| unreadable())
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, LedgerError> + Send + 'static,
) -> Result<T, LedgerError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(_) => Err(LedgerError::Stopped("the program is stopping".to_owned())),
    }
}
