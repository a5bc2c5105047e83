//! Adoption: what LiteLLM wrote into the audit table before Daybook came, or beside it, comes into the log.
//!
//! The log then proves what those rows were at the time of the adoption. It cannot prove that nobody had touched them before.

use crate::model::actor::Actor;
use crate::store::{AdoptedTo, Store, StoreError};

/// Rows of one transaction. The end of the log is held for so long; other changes wait.
const BATCH: i64 = 256;

/// What an adoption did.
#[derive(Clone, Debug, Default)]
pub struct Adoption {
    pub adopted: u64,
    /// Audit ids of rows that cannot come into the log, and why; they stay where they are.
    pub refused: Vec<(String, String)>,
}

/// Brings every row that is not in the log into it, oldest first. `progress` hears how many there are so far.
///
/// One that is cut off goes on where it ended, a row that LiteLLM writes in the meantime comes with the next one.
///
/// # Errors
///
/// [`StoreError`]; what earlier batches brought in stays.
pub async fn adopt(store: &Store, actor: &Actor, mut progress: impl FnMut(u64)) -> Result<Adoption, StoreError> {
    let mut done = Adoption::default();
    let mut from: Option<AdoptedTo> = None;
    let mut attempts = 3;
    loop {
        let batch = match store.adopt(actor, from.as_ref(), BATCH).await {
            // Somebody else held the end of the log for too long, or two transactions stood in each other's way.
            Err(StoreError::Contention(_)) if attempts > 0 => {
                attempts -= 1;
                continue;
            }
            outcome => outcome?,
        };
        attempts = 3;
        done.adopted += batch.adopted;
        done.refused.extend(batch.refused);
        progress(done.adopted);
        match batch.next {
            Some(next) => from = Some(next),
            None => return Ok(done),
        }
    }
}
