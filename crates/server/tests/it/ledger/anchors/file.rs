//! The folder.

use super::*;

fn folder(log: &Log) -> std::path::PathBuf {
    log.folder.path().join("checkpoints")
}

fn anchor(log: &Log) -> Vec<Anchor> {
    vec![Anchor::file("folder", folder(log))]
}

fn numbered(log: &Log, size: u64) -> std::path::PathBuf {
    folder(log).join(log.signer.keys().origin()).join(format!("{size:020}"))
}

fn read(path: &std::path::Path) -> SignedCheckpoint {
    SignedCheckpoint::parse(&std::fs::read(path).unwrap()).unwrap()
}

daybook::both!(each_published_checkpoint_is_a_file_that_verifies, async |db: TestDb| {
    let log = Log::new(db).await;
    log.grow(3).await;
    let publisher = log.publisher(anchor(&log));
    let publishing = publisher.start().await;
    until_taken(&publisher, 3).await;
    log.grow(2).await;
    publisher.nudge();
    let status = until_taken(&publisher, 5).await;
    publishing.stop().await;

    for size in [3, 5] {
        let checkpoint = read(&numbered(&log, size));
        checkpoint.verify([log.signer.keys().current().verifier()]).unwrap();
        assert_eq!(checkpoint.checkpoint().head().size, size);
        assert_eq!(checkpoint, log.published(size).await);
    }
    let latest = read(&folder(&log).join("latest"));
    assert_eq!(*latest.checkpoint().head(), log.head().await);
    let names: Vec<_> = std::fs::read_dir(numbered(&log, 3).parent().unwrap()).unwrap().collect();
    assert_eq!(names.len(), 2, "{names:?}");
    assert_eq!((status.size, status.waiting_since, status.anchors[0].behind), (Some(5), None, 0));
    log.end().await;
});

daybook::both!(a_folder_with_a_larger_checkpoint_of_this_log_stops_the_signing, async |db: TestDb| {
    let log = Log::new(db).await;
    log.grow(3).await;
    let key = log.signer.keys().current();
    let later = TreeHead { size: 9, root: tlog::leaf_hash(b"later") };
    let later = tlog::Checkpoint::new(log.signer.keys().origin(), later).unwrap();
    std::fs::create_dir_all(folder(&log)).unwrap();
    std::fs::write(folder(&log).join("latest"), SignedCheckpoint::sign(later, key).unwrap().to_string()).unwrap();

    let publisher = log.publisher(anchor(&log));
    let publishing = publisher.start().await;
    let status = until(&publisher, |status| status.anchors[0].problem.is_some()).await;
    assert_eq!(
        status.anchors[0].problem.as_deref(),
        Some("it holds a checkpoint of 9 entries of this log, which has 3")
    );
    let trouble = log.signer.trouble().unwrap();
    assert!(trouble.starts_with("the anchor folder contradicts the database: it holds a checkpoint of 9"), "{trouble}");
    assert!(log.signer.checkpoint().await.is_err());
    assert!(log.try_grow(1).await.is_err(), "a change went into a log that is known to be wrong");
    publishing.stop().await;
    assert!(!numbered(&log, 3).exists());
    log.end().await;
});

daybook::both!(a_folder_with_another_checkpoint_of_the_same_size_stops_the_signing, async |db: TestDb| {
    let log = Log::new(db).await;
    log.grow(3).await;
    let key = log.signer.keys().current();
    let other = TreeHead { size: 3, root: tlog::leaf_hash(b"other") };
    let other = tlog::Checkpoint::new(log.signer.keys().origin(), other).unwrap();
    let other = SignedCheckpoint::sign(other, key).unwrap().to_string();
    std::fs::create_dir_all(numbered(&log, 3).parent().unwrap()).unwrap();
    std::fs::write(numbered(&log, 3), &other).unwrap();

    let publisher = log.publisher(anchor(&log));
    let publishing = publisher.start().await;
    until(&publisher, |status| status.anchors[0].problem.is_some()).await;
    assert!(log.signer.trouble().unwrap().contains("another checkpoint of 3 entries"), "{:?}", log.signer.trouble());
    publishing.stop().await;
    assert_eq!(std::fs::read_to_string(numbered(&log, 3)).unwrap(), other, "the evidence was overwritten");
    log.end().await;
});
