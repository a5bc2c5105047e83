//! Who gets in, and for how long.

use serde_json::json;

use super::{reader, sign_in};
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

served!(every_page_wants_a_session, async |app: &TestApp| {
    let pages = [
        "/ui",
        "/ui/entries/x",
        "/ui/entries/x/proof",
        "/ui/objects/T/x",
        "/ui/integrity",
        "/ui/live",
        "/ui/stream",
        "/ui/export",
    ];
    for page in pages {
        for cookie in ["", "daybook_session=", "daybook_session=9999999999.abc.AAAA", "other=1"] {
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
    for organization in ["red", "blue"] {
        let made = json!({"organization_id": organization, "organization_alias": organization});
        master.post("/organization/new", made).await.ok();
        let team = json!({"team_id": format!("{organization}-team"), "organization_id": organization});
        master.header("litellm-changed-by", "krrish@berri.ai").post("/team/new", team).await.ok();
    }
    let user = master.post("/user/new", json!({"user_id": "chief", "user_role": "internal_user"})).await.ok();
    let member = json!({"organization_id": "red", "member": {"role": "org_admin", "user_id": "chief"}});
    master.post("/organization/member_add", member).await.ok();
    let cookie = sign_in(app, user["key"].as_str().unwrap()).await.unwrap();
    let chief = app.anonymous().header("cookie", &cookie);
    let page = chief.get("/ui").await;
    assert_eq!(page.status, 200, "{}", page.text);
    assert!(page.text.contains("red-team") && !page.text.contains("blue-team"), "{}", page.text);
    // With which key somebody acted for another is for those who see the whole log.
    assert!(page.text.contains("krrish@berri.ai") && !page.text.contains("the master key"), "{}", page.text);
    assert_eq!(chief.get("/ui?organization_id=blue").await.status, 403);
    assert_eq!(chief.get("/ui/objects/LiteLLM_TeamTable/red-team").await.status, 200);
    assert_eq!(chief.get("/ui/objects/LiteLLM_TeamTable/blue-team").await.status, 404);
});
