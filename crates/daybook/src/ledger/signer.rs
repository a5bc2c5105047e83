//! Signs the log, and never what contradicts an earlier signature.
//!
//! Before anything is signed, the head is held against the tiles and against the last checkpoint that was signed, which is
//! kept outside of the database. A database that went back (a restored backup, an edited head) is refused, changes to it are
//! refused, and reading goes on. The new checkpoint is on the disk before anybody gets it.

use std::sync::{Arc, PoisonError, RwLock};

use jiff::Timestamp;
use tlog::{Checkpoint, NoteSignature, SignedCheckpoint, TreeHead, root_tiles, tree_root};
use tokio::sync::Mutex;

use super::error::{LedgerError, WentBack};
use super::keyring::Keyring;
use super::last_signed::LastSigned;
use crate::model::actor::Actor;
use crate::store::{
    Change, Head, Location, LogKey, Pooling, Session, Store, StoreError, find_head, list_log_keys, look, read_tiles,
};

/// A checkpoint of this log and when it was signed here.
#[derive(Clone, Debug)]
pub struct Signed {
    pub checkpoint: SignedCheckpoint,
    pub signed_at: Timestamp,
}

impl Signed {
    pub fn head(&self) -> TreeHead {
        *self.checkpoint.checkpoint().head()
    }
}

/// Signs one log. Clones share everything.
#[derive(Clone, Debug)]
pub struct Signer(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    store: Store,
    keys: Keyring,
    last: LastSigned,
    /// Held while signing: many who ask at once share one signature.
    signing: Mutex<()>,
    newest: RwLock<Option<Arc<Signed>>>,
    /// Why nothing is signed, as of the last time that it was tried.
    trouble: RwLock<Option<String>>,
    /// What is wrong with the file of the last signature. Nothing is signed, and changes go on: it says nothing about the
    /// log.
    disk: RwLock<Option<String>>,
    /// Why nothing is signed any more until the next start.
    stopped: RwLock<Option<String>>,
}

/// Whether a key may sign a log.
///
/// # Errors
///
/// [`LedgerError::Key`] that says why not.
pub fn fit(keys: &Keyring, head: Option<&Head>, known: &[LogKey]) -> Result<(), LedgerError> {
    let Some(head) = head else { return Ok(()) };
    let refuse = |text: String| Err(LedgerError::Key(text));
    if keys.origin() != head.origin {
        return refuse(format!(
            "the signing key is for the log {}, and this log is {}. Give it the key that it was signed with, or start a \
             new origin with `daybook ledger new-origin`",
            keys.origin(),
            head.origin
        ));
    }
    if known.is_empty() {
        return Ok(());
    }
    let of = |vkey: &str| known.iter().find(|key| key.vkey == vkey);
    let current = keys.current().verifier().to_string();
    match of(&current) {
        Some(key) if key.retired_at.is_some() => {
            refuse(format!("the signing key {current} is retired; put the log's present key first"))
        }
        Some(_) => Ok(()),
        // The change of a key: one that the log knows vouches for it.
        None if keys.verifiers().any(|key| of(&key.to_string()).is_some_and(|key| key.retired_at.is_none())) => Ok(()),
        None => {
            let known: Vec<&str> =
                known.iter().filter(|key| key.retired_at.is_none()).map(|key| key.vkey.as_str()).collect();
            refuse(format!(
                "the signing key {current} is not this log's, which is {}. Put the log's key back, or give it beside the \
                 new one to change keys",
                known.join(" or ")
            ))
        }
    }
}

/// Whether a log still bears out what was signed of it, without opening it to write: what contradicts it, if anything does.
pub async fn holds(location: &Location, pooling: &Pooling, signed: TreeHead) -> Result<Option<WentBack>, LedgerError> {
    let Some(mut session) = look(location, pooling).await? else { return Ok(None) };
    let Some(head) = find_head(&mut session).await? else { return Ok(None) };
    Ok(contradiction(&mut session, &head, signed).await?)
}

/// What the stored tree says against a signed one.
async fn contradiction(session: &mut Session, head: &Head, signed: TreeHead) -> Result<Option<WentBack>, StoreError> {
    let went_back = WentBack { signed, found: head.tree() };
    if signed.size > head.size {
        return Ok(Some(went_back));
    }
    let tiles = read_tiles(session, root_tiles(signed.size).into_iter().map(|tile| tile.id)).await?;
    let root = tree_root(signed.size, |tile| tiles.get(&tile)).ok();
    Ok((root != Some(signed.root)).then_some(went_back))
}

