//! Where a request carries its key.

use serde_json::json;

use crate::harness::TestApp;

const MALFORMED: &str = "Authentication Error, Malformed API Key passed in. Ensure Key has `Bearer ` prefix.";
const NONE: &str = "Authentication Error, No api key passed in.";
const UNKNOWN: &str = "Authentication Error, Invalid API key provided.";

served!(a_key_is_read_from_the_first_header_that_litellm_reads, async |app: &TestApp| {
    let not_a_key =
        |shown: &str| format!("LiteLLM Virtual Key expected. Received={shown}, expected to start with 'sk-'.");
    for (headers, refusal) in [
        (&[("authorization", "Bearer sk-1234")][..], None),
        (&[("authorization", "bearer sk-1234")], None),
        (&[("authorization", "Basic sk-1234")], None),
        (&[("authorization", "BEARER sk-1234")], Some(MALFORMED.to_owned())),
        (&[("authorization", "sk-1234")], Some(MALFORMED.to_owned())),
        (&[("authorization", "Bearer ")], Some(MALFORMED.to_owned())),
        (&[("authorization", "Bearer  sk-1234")], Some(not_a_key("****"))),
        (&[("authorization", "")], Some(NONE.to_owned())),
        (&[], Some(NONE.to_owned())),
        (&[("x-litellm-api-key", "sk-1234")], None),
        (&[("x-litellm-api-key", "Bearer sk-1234")], None),
        (&[("api-key", "sk-1234")], None),
        (&[("api-key", "Bearer sk-1234")], Some(not_a_key("Bear****1234"))),
        (&[("x-api-key", "sk-1234")], None),
        (&[("x-goog-api-key", "sk-1234")], None),
        (&[("ocp-apim-subscription-key", "sk-1234")], None),
        // The first that is there counts, whatever the others say.
        (&[("x-litellm-api-key", "sk-unknown"), ("authorization", "Bearer sk-1234")], Some(UNKNOWN.to_owned())),
        (&[("authorization", "Bearer sk-unknown"), ("x-api-key", "sk-1234")], Some(UNKNOWN.to_owned())),
        (&[("authorization", ""), ("x-api-key", "sk-1234")], None),
        // The hash of a key is no key.
        (
            &[("authorization", "Bearer 88dc28d0f030c55ed4ab77ed8faf098196cb1c05df778539800c9f1243fe6b4b")],
            Some(not_a_key("88dc****6b4b")),
        ),
    ] {
        let mut client = app.anonymous();
        for (name, value) in headers {
            client = client.header(name, value);
        }
        let answer = client.get("/user/available_roles").await;
        match refusal {
            None => assert_eq!(answer.status, 200, "{headers:?}: {}", answer.text),
            Some(message) => {
                assert_eq!((answer.status, &answer.body["error"]["message"]), (401, &json!(message)), "{headers:?}");
            }
        }
    }
});

daybook::both!(a_header_of_ones_own_comes_before_the_others, async |db: daybook::testing::TestDb| {
    let own = |settings: &mut daybook_server::app::Settings| settings.key_header_name = Some("X-My-Key".to_owned());
    let app = TestApp::build(db).settings(own).start().await;
    // Without it, the usual ones count.
    app.master().get("/user/available_roles").await.ok();
    let client = app.anonymous();
    client.header("x-my-key", "Bearer sk-1234").get("/user/available_roles").await.ok();
    client.header("x-my-key", "sk-1234").get("/user/available_roles").await.refused(401);
    app.master().header("x-my-key", "Bearer sk-unknown").get("/user/available_roles").await.refused(401);
    app.stop().await;
});

daybook::both!(a_key_that_has_ended_opens_nothing, async |db: daybook::testing::TestDb| {
    let clock = daybook::testing::FakeClock::at("2026-11-21T20:00:00Z");
    let app = TestApp::build(db).clock(&clock).start().await;
    let key = app.master().post("/key/generate", json!({"duration": "1s"})).await.ok()["key"].clone();
    let blocked = app.master().post("/key/generate", json!({})).await.ok()["key"].clone();
    app.master().post("/key/block", json!({"key": blocked})).await.ok();
    clock.advance(std::time::Duration::from_secs(2));
    let refused = app.with_key(key.as_str().unwrap()).get("/user/available_roles").await.refused(401);
    assert_eq!(refused["error"]["type"], "expired_key");
    let refused = app.with_key(blocked.as_str().unwrap()).get("/user/available_roles").await.refused(401);
    assert!(refused["error"]["message"].as_str().unwrap().starts_with("Authentication Error, Key is blocked."));
    app.stop().await;
});
