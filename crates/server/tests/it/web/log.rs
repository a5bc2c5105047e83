//! What the pages show.

use std::time::Duration;

use daybook::ledger::publish::{Publisher, Timing};
use daybook::manage::Rules;
use daybook::model::secret::hash_key;
use daybook::testing::FakeClock;
use daybook_server::app::{App, Settings};
use serde_json::json;
use tokio::net::TcpListener;

use super::{make_team, reader, sign_in};
use crate::harness::{MASTER_KEY, TestApp};

served!(the_log_is_sentences_under_filters_that_stand_in_the_address, async |app: &TestApp| {
    make_team(app, "t-1").await;
    let reader = reader(app).await;
    let page = reader.get("/ui?table_name=LiteLLM_TeamTable").await;
    assert_eq!(page.status, 200);
    assert_eq!(
        page.header("content-security-policy"),
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; form-action 'self'; \
         base-uri 'none'; frame-ancestors 'none'"
    );
    let text = words(&page.text);
    let raised = "krrish@berri.ai, with the master key of default_user_id, raised max_budget of team ml-research from 500 to 2,000";
    assert!(text.contains(raised), "{text}");
    assert!(
        text.contains("default_user_id, with the master key, changed max_budget and tpm_limit of team ml-research"),
        "{text}"
    );
    assert!(text.contains("3 entries Download 3 entries as CSV JSON lines"), "{text}");
    assert!(page.text.len() < 100_000);

    // A filter is a chip; a value beside the log adds one.
    assert!(
        page.text.contains("href=\"/ui?table_name=LiteLLM_TeamTable&#38;changed_by=krrish%40berri.ai\""),
        "{}",
        page.text
    );
    let page = reader
        .get("/ui?table_name=LiteLLM_TeamTable&changed_by=krrish%40berri.ai&changed_field=max_budget&after_gt=1000")
        .await;
    let text = words(&page.text);
    assert!(text.contains("1 entry") && text.contains(raised) && !text.contains("tpm_limit of"), "{text}");
    assert!(page.text.contains("aria-label=\"Take away: by krrish@berri.ai\""), "{}", page.text);

    let page = reader.get("/ui?changed_by=nobody").await;
    assert!(words(&page.text).contains("No entry matches"), "{}", page.text);
    for (query, status) in [
        ("q=ml-research", 200),
        ("range=1h", 200),
        ("start_date=nonsense", 400),
        ("page=0", 400),
        ("range=nonsense", 200),
    ] {
        let page = reader.get(&format!("/ui?{query}")).await;
        assert_eq!(page.status, status, "{query}: {}", page.text);
    }
});

served!(no_key_stays_in_an_address, async |app: &TestApp| {
    make_team(app, "t-1").await;
    let reader = reader(app).await;
    let hash = hash_key("sk-1234");
    for page in ["/ui", "/ui/live", "/ui/stream", "/ui/export", "/ui/objects/LiteLLM_TeamTable/t-1"] {
        // Whoever is not signed in is not sent to a form whose address has the key.
        for client in [&reader, &app.anonymous()] {
            let answer = client.get(&format!("{page}?changed_by_api_key=sk-1234&q=a")).await;
            let to = format!("{page}?changed_by_api_key={hash}&q=a");
            assert_eq!((answer.status, answer.header("location")), (303, to.as_str()), "{page}");
        }
        let answer = reader.get(&format!("{page}?changed_by_api_key={hash}")).await;
        assert_eq!(answer.status, 200, "{page}: {}", answer.text);
    }
});