impl Signer {
    /// A signer whose key fits the log: see [`fit`]. A key that comes in beside one that the log knows is put on the record,
    /// which `actor` is said to have done. Signs nothing yet.
    pub async fn open(store: Store, keys: Keyring, last: LastSigned, actor: &Actor) -> Result<Signer, LedgerError> {
        let mut session = store.read().await?;
        let head = find_head(&mut session).await?;
        let mut known = list_log_keys(&mut session).await?;
        drop(session);
        if known.is_empty() {
            fit(&keys, head.as_ref(), &known)?;
            store.introduce_log_key(&keys.current().verifier().to_string(), store.clock().now()).await?;
            known = list_log_keys(&mut store.read().await?).await?;
        }
        fit(&keys, head.as_ref(), &known)?;
        let retired = known.iter().filter(|key| key.retired_at.is_some());
        let keys = retired.fold(keys, |keys, retired| keys.without(&retired.vkey));
        let signer = Signer(Arc::new(Inner {
            store,
            keys,
            last,
            signing: Mutex::new(()),
            newest: RwLock::default(),
            trouble: RwLock::default(),
            disk: RwLock::default(),
            stopped: RwLock::default(),
        }));
        signer.record_keys(&known, actor).await?;
        Ok(signer)
    }

    /// Puts keys on the record that the log does not know.
    async fn record_keys(&self, known: &[LogKey], actor: &Actor) -> Result<(), LedgerError> {
        let Inner { store, keys, .. } = &*self.0;
        let current = |key: &&LogKey| key.retired_at.is_none();
        let Some(previous) = known.iter().rev().find(current).map(|key| key.vkey.clone()) else { return Ok(()) };
        let all: Vec<String> = keys.verifiers().map(ToString::to_string).collect();
        let fresh: Vec<String> = all.into_iter().filter(|vkey| known.iter().all(|key| key.vkey != *vkey)).collect();
        if fresh.is_empty() {
            return Ok(());
        }
        if !store.audit() {
            return Err(LedgerError::Key(format!(
                "the signing key {} is not on the record, and litellm_settings.store_audit_logs is off: a key comes into the \
                 log by an entry",
                fresh.join(" and ")
            )));
        }
        // A key must not come into a log that went back.
        self.check().await?;
        let change = store.change(actor, async move |change: &mut Change| {
            for vkey in &fresh {
                change.add_log_key(vkey, &previous).await?;
            }
            Ok::<_, StoreError>(())
        });
        change.await?;
        Ok(())
    }

    pub fn keys(&self) -> &Keyring {
        &self.0.keys
    }

    pub fn last_signed(&self) -> &LastSigned {
        &self.0.last
    }

