//! The bucket. The stub checks the signature from the words of Amazon's documentation, not with the library that made it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use daybook::ledger::anchor::Bucket;
use sha2::{Digest as _, Sha256};

use super::*;

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

/// HMAC-SHA256 of RFC 2104.
pub fn hmac(key: &[u8], text: &[u8]) -> Vec<u8> {
    let mut block = if key.len() > 64 { Sha256::digest(key).to_vec() } else { key.to_vec() };
    block.resize(64, 0);
    let pad = |with: u8| block.iter().map(|byte| byte ^ with).collect::<Vec<u8>>();
    let inner = Sha256::digest([pad(0x36), text.to_vec()].concat());
    Sha256::digest([pad(0x5c), inner.to_vec()].concat()).to_vec()
}

fn hex(bytes: &[u8]) -> String {
    daybook::model::secret::hex(bytes)
}

/// A parameter of the query, decoded.
fn parameter(query: &str, name: &str) -> String {
    form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == name).map(|(_, value)| value.into_owned()).unwrap()
}

/// The signature that a request must have.
fn signature(one: &Received) -> String {
    let (date, scope) = (parameter(&one.query, "X-Amz-Date"), parameter(&one.query, "X-Amz-Credential"));
    let scope: Vec<&str> = scope.split('/').skip(1).collect();
    let mut query: Vec<&str> = one.query.split('&').filter(|pair| !pair.starts_with("X-Amz-Signature=")).collect();
    query.sort_unstable();
    let names = parameter(&one.query, "X-Amz-SignedHeaders");
    let headers: String = names.split(';').map(|name| format!("{name}:{}\n", one.header(name))).collect();
    let canonical = format!("PUT\n{}\n{}\n{headers}\n{names}\nUNSIGNED-PAYLOAD", one.path, query.join("&"));
    let text = format!("AWS4-HMAC-SHA256\n{date}\n{}\n{}", scope.join("/"), hex(&Sha256::digest(canonical)));
    let mut key = format!("AWS4{SECRET}").into_bytes();
    for part in scope {
        key = hmac(&key, part.as_bytes());
    }
    hex(&hmac(&key, text.as_bytes()))
}

fn bucket(url: &str) -> Bucket {
    Bucket {
        endpoint: url.to_owned(),
        name: "audit-log".to_owned(),
        region: "eu-central-1".to_owned(),
        path_style: true,
        prefix: "daybook/".to_owned(),
        access_key_id: "AKIDEXAMPLE".to_owned(),
        secret_access_key: SECRET.to_owned(),
        session_token: None,
        object_lock: Some(("COMPLIANCE", 30)),
    }
}

daybook::both!(an_object_is_signed_checked_and_locked, async |db: TestDb| {
    let clock = FakeClock::at("2026-11-21T20:00:00Z");
    let log = Log::at(db, &clock).await;
    log.grow(3).await;
    let stub = Stub::start(async |one: Received| {
        let checked = one.header("x-amz-checksum-sha256") == STANDARD.encode(Sha256::digest(&one.body));
        let signed = parameter(&one.query, "X-Amz-Signature") == signature(&one);
        let covered = parameter(&one.query, "X-Amz-SignedHeaders");
        let covered = one
            .headers
            .keys()
            .filter(|name| name.as_str().starts_with("x-amz-"))
            .all(|name| covered.split(';').any(|covered| covered == name.as_str()));
        Reply::status(if checked && signed && covered { 200 } else { 403 })
    })
    .await;
    let publisher = log.publisher(vec![Anchor::s3("bucket", bucket(&stub.url), &http()).unwrap()]);
    let publishing = publisher.start().await;
    let status = until_taken(&publisher, 3).await;
    publishing.stop().await;
    assert_eq!(status.anchors[0].failures, 0);
    let received = stub.received();
    let [one] = received.as_slice() else { panic!("{received:?}") };
    assert_eq!(one.method, "PUT");
    assert_eq!(one.path, format!("/audit-log/daybook/{}/00000000000000000003", log.signer.keys().origin()));
    assert_eq!(one.header("x-amz-object-lock-mode"), "COMPLIANCE");
    assert_eq!(one.header("x-amz-object-lock-retain-until-date"), "2026-12-21T20:00:00.000Z");
    assert_eq!(one.body, log.published(3).await.to_string());
    log.end().await;
});

daybook::both!(a_refusal_is_told_by_its_code_and_tried_again, async |db: TestDb| {
    let log = Log::new(db).await;
    log.grow(1).await;
    let stub = Stub::start(async |_| {
        let body = "<Error><Code>AccessDenied</Code><AWSAccessKeyId>AKIDEXAMPLE</AWSAccessKeyId></Error>";
        Reply(403, "application/xml", body.to_owned())
    })
    .await;
    let publisher = log.publisher(vec![Anchor::s3("bucket", bucket(&stub.url), &http()).unwrap()]);
    let publishing = publisher.start().await;
    let status = until(&publisher, |status| status.anchors[0].failures >= 3).await;
    publishing.stop().await;
    assert_eq!(status.anchors[0].problem.as_deref(), Some("the object store answered 403 AccessDenied"));
    assert_eq!(log.signer.trouble(), None, "a refusal is no contradiction");
    log.end().await;
});
