//! The witness: one that keeps what it has seen, checks what it is shown, and does not forget.

use tlog::{CosignerKey, Hash, VerifierKey, verify_consistency};
use tokio::sync::Semaphore;

use super::*;

/// C2SP tlog-witness, `add-checkpoint`.
struct Witness {
    key: CosignerKey,
    log: VerifierKey,
    seen: Mutex<TreeHead>,
}

impl Witness {
    fn of(log: &Log) -> Arc<Witness> {
        let key = CosignerKey::from_seed("witness.example", &[7; 32]).unwrap();
        let log = log.signer.keys().current().verifier().clone();
        Arc::new(Witness { key, log, seen: Mutex::new(TreeHead { size: 0, root: tlog::EMPTY_ROOT }) })
    }

    fn seen(&self) -> TreeHead {
        *self.seen.lock().unwrap()
    }

    fn add_checkpoint(&self, one: &Received) -> Reply {
        assert_eq!((one.method.as_str(), one.path.as_str()), ("POST", "/log/add-checkpoint"));
        let (shown, note) = one.body.split_once("\n\n").unwrap();
        let mut lines = shown.split('\n');
        let old: u64 = lines.next().unwrap().strip_prefix("old ").unwrap().parse().unwrap();
        let proof: Vec<Hash> = lines.map(|line| Hash::from_base64(line).unwrap()).collect();
        let checkpoint = SignedCheckpoint::parse(note.as_bytes()).unwrap();
        if checkpoint.verify([&self.log]).is_err() {
            return Reply::status(403);
        }
        let head = *checkpoint.checkpoint().head();
        let mut seen = self.seen.lock().unwrap();
        if old > head.size {
            return Reply::status(400);
        }
        if old != seen.size || (old == head.size && seen.root != head.root) {
            return Reply(409, "text/x.tlog.size", format!("{}\n", seen.size));
        }
        if verify_consistency(&seen, &head, &proof).is_err() {
            return Reply::status(422);
        }
        *seen = head;
        let cosignature = self.key.cosign(&checkpoint, 1_795_291_200).unwrap();
        Reply(200, "text/plain", format!("— somebody.else 3q2+7w==\n{cosignature}\n"))
    }

    async fn serve(self: &Arc<Witness>) -> Stub {
        let witness = self.clone();
        Stub::start(move |one| {
            let witness = witness.clone();
            async move { witness.add_checkpoint(&one) }
        })
        .await
    }

    fn anchor(&self, stub: &Stub) -> Vec<Anchor> {
        vec![Anchor::witness("witness", format!("{}/log", stub.url), self.key.verifier().clone(), &http())]
    }

    /// Whether it has cosigned the published checkpoint of a size.
    async fn has_signed(&self, log: &Log, size: u64) -> bool {
        let published = log.published(size).await;
        let verified = published.verify([&self.log, self.key.verifier()]).unwrap();
        verified.iter().any(|by| by.key == self.key.verifier() && by.timestamp == Some(1_795_291_200))
    }
}

daybook::both!(a_cosignature_is_checked_and_served_with_the_checkpoint, async |db: TestDb| {
    let log = Log::new(db).await;
    let witness = Witness::of(&log);
    let stub = witness.serve().await;
    let publisher = log.publisher(witness.anchor(&stub));
    let publishing = publisher.start().await;
    for (more, size) in [(1, 1), (2, 3), (300, 303), (1, 304)] {
        log.grow(more).await;
        publisher.nudge();
        until_taken(&publisher, size).await;
        assert_eq!(witness.seen(), log.head().await);
        assert!(witness.has_signed(&log, size).await, "{size}");
    }
    publishing.stop().await;
    assert_eq!(stub.received().len(), 4, "each was taken at the first attempt");
    assert!(stub.received()[2].body.starts_with("old 3\n"));
    log.end().await;
});

daybook::both!(a_witness_that_knows_less_than_we_thought_is_shown_the_proof_from_there, async |db: TestDb| {
    let log = Log::new(db).await;
    let witness = Witness::of(&log);
    let stub = witness.serve().await;
    log.grow(5).await;
    let publishing = log.publisher(witness.anchor(&stub));
    let running = publishing.start().await;
    until_taken(&publishing, 5).await;
    running.stop().await;
    // It was restored from a backup of its own.
    let old = TreeHead { size: 2, root: log_root(&log, 2).await };
    *witness.seen.lock().unwrap() = old;
    log.grow(5).await;
    let publisher = log.publisher(witness.anchor(&stub));
    let running = publisher.start().await;
    let status = until_taken(&publisher, 10).await;
    running.stop().await;
    assert!(witness.has_signed(&log, 10).await);
    assert_eq!(status.anchors[0].failures, 0);
    let asked: Vec<String> = stub.received().iter().map(|one| one.body.lines().next().unwrap().to_owned()).collect();
    assert_eq!(asked, ["old 0", "old 5", "old 2"]);
    log.end().await;
});

