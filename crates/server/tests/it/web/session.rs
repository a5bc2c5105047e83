//! Who gets in, and for how long.

use std::time::Duration;

use daybook::model::secret::hash_key;
use daybook::testing::FakeClock;
use serde_json::json;

use super::log::words;
use super::{org_admin, reader, sign_in};
use crate::harness::{MASTER_KEY, TestApp};

served!(whoever_may_read_the_log_signs_in_and_nobody_else, async |app: &TestApp| {
    let master = app.master();
    let viewer = json!({"user_id": "viewer", "user_role": "proxy_admin_viewer"});
    let viewer = master.post("/user/new", viewer).await.ok()["key"].as_str().unwrap().to_owned();
    let ordinary = master.post("/key/generate", json!({})).await.ok()["key"].as_str().unwrap().to_owned();

    let cookie = sign_in(app, &viewer).await.unwrap();
    assert!(!cookie.contains(&viewer), "{cookie}");
    let page = app.anonymous().header("cookie", &cookie).get("/ui").await;
    assert_eq!(page.status, 200);
    assert!(sign_in(app, &ordinary).await.unwrap_err().contains("This key may not read the log"));
    for wrong in ["sk-wrong", "x", "%00", ""] {
        let page = sign_in(app, wrong).await.unwrap_err();
        assert!(page.contains("role=\"alert\""), "{page}");
    }

    // The key goes, and the session with it.
    master.post("/key/block", json!({"key": viewer})).await.ok();
    let answer = app.anonymous().header("cookie", &cookie).get("/ui?q=a").await;
    assert_eq!((answer.status, answer.header("location")), (303, "/ui/login?next=%2Fui%3Fq%3Da"));
});

served!(what_is_not_the_form_is_answered_with_the_form, async |app: &TestApp| {
    let own = app.anonymous().header("sec-fetch-site", "same-origin");
    let form = own.header("content-type", "application/x-www-form-urlencoded");
    let key = |length: usize| format!("key={}", "x".repeat(length));
    for (client, body, status, said) in [
        (own.header("content-type", "application/json"), "{}".to_owned(), 415, "What was sent is not this form."),
        (own.clone(), "key=sk-1234".to_owned(), 415, "What was sent is not this form."),
        // By one byte: what is sent beyond that may meet a connection that is closed.
        (form.clone(), key((2 << 20) - 3), 413, "The form was longer than any key"),
        (form.clone(), key(1 << 20), 401, "This is not a key that is in use here."),
    ] {
        let answer = client.send_raw("POST", "/ui/login", body).await;
        assert_eq!(
            (answer.status, answer.header("content-type")),
            (status, "text/html; charset=utf-8"),
            "{}",
            answer.text
        );
        let text = words(&answer.text);
        assert!(text.contains(said) && text.contains("Sign in with a key"), "{text}");
        assert!(
            answer.text.contains("role=\"alert\"") && answer.text.contains("action=\"/ui/login\""),
            "{}",
            answer.text
        );
        assert!(answer.header("content-security-policy").starts_with("default-src 'none'"));
        assert_eq!(answer.header("set-cookie"), "");
    }
    // Another site is not told what is wrong with its form.
    let other = app.anonymous().header("sec-fetch-site", "cross-site").header("content-type", "application/json");
    assert_eq!(other.send_raw("POST", "/ui/login", "{}".to_owned()).await.status, 403);
});

served!(every_page_wants_a_session, async |app: &TestApp| {
    let pages = [
        "/ui",
        "/ui/entries/x",
        "/ui/entries/x/proof",
        "/ui/objects/T/x",
        "/ui/integrity",
        "/ui/evidence",
        "/ui/live",
        "/ui/stream",
        "/ui/export",
    ];
    // A session of a key that there is, but with a code that is not ours, or with the code of another end.
    let forged = format!("daybook_session=9999999999.{}.AAAA", hash_key(MASTER_KEY));
    let own = sign_in(app, MASTER_KEY).await.unwrap();
    let prolonged = format!("daybook_session=9999999999.{}", own.split_once('.').unwrap().1);
    for page in pages {
        for cookie in ["", "daybook_session=", "daybook_session=9999999999.abc.AAAA", "other=1", &forged, &prolonged] {
            let answer = app.anonymous().header("cookie", cookie).get(page).await;
            assert_eq!(answer.status, 303, "{page} {cookie}");
            assert!(answer.header("location").starts_with("/ui/login"), "{page}");
        }
        // A link from another site comes without the cookie, which our own page then brings.
        let answer = app.anonymous().header("sec-fetch-site", "cross-site").get(page).await;
        assert_eq!(answer.status, 200);
        assert!(answer.text.contains(&format!("content=\"0; url={page}\"")), "{}", answer.text);
    }
});

