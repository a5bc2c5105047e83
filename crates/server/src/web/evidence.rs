//! `/ui/evidence`: the evidence bundle of the log as it is signed now, in one file.

use axum::body::Body;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use daybook::ledger::evidence::{self, EvidenceError, Range};
use daybook::manage::access;
use futures_util::stream;
use tokio::sync::mpsc;

use super::page::Failure;
use super::sentence::count;
use super::session::{AUDIT, Reader};
use crate::app::App;

/// The longest log that is given out in this way: about a gigabyte, on the server's disk for as long as it takes.
pub const MOST: u64 = 500_000;

/// Signatures that are tried while others erase.
const ATTEMPTS: u32 = 3;

pub async fn handle(State(app): State<App>, reader: Reader) -> Result<Response, Failure> {
    if !access::sees_whole_log(&reader.caller, AUDIT) {
        let advice = "Ask whoever runs this server for the bundle.";
        return Err(Failure::refused("The bundle holds the whole log, of which you may see a part.", advice));
    }
    let folder = tempfile::tempdir().map_err(|_| Failure::internal())?;
    let mut attempts = ATTEMPTS;
    let size = loop {
        let signed = app.signer().checkpoint().await?;
        let size = signed.head().size;
        if size > MOST {
            let advice = "On the server: daybook export --evidence DIR";
            return Err(Failure::refused(
                format!("The log has {} entries: too many for a download.", count(size as i64)),
                advice,
            ));
        }
        attempts -= 1;
        let (store, path, runtime) = (app.store().clone(), folder.path().to_owned(), tokio::runtime::Handle::current());
        // It writes files as they come: away from the threads that answer others.
        let exported = tokio::task::spawn_blocking(move || {
            runtime.block_on(evidence::export(&store, &signed.checkpoint, &Range { from: None, to: None }, &path))
        });
        match exported.await.map_err(|_| Failure::internal())? {
            Ok(_) => break size,
            Err(EvidenceError::ErasedSince(_)) if attempts > 0 => {}
            Err(EvidenceError::Store(error)) => return Err(error.into()),
            Err(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "the evidence bundle cannot be made");
                return Err(Failure::internal());
            }
        }
    };
    let (sender, receiver) = mpsc::channel::<std::io::Result<Vec<u8>>>(4);
    tokio::task::spawn_blocking(move || {
        let mut archive = tar::Builder::new(Pipe(sender.clone()));
        let written = archive.append_dir_all("evidence", folder.path()).and_then(|()| archive.finish());
        if let Err(error) = written {
            // Broken off, so that nobody takes the half for the whole.
            let _ = sender.blocking_send(Err(error));
        }
    });
    let chunks = stream::unfold(receiver, async |mut receiver| Some((receiver.recv().await?, receiver)));
    let headers = [
        (header::CONTENT_TYPE, "application/x-tar".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"evidence-{size}.tar\"")),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    Ok((headers, Body::from_stream(chunks)).into_response())
}

/// What is written comes out at the other end of a channel.
struct Pipe(mpsc::Sender<std::io::Result<Vec<u8>>>);

impl std::io::Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        match self.0.blocking_send(Ok(bytes.to_vec())) {
            Ok(()) => Ok(bytes.len()),
            Err(_) => Err(std::io::ErrorKind::BrokenPipe.into()),
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