async fn log_root(log: &Log, size: u64) -> Hash {
    let mut session = log.store.read().await.unwrap();
    let leaves = daybook::store::list_leaves(&mut session, 0, size).await.unwrap();
    tlog::root_of_leaves(leaves.iter().map(|leaf| tlog::leaf_hash(leaf.as_bytes())))
}

/// Publishes to a witness that has seen this, and says what the signer makes of it.
async fn met(log: &Log, seen: TreeHead) -> (Option<String>, PublishStatus, Stub) {
    let witness = Witness::of(log);
    *witness.seen.lock().unwrap() = seen;
    let stub = witness.serve().await;
    let publisher = log.publisher(witness.anchor(&stub));
    let running = publisher.start().await;
    let status = until(&publisher, |status| status.anchors[0].failures > 0).await;
    running.stop().await;
    assert_eq!(witness.seen(), seen, "the witness took it");
    (log.signer.trouble(), status, stub)
}

daybook::both!(a_witness_that_knows_more_than_the_log_has_stops_the_signing, async |db: TestDb| {
    let log = Log::new(db).await;
    log.grow(3).await;
    let (trouble, status, _stub) = met(&log, TreeHead { size: 9, root: tlog::leaf_hash(b"more") }).await;
    let trouble = trouble.unwrap();
    assert!(
        trouble.starts_with("the anchor witness contradicts the database: it holds a checkpoint of 9"),
        "{trouble}"
    );
    assert!(trouble.contains("daybook ledger new-origin"), "{trouble}");
    assert!(log.signer.checkpoint().await.is_err(), "it was signed again");
    assert!(log.try_grow(1).await.is_err(), "a change was let in");
    assert_eq!(status.anchors[0].size, None);
    log.end().await;
});

daybook::both!(a_witness_that_saw_another_root_at_our_size_stops_the_signing, async |db: TestDb| {
    let log = Log::new(db).await;
    log.grow(3).await;
    let (trouble, ..) = met(&log, TreeHead { size: 3, root: tlog::leaf_hash(b"other") }).await;
    assert!(trouble.unwrap().contains("the witness holds another checkpoint of 3 entries of this log"));
    assert!(log.signer.checkpoint().await.is_err());
    log.end().await;
});

daybook::both!(a_witness_that_saw_another_beginning_stops_the_signing, async |db: TestDb| {
    let log = Log::new(db).await;
    log.grow(7).await;
    let (trouble, _, stub) = met(&log, TreeHead { size: 3, root: tlog::leaf_hash(b"other") }).await;
    assert!(trouble.unwrap().contains("the witness holds another checkpoint of 3 entries of this log"));
    assert!(stub.received()[1].body.starts_with("old 3\n"));
    log.end().await;
});

daybook::both!(a_single_answer_of_a_witness_stops_nothing, async |db: TestDb| {
    let log = Log::new(db).await;
    log.grow(2).await;
    let witness = Witness::of(&log);
    let stub = witness.serve().await;
    let publisher = log.publisher(witness.anchor(&stub));
    let running = publisher.start().await;
    until_taken(&publisher, 2).await;
    running.stop().await;
    for garbled in [Reply::status(422), Reply(409, "text/x.tlog.size", "99\n".to_owned())] {
        log.grow(1).await;
        let size = log.head().await.size;
        let (once, served) = (Arc::new(Mutex::new(Some(garbled))), witness.clone());
        let stub = Stub::start(move |one| {
            let (once, witness) = (once.clone(), served.clone());
            async move {
                let garbled = once.lock().unwrap().take();
                garbled.unwrap_or_else(|| witness.add_checkpoint(&one))
            }
        })
        .await;
        let publisher = log.publisher(witness.anchor(&stub));
        let running = publisher.start().await;
        let status = until_taken(&publisher, size).await;
        running.stop().await;
        assert_eq!((status.anchors[0].failures, log.signer.trouble()), (0, None));
        assert_eq!(stub.received().len(), 2);
    }
    log.end().await;
});