daybook::both!(a_session_ends_after_twelve_hours, async |db: daybook::testing::TestDb| {
    let clock = FakeClock::at("2026-11-21T20:00:00Z");
    let app = TestApp::build(db).clock(&clock).start().await;
    let cookie = sign_in(&app, MASTER_KEY).await.unwrap();
    let status = async || app.anonymous().header("cookie", &cookie).get("/ui").await.status;
    for (minutes, expected) in [(0, 200), (12 * 60 - 1, 200), (2, 303)] {
        clock.advance(Duration::from_secs(60 * minutes));
        assert_eq!(status().await, expected, "{minutes} minutes later");
    }
    app.stop().await;
});

served!(a_session_is_a_cookie_that_script_and_other_sites_do_not_get, async |app: &TestApp| {
    let client = app.anonymous().header("content-type", "application/x-www-form-urlencoded");
    let form = format!("key={MASTER_KEY}&next=https%3A%2F%2Fevil.example");
    for (name, value) in [("sec-fetch-site", "cross-site"), ("origin", "https://evil.example"), ("accept", "*/*")] {
        let answer = client.header(name, value).send_raw("POST", "/ui/login", form.clone()).await;
        assert_eq!((answer.status, answer.header("set-cookie")), (403, ""), "{name}");
    }
    let own = client.header("sec-fetch-site", "same-origin");
    let answer = own.send_raw("POST", "/ui/login", form.clone()).await;
    assert_eq!((answer.status, answer.header("location")), (303, "/ui"));
    let cookie = answer.header("set-cookie");
    assert!(cookie.ends_with("; Path=/; Max-Age=43200; HttpOnly; SameSite=Strict"), "{cookie}");
    let answer = own.header("x-forwarded-proto", "https").send_raw("POST", "/ui/login", form).await;
    assert!(answer.header("set-cookie").ends_with("; SameSite=Strict; Secure"));

    let signed_in = reader(app).await;
    let answer = signed_in.header("sec-fetch-site", "cross-site").send_raw("POST", "/ui/logout", String::new()).await;
    assert_eq!(answer.status, 403);
    let answer = signed_in.header("sec-fetch-site", "same-origin").send_raw("POST", "/ui/logout", String::new()).await;
    assert_eq!((answer.status, answer.header("location")), (303, "/ui/login"));
    assert!(answer.header("set-cookie").starts_with("daybook_session=; Path=/; Max-Age=0"));
});

served!(an_organizations_admin_sees_what_is_its_own, async |app: &TestApp| {
    let master = app.master();
    let chief = org_admin(app, "red").await;
    master.post("/organization/new", json!({"organization_id": "blue", "organization_alias": "blue"})).await.ok();
    for organization in ["red", "blue"] {
        let team = json!({"team_id": format!("{organization}-team"), "organization_id": organization});
        master.header("litellm-changed-by", "krrish@berri.ai").post("/team/new", team).await.ok();
    }
    let page = chief.get("/ui").await;
    assert_eq!(page.status, 200, "{}", page.text);
    assert!(page.text.contains("red-team") && !page.text.contains("blue-team"), "{}", page.text);
    // With which key somebody acted for another is for those who see the whole log.
    assert!(page.text.contains("krrish@berri.ai") && !page.text.contains("the master key"), "{}", page.text);
    assert_eq!(chief.get("/ui?organization_id=blue").await.status, 403);
    assert_eq!(chief.get("/ui/objects/LiteLLM_TeamTable/red-team").await.status, 200);
    assert_eq!(chief.get("/ui/objects/LiteLLM_TeamTable/blue-team").await.status, 404);
});

served!(an_organizations_admin_takes_away_what_is_its_own, async |app: &TestApp| {
    let chief = org_admin(app, "red").await;
    let master = app.master().header("user-agent", "curl/8");
    master.post("/organization/new", json!({"organization_id": "blue", "organization_alias": "blue"})).await.ok();
    for organization in ["red", "blue"] {
        let team = json!({"team_id": format!("{organization}-team"), "organization_id": organization});
        master.post("/team/new", team).await.ok();
    }
    let entry = async |team: &str| {
        let found = app.master().get(&format!("/audit?table_name=LiteLLM_TeamTable&object_id={team}")).await.ok();
        format!("/ui/entries/{}", found["audit_logs"][0]["id"].as_str().unwrap())
    };
    let (red, blue) = (entry("red-team").await, entry("blue-team").await);
    // Where a request came from is for those who see the whole log.
    let (whole, part) = (reader(app).await.get(&red).await, chief.get(&red).await);
    assert_eq!((whole.status, part.status), (200, 200));
    for word in ["Holder of the key", "POST /team/new", "curl/8", "127.0.0.1", "The request named nobody"] {
        assert!(whole.text.contains(word) && !part.text.contains(word), "{word}: {}", part.text);
    }
    for page in [blue.clone(), format!("{blue}/proof"), "/ui/evidence".to_owned()] {
        assert_eq!((chief.get(&page).await.status, reader(app).await.get(&page).await.status), (403, 200), "{page}");
    }
    let export = chief.get("/ui/export?table_name=LiteLLM_TeamTable").await.text;
    assert!(export.contains("red-team") && !export.contains("blue-team"), "{export}");
});
