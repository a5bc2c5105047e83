//! Bringing the newest checkpoint to one anchor.

use std::sync::Arc;

use tokio::time::{sleep, timeout};

use super::Publisher;
use crate::ledger::anchor::{Delivery, Failure};
use crate::ledger::signer::Signed;
use crate::store::{Store, StoreError, find_head};

/// What became of one attempt.
enum Outcome {
    Taken,
    Failed,
    /// It has a later one already, from another replica.
    Overtaken,
    /// It has one that this log contradicts.
    Contradicted,
}

impl Publisher {
    /// Brings one anchor what is newest, again and again.
    pub(super) async fn bring(self, n: usize) {
        let timing = self.0.timing;
        let mut newest = self.0.newest.subscribe();
        let mut wait = timing.retry;
        loop {
            let wanted = newest.borrow_and_update().clone();
            let wanted = wanted.filter(|wanted| !self.state().has(n, wanted.head().size));
            let Some(wanted) = wanted else {
                if newest.changed().await.is_err() {
                    return;
                }
                continue;
            };
            match self.attempt(n, &wanted).await {
                Outcome::Taken => wait = timing.retry,
                Outcome::Failed => {
                    self.watch_over();
                    sleep(wait).await;
                    wait = (wait * 2).min(timing.longest_retry);
                }
                Outcome::Overtaken => {
                    self.nudge();
                    let _ = timeout(wait, newest.changed()).await;
                }
                // Nothing is signed any more that it could be brought.
                Outcome::Contradicted => {
                    if newest.changed().await.is_err() {
                        return;
                    }
                }
            }
        }
    }

    /// One attempt, for who does not go on after it.
    pub(super) async fn give(&self, n: usize, signed: &Arc<Signed>) {
        self.attempt(n, signed).await;
    }

    async fn attempt(&self, n: usize, signed: &Arc<Signed>) -> Outcome {
        let Some(anchor) = self.0.anchors.get(n) else { return Outcome::Failed };
        let store = &self.0.store;
        let delivery = Delivery {
            checkpoint: &signed.checkpoint,
            signed_at: signed.signed_at,
            now: store.clock().now(),
            taken: self.state().taken(n),
        };
        let size = signed.head().size;
        let outcome = match anchor.give(store, &delivery).await {
            Ok(cosignatures) if cosignatures.is_empty() => Ok(()),
            Ok(cosignatures) => {
                let mut cosigned = signed.checkpoint.clone();
                let added = cosignatures.into_iter().try_for_each(|one| cosigned.add(one));
                match added {
                    Ok(()) => {
                        let kept = store.publish(&cosigned, signed.signed_at).await;
                        kept.map(|_| ()).map_err(|error| Failure::Failed(unkept(&error)))
                    }
                    Err(_) => Err(Failure::Failed("the checkpoint has too many signatures".to_owned())),
                }
            }
            Err(Failure::Ahead(known)) => match grown_to(store).await {
                Ok(head) if head >= known => return Outcome::Overtaken,
                Ok(head) => Err(Failure::Contradicted(format!(
                    "it holds a checkpoint of {known} entries of this log, which has {head}"
                ))),
                Err(error) => Err(Failure::Failed(format!("the log cannot be read: {error}"))),
            },
            Err(failure) => Err(failure),
        };
        let now = store.clock().now();
        let (outcome, problem) = match outcome {
            Ok(()) => (Outcome::Taken, None),
            Err(Failure::Contradicted(problem)) => {
                self.0.signer.stop(format!(
                    "the anchor {} contradicts the database: {problem}. The database went back or was altered. Restore it \
                     forward, or start a new origin with `daybook ledger new-origin`",
                    anchor.name()
                ));
                (Outcome::Contradicted, Some(problem))
            }
            Err(Failure::Failed(problem)) => (Outcome::Failed, Some(problem)),
            Err(Failure::Ahead(_)) => (Outcome::Overtaken, None),
        };
        // The database first: a stop in between has the checkpoint brought once more, and noted then.
        let noted = match &problem {
            None => store.note_anchor(anchor.name(), Ok(size), now).await,
            Some(problem) => {
                tracing::warn!(anchor = anchor.name(), size, "the anchor did not take a checkpoint: {problem}");
                store.note_anchor(anchor.name(), Err(problem), now).await
            }
        };
        match &problem {
            None => self.state().took(n, size, now),
            Some(problem) => self.state().failed(n, problem, now),
        }
        if let Err(error) = noted {
            // It is asked again after a restart, which does no harm.
            tracing::warn!(error = &error as &dyn std::error::Error, "how far an anchor has got was not noted");
        }
        outcome
    }
}

fn unkept(error: &StoreError) -> String {
    format!("its cosignature could not be kept: {error}")
}

/// The size of the log as it is now.
pub(super) async fn grown_to(store: &Store) -> Result<u64, StoreError> {
    let mut session = store.read().await?;
    Ok(find_head(&mut session).await?.map_or(0, |head| head.size))
}
