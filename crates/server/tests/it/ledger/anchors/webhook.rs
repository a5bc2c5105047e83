//! The webhook.

use std::sync::atomic::{AtomicUsize, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::s3::hmac;
use super::*;

pub const SECRET: &str = "whsec_aGlkZGVuLWhpZGRlbi1oaWRkZW4tISEh";

daybook::both!(a_message_is_signed_and_sent_again_until_it_is_taken, async |db: TestDb| {
    let log = Log::new(db).await;
    log.grow(3).await;
    let attempts = Arc::new(AtomicUsize::new(0));
    let stub = Stub::start(move |_| {
        let attempt = attempts.fetch_add(1, Ordering::Relaxed);
        async move { Reply::status(if attempt < 2 { 503 } else { 204 }) }
    })
    .await;
    let headers = vec![("x-tenant".to_owned(), "a".to_owned())];
    let hook = Anchor::webhook("hook", format!("{}/in?token=t", stub.url), SECRET, headers, &http()).unwrap();
    let publisher = log.publisher(vec![hook]);
    let publishing = publisher.start().await;
    let status = until_taken(&publisher, 3).await;
    publishing.stop().await;
    assert_eq!((status.anchors[0].failures, &status.anchors[0].problem), (2, &None));

    let received = stub.received();
    assert_eq!(received.len(), 3);
    let key = STANDARD.decode(SECRET.trim_start_matches("whsec_")).unwrap();
    for one in &received {
        assert_eq!((one.method.as_str(), one.path.as_str(), one.query.as_str()), ("POST", "/in", "token=t"));
        assert_eq!((one.header("content-type"), one.header("x-tenant")), ("application/json", "a"));
        let signed = format!("{}.{}.{}", one.header("webhook-id"), one.header("webhook-timestamp"), one.body);
        let expected = format!("v1,{}", STANDARD.encode(hmac(&key, signed.as_bytes())));
        assert_eq!(one.header("webhook-signature"), expected);
        assert_eq!(
            one.header("webhook-id"),
            received[0].header("webhook-id"),
            "a receiver could not tell a repetition"
        );
    }
    let message: Value = serde_json::from_str(&received[2].body).unwrap();
    let head = log.head().await;
    assert_eq!(message["type"], "checkpoint.published");
    assert!(message["timestamp"].as_str().unwrap().ends_with('Z'));
    assert_eq!(message["data"]["origin"], log.signer.keys().origin());
    assert_eq!(message["data"]["size"], 3);
    assert_eq!(message["data"]["root"], head.root.to_base64());
    let note = SignedCheckpoint::parse(message["data"]["note"].as_str().unwrap().as_bytes()).unwrap();
    note.verify([log.signer.keys().current().verifier()]).unwrap();
    assert_eq!(*note.checkpoint().head(), head);
    log.end().await;
});

daybook::both!(no_secret_is_in_what_went_wrong, async |db: TestDb| {
    let log = Log::new(db).await;
    log.grow(1).await;
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let redirecting = Stub::start(async |_| Reply::status(302)).await;
    let hook = |name: &str, url: String| Anchor::webhook(name, url, SECRET, Vec::new(), &http()).unwrap();
    let anchors = vec![
        hook("closed", format!("http://{closed}/?token=hidden")),
        hook("redirecting", format!("{}/?token=hidden", redirecting.url)),
        hook("malformed", "http://[hidden/".to_owned()),
    ];
    let shown = format!("{anchors:?}");
    let publisher = log.publisher(anchors);
    let publishing = publisher.start().await;
    let status = until(&publisher, |status| status.anchors.iter().all(|anchor| anchor.problem.is_some())).await;
    publishing.stop().await;
    let kept = daybook::store::list_anchors(&mut log.store.read().await.unwrap()).await.unwrap();
    assert_eq!(kept.len(), 3);
    let shown = format!("{shown} {status:?} {publisher:?} {kept:?}");
    assert!(status.anchors[1].problem.as_deref().unwrap().ends_with("answered 302"), "{status:?}");
    assert!(!shown.contains("hidden") && !shown.contains(SECRET), "{shown}");
    log.end().await;
});
