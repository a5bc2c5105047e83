//! Random questions, answered by the database and by a loop over the same entries.

use std::sync::atomic::{AtomicUsize, Ordering};

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};

use super::super::*;
use crate::both;
use crate::model::facet::Facet;
use crate::model::histogram::{Division, Histogram};
use crate::model::question::{Excluded, Page, Words};
use crate::query::{self, Cursor, Survey};
use crate::store::{Options, Store, text};
use crate::testing::history::{self, INSTANTS, question};
use crate::testing::oracle::{self, answer};
use crate::testing::{FakeClock, TestDb};

both!(the_database_answers_as_a_loop_over_the_entries_does, async |db: TestDb| {
    let clock = FakeClock::at(INSTANTS[0]);
    let store = Store::open(Options { clock: clock.clone(), ..db.options() }).await.unwrap();
    let known = history::play(&store, &clock).await;
    // How many questions with a condition of each kind have found something.
    let hits: [AtomicUsize; 6] = Default::default();
    let ask = async |question: &Question| -> Result<(), TestCaseError> {
        let expected = answer(question, &known);
        let filter = &question.filter;
        let asked = [
            !filter.changed_field.is_empty(),
            !filter.after.is_empty(),
            filter.not != Excluded::default(),
            filter.words.is_some(),
            filter.after_seq.is_some(),
            filter.before_seq.is_some(),
        ];
        for (hits, _) in hits.iter().zip(asked).filter(|(_, asked)| *asked && !expected.is_empty()) {
            hits.fetch_add(1, Ordering::Relaxed);
        }
        let mut session = store.read().await.unwrap();
        let total = count(&mut session, &question.filter).await.unwrap();
        prop_assert_eq!(total, expected.len() as i64);
        let start = usize::try_from(question.page.offset()).unwrap().min(expected.len());
        let page: Vec<&Row> = expected[start..].iter().copied().take(question.page.size as usize).collect();
        // Collected, and walked.
        for few in [i64::MAX, -1] {
            let found = page_of(&mut session, question, total, few).await.unwrap();
            if matches!(question.sort.column, Column::BeforeValue | Column::UpdatedValues) {
                let name = question.sort.column.as_str();
                let nulls = |rows: &[&Row]| rows.iter().map(|row| row.value(name).is_null()).collect::<Vec<_>>();
                prop_assert_eq!(nulls(&found.iter().collect::<Vec<_>>()), nulls(&page));
            } else {
                prop_assert_eq!(found.iter().collect::<Vec<_>>(), page.clone(), "few: {}", few);
            }
        }
        Ok(())
    };
    for_random(400, question(), ask);
    assert!(hits.iter().all(|hits| hits.load(Ordering::Relaxed) >= 5), "{hits:?}");
});

both!(the_database_surveys_as_a_loop_over_the_entries_does, async |db: TestDb| {
    let clock = FakeClock::at(INSTANTS[0]);
    let store = Store::open(Options { clock: clock.clone(), ..db.options() }).await.unwrap();
    let known = history::play(&store, &clock).await;
    let ask = async |(filter, division, limit): &(Filter, Division, i64)| -> Result<(), TestCaseError> {
        let mut session = store.read().await.unwrap();
        let total = oracle::matching(filter, &known).len() as i64;

        let (grid, counts) = oracle::histogram(filter, *division, &known);
        prop_assert_eq!(counts.iter().sum::<i64>(), total);
        let found = query::histogram(&mut session, filter, *division).await.unwrap();
        prop_assert_eq!(found, Histogram { grid, counts, total });

        let found = query::facets(&mut session, filter, *limit, &Facet::ALL).await.unwrap();
        let facet = |facet| (facet, oracle::facet(filter, facet, *limit as usize, &known));
        prop_assert_eq!(found, Survey { facets: Facet::ALL.map(facet).to_vec(), total });

        // From the beginning to the end: each entry once, and no further than there.
        let expected = oracle::stretch(filter, &known);
        let size = known.iter().filter(|known| known.seq.is_some()).count() as i64;
        let (mut cursor, mut seen) = (Cursor::At(0), Vec::new());
        for _ in 0.. {
            let polled = query::poll(&mut session, filter, cursor, *limit).await.unwrap().unwrap();
            prop_assert_eq!(polled.complete_through, size);
            let left = expected.len() - seen.len();
            prop_assert_eq!(polled.entries.len(), left.min(*limit as usize));
            prop_assert_eq!(polled.has_more, left > *limit as usize);
            seen.extend(polled.entries);
            cursor = Cursor::At(polled.next);
            if !polled.has_more {
                break;
            }
            prop_assert_eq!(polled.next, expected[seen.len()].0);
        }
        prop_assert_eq!(cursor, Cursor::At(size));
        prop_assert_eq!(seen.iter().map(|(seq, row)| (*seq, row)).collect::<Vec<_>>(), expected);
        Ok(())
    };
    for_random(60, (history::filter(), history::division(), 1..=100_i64), ask);
});

