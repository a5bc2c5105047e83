//! `GET /openapi.json`, held against the checked-in document: a change of the API shows in a diff.

use std::path::Path;

use daybook_server::api::openapi;

use crate::harness::TestApp;

#[test]
fn the_document_is_the_checked_in_one() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/openapi.snap.json");
    let now = format!("{:#}\n", openapi::document());
    if std::env::var_os("DAYBOOK_UPDATE").is_some() {
        std::fs::write(&file, &now).unwrap();
    }
    let kept = std::fs::read_to_string(&file).unwrap();
    let differing = kept.lines().zip(now.lines()).position(|(kept, now)| kept != now);
    assert!(
        kept == now,
        "the API is not the one in tests/it/openapi.snap.json (first at line {}); if that is meant, run\n  \
         DAYBOOK_UPDATE=1 cargo test -p daybook-server --test it openapi\nand look at the diff",
        differing.map_or(kept.lines().count().min(now.lines().count()), |line| line) + 1
    );
}

served!(the_document_is_public, async |app: &TestApp| {
    let answer = app.anonymous().get("/openapi.json").await;
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.ok(), openapi::document());
});
