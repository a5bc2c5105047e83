//! Ten thousand random edits of a database, made with plain SQL by somebody whom no trigger stops: each is found, and the place
//! is named.

mod edits;
mod log;

use daybook::both;
use daybook::testing::{TestDb, verify_after};
use daybook_verify::report::Verdict;
use daybook_verify::source::Options;

use edits::{Dice, Edit, Expected};
use log::Log;

fn options(log: &Log, edit: &Edit) -> Options {
    let kept = edit.with_kept.then(|| ("kept".to_owned(), log.kept.clone().into_bytes()));
    Options { kept: kept.into_iter().collect(), ..Options::default() }
}

async fn assert_sound(log: &Log) {
    let kept = vec![("kept".to_owned(), log.kept.clone().into_bytes())];
    let report = verify_after(&log.store, &[], &Options { kept, ..Options::default() }).await.unwrap();
    assert_eq!(report.verdict, Verdict::Sound, "{report}");
    assert_eq!((report.counts.entries, report.counts.shown), (log.size, log.size));
    assert_eq!(report.counts.checkpoints, log.published.len() as u64);
}

async fn assert_found(log: &Log, edits: u64, seed: u64) {
    assert_sound(log).await;
    let mut dice = Dice::new(seed);
    for number in 0..edits {
        let edit = log.edit(&mut dice);
        let report = match verify_after(&log.store, &edit.statements, &options(log, &edit)).await {
            Ok(report) => report,
            Err(error) => panic!("edit {number} cannot be made: {edit:#?}: {error:?}"),
        };
        assert_eq!(report.verdict, Verdict::Tampered, "edit {number}: {edit:#?}\n{report}");
        let first = report.first().unwrap();
        let is_named = match &edit.expected {
            Expected::Entry(position) => first.position == Some(*position),
            Expected::Among(from, to) => first.position.is_some_and(|position| (*from..=*to).contains(&position)),
            Expected::Place(place) => first.place.starts_with(place),
            Expected::Anywhere => true,
        };
        assert!(is_named, "edit {number}: {edit:#?}\n{report}");
    }
    // Every one was taken back.
    assert_sound(log).await;
}

both!(every_edit_of_a_log_is_found_and_its_place_is_named, async |db: TestDb| {
    let log = Log::make(db.open().await, 18, 5).await;
    assert_found(&log, 4_900, 1).await;
});

both!(every_edit_of_a_log_of_several_tiles_is_found_and_its_place_is_named, async |db: TestDb| {
    let log = Log::make(db.open().await, 260, 90).await;
    assert_found(&log, 100, 2).await;
});

#[tokio::test]
async fn a_time_before_the_first_year_is_not_taken_for_one_after_it() {
    let Some(db) = TestDb::postgres().await else { return };
    let log = Log::make(db.open().await, 18, 5).await;
    for edit in log.edits_of_the_era() {
        let report = verify_after(&log.store, &edit.statements, &options(&log, &edit)).await.unwrap();
        assert_eq!(report.verdict, Verdict::Tampered, "{edit:#?}\n{report}");
        let first = report.first().unwrap();
        match &edit.expected {
            Expected::Entry(position) => assert_eq!(first.position, Some(*position), "{report}"),
            Expected::Place(place) => assert!(first.place.starts_with(place), "{report}"),
            other => panic!("{other:?}"),
        }
    }
    assert_sound(&log).await;
}

both!(only_a_checkpoint_that_somebody_kept_shows_that_the_end_was_cut, async |db: TestDb| {
    let log = Log::make(db.open().await, 30, 9).await;
    let end = log.published.last().unwrap() - 1;
    let edit = log.cut_at(end);
    let alone = verify_after(&log.store, &edit.statements, &Options::default()).await.unwrap();
    assert_eq!(alone.verdict, Verdict::Sound, "{alone}");
    let report = verify_after(&log.store, &edit.statements, &options(&log, &edit)).await.unwrap();
    assert_eq!(report.verdict, Verdict::Tampered);
    let first = report.first().unwrap();
    assert_eq!((first.position, first.place.as_str()), (Some(end), "checkpoint kept"));
    assert!(first.what.ends_with(&format!("the log has {end}: 1 are cut off at the end")), "{first}");
});
