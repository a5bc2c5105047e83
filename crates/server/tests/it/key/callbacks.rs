//! Where a key's calls are logged to: `metadata.logging` of `/key/generate`, `/key/update` and `/key/regenerate`.

use daybook::model::sealed::{CALLBACK_PREFIX, SealingKey, open};
use serde_json::{Value, json};

use crate::harness::{MASTER_KEY, TestApp};

const SECRET: &str = "the-secret-of-langfuse";

fn logging(secret: &str) -> Value {
    let vars = json!({"langfuse_secret_key": secret, "langfuse_host": "https://h"});
    json!([{"callback_name": "langfuse", "callback_type": "success", "callback_vars": vars}])
}

/// The secret of a key's first callback, which must be encrypted.
fn opened(metadata: &Value) -> String {
    let vars = &metadata["logging"][0]["callback_vars"];
    assert_eq!(vars["langfuse_host"], "https://h");
    let sealed = vars["langfuse_secret_key"].as_str().unwrap().strip_prefix(CALLBACK_PREFIX).unwrap();
    open(&SealingKey::new(MASTER_KEY), sealed).unwrap()
}

served!(the_secret_of_a_keys_callback_is_stored_so_that_only_litellm_can_read_it, async |app: &TestApp| {
    let body = json!({"key_alias": "k", "metadata": {"logging": logging(SECRET)}});
    let made = app.master().post("/key/generate", body).await.ok();
    assert_eq!(opened(&made["metadata"]), SECRET);
    let token = made["token"].as_str().unwrap().to_owned();

    // What a client reads it can write back, and it is not encrypted twice.
    let info = app.master().get(&format!("/key/info?key={token}")).await.ok();
    let read = &info["info"]["metadata"];
    app.entries().await;
    app.master().post("/key/update", json!({"key": token, "metadata": read})).await.ok();
    assert!(app.entries().await.is_empty());
    for body in [
        json!({"key": token, "metadata": {"logging": logging("another-secret")}}),
        json!({"key": token, "logging": logging("another-secret")}),
    ] {
        let updated = app.master().post("/key/update", body).await.ok();
        assert_eq!(opened(&updated["metadata"]), "another-secret");
    }
    let body = json!({"metadata": {"logging": logging("third-secret")}});
    let rotated = app.master().post(&format!("/key/{token}/regenerate"), body).await.ok();
    assert_eq!(opened(&rotated["metadata"]), "third-secret");
    let user = json!({"user_id": "u", "metadata": {"logging": logging("fourth-secret")}});
    app.master().post("/user/new", user).await.ok();

    let keys = app.master().get("/key/list?return_full_object=true&include_team_keys=true").await.ok();
    for secret in [SECRET, "another-secret", "third-secret", "fourth-secret"] {
        assert!(!keys.to_string().contains(secret), "{keys}");
        for entry in app.entries().await {
            let text = format!("{} {}", entry.before, entry.updated);
            assert!(!text.contains(secret), "{text}");
        }
    }
});

served!(a_callback_secret_that_only_claims_to_be_encrypted_is_encrypted, async |app: &TestApp| {
    app.master().post("/team/new", json!({"team_id": "t1"})).await.ok();
    let vars =
        json!({"langfuse_secret_key": "litellm_enc::BBBB", "langfuse_public_key": "pk", "langfuse_host": "https://h"});
    let body = json!({"callback_name": "langfuse", "callback_type": "success", "callback_vars": vars});
    app.master().post("/team/t1/callback", body).await.ok();
    let mut session = app.store().read().await.unwrap();
    let team = daybook::store::teams::find(&mut session, "t1").await.unwrap().unwrap();
    assert_eq!(opened(&team["metadata"]), "litellm_enc::BBBB");
});

async fn no_key(db: daybook::testing::TestDb) {
    let app = TestApp::build(db).rules(|rules| rules.encryption_key = None).start().await;
    let refused =
        app.master().post("/key/generate", json!({"metadata": {"logging": logging(SECRET)}})).await.refused(400);
    assert!(!refused.to_string().contains(SECRET));
    app.master().post("/key/generate", json!({"metadata": {"logging": logging("os.environ/SECRET")}})).await.ok();
    app.stop().await;
}

daybook::both!(without_an_encryption_key_a_keys_secret_is_not_stored_at_all, no_key);
