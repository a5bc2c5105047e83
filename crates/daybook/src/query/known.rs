//! Which entries have words, as it was found before: a log grows at its end, so that only what has come since has to be looked
//! for.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use roaring::RoaringBitmap;

use super::index::bitmap_bytes;
use crate::model::question::Words;
use crate::store::{Session, StoreError, text};

/// So many questions for words are remembered.
const MOST: usize = 32;

/// The answers that are remembered, the last one used first.
#[derive(Debug, Default)]
pub struct Known(Mutex<VecDeque<Answer>>);

#[derive(Clone, Debug)]
struct Answer {
    words: Words,
    /// The entries below this number have been looked at.
    size: i64,
    /// How often entries had been altered then.
    erasures: i64,
    found: Arc<RoaringBitmap>,
}

impl Known {
    /// The sequence numbers of the entries that have all of the words, as this session sees them.
    pub async fn find(&self, session: &mut Session, words: &Words) -> Result<Arc<RoaringBitmap>, StoreError> {
        let (size, erasures) = text::coverage(session).await?;
        let known = self.get(words).filter(|known| known.erasures == erasures && known.size <= size);
        let Answer { size: from, found, .. } =
            known.unwrap_or_else(|| Answer { words: words.clone(), size: 0, erasures, found: Arc::default() });
        if from == size {
            return Ok(found);
        }
        let more: Result<Vec<u32>, _> =
            text::sequences(session, words, from).await?.into_iter().map(u32::try_from).collect();
        let more = more.map_err(|_| StoreError::Corrupt("the log is too long".to_owned()))?;
        let mut found = Arc::unwrap_or_clone(found);
        // Ascending, and each greater than those before.
        let _ = found.append(more);
        let found = Arc::new(found);
        self.put(Answer { words: words.clone(), size, erasures, found: found.clone() });
        Ok(found)
    }

    /// Forgets everything: what was erased must not be found, and not be held either.
    pub fn clear(&self) {
        self.answers().clear();
    }

    /// Bytes of memory, roughly.
    pub fn bytes(&self) -> usize {
        self.answers().iter().map(|answer| bitmap_bytes(&answer.found)).sum()
    }

    fn answers(&self) -> std::sync::MutexGuard<'_, VecDeque<Answer>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn get(&self, words: &Words) -> Option<Answer> {
        let mut answers = self.answers();
        let place = answers.iter().position(|answer| answer.words == *words)?;
        let answer = answers.remove(place)?;
        answers.push_front(answer.clone());
        Some(answer)
    }

    fn put(&self, answer: Answer) {
        let mut answers = self.answers();
        answers.retain(|other| other.words != answer.words);
        answers.push_front(answer);
        answers.truncate(MOST);
    }
}