daybook::both!(a_cosignature_that_does_not_hold_is_not_kept, async |db: TestDb| {
    let log = Log::new(db).await;
    log.grow(2).await;
    let witness = Witness::of(&log);
    let other = CosignerKey::from_seed("witness.example", &[8; 32]).unwrap();
    let (key, of) = (witness.key.verifier().clone(), log.signer.keys().origin().to_owned());
    let answers = [
        // Of a checkpoint that says something else.
        {
            let key = witness.key.clone();
            let head = TreeHead { size: 1, root: tlog::leaf_hash(b"else") };
            let signed = tlog::Checkpoint::new(&of, head).unwrap();
            let signed = SignedCheckpoint::sign(signed, log.signer.keys().current()).unwrap();
            key.cosign(&signed, 1).unwrap().to_string()
        },
        other.cosign(&log.signer.checkpoint().await.unwrap().checkpoint, 1).unwrap().to_string(),
        "<html>".to_owned(),
    ];
    for (answer, problem) in answers.into_iter().zip([
        "the witness's cosignature is wrong",
        "the witness's answer has no cosignature of its key",
        "the witness's answer has no cosignature of its key",
    ]) {
        let stub = Stub::start(move |_| {
            let answer = format!("{answer}\n");
            async move { Reply(200, "text/plain", answer) }
        })
        .await;
        let anchor = Anchor::witness("witness", format!("{}/log", stub.url), key.clone(), &http());
        let publisher = log.publisher(vec![anchor]);
        let running = publisher.start().await;
        let status = until(&publisher, |status| status.anchors[0].failures > 0).await;
        running.stop().await;
        assert_eq!(status.anchors[0].problem.as_deref(), Some(problem));
        assert_eq!((status.anchors[0].size, log.signer.trouble()), (None, None));
        assert_eq!(log.published(2).await.note().signatures().len(), 1, "it was kept");
    }
    log.end().await;
});

daybook::both!(another_replica_that_was_at_the_witness_first_is_no_contradiction, async |db: TestDb| {
    let log = Log::new(db).await;
    log.grow(3).await;
    let witness = Witness::of(&log);
    // The first request is held up on its way.
    let (gate, first) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(1)));
    let (held, served) = (gate.clone(), witness.clone());
    let stub = Stub::start(move |one| {
        let (held, first, witness) = (held.clone(), first.clone(), served.clone());
        async move {
            if let Ok(only) = first.try_acquire() {
                only.forget();
                held.acquire().await.unwrap().forget();
            }
            witness.add_checkpoint(&one)
        }
    })
    .await;
    let slow = log.publisher(witness.anchor(&stub));
    let slow_running = slow.start().await;
    until(&slow, |status| status.size == Some(3)).await;
    let held_up = async {
        while stub.received().is_empty() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(LONG, held_up).await.unwrap();
    log.grow(2).await;
    let fast = log.publisher(witness.anchor(&stub));
    let fast_running = fast.start().await;
    until_taken(&fast, 5).await;
    gate.add_permits(1);
    let status = until_taken(&slow, 5).await;
    assert_eq!((status.anchors[0].failures, log.signer.trouble()), (0, None));
    slow_running.stop().await;
    fast_running.stop().await;
    assert!(witness.has_signed(&log, 5).await);
    log.end().await;
});

daybook::both!(a_server_that_is_no_witness_stops_nothing, async |db: TestDb| {
    let log = Log::new(db).await;
    log.grow(3).await;
    for (status, content_type, body, problem) in [
        (409, "text/html", "3", "the witness answered 409"),
        (409, "text/x.tlog.size", "many", "the witness answered 409"),
        (409, "text/x.tlog.size", "0", "the witness answered 409"),
        (422, "text/plain", "", "the witness answered 422"),
        (404, "text/plain", "", "the witness does not know this log (404)"),
        (403, "text/plain", "", "the witness does not trust this log's key (403)"),
        (500, "text/plain", "", "the witness answered 500"),
    ] {
        let witness = Witness::of(&log);
        let stub = Stub::start(move |_| async move { Reply(status, content_type, body.to_owned()) }).await;
        let publisher = log.publisher(witness.anchor(&stub));
        let running = publisher.start().await;
        let found = until(&publisher, |status| status.anchors[0].failures > 1).await;
        running.stop().await;
        assert_eq!(found.anchors[0].problem.as_deref(), Some(problem));
        assert_eq!(log.signer.trouble(), None, "{status} {body:?}");
    }
    log.end().await;
});
