//! Bad input and bad days: a clear refusal in LiteLLM's envelope, nothing half-done, and service that resumes by itself.

use std::time::{Duration, Instant};

use daybook::model::actor::Actor;
use daybook::store::{Change, Options, Pooling, Store, StoreError};
use daybook::testing::{TestDb, execute};
use serde_json::json;

use crate::harness::{MASTER_KEY, TestApp};

/// Bodies that no client in its right mind sends, as bytes.
fn bodies() -> Vec<(&'static str, Vec<u8>)> {
    let deep = |levels: usize| {
        let (open, close) = (r#"{"metadata":"#.to_owned() + &"[".repeat(levels), "]".repeat(levels) + "}");
        (open + &close).into_bytes()
    };
    vec![
        ("broken", b"{bad".to_vec()),
        ("cut off", br#"{"team_id": "x""#.to_vec()),
        ("not UTF-8", b"{\"team_id\": \"\xff\xfe\"}".to_vec()),
        ("a lone surrogate", br#"{"team_id": "\ud800"}"#.to_vec()),
        ("10,000 levels deep", deep(10_000)),
        ("100 levels deep", deep(100)),
        ("a list", b"[1, 2]".to_vec()),
        ("a string", br#""team""#.to_vec()),
        ("null", b"null".to_vec()),
        ("NUL in an id", br#"{"team_id": "a\u0000b"}"#.to_vec()),
        ("NUL in metadata", br#"{"metadata": {"a": ["\u0000"]}}"#.to_vec()),
        ("NUL in a name of metadata", br#"{"metadata": {"\u0000": 1}}"#.to_vec()),
        ("an absurd float", br#"{"max_budget": 1e400}"#.to_vec()),
        ("infinity", br#"{"max_budget": "inf"}"#.to_vec()),
        ("not a number", br#"{"max_budget": NaN}"#.to_vec()),
        ("a huge integer", br#"{"tpm_limit": 99999999999999999999999999}"#.to_vec()),
        ("an integer beyond 2^53", br#"{"tpm_limit": 9007199254740993}"#.to_vec()),
        ("a big number in metadata", br#"{"metadata": {"n": 123456789012345678901234567890}}"#.to_vec()),
        ("an int for a string", br#"{"team_alias": 5}"#.to_vec()),
        ("an object for a list", br#"{"models": {"a": 1}}"#.to_vec()),
        ("a duration of ages", br#"{"budget_duration": "99999999999999999999d"}"#.to_vec()),
        ("a duration before time", br#"{"duration": "-5d", "budget_duration": "-5d"}"#.to_vec()),
        ("a member twice", br#"{"team_id": 1, "team_id": 2}"#.to_vec()),
        ("control characters in an alias", br#"{"key_alias": "a\u0007b", "models": 3}"#.to_vec()),
    ]
}

async fn hostile_bodies(app: &TestApp) {
    let http = reqwest::Client::new();
    for path in
        ["/team/new", "/team/update", "/key/generate", "/key/update", "/user/new", "/user/update", "/team/member_add"]
    {
        for (what, body) in bodies() {
            let answer = http
                .post(format!("http://{}{path}", app.address))
                .bearer_auth(MASTER_KEY)
                .header("content-type", "application/json")
                .body(body)
                .send()
                .await
                .unwrap();
            let status = answer.status().as_u16();
            let text = answer.text().await.unwrap();
            assert!((200..500).contains(&status), "{path}, {what}: {status} {text}");
            let body: serde_json::Value = serde_json::from_str(&text).unwrap();
            let enveloped = status == 200 || body.get("detail").is_some() || body["error"]["message"].is_string();
            assert!(enveloped, "{path}, {what}: {status} {text}");
        }
    }
}

served!(no_body_however_hostile_gets_a_5xx, hostile_bodies);

async fn hostile_queries(app: &TestApp) {
    for path in [
        "/audit?page=99999999999999999999999",
        "/audit?page=9223372036854775807&page_size=100",
        "/audit?page_size=1e3",
        "/audit?search=%00",
        "/audit?changed_by=%ff%fe",
        "/audit?start_date=9999999-01-01",
        "/audit?start_date=2024-02-30",
        "/audit?sort_by=id;DROP%20TABLE%20x",
        "/key/list?page=9223372036854775807&size=100",
        "/key/list?key_alias=%25&substring_matching=true",
        "/key/info?key=%00",
        "/user/list?page=9223372036854775807",
        "/user/list?user_ids=,,,",
        "/v2/team/list?page=9223372036854775807&page_size=100",
        "/v2/team/list?team_alias=%5C%25_",
        "/team/info?team_id=%00",
        "/team/list?user_id=%ff",
    ] {
        let answer = app.master().get(path).await;
        assert!(answer.status < 500, "{path}: {} {}", answer.status, answer.text);
        assert!(!answer.body.is_null(), "{path}: {}", answer.text);
    }
}

served!(no_query_however_hostile_gets_a_5xx, hostile_queries);

async fn too_large(db: TestDb) {
    let app = TestApp::build(db).settings(|settings| settings.max_body_bytes = 10_000).start().await;
    let fits = json!({"team_alias": "x".repeat(9_000)});
    app.master().post("/team/new", fits).await.ok();
    app.entries().await;
    let refused = app.master().post("/team/new", json!({"team_alias": "x".repeat(11_000)})).await.refused(413);
    assert!(refused["error"]["message"].as_str().unwrap().contains("10000"), "{refused}");
    assert!(app.entries().await.is_empty(), "a refused body changed something");
    app.stop().await;
}

daybook::both!(a_body_over_the_limit_is_a_413, too_large);

async fn a_full_disk() {
    let app = TestApp::start(TestDb::sqlite()).await;
    app.master().post("/team/new", json!({"team_id": "t"})).await.ok();
    // SQLite's own limit gives the very error that a full disk does (SQLITE_FULL).
    execute(app.store(), "PRAGMA max_page_count = 1").await.unwrap();
    let large = "x".repeat(200_000);
    let started = Instant::now();
    let refused = app.master().post("/team/update", json!({"team_id": "t", "team_alias": large})).await.refused(503);
    assert!(started.elapsed() < Duration::from_secs(5));
    assert!(refused["error"]["message"].as_str().unwrap().contains("disk is full"), "{refused}");
    assert_eq!(app.master().get("/team/info?team_id=t").await.ok()["team_info"]["team_alias"], json!(null));

    execute(app.store(), "PRAGMA max_page_count = 1073741823").await.unwrap();
    app.master().post("/team/update", json!({"team_id": "t", "team_alias": large})).await.ok();
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_refuses_changes_and_nothing_else_and_is_forgotten_when_it_is_over() {
    a_full_disk().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_only_database_refuses_changes_and_answers_questions() {
    let app = TestApp::start(TestDb::sqlite()).await;
    app.master().post("/team/new", json!({"team_id": "t"})).await.ok();
    execute(app.store(), "PRAGMA query_only = on").await.unwrap();
    let refused = app.master().post("/team/update", json!({"team_id": "t", "max_budget": 1})).await.refused(503);
    assert!(refused["error"]["message"].as_str().unwrap().contains("read-only"), "{refused}");
    app.master().get("/team/info?team_id=t").await.ok();
    app.stop_and_keep().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_held_by_another_program_is_named_and_forgotten_when_it_is_gone() {
    let patience = Duration::from_millis(300);
    let app = TestApp::build(TestDb::sqlite())
        .options(|options| options.pooling = Pooling { connections: 2, timeout: patience })
        .start()
        .await;
    app.master().post("/team/new", json!({"team_id": "t"})).await.ok();

    let other = Store::open(Options::new(app.location().clone())).await.unwrap();
    let (held, holding) = tokio::sync::oneshot::channel();
    let (release, released) = tokio::sync::oneshot::channel::<()>();
    let holder = tokio::spawn(async move {
        let channels = std::sync::Mutex::new(Some((held, released)));
        let actor = Actor::system("/test");
        let work = async move |_: &mut Change| {
            let (held, released) = channels.lock().unwrap().take().unwrap();
            held.send(()).unwrap();
            let _ = released.await;
            Ok::<(), StoreError>(())
        };
        other.change(&actor, work).await.unwrap();
        other.close().await;
    });
    holding.await.unwrap();

    let started = Instant::now();
    let refused = app.master().post("/team/update", json!({"team_id": "t", "max_budget": 1})).await.refused(503);
    assert!(started.elapsed() < Duration::from_secs(3), "refused only after {:?}", started.elapsed());
    assert_eq!(refused["error"]["type"], "no_db_connection");
    app.master().get("/team/info?team_id=t").await.ok();

    release.send(()).unwrap();
    holder.await.unwrap();
    app.master().post("/team/update", json!({"team_id": "t", "max_budget": 1})).await.ok();
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_database_refuses_with_its_cause_and_service_resumes_by_itself() {
    let Some(db) = TestDb::postgres().await else { return };
    let patience = Duration::from_secs(1);
    let app = TestApp::build(db)
        .options(|options| options.pooling = Pooling { connections: 4, timeout: patience })
        .start()
        .await;
    app.master().post("/team/new", json!({"team_id": "t"})).await.ok();
    TestDb::disconnect(app.location()).await;
    for _ in 0..6 {
        let started = Instant::now();
        let refused = app.master().post("/team/update", json!({"team_id": "t", "max_budget": 1})).await.refused(503);
        assert!(started.elapsed() < Duration::from_secs(4), "refused only after {:?}", started.elapsed());
        assert_eq!(refused["error"]["type"], "no_db_connection", "{refused}");
        assert!(refused["error"]["message"].as_str().unwrap().contains("database"), "{refused}");
    }
    assert_eq!(app.anonymous().get("/health/readiness").await.status, 503);
    assert_eq!(app.anonymous().get("/health/liveliness").await.ok(), "I'm alive!");

    TestDb::reconnect(app.location()).await;
    app.master().post("/team/update", json!({"team_id": "t", "max_budget": 1})).await.ok();
    assert_eq!(app.anonymous().get("/health/readiness").await.ok()["db"], "connected");
    app.stop().await;
}