    /// The newest checkpoint that this process has signed or found in the file.
    pub fn newest(&self) -> Option<Arc<Signed>> {
        self.0.newest.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Why nothing is signed at the moment.
    pub fn trouble(&self) -> Option<String> {
        let Inner { stopped, trouble, disk, .. } = &*self.0;
        let said = |reason: &RwLock<Option<String>>| reason.read().unwrap_or_else(PoisonError::into_inner).clone();
        said(stopped).or_else(|| said(trouble)).or_else(|| said(disk))
    }

    /// Signs nothing any more, and lets nothing be changed, until the next start: somebody else knows better.
    pub fn stop(&self, reason: String) {
        tracing::error!("signing has stopped: {reason}");
        // Whoever is noting an outcome must not let changes in again.
        let _noting = self.0.trouble.write().unwrap_or_else(PoisonError::into_inner);
        self.0.store.refuse_changes(Some(reason.clone()));
        *self.0.stopped.write().unwrap_or_else(PoisonError::into_inner) = Some(reason);
    }

    /// The checkpoint of the log as it is now.
    pub async fn checkpoint(&self) -> Result<Arc<Signed>, LedgerError> {
        let outcome = self.sign().await;
        self.note(outcome, true)
    }

    /// Whether the log may be signed as it is now; signs nothing.
    pub async fn check(&self) -> Result<(), LedgerError> {
        let outcome = async {
            let last = self.0.last.read_apart().await?;
            self.sound_head(last.as_ref()).await.map(|_| ())
        };
        let outcome = outcome.await;
        self.note(outcome, false)
    }

    /// Keeps changes out of a log that cannot be signed, and lets them in again when it can.
    fn note<T>(&self, outcome: Result<T, LedgerError>, signed: bool) -> Result<T, LedgerError> {
        let mut trouble = self.0.trouble.write().unwrap_or_else(PoisonError::into_inner);
        let stopped = self.0.stopped.read().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(reason) = stopped {
            return Err(LedgerError::Stopped(reason));
        }
        self.note_disk(&outcome, signed);
        let found = match &outcome {
            Ok(_) => None,
            Err(error @ (LedgerError::WentBack(_) | LedgerError::Stopped(_) | LedgerError::Key(_))) => {
                Some(error.to_string())
            }
            // A database or a disk that does not answer says nothing about the log.
            Err(_) => return outcome,
        };
        if *trouble != found {
            match &found {
                Some(reason) => tracing::error!("{reason}"),
                None => tracing::warn!("the log can be signed again"),
            }
            self.0.store.refuse_changes(found.clone());
            *trouble = found;
        }
        outcome
    }

    /// A disk that fails is no reason to refuse changes, and one that whoever watches the server must hear of.
    fn note_disk<T>(&self, outcome: &Result<T, LedgerError>, signed: bool) {
        let found = match outcome {
            Ok(_) if signed => None,
            // That the file can be read does not say that it can be written.
            Ok(_) => return,
            Err(LedgerError::File { path, source }) => {
                Some(format!("nothing is signed: {} cannot be used: {source}", path.display()))
            }
            Err(_) => return,
        };
        let mut disk = self.0.disk.write().unwrap_or_else(PoisonError::into_inner);
        if *disk != found {
            match &found {
                Some(reason) => tracing::error!("{reason}"),
                None => tracing::warn!("the file of the last signature can be used again"),
            }
            *disk = found;
        }
    }

    async fn sign(&self) -> Result<Arc<Signed>, LedgerError> {
        let _alone = self.0.signing.lock().await;
        let held = self.0.last.hold().await?;
        let (head, retired) = self.sound_head(held.last.as_ref()).await?;
        let head = head.tree();
        if let Some(newest) = self.newest().filter(|newest| newest.head() == head) {
            return Ok(newest);
        }
        let checkpoint = Checkpoint::new(self.0.keys.origin(), head)?;
        let mut checkpoint = SignedCheckpoint::sign(checkpoint, self.0.keys.current())?;
        let beside = self.0.keys.all().skip(1).filter(|key| !retired.contains(&key.verifier().to_string()));
        for key in beside {
            let signature: NoteSignature = checkpoint.note().signature_by(key);
            checkpoint.add(signature).map_err(tlog::CheckpointError::from)?;
        }
        if held.last.as_ref().is_none_or(|last| last.note().text() != checkpoint.note().text()) {
            held.set(&checkpoint).await?;
        }
        let signed = Arc::new(Signed { checkpoint, signed_at: self.0.store.clock().now() });
        *self.0.newest.write().unwrap_or_else(PoisonError::into_inner) = Some(signed.clone());
        Ok(signed)
    }

    /// The head, when the tiles bear it out, nothing that was signed contradicts it, and the key is the log's; and the keys
    /// that sign no more.
    async fn sound_head(&self, last: Option<&SignedCheckpoint>) -> Result<(Head, Vec<String>), LedgerError> {
        let mut session = self.0.store.read().await?;
        let head = find_head(&mut session).await?;
        let head = head.ok_or_else(|| StoreError::Corrupt("the log has no head".to_owned()))?;
        if head.origin != self.0.keys.origin() {
            return Err(LedgerError::Key(format!(
                "the log is {} now, and the signing key is for {}: start again with the log's key",
                head.origin,
                self.0.keys.origin()
            )));
        }
        let known = list_log_keys(&mut session).await?;
        let retired: Vec<String> =
            known.into_iter().filter(|key| key.retired_at.is_some()).map(|key| key.vkey).collect();
        let current = self.0.keys.current().verifier().to_string();
        if retired.contains(&current) {
            return Err(LedgerError::Key(format!(
                "the signing key {current} is retired: start again with the log's present key"
            )));
        }
        // Of an earlier origin: this one has left it behind, on the record.
        let last = last.map(SignedCheckpoint::checkpoint).filter(|last| last.origin() == head.origin);
        let signed = last.map(|last| *last.head());
        if let Some(signed) = signed
            && let Some(went_back) = contradiction(&mut session, &head, signed).await?
        {
            return Err(LedgerError::WentBack(Box::new(went_back)));
        }
        let tiles = read_tiles(&mut session, root_tiles(head.size).into_iter().map(|tile| tile.id)).await?;
        if tree_root(head.size, |tile| tiles.get(&tile)).ok() != Some(head.root) {
            return Err(LedgerError::Stopped(
                "the root of the stored tree is not the one in the head: `daybook verify` names the place".to_owned(),
            ));
        }
        Ok((head, retired))
    }

    /// For what else is read of the log: a view of the last commit.
    pub async fn read(&self) -> Result<Session, LedgerError> {
        Ok(self.0.store.read().await?)
    }
}