served!(an_address_is_one_question_wherever_it_is_sent, async |app: &TestApp| {
    make_team(app, "t-1").await;
    let reader = reader(app).await;
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let cookie = sign_in(app, MASTER_KEY).await.unwrap();
    // What the stream answers, without waiting for its end.
    let stream = async |query: &str| {
        let request = http.get(format!("http://{}/ui/stream?{query}", app.address)).header("cookie", &cookie);
        request.send().await.unwrap().status().as_u16()
    };
    for (query, status) in [
        ("q=ml-research", 200),
        ("range=1h", 200),
        ("range=nonsense", 200),
        ("start_date=2020-01-01&page_size=0", 200),
        ("start_date=nonsense", 400),
        ("after_gt=5", 400),
        ("changed_field=a&after_gt=many", 400),
        ("sort_order=up", 400),
        ("after_seq=1.5", 400),
        ("object_id=a%00b", 400),
        ("page=0", 400),
    ] {
        for page in ["/ui", "/ui/live", "/ui/export"] {
            let answer = reader.get(&format!("{page}?{query}")).await;
            assert_eq!(answer.status, status, "{page}?{query}: {}", answer.text);
        }
        assert_eq!(stream(query).await, status, "stream?{query}");
    }
});

daybook::both!(a_stretch_of_time_has_a_name, async |db: daybook::testing::TestDb| {
    let clock = FakeClock::at("2026-11-21T20:00:00Z");
    let app = TestApp::build(db).clock(&clock).start().await;
    make_team(&app, "t-1").await;
    clock.advance(Duration::from_secs(2 * 60 * 60));
    let reader = reader(&app).await;
    for (range, total) in [("1h", "0"), ("24h", "3"), ("nonsense", "3"), ("1h&start_date=2026-11-21", "3")] {
        let query = format!("table_name=LiteLLM_TeamTable&range={range}");
        let page = reader.get(&format!("/ui?{query}")).await.text;
        assert!(page.contains(&format!("<b id=\"total\">{total}</b>")), "{query}: {page}");
        assert_eq!(reader.get(&format!("/ui/export?{query}")).await.header("x-total-count"), total, "{query}");
    }
    app.stop().await;
});

served!(an_empty_log_says_what_to_do_next, async |app: &TestApp| {
    let reader = reader(app).await;
    let text = words(&reader.get("/ui").await.text);
    assert!(text.contains("Nothing is in the log yet") && text.contains("make a key, a team or a user"), "{text}");
    // A filter on an empty log is a filter.
    let text = words(&reader.get("/ui?table_name=LiteLLM_TeamTable").await.text);
    assert!(text.contains("No entry matches") && !text.contains("Nothing is in the log yet"), "{text}");
    make_team(app, "t-1").await;
    let text = words(&reader.get("/ui").await.text);
    assert!(!text.contains("Nothing is in the log yet") && !text.contains("No entry matches"), "{text}");
});

served!(an_entry_shows_what_changed_and_that_it_is_genuine, async |app: &TestApp| {
    make_team(app, "t-1").await;
    let reader = reader(app).await;
    let found =
        app.master().get("/audit?table_name=LiteLLM_TeamTable&changed_field=max_budget&after_gt=1500").await.ok();
    let id = found["audit_logs"][0]["id"].as_str().unwrap();
    let page = reader.get(&format!("/ui/entries/{id}")).await;
    assert_eq!(page.status, 200);
    let text = words(&page.text);
    assert!(text.contains("max_budget 500 2,000"), "{text}");
    assert!(text.contains("Genuine.") && text.contains("Checked by the server."), "{text}");
    assert!(text.contains("Request POST /team/update"), "{text}");
    assert!(
        text.contains("The request named this person in LiteLLM-Changed-By, and its key may speak for others."),
        "{text}"
    );
    assert!(page.text.contains("href=\"/ui/objects/LiteLLM_TeamTable/t-1\""), "{}", page.text);
    assert_eq!(reader.get("/ui/entries/none").await.status, 404);
});

