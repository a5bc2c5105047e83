//! Those who are given each published checkpoint, so that the log can be held to it: a folder, an endpoint, a bucket, a
//! witness.
//!
//! An anchor is given one checkpoint at a time and says whether it took it. When that is tried, and how often, is
//! [`publish`](super::publish)'s. No database session is held while an anchor thinks. Nothing here shows a URL: one may
//! hold a token.

mod file;
mod http;
mod s3;
mod webhook;
mod witness;

use std::path::PathBuf;

use jiff::Timestamp;
use tlog::{NoteSignature, SignedCheckpoint, VerifierKey};
use tokio::sync::oneshot;

pub use http::Http;
pub use s3::Bucket;

use crate::store::Store;

/// One anchor. `Debug` shows its name.
pub struct Anchor {
    name: String,
    target: Target,
}

enum Target {
    File(file::Folder),
    Webhook(webhook::Webhook),
    S3(s3::S3),
    Witness(witness::Witness),
}

/// A setting that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("the anchor {name} cannot be used: {problem}")]
pub struct AnchorError {
    name: String,
    problem: &'static str,
}

/// What an anchor is given.
#[derive(Debug)]
pub(super) struct Delivery<'a> {
    pub checkpoint: &'a SignedCheckpoint,
    pub signed_at: Timestamp,
    pub now: Timestamp,
    /// The size of the checkpoint that this anchor took last, as far as is known.
    pub taken: Option<u64>,
}

impl Delivery<'_> {
    fn size(&self) -> u64 {
        self.checkpoint.checkpoint().head().size
    }

    fn origin(&self) -> &str {
        self.checkpoint.checkpoint().origin()
    }
}

/// Why an anchor did not take a checkpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// To be tried again.
    Failed(String),
    /// It holds a larger checkpoint of this log. Whether that is one of ours, of another replica, the database knows.
    Ahead(u64),
    /// It holds a checkpoint of this log that contradicts this one.
    Contradicted(String),
}

impl Failure {
    fn failed(problem: impl Into<String>) -> Failure {
        Failure::Failed(problem.into())
    }
}

impl Anchor {
    /// A folder with a file for each checkpoint, and the newest as `latest`.
    pub fn file(name: impl Into<String>, folder: PathBuf) -> Anchor {
        Anchor { name: name.into(), target: Target::File(file::Folder::new(folder)) }
    }

    /// An endpoint that takes JSON signed as of [Standard Webhooks](https://www.standardwebhooks.com): the secret is
    /// `whsec_` and base64.
    ///
    /// # Errors
    ///
    /// [`AnchorError`] when the secret is not of that form.
    pub fn webhook(
        name: impl Into<String>,
        url: impl Into<String>,
        secret: &str,
        headers: Vec<(String, String)>,
        http: &Http,
    ) -> Result<Anchor, AnchorError> {
        let name = name.into();
        match webhook::Webhook::new(url.into(), secret, headers, http.clone()) {
            Some(webhook) => Ok(Anchor { name, target: Target::Webhook(webhook) }),
            None => Err(AnchorError { name, problem: "the secret is not whsec_ and base64" }),
        }
    }

    /// A bucket that speaks the S3 API.
    ///
    /// # Errors
    ///
    /// [`AnchorError`] when endpoint and bucket make no URL.
    pub fn s3(name: impl Into<String>, bucket: Bucket, http: &Http) -> Result<Anchor, AnchorError> {
        let name = name.into();
        match s3::S3::new(bucket, http.clone()) {
            Some(s3) => Ok(Anchor { name, target: Target::S3(s3) }),
            None => Err(AnchorError { name, problem: "its endpoint and its bucket make no URL" }),
        }
    }

    /// A [C2SP witness](https://c2sp.org/tlog-witness) whose submission endpoints begin with `url`, and whose cosignatures
    /// are checked with `vkey`.
    pub fn witness(name: impl Into<String>, url: impl Into<String>, vkey: VerifierKey, http: &Http) -> Anchor {
        let witness = witness::Witness::new(url.into(), vkey, http.clone());
        Anchor { name: name.into(), target: Target::Witness(witness) }
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// Gives it a checkpoint. What comes back are the cosignatures that it made, which have been verified.
    pub(super) async fn give(&self, store: &Store, delivery: &Delivery<'_>) -> Result<Vec<NoteSignature>, Failure> {
        let taken = match &self.target {
            Target::File(folder) => folder.give(delivery).await,
            Target::Webhook(webhook) => webhook.give(delivery).await,
            Target::S3(s3) => s3.give(delivery).await,
            Target::Witness(witness) => return witness.give(store, delivery).await,
        };
        taken.map(|()| Vec::new())
    }
}

/// Runs what may block on a thread of its own, which nobody waits for when the server stops: a runtime waits for its
/// blocking tasks, and a folder on a network or an endpoint can hang.
async fn apart<T: Send + 'static>(work: impl FnOnce() -> Result<T, Failure> + Send + 'static) -> Result<T, Failure> {
    let (tell, told) = oneshot::channel();
    let thread = std::thread::Builder::new().name("anchor".to_owned()).spawn(move || {
        // Nobody listens any more when the server has stopped.
        let _ = tell.send(work());
    });
    thread.map_err(|error| Failure::Failed(format!("no thread for it: {error}")))?;
    told.await.unwrap_or_else(|_| Err(Failure::failed("it was not done")))
}

impl std::fmt::Debug for Anchor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Anchor").field("name", &self.name).finish_non_exhaustive()
    }
}

/// What the checkpoints of a size are called, below their origin. The digits are as many for all, so names sort as sizes do.
fn path_of(origin: &str, size: u64) -> String {
    let folder: Vec<String> = origin.split('/').map(segment).collect();
    format!("{}/{size:020}", folder.join("/"))
}

/// A part of an origin as a name that every file system and every URL takes, different for different ones.
fn segment(part: &str) -> String {
    use std::fmt::Write as _;
    if part.is_empty() {
        return "%".to_owned();
    }
    let dots = part.bytes().all(|c| c == b'.');
    part.bytes().fold(String::new(), |mut name, byte| {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' => name.push(byte as char),
            b'.' if !dots => name.push('.'),
            _ => {
                let _ = write!(name, "%{byte:02X}");
            }
        }
        name
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checkpoint_has_a_path_below_its_origin_that_cannot_leave_it() {
        for (origin, path) in [
            ("host/1a2b3c4d", "host/1a2b3c4d/00000000000000004711"),
            ("example.com/log", "example.com/log/00000000000000004711"),
            ("../x", "%2E%2E/x/00000000000000004711"),
            ("/etc//a b", "%/etc/%/a%20b/00000000000000004711"),
        ] {
            assert_eq!(path_of(origin, 4711), path);
        }
    }
}
