//! On the tables that LiteLLM writes too: a row that it made is as good as one of ours, and the other way round.
//!
//! What is asked of a database that LiteLLM's own migrations made is asked when `cargo xtask test` has made one.

mod catalog;
mod later;
mod references;

use daybook::model::secret::hash_key;
use daybook::testing::execute;
use serde_json::json;

use crate::harness::TestApp;

const THEIRS: &str = "sk-made-by-litellm-0001";

served!(a_key_that_litellm_made_is_honoured_and_changed_on_the_record, async |app: &TestApp| {
    // What LiteLLM's own statement names; everything else is the column's default.
    let token = hash_key(THEIRS);
    for sql in [
        "INSERT INTO \"LiteLLM_UserTable\" (user_id, user_role) VALUES ('ada', 'proxy_admin')".to_owned(),
        format!(
            "INSERT INTO \"LiteLLM_VerificationToken\" (token, key_name, user_id, key_alias) \
             VALUES ('{token}', 'sk-...0001', 'ada', 'theirs')"
        ),
    ] {
        execute(app.store(), &sql).await.unwrap();
    }
    let theirs = app.with_key(THEIRS);
    assert_eq!(theirs.get("/key/info").await.ok()["info"]["key_alias"], "theirs");
    theirs.post("/key/update", json!({"key": token, "max_budget": 7})).await.ok();
    let entry = app.entries().await.pop().unwrap();
    assert_eq!((entry.changed_by.as_str(), entry.changed_by_api_key.as_str()), ("ada", token.as_str()));
    assert_eq!((&entry.before["max_budget"], &entry.updated["max_budget"]), (&json!(null), &json!(7.0)));
    assert_eq!(entry.before["key_alias"], "theirs");
});

served!(a_key_of_ours_is_the_row_that_litellm_looks_up, async |app: &TestApp| {
    let made = app.master().post("/key/generate", json!({"key_alias": "ours", "models": ["gpt-4o"]})).await.ok();
    // LiteLLM finds a key by the hash of what it is shown, and reads these columns.
    let token = hash_key(made["key"].as_str().unwrap());
    let sql = format!(
        "UPDATE \"LiteLLM_VerificationToken\" SET spend = 1.5, last_active = CURRENT_TIMESTAMP \
         WHERE token = '{token}' AND key_alias = 'ours' AND blocked IS NULL AND expires IS NULL"
    );
    assert_eq!(execute(app.store(), &sql).await.unwrap(), 1);
    // What the data plane counts is neither an entry nor in the way of one.
    app.entries().await;
    let key = made["key"].as_str().unwrap();
    assert_eq!(app.with_key(key).get("/key/info").await.ok()["info"]["spend"], 1.5);
    app.master().post("/key/update", json!({"key": token, "rpm_limit": 3})).await.ok();
    assert_eq!(app.entry_names().await, ["updated LiteLLM_VerificationToken"]);
});
