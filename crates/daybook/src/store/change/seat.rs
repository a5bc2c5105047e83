//! A member's place in a group: where the session comes to it, from where it goes back, and where it hears what became of it.
//!
//! The session is the baton. It lies on the [`Desk`] until the member's task takes it, so it can be withdrawn from one that
//! is not polled; while the member works it is [`Held`], which gives it back however the work ends: done, failed, panicked,
//! or dropped because nobody waits for it any more.

use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{Notify, oneshot};

use super::Receipt;
use crate::model::actor::Actor;
use crate::model::entry::Draft;
use crate::store::db::Session;
use crate::store::error::StoreError;

/// What is to be recorded of a member's work, and of whom.
pub(super) struct Work {
    pub actor: Actor,
    pub drafts: Vec<Draft>,
}

/// How the work of a member ended.
pub(super) enum Outcome {
    /// It is done, and this is to be recorded of it.
    Done(Box<Work>),
    Failed,
    /// It did not come to an end.
    Gone,
}

/// What became of a member.
pub(super) enum Verdict {
    /// The group is committed, and what the member has is true: its value with these receipts, or its error.
    Committed(Vec<Receipt>),
    /// The member's error owes nothing to its group.
    Settled,
    /// The member has left no trace, through no fault that could be told from here: it may begin anew, by itself.
    Again(StoreError),
    /// This is the answer, whatever the work came to.
    Refused(StoreError),
}

/// Where the session lies between the group and the member.
#[derive(Default)]
pub(super) struct Desk {
    session: Mutex<Option<Session>>,
    called: Notify,
    recalled: Notify,
}

impl Desk {
    /// It is the member's turn.
    pub fn call(&self, session: Session) {
        *self.session.lock().unwrap_or_else(PoisonError::into_inner) = Some(session);
        self.called.notify_one();
    }

    /// Takes the session, which the other side has put there and not taken back.
    pub fn take(&self) -> Option<Session> {
        self.session.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Asks the member to give the session back, done or not.
    pub fn recall(&self) {
        self.recalled.notify_one();
    }
}

/// What the group holds of a member whose work is to be run.
pub(super) struct Member {
    pub desk: Arc<Desk>,
    pub back: oneshot::Receiver<(Session, Outcome)>,
    pub verdict: oneshot::Sender<Verdict>,
}

impl Member {
    /// Whether nobody waits for it any more.
    pub fn is_gone(&self) -> bool {
        self.verdict.is_closed()
    }
}

/// What the member holds.
pub(super) struct Seat {
    desk: Arc<Desk>,
    back: Option<oneshot::Sender<(Session, Outcome)>>,
    verdict: oneshot::Receiver<Verdict>,
    /// A verdict that came before the turn did.
    early: Option<Verdict>,
}

/// The two ends of a place in a group.
pub(super) fn pair() -> (Seat, Member) {
    let desk = Arc::new(Desk::default());
    let (back, returned) = oneshot::channel();
    let (judge, verdict) = oneshot::channel();
    let seat = Seat { desk: desk.clone(), back: Some(back), verdict, early: None };
    (seat, Member { desk, back: returned, verdict: judge })
}

impl Seat {
    /// The session, when it is the member's turn; `None` when the verdict was there first.
    pub async fn called(&mut self) -> Option<Held> {
        tokio::select! {
            () = self.desk.called.notified() => {}
            verdict = &mut self.verdict => {
                self.early = Some(verdict.unwrap_or_else(|_| lost()));
                return None;
            }
        }
        let session = self.desk.take()?;
        Some(Held { session: Some(session), back: self.back.take() })
    }

    /// Ends when the session is wanted back.
    pub async fn recalled(&self) {
        self.desk.recalled.notified().await;
    }

    pub async fn verdict(self) -> Verdict {
        match self.early {
            Some(verdict) => verdict,
            None => self.verdict.await.unwrap_or_else(|_| lost()),
        }
    }
}

/// Whoever would have judged is gone, and nobody knows how far it got: the program is ending.
fn lost() -> Verdict {
    Verdict::Refused(StoreError::Uncertain(sqlx::Error::WorkerCrashed))
}

/// The session, for as long as the member's work takes.
pub(super) struct Held {
    session: Option<Session>,
    back: Option<oneshot::Sender<(Session, Outcome)>>,
}

impl std::fmt::Debug for Held {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Held").field(&self.session).finish()
    }
}

impl Held {
    pub fn give_back(mut self, outcome: Outcome) {
        self.hand_over(outcome);
    }

    fn hand_over(&mut self, outcome: Outcome) {
        if let (Some(session), Some(back)) = (self.session.take(), self.back.take()) {
            // A group that waits no longer lets go of the session, which rolls it back.
            let _ = back.send((session, outcome));
        }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.hand_over(Outcome::Gone);
    }
}

impl Deref for Held {
    type Target = Session;

    fn deref(&self) -> &Session {
        self.session.as_ref().expect("it is given back by whoever consumes it")
    }
}

impl DerefMut for Held {
    fn deref_mut(&mut self) -> &mut Session {
        self.session.as_mut().expect("it is given back by whoever consumes it")
    }
}