both!(the_words_of_entries_are_found_by_sequence_and_what_is_erased_is_not, async |db: TestDb| {
    let clock = FakeClock::at(INSTANTS[0]);
    let store = Store::open(Options { clock: clock.clone(), ..db.options() }).await.unwrap();
    let known = history::play(&store, &clock).await;
    let mut hits = 0;
    // Every word that any entry has or had.
    let mut all: Vec<String> = known.iter().flat_map(|known| words_of(&known.row)).collect();
    all.push("nobody".to_owned());
    all.sort();
    all.dedup();
    let mut session = store.read().await.unwrap();
    for word in all {
        let words = Words(vec![word.clone()]);
        let filter = Filter { words: Some(words.clone()), ..Filter::default() };
        let expected: Vec<i64> = oracle::stretch(&filter, &known).iter().map(|(seq, _)| *seq).collect();
        hits += expected.len();
        assert_eq!(text::sequences(&mut session, &words, 0).await.unwrap(), expected, "{word}");
    }
    assert!(hits > 1000, "{hits}");
});

fn words_of(row: &Row) -> Vec<String> {
    crate::model::words::of_values(row.get("before_value"), row.get("updated_values"))
}

/// Holds `check` against so many random values, the same ones every time.
fn for_random<S: Strategy>(cases: u32, strategy: S, check: impl AsyncFn(&S::Value) -> Result<(), TestCaseError>) {
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(Config { cases, failure_persistence: None, ..Config::default() }, rng);
    let handle = tokio::runtime::Handle::current();
    let outcome = tokio::task::block_in_place(|| runner.run(&strategy, |value| handle.block_on(check(&value))));
    outcome.unwrap();
}

both!(the_pages_of_one_millisecond_neither_overlap_nor_leave_anything_out, async |db: TestDb| {
    let clock = FakeClock::at(INSTANTS[0]);
    let store = Store::open(Options { clock: clock.clone(), ..db.options() }).await.unwrap();
    history::play_litellm(&store, 40).await;
    history::play_daybook(&store, &clock, 30).await;
    let mut session = store.read().await.unwrap();
    for column in Column::ALL {
        for (few, size) in [(i64::MAX, 7), (-1, 7), (-1, 1)] {
            let mut ids = Vec::new();
            for number in 1..=71 {
                let sort = Sort { column, direction: Direction::Descending };
                let question = Question { sort, page: Page { number, size }, ..Question::default() };
                let page = page_of(&mut session, &question, 70, few).await.unwrap();
                ids.extend(page.iter().map(|row| row.text("id").unwrap().to_owned()));
            }
            assert_eq!(ids.len(), 70, "{column:?}");
            ids.sort();
            ids.dedup();
            assert_eq!(ids.len(), 70, "{column:?}");
        }
    }
});
