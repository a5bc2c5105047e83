//! When what is published, and how long anybody waits for it.

use std::sync::atomic::{AtomicBool, Ordering};

use super::webhook::SECRET;
use super::*;

fn hook(name: &str, stub: &Stub) -> Anchor {
    Anchor::webhook(name, stub.url.clone(), SECRET, Vec::new(), &http()).unwrap()
}

/// A server that takes everything while it is told to.
async fn switched(on: bool) -> (Stub, Arc<AtomicBool>) {
    let switch = Arc::new(AtomicBool::new(on));
    let read = switch.clone();
    let stub = Stub::start(move |_| {
        let status = if read.load(Ordering::Relaxed) { 200 } else { 500 };
        async move { Reply::status(status) }
    });
    (stub.await, switch)
}

fn size_in(one: &Received) -> u64 {
    let message: serde_json::Value = serde_json::from_str(&one.body).unwrap();
    message["data"]["size"].as_u64().unwrap()
}

daybook::both!(an_anchor_that_hangs_holds_up_neither_changes_nor_other_anchors_nor_a_stop, async |db: TestDb| {
    let log = Log::new(db).await;
    log.grow(1).await;
    let stub = Stub::start(async |_| std::future::pending().await).await;
    let timing = Timing { patience: Duration::from_millis(50), ..quick() };
    let folder = Anchor::file("folder", log.folder.path().join("checkpoints"));
    let publisher = log.publisher_in(vec![hook("hanging", &stub), folder], timing);
    let publishing = publisher.start().await;
    until(&publisher, |status| status.anchors[1].size == Some(1)).await;
    for size in 2..6 {
        log.grow(1).await;
        publisher.nudge();
        until(&publisher, |status| status.anchors[1].size == Some(size)).await;
    }
    assert!(!stub.received().is_empty());
    assert_eq!((publisher.status().anchors[0].size, publisher.status().anchors[0].behind), (None, 5));
    assert_eq!(publisher.status().waiting_since, None, "one anchor is enough");
    tokio::time::timeout(LONG / 2, publishing.stop()).await.expect("a stop waited for an anchor that hangs");
    log.end().await;
});

daybook::both!(an_anchor_that_recovers_is_given_the_newest_and_not_what_it_missed, async |db: TestDb| {
    let log = Log::new(db).await;
    log.grow(1).await;
    let (stub, switch) = switched(false).await;
    let publisher = log.publisher(vec![hook("hook", &stub)]);
    let publishing = publisher.start().await;
    for size in 1..4 {
        until(&publisher, |status| status.size == Some(size)).await;
        let failures = publisher.status().anchors[0].failures;
        until(&publisher, |status| status.anchors[0].failures > failures + 1).await;
        log.grow(1).await;
        publisher.nudge();
    }
    until(&publisher, |status| status.size == Some(4)).await;
    let failures = publisher.status().anchors[0].failures;
    until(&publisher, |status| status.anchors[0].failures > failures + 1).await;
    let before = stub.received().len();
    switch.store(true, Ordering::Relaxed);
    until_taken(&publisher, 4).await;
    publishing.stop().await;
    assert!(stub.received()[before..].iter().all(|one| size_in(one) == 4));
    log.end().await;
});

daybook::both!(a_stop_publishes_what_came_last, async |db: TestDb| {
    let log = Log::new(db).await;
    let (stub, _switch) = switched(true).await;
    let publisher = log.publisher(vec![hook("hook", &stub)]);
    let publishing = publisher.start().await;
    log.grow(4).await;
    publishing.stop().await;
    assert_eq!(publisher.status().anchors[0].size, Some(4));
    assert_eq!(*log.published(4).await.checkpoint().head(), log.head().await);
    log.end().await;
});

daybook::both!(a_restart_goes_on_where_it_was, async |db: TestDb| {
    let log = Log::new(db).await;
    log.grow(2).await;
    let (first, _) = switched(true).await;
    let (second, switch) = switched(false).await;
    let anchors = || vec![hook("first", &first), hook("second", &second)];
    let publisher = log.publisher(anchors());
    let publishing = publisher.start().await;
    until(&publisher, |status| status.anchors[0].size == Some(2) && status.anchors[1].failures > 1).await;
    publishing.stop().await;

    switch.store(true, Ordering::Relaxed);
    let publisher = log.publisher(anchors());
    let publishing = publisher.start().await;
    until_taken(&publisher, 2).await;
    log.grow(1).await;
    publisher.nudge();
    until_taken(&publisher, 3).await;
    publishing.stop().await;
    let sizes: Vec<u64> = first.received().iter().map(size_in).collect();
    assert_eq!(sizes, [2, 3], "the first anchor was given again what it had");
    let states = daybook::store::list_anchors(&mut log.store.read().await.unwrap()).await.unwrap();
    for state in states {
        assert_eq!((state.size, state.problem), (Some(3), None), "{}", state.name);
    }
    log.end().await;
});

daybook::both!(an_hour_without_any_anchor_is_said_once_an_hour, async |db: TestDb| {
    let clock = FakeClock::at("2026-11-21T20:00:00Z");
    let log = Log::at(db, &clock).await;
    log.grow(1).await;
    let (stub, switch) = switched(false).await;
    let publisher = log.publisher(vec![hook("hook", &stub)]);
    let publishing = publisher.start().await;
    // Two failures later the first of them has been looked at.
    let settled = async || {
        let failures = publisher.status().anchors[0].failures;
        until(&publisher, |status| status.anchors[0].failures > failures + 2).await
    };
    let status = settled().await;
    assert_eq!((status.alarms, status.alarm), (0, false));
    assert_eq!(status.waiting_since.unwrap().to_string(), "2026-11-21T20:00:00Z");
    clock.advance(Duration::from_secs(3599));
    assert_eq!(settled().await.alarms, 0);
    clock.advance(Duration::from_secs(1));
    let status = until(&publisher, |status| status.alarms == 1).await;
    assert!(status.alarm);
    clock.advance(Duration::from_secs(3599));
    assert_eq!(settled().await.alarms, 1);
    clock.advance(Duration::from_secs(1));
    until(&publisher, |status| status.alarms == 2).await;

    // A restart does not make it forget since when.
    publishing.stop().await;
    let publisher = log.publisher(vec![hook("hook", &stub)]);
    let publishing = publisher.start().await;
    until(&publisher, |status| status.alarms == 1).await;
    switch.store(true, Ordering::Relaxed);
    let status = until_taken(&publisher, 1).await;
    assert_eq!((status.alarm, status.waiting_since), (false, None));
    // Nothing new is nothing to be anchored.
    clock.advance(Duration::from_secs(7200));
    publisher.nudge();
    publishing.stop().await;
    assert_eq!(publisher.status().alarms, 1);
    log.end().await;
});

daybook::both!(an_empty_log_is_not_published, async |db: TestDb| {
    let log = Log::new(db).await;
    let (stub, _) = switched(true).await;
    let publisher = log.publisher(vec![hook("hook", &stub)]);
    publisher.start().await.stop().await;
    assert_eq!((publisher.status().size, stub.received().len()), (None, 0));
    log.end().await;
});
