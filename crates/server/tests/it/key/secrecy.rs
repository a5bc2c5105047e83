//! No raw key is where somebody could read it later.

use daybook::store::Location;
use serde_json::json;

use super::{new_key, text};
use crate::harness::TestApp;

served!(a_raw_key_is_in_no_row_no_entry_and_no_context, async |app: &TestApp| {
    let mut raws = vec![new_key(app, json!({"key_alias": "k"})).await, "sk-my-own-key-1234567890".to_owned()];
    app.master().post("/key/generate", json!({"key": raws[1]})).await.ok();
    app.master().post("/key/update", json!({"key": raws[0], "rpm_limit": 1})).await.ok();
    app.master().post("/key/block", json!({"key": raws[0]})).await.ok();
    app.master().post("/key/unblock", json!({"key": raws[0]})).await.ok();
    app.master().post("/key/bulk_update", json!({"keys": [{"key": raws[0], "max_budget": 1}]})).await.ok();
    let body = app.master().post(&format!("/key/{}/regenerate", raws[0]), json!({"grace_period": "1h"})).await.ok();
    raws.push(text(&body["key"]));
    let path = format!("/key/{}/reset_spend", raws[1]);
    app.master().post("/key/update", json!({"key": raws[1], "spend": 2})).await.ok();
    app.master().post(&path, json!({"reset_to": 1})).await.ok();
    app.with_key(&raws[2]).get("/key/info").await.ok();
    app.master().post("/key/delete", json!({"keys": [raws[1]]})).await.ok();
    let entries = format!("{:?}", app.entries().await);
    assert!(entries.contains("regenerate"), "the entries are there to be searched");
    let mut stored = entries.into_bytes();
    if let Location::Sqlite { path } = app.location() {
        stored.extend(std::fs::read(path).unwrap());
        stored.extend(std::fs::read(path.with_extension("db-wal")).unwrap_or_default());
        assert!(contains(&stored, "rpm_limit"), "the database is there to be searched");
    }
    for raw in &raws {
        assert!(!contains(&stored, raw), "{raw} is stored");
    }
});

fn contains(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}
