//! Publishing: the head is signed from time to time, kept among the published checkpoints, and given to each anchor.
//!
//! No change waits for any of it. Each anchor has a courier of its own, who tries until it has taken the newest checkpoint:
//! one that is slow holds nobody up, and what is published meanwhile takes the place of what it has not taken yet.

mod courier;
mod state;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, oneshot, watch};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{sleep, timeout};

use super::anchor::Anchor;
use super::error::LedgerError;
use super::signer::{Signed, Signer};
use crate::store::{Store, StoreError, list_anchors, list_checkpoints};
use state::State;

pub use state::{AnchorStatus, PublishStatus};

/// How far back a start looks for checkpoints that nobody has taken.
const LOOK_BACK: usize = 1000;

/// How long things take.
#[derive(Clone, Copy, Debug)]
pub struct Timing {
    /// The longest time from one checkpoint to the next.
    pub interval: Duration,
    /// The shortest, when somebody asks.
    pub pause: Duration,
    /// How long an anchor that failed is left alone; twice as long each time, up to `longest_retry`.
    pub retry: Duration,
    pub longest_retry: Duration,
    /// How long a server that stops waits for the anchors.
    pub patience: Duration,
    /// How long no anchor may take anything before it is said loudly, and how often it is said again.
    pub alarm: Duration,
}

impl Default for Timing {
    fn default() -> Timing {
        Timing {
            interval: Duration::from_secs(600),
            pause: Duration::from_secs(5),
            retry: Duration::from_secs(5),
            longest_retry: Duration::from_secs(300),
            patience: Duration::from_secs(5),
            alarm: Duration::from_secs(3600),
        }
    }
}

/// Publishes one log. Clones share everything.
#[derive(Clone, Debug)]
pub struct Publisher(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    store: Store,
    signer: Signer,
    anchors: Vec<Anchor>,
    timing: Timing,
    nudged: Notify,
    /// What the couriers are to bring.
    newest: watch::Sender<Option<Arc<Signed>>>,
    state: Mutex<State>,
}