served!(an_object_has_a_life_and_was_something_at_any_time, async |app: &TestApp| {
    make_team(app, "t-1").await;
    let reader = reader(app).await;
    let entries = app.master().get("/audit?table_name=LiteLLM_TeamTable&sort_order=asc").await.ok();
    let at = |index: usize| entries["audit_logs"][index]["updated_at"].as_str().unwrap().to_owned();
    let page = reader.get("/ui/objects/LiteLLM_TeamTable/t-1").await;
    let text = words(&page.text);
    assert!(text.contains("max_budget over time") && text.contains("3 entries"), "{text}");
    assert_eq!(page.text.matches("<circle").count(), 3);

    let object = "/audit/objects/LiteLLM_TeamTable/t-1";
    let budget = async |as_of: &str| {
        let then = app.master().get(&format!("{object}?as_of={as_of}")).await.ok();
        (then["exists"].clone(), then["state"]["max_budget"].clone(), then["entries"].clone())
    };
    assert_eq!(budget(&at(0)).await, (json!(true), json!(500.0), json!(1)));
    assert_eq!(budget(&at(1)).await, (json!(true), json!(2000.0), json!(2)));
    assert_eq!(budget("").await, (json!(true), json!(1000.5), json!(3)));
    app.master().post("/team/delete", json!({"team_ids": ["t-1"]})).await.ok();
    assert_eq!(budget("").await.0, json!(false));
    assert_eq!(budget(&at(1)).await.1, json!(2000.0));
    app.master().get(&format!("{object}?as_of=2020-01-01")).await.refused(404);
    app.master().get(&format!("{object}?as_of=never")).await.refused(400);
    app.master().get("/audit/objects/LiteLLM_TeamTable/none").await.refused(404);
    app.anonymous().get(object).await.refused(401);
    let page = reader.get(&format!("/ui/objects/LiteLLM_TeamTable/t-1?as_of={}", at(1))).await;
    assert!(words(&page.text).contains("max_budget 2,000"), "{}", page.text);
});

/// The pages and the API on the same rows without an index: the database itself is asked.
async fn without_index(app: &TestApp) -> String {
    let publisher = Publisher::new(app.store().clone(), app.signer.clone(), Vec::new(), Timing::default());
    let rules = Rules { master_key_hash: hash_key(MASTER_KEY), ..Rules::default() };
    let second = App::new(app.store().clone(), publisher, rules, Settings::default());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, second.router()).await });
    format!("http://{address}")
}

served!(nothing_is_called_by_a_name_with_nul, async |app: &TestApp| {
    make_team(app, "t-1").await;
    let chief = app.master().post("/user/new", json!({"user_id": "chief", "user_role": "internal_user"})).await.ok();
    app.master().post("/organization/new", json!({"organization_id": "red", "organization_alias": "red"})).await.ok();
    let member = json!({"organization_id": "red", "member": {"role": "org_admin", "user_id": "chief"}});
    app.master().post("/organization/member_add", member).await.ok();
    let (cookie, base) = (sign_in(app, MASTER_KEY).await.unwrap(), without_index(app).await);
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let get = async |path: &str, key: &str| {
        let request = http.get(format!("{base}{path}")).header("cookie", &cookie).bearer_auth(key);
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    };
    let (_, integrity) = get("/ui/integrity", MASTER_KEY).await;
    assert!(integrity.contains("there is none: the database answers"), "{integrity}");
    for (name, status) in [
        ("LiteLLM_TeamTable/t-1", 200),
        ("LiteLLM_TeamTable/none", 404),
        ("LiteLLM_TeamTable/t-1%00", 404),
        ("LiteLLM_TeamTable%00/t-1", 404),
    ] {
        for place in ["/ui/objects", "/audit/objects"] {
            let (found, text) = get(&format!("{place}/{name}"), MASTER_KEY).await;
            assert_eq!(found, status, "{place}/{name}: {text}");
        }
    }
    // Who may see a part of the log learns the same of such a name as of any other that nobody has.
    let chief = chief["key"].as_str().unwrap();
    for place in ["/audit/ID", "/audit/ID/proof", "/audit/objects/LiteLLM_TeamTable/ID?organization_id=red"] {
        let unknown = get(&place.replace("ID", "none"), chief).await;
        let strange = get(&place.replace("ID", "none%00"), chief).await;
        assert_eq!(strange.0, unknown.0, "{place}: {}", strange.1);
        assert!((400..500).contains(&unknown.0), "{place}: {}", unknown.1);
    }
});

