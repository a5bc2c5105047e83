//! `GET /`, `GET /docs`: the pages that describe the API.

use base64::Engine as _;
use daybook::both;
use daybook::config::Network;
use daybook::testing::TestDb;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use crate::harness::TestApp;

served!(a_page_has_no_script_and_allows_only_its_own_style, async |app: &TestApp| {
    for path in ["/", "/docs", "/readme"] {
        let page = app.anonymous().get(path).await;
        assert_eq!((page.status, page.header("content-type")), (200, "text/html; charset=utf-8"));
        assert!(!page.text.contains("<script") && !page.text.contains("style="), "{path}");
        let (_, rest) = page.text.split_once("<style>").unwrap();
        let (style, rest) = rest.split_once("</style>").unwrap();
        assert!(!rest.contains("<style"), "{path}");
        let hash = base64::engine::general_purpose::STANDARD.encode(Sha256::digest(style.as_bytes()));
        let policy = page.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'; "), "{policy}");
        assert!(policy.contains(&format!("style-src 'sha256-{hash}'")), "{policy}");
        assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
        assert_eq!(page.headers.get_all("content-security-policy").iter().count(), 1);
    }
});

served!(the_first_page_says_what_this_is_and_where_to_go, async |app: &TestApp| {
    let page = app.anonymous().get("/").await;
    let first_screen: String = page.text.lines().skip_while(|line| !line.starts_with("<main>")).take(30).collect();
    let commands = format!("http://{}/audit", app.address);
    for wanted in ["<h1>Daybook</h1>", "audit log", "href=\"/docs\"", "href=\"/readme\"", commands.as_str()] {
        assert!(first_screen.contains(wanted), "{wanted} is not in {first_screen}");
    }
    let mut links = 0;
    for link in page.text.split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap()) {
        assert_eq!(app.anonymous().get(link).await.status, 200, "{link}");
        links += 1;
    }
    assert!(links >= 4);
});

served!(the_first_page_shows_no_foreign_text_as_the_servers_address, async |app: &TestApp| {
    let page = app.anonymous().header("host", "x\"><b>").get("/").await;
    assert!(!page.text.contains("<b>") && page.text.contains("http://localhost:4000/audit"), "{}", page.text);
});

served!(the_readme_is_the_repositorys_without_links_that_lead_nowhere, async |app: &TestApp| {
    let page = app.anonymous().get("/readme").await;
    assert!(page.text.contains("<h1>Daybook</h1>") && page.text.contains("<table>"), "{}", page.text);
    let dead = page.text.split("href=\"").skip(1).find(|link| !link.starts_with("http") && !link.starts_with('#'));
    assert_eq!(dead, None);
    assert!(
        README.contains("](docs/images/") && !page.text.contains("<img") && !page.text.contains("docs/images"),
        "{}",
        page.text
    );
});

const README: &str = include_str!("../../../../README.md");

served!(a_page_is_only_to_be_read, async |app: &TestApp| {
    for path in ["/", "/docs", "/openapi.json"] {
        assert_eq!(app.anonymous().send("HEAD", path, None).await.status, 405, "{path}");
        let refused = app.anonymous().post(path, json!({})).await.refused(405);
        assert_eq!(refused, json!({"detail": "Method Not Allowed"}), "{path}");
    }
    let redirect = app.anonymous().get("/docs/").await;
    assert_eq!((redirect.status, redirect.header("location")), (307, &*format!("http://{}/docs", app.address)));
});

served!(every_route_is_listed_in_litellms_form, async |app: &TestApp| {
    let body = app.anonymous().get("/routes").await.ok();
    let routes = body["routes"].as_array().unwrap();
    assert_eq!(routes.len(), daybook_server::api::routes().count());
    let test = routes.iter().find(|route| route["path"] == "/test").unwrap();
    assert_eq!(test, &json!({"path": "/test", "methods": ["GET"], "name": "get_test", "endpoint": "get_test"}));
    assert_eq!(app.anonymous().get("/test").await.ok(), json!({"route": "/test"}));
});

both!(routes_and_test_need_no_key_but_an_allowed_address, async |db: TestDb| {
    let elsewhere: Network = "10.0.0.0/8".parse().unwrap();
    let app = TestApp::build(db).settings(|settings| settings.allowed_ips = Some(vec![elsewhere])).start().await;
    for path in ["/routes", "/test"] {
        let body = app.anonymous().get(path).await.refused(403);
        assert_eq!(body["error"]["message"], "Access forbidden: IP address 127.0.0.1 not allowed.");
    }
    for path in ["/", "/docs", "/readme", "/openapi.json", "/health/readiness", "/health/liveliness"] {
        assert_eq!(app.anonymous().get(path).await.status, 200, "{path}");
    }
    app.stop().await;
});