/// A publisher at work.
#[derive(Debug)]
pub struct Publishing {
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Publisher {
    pub fn new(store: Store, signer: Signer, anchors: Vec<Anchor>, timing: Timing) -> Publisher {
        let state = Mutex::new(State::new(anchors.iter().map(Anchor::name)));
        let newest = watch::Sender::new(None);
        Publisher(Arc::new(Inner { store, signer, anchors, timing, nudged: Notify::new(), newest, state }))
    }

    /// Who signs what is published.
    pub fn signer(&self) -> &Signer {
        &self.0.signer
    }

    /// Asks for the head to be published soon. Who asks often is heard once in a while.
    pub fn nudge(&self) {
        self.0.nudged.notify_one();
    }

    /// How it stands.
    pub fn status(&self) -> PublishStatus {
        self.state().status()
    }

    /// Publishes what is there, and goes on publishing what comes.
    pub async fn start(&self) -> Publishing {
        let (stop, stopped) = oneshot::channel();
        let restored = self.restore().await;
        let wait = match &restored {
            Ok(()) => self.round().await,
            Err(_) => Duration::ZERO,
        };
        let task = tokio::spawn(self.clone().run(stopped, restored, wait));
        Publishing { stop, task }
    }

    async fn run(self, mut stopped: oneshot::Receiver<()>, mut restored: Result<(), StoreError>, mut wait: Duration) {
        let timing = self.0.timing;
        let work = async {
            while let Err(error) = restored {
                tracing::warn!(error = &error as &dyn std::error::Error, "it is not known what the anchors have taken");
                sleep(timing.retry).await;
                restored = self.restore().await;
            }
            let mut couriers = JoinSet::new();
            for n in 0..self.0.anchors.len() {
                couriers.spawn(self.clone().bring(n));
            }
            loop {
                let asked = async {
                    sleep(timing.pause.min(wait)).await;
                    self.0.nudged.notified().await;
                };
                tokio::select! {
                    () = sleep(wait) => {}
                    () = asked => {}
                }
                wait = self.round().await;
            }
        };
        tokio::select! {
            () = work => {}
            _ = &mut stopped => {}
        }
        if timeout(timing.patience, self.finish()).await.is_err() {
            tracing::warn!("not every anchor has taken the last checkpoint; the next start brings it");
        }
    }

    /// Publishes, looks whether anybody takes it, and says when to come back.
    async fn round(&self) -> Duration {
        let timing = self.0.timing;
        let wait = match self.publish().await {
            Ok(()) => timing.interval,
            Err(error) => {
                say_why(&error);
                self.note_unpublished().await;
                timing.interval.min(timing.longest_retry)
            }
        };
        self.watch_over();
        wait
    }

    /// Signs the head and hands it on, if it is not the one that was handed on last.
    async fn publish(&self) -> Result<(), LedgerError> {
        let signed = self.0.signer.checkpoint().await?;
        let head = signed.head();
        let known = self.0.newest.borrow().as_ref().is_some_and(|newest| newest.head() == head);
        // An empty log says nothing that anybody could be held to.
        if head.size == 0 {
            return Ok(());
        }
        if known {
            self.state().published(head.size, signed.signed_at, self.0.store.clock().now());
            return Ok(());
        }
        self.0.store.publish(&signed.checkpoint, signed.signed_at).await?;
        self.state().published(head.size, signed.signed_at, self.0.store.clock().now());
        self.0.newest.send_replace(Some(signed));
        Ok(())
    }

    /// What cannot be signed reaches nobody either: the time until the alarm runs. A database that does not answer is
    /// asked again with the next round.
    async fn note_unpublished(&self) {
        match courier::grown_to(&self.0.store).await {
            Ok(0) | Err(_) => {}
            Ok(size) => self.state().unpublished(size, self.0.store.clock().now()),
        }
    }

    /// Goes on where the last process ended.
    async fn restore(&self) -> Result<(), StoreError> {
        let mut session = self.0.store.read().await?;
        let anchors = list_anchors(&mut session).await?;
        let checkpoints = list_checkpoints(&mut session, u64::MAX, LOOK_BACK).await?;
        self.state().restore(anchors, &checkpoints);
        Ok(())
    }

    /// The last head, to everybody once.
    async fn finish(&self) {
        if let Err(error) = self.publish().await {
            // What contradicts an anchor is not shown to it once more.
            return say_why(&error);
        }
        let Some(newest) = self.0.newest.borrow().clone() else { return };
        let mut last = JoinSet::new();
        for n in (0..self.0.anchors.len()).filter(|n| !self.state().has(*n, newest.head().size)) {
            let (publisher, newest) = (self.clone(), newest.clone());
            last.spawn(async move { publisher.give(n, &newest).await });
        }
        last.join_all().await;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Says it when the log has been nobody's but ours for too long.
    fn watch_over(&self) {
        let alarm = self.state().alarm(self.0.store.clock().now(), self.0.timing.alarm);
        if let Some(since) = alarm {
            tracing::error!(since = %since, "no anchor has taken a checkpoint: nobody else could tell if the log were changed");
        }
    }
}

impl Publishing {
    /// Publishes once more, waits for the anchors for a while, and ends.
    pub async fn stop(self) {
        let _ = self.stop.send(());
        if let Err(error) = self.task.await {
            tracing::error!(error = &error as &dyn std::error::Error, "publishing has failed");
        }
    }
}

/// What is wrong with the log, the signer has said already.
fn say_why(error: &LedgerError) {
    match error {
        LedgerError::WentBack(_) | LedgerError::Stopped(_) | LedgerError::Key(_) => {
            tracing::debug!(error = error as &dyn std::error::Error, "nothing is published");
        }
        _ => tracing::warn!(error = error as &dyn std::error::Error, "the log could not be published"),
    }
}