served!(the_page_on_integrity_says_how_the_log_is, async |app: &TestApp| {
    make_team(app, "t-1").await;
    let text = words(&reader(app).await.get("/ui/integrity").await.text);
    assert!(text.contains("Nothing speaks against it."), "{text}");
    assert!(text.contains("daybook export --evidence evidence"), "{text}");
    app.signer.stop("somebody knows better".to_owned());
    let text = words(&reader(app).await.get("/ui/integrity").await.text);
    assert!(text.contains("The log is not being signed: signing has stopped: somebody knows better"), "{text}");
    assert!(!text.contains("Nothing speaks against it."), "{text}");
});

served!(whatever_a_name_is_it_is_text, async |app: &TestApp| {
    let script = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>";
    let long = "x".repeat(10_000);
    let master = app.master();
    master.post("/team/new", json!({"team_id": script, "team_alias": script, "metadata": {script: script}})).await.ok();
    master.post("/team/update", json!({"team_id": script, "team_alias": long})).await.ok();
    let reader = reader(app).await;
    let entries = master.get("/audit?table_name=LiteLLM_TeamTable").await.ok();
    let mut pages = vec![
        "/ui".to_owned(),
        "/ui?q=%3Cscript%3Ealert(1)%3C%2Fscript%3E&changed_by=%22%3E%3Cimg%20src%3Dx%3E".to_owned(),
    ];
    pages.push(
        "/ui/objects/LiteLLM_TeamTable/%3Cscript%3Ealert(1)%3C%2Fscript%3E%22'%3E%3Cimg%20src=x%20onerror=alert(2)%3E"
            .to_owned(),
    );
    for entry in entries["audit_logs"].as_array().unwrap() {
        pages.push(format!("/ui/entries/{}", entry["id"].as_str().unwrap()));
    }
    for page in pages {
        let answer = reader.get(&page).await;
        assert_eq!(answer.status, 200, "{page}: {}", answer.text);
        let html = answer.text.to_lowercase();
        assert_eq!(html.matches("<script").count(), 1, "{page}: {}", answer.text);
        assert!(!html.contains("<img"), "{page}: {}", answer.text);
        assert!(html.contains("alert(1)") || page.contains("q="), "{page}");
    }
    // What is not there, and what is not understood, is named.
    for (page, status) in [
        ("/ui/entries/%3Cscript%3Ealert(1)%3C%2Fscript%3E", 404),
        ("/ui/objects/%3Cscript%3Ealert(1)%3C%2Fscript%3E/x", 404),
        ("/ui/objects/T/%3Cscript%3Ealert(1)%3C%2Fscript%3E", 404),
        ("/ui?start_date=%3Cscript%3Ealert(1)%3C%2Fscript%3E", 400),
        ("/ui/live?sort_by=%3Cscript%3Ealert(1)%3C%2Fscript%3E", 400),
    ] {
        let answer = reader.get(page).await;
        assert_eq!(answer.status, status, "{page}: {}", answer.text);
        let html = answer.text.to_lowercase();
        assert!(html.contains("alert(1)"), "{page}: {}", answer.text);
        assert_eq!(html.matches("<script").count(), 1, "{page}: {}", answer.text);
    }
});

/// The words of a page as its reader sees them.
pub fn words(html: &str) -> String {
    let mut text = String::new();
    let mut rest = html;
    while let Some((before, after)) = rest.split_once('<') {
        text.push_str(before);
        // Pieces of a sentence are not words of their own.
        if !after.starts_with("span") && !after.starts_with("/span") {
            text.push(' ');
        }
        rest = after.split_once('>').map_or("", |(_, rest)| rest);
    }
    text.push_str(rest);
    let text = text
        .replace("&#60;", "<")
        .replace("&#62;", ">")
        .replace("&#34;", "\"")
        .replace("&#39;", "'")
        .replace("&#38;", "&");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
