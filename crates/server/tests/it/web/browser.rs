//! Journeys in a real browser: headless Chromium, through WebDriver.
//!
//! `DAYBOOK_TEST_CHROMEDRIVER` names chromedriver's program and `DAYBOOK_TEST_AXE` the file `axe.min.js`; `cargo xtask test` brings
//! both. Without them there is no browser, and the journeys end at once.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

use super::{make_team, verify_proof};
use crate::harness::{MASTER_KEY, TestApp};

/// A browser with an empty profile, and the driver that it hangs on.
struct Browser {
    driver: Child,
    http: reqwest::Client,
    session: String,
    site: String,
    axe: String,
    /// Where it puts what is downloaded.
    downloads: tempfile::TempDir,
}

impl Browser {
    async fn open(app: &TestApp) -> Option<Browser> {
        Browser::open_at(&format!("http://{}", app.address)).await
    }

    async fn open_at(site: &str) -> Option<Browser> {
        let program = std::env::var_os("DAYBOOK_TEST_CHROMEDRIVER")?;
        let axe = std::fs::read_to_string(std::env::var_os("DAYBOOK_TEST_AXE")?).unwrap();
        let mut driver =
            Command::new(program).arg("--port=0").stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let output = BufReader::new(driver.stdout.take().unwrap());
        // ChromeDriver was started successfully on port 37095.
        let started = output.lines().map_while(Result::ok).find_map(|line| {
            let port = line.split_once("successfully on port ")?.1.trim_end_matches('.').to_owned();
            Some(port)
        });
        let port = started.expect("chromedriver says on which port it listens");
        let http = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(60)).build().unwrap();
        let mut browser = Browser {
            driver,
            http,
            session: format!("http://127.0.0.1:{port}/session"),
            site: site.to_owned(),
            axe,
            downloads: tempfile::tempdir().unwrap(),
        };
        let arguments = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--window-size=1280,900",
            "--lang=en-US",
        ];
        let wanted = json!({"capabilities": {"alwaysMatch": {
            "goog:chromeOptions": {
                "args": arguments,
                "prefs": {"download.default_directory": browser.downloads.path()},
            },
            "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"},
        }}});
        let made = browser.command("", wanted).await;
        browser.session = format!("{}/{}", browser.session, made["sessionId"].as_str().unwrap());
        Some(browser)
    }

    async fn command(&self, path: &str, body: Value) -> Value {
        let request = self.http.post(format!("{}{path}", self.session));
        let request = request.header("content-type", "application/json").body(body.to_string());
        let text = request.send().await.unwrap().text().await.unwrap();
        let answer: Value = serde_json::from_str(&text).unwrap();
        assert!(answer["value"]["error"].is_null(), "{path} {body}: {answer}");
        answer["value"].clone()
    }

    async fn visit(&self, path: &str) {
        self.command("/url", json!({"url": format!("{}{path}", self.site)})).await;
    }

    /// What a function's body gives in the page.
    async fn run(&self, script: &str) -> Value {
        self.command("/execute/sync", json!({"script": script, "args": []})).await
    }

    /// Until a script's value is true: the page does what it does in its own time.
    async fn until(&self, what: &str) {
        let end = tokio::time::Instant::now() + Duration::from_secs(20);
        while self.run(&format!("return Boolean({what})")).await != true {
            assert!(tokio::time::Instant::now() < end, "{what} in {}", self.text().await);
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    async fn text(&self) -> String {
        self.run("return document.body.innerText").await.as_str().unwrap().to_owned()
    }

    async fn has(&self, text: &str) {
        let page = self.text().await;
        assert!(page.contains(text), "no {text:?} in {page}");
    }

    async fn find(&self, selector: &str) -> String {
        let found = self.command("/element", json!({"using": "css selector", "value": selector})).await;
        found.as_object().unwrap().values().next().unwrap().as_str().unwrap().to_owned()
    }

    /// The link or button with these words.
    async fn follow(&self, words: &str) {
        let path = format!("//*[self::a or self::button][contains(normalize-space(.), {})]", json!(words));
        let found = self.command("/element", json!({"using": "xpath", "value": path})).await;
        let id = found.as_object().unwrap().values().next().unwrap().as_str().unwrap().to_owned();
        self.command(&format!("/element/{id}/click"), json!({})).await;
    }

    async fn type_into(&self, selector: &str, text: &str) {
        let id = self.find(selector).await;
        self.command(&format!("/element/{id}/value"), json!({"text": text})).await;
    }

    /// A key to whatever has the focus.
    async fn press(&self, key: &str) {
        let actions = json!([{"type": "keyDown", "value": key}, {"type": "keyUp", "value": key}]);
        self.command("/actions", json!({"actions": [{"type": "key", "id": "keyboard", "actions": actions}]})).await;
    }

    /// WCAG 2.2 A and AA, as axe-core sees it.
    async fn is_accessible(&self) {
        // The page's policy allows no script but its own; the driver's runs all the same.
        let script = format!(
            "{}\n;const done = arguments[arguments.length - 1]; \
             axe.run({{runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']}}).then((found) => done(found.violations.map((one) => \
             one.id + ': ' + one.nodes.map((node) => node.html + ' ' + node.failureSummary).join('; '))));",
            self.axe
        );
        let found = self.command("/execute/async", json!({"script": script, "args": []})).await;
        assert_eq!(found, json!([]), "{}", self.run("return location.href").await);
    }

    /// Nothing went to another host, and nothing was said on the console.
    async fn is_quiet(&self) {
        assert_eq!(self.command("/se/log", json!({"type": "browser"})).await, json!([]), "the console");
        for entry in self.command("/se/log", json!({"type": "performance"})).await.as_array().unwrap() {
            let message: Value = serde_json::from_str(entry["message"].as_str().unwrap()).unwrap();
            if message["message"]["method"] == "Network.requestWillBeSent" {
                let url = message["message"]["params"]["request"]["url"].as_str().unwrap().to_owned();
                let made = url.strip_prefix("blob:").unwrap_or(&url);
                let own = made.starts_with(&self.site) || url.starts_with("data:") || url.starts_with("chrome");
                assert!(own, "a request went to {url}");
            }
        }
    }

    /// A file that the browser has downloaded, when it is there as a whole.
    async fn downloaded(&self, ending: &str) -> Vec<u8> {
        let end = tokio::time::Instant::now() + Duration::from_secs(20);
        loop {
            // Until then it has another name.
            let names: Vec<_> = self.downloads.path().read_dir().unwrap().map(|file| file.unwrap().path()).collect();
            if let Some(whole) = names.iter().find(|name| name.to_str().unwrap().ends_with(ending)) {
                return std::fs::read(whole).unwrap();
            }
            assert!(tokio::time::Instant::now() < end, "no {ending} among {names:?}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// What the page says of its export.
    async fn until_said(&self, what: &str) {
        self.until(&format!("document.getElementById('export-said').textContent.includes({})", json!(what))).await;
    }

    async fn sign_in(&self, key: &str) {
        self.visit("/ui").await;
        self.type_into("#key", key).await;
        self.follow("Sign in").await;
        // Until the form is answered: what is asked for before that has no session yet.
        self.until("location.pathname !== '/ui/login' || document.querySelector('[role=alert]')").await;
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // The driver ends the browser with its session, and would leave it when it is killed itself. Here nothing can be awaited.
        if let Some((host, path)) = self.session.strip_prefix("http://").and_then(|address| address.split_once('/'))
            && let Ok(mut connection) = std::net::TcpStream::connect(host)
        {
            let request = format!("DELETE /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
            let _ = connection.set_read_timeout(Some(Duration::from_secs(10)));
            let _ = connection.write_all(request.as_bytes());
            let _ = connection.read(&mut [0; 64]);
        }
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

served!(an_auditor_finds_the_change_and_sees_that_it_is_genuine, async |app: &TestApp| {
    let Some(browser) = Browser::open(app).await else { return };
    make_team(app, "t-1").await;
    browser.visit("/ui/integrity").await;
    browser.has("Key").await;
    browser.is_accessible().await;
    browser.type_into("#key", MASTER_KEY).await;
    browser.follow("Sign in").await;
    // Back to where they wanted to go.
    browser.until("location.pathname === '/ui/integrity'").await;
    browser.has("Nothing speaks against it.").await;
    browser.is_accessible().await;

    browser.follow("Log").await;
    browser.until("document.getElementById('lines')").await;
    browser.is_accessible().await;
    browser.type_into("[name=changed_field]", "max_budget").await;
    browser.type_into("[name=changed_by]", "krrish@berri.ai").await;
    browser.follow("Apply").await;
    browser.until("location.search.includes('krrish')").await;
    let raised = "raised max_budget of team ml-research from 500 to 2,000";
    browser.has(raised).await;
    browser.is_accessible().await;
    browser.follow(raised).await;
    browser.until("document.getElementById('checked')?.textContent.includes('again by your browser')").await;
    browser.has("POST /team/update").await;
    browser.is_accessible().await;

    // What they take away is what a program on another machine takes for genuine.
    let leaf = browser.run("return document.getElementById('leaf').textContent").await.as_str().unwrap().to_owned();
    browser.follow("Download the proof").await;
    let proof = browser.downloaded(".tlog-proof").await;
    let keys = [app.master().get("/ledger/vkey").await.text.trim().to_owned()];
    let (code, report) = verify_proof(&proof, &leaf, &keys);
    assert_eq!(code, Some(0), "{report}");
    let mut flipped = proof.clone();
    flipped[proof.len() / 2] ^= 1;
    assert_eq!(verify_proof(&flipped, &leaf, &keys).0, Some(1));

    browser.follow("History of this object").await;
    browser.until("document.querySelectorAll('circle').length === 3").await;
    browser.is_accessible().await;
    // As it was after the second entry.
    browser.run("document.querySelectorAll('.then')[1].click()").await;
    browser.until("location.search.includes('as_of')").await;
    browser.has("2,000").await;
    browser.is_accessible().await;
    browser.is_quiet().await;

    browser.follow("Sign out").await;
    browser.until("location.pathname === '/ui/login'").await;
    browser.visit("/ui").await;
    browser.has("Sign in").await;
});

served!(what_happens_is_seen_as_it_happens, async |app: &TestApp| {
    let Some(browser) = Browser::open(app).await else { return };
    make_team(app, "t-1").await;
    browser.sign_in(MASTER_KEY).await;
    browser.visit("/ui/live").await;
    browser.until("document.getElementById('state').textContent.includes('Waiting')").await;
    browser.is_accessible().await;
    let update = async |budget: f64| {
        app.master().post("/team/update", json!({"team_id": "t-1", "max_budget": budget})).await.ok();
    };
    update(7.0).await;
    browser.until("document.getElementById('lines').innerText.includes('from 1,000.5 to 7')").await;
    browser.has("default_user_id, with the master key, lowered max_budget").await;
    browser.follow("Pause").await;
    update(8.0).await;
    browser.until("document.getElementById('state').textContent.includes('1 came in meanwhile')").await;
    browser.until("!document.getElementById('lines').innerText.includes('from 7 to 8')").await;
    browser.follow("Go on").await;
    browser.until("document.getElementById('lines').innerText.includes('from 7 to 8')").await;
    browser.is_quiet().await;
});

served!(an_export_says_how_far_it_is, async |app: &TestApp| {
    let Some(browser) = Browser::open(app).await else { return };
    for team in ["a", "\"b\"\n,", "=c"] {
        make_team(app, team).await;
    }
    let of_api = async |format: &str| {
        app.master().get(&format!("/audit/export?format={format}&table_name=LiteLLM_TeamTable")).await.text
    };
    browser.sign_in(MASTER_KEY).await;
    browser.visit("/ui?table_name=LiteLLM_TeamTable").await;
    browser.has("Download 9 entries as").await;
    // A browser without a dialog for files, first.
    browser.run("window.showSaveFilePicker = undefined").await;
    browser.follow("CSV").await;
    browser.until_said("All 9 entries are in audit-log.csv.").await;
    let at_the_end = "document.getElementById('figure').textContent === '9 of 9 entries' && \
                      document.getElementById('exported').value === 9 && document.getElementById('exported').max === 9";
    browser.until(at_the_end).await;
    browser.has("9 of 9 entries").await;
    assert_eq!(String::from_utf8(browser.downloaded("audit-log.csv").await).unwrap(), of_api("csv").await);
    browser.is_accessible().await;

    // One with a dialog, whose file takes what comes as it comes.
    let dialog = "window.showSaveFilePicker = async ({suggestedName}) => ({createWritable: async () => { \
                  const parts = []; return { \
                  write: async (bytes) => { parts.push(bytes); }, \
                  close: async () => { window.saved = suggestedName + ':' + await new Blob(parts).text(); }, \
                  abort: async () => { window.saved = 'nothing'; } }; }})";
    browser.run(dialog).await;
    browser.follow("JSON lines").await;
    browser.until("window.saved").await;
    browser.until_said("All 9 entries are in audit-log.jsonl.").await;
    browser.until(at_the_end).await;
    assert_eq!(browser.run("return window.saved").await, format!("audit-log.jsonl:{}", of_api("jsonl").await));
    browser.is_quiet().await;

    // One that ends too soon is no export.
    browser
        .run(
            "window.fetched = fetch; window.fetch = async () => new Response('{}\\n', {headers: \
                 {'x-total-count': '3', 'content-type': 'application/x-ndjson'}})",
        )
        .await;
    browser.follow("JSON lines").await;
    browser.until_said("It broke off after 1 of 3 entries. Nothing was saved.").await;
    assert_eq!(browser.run("return window.saved").await, "nothing");
    browser.run("window.fetch = window.fetched").await;
    // Nor is the form to sign in.
    browser.command("/goog/cdp/execute", json!({"cmd": "Network.clearBrowserCookies", "params": {}})).await;
    browser.follow("CSV").await;
    browser.until_said("Your session has ended: sign in, and export again. Nothing was saved.").await;
});

served!(an_export_is_called_off, async |app: &TestApp| {
    let Some(browser) = Browser::open(app).await else { return };
    let teams: Vec<Value> = (0..1_500).map(|number| json!(format!("c{number}"))).collect();
    for some in teams.chunks(500) {
        app.master().post("/customer/block", json!({"user_ids": some})).await.ok();
    }
    browser.sign_in(MASTER_KEY).await;
    browser.visit("/ui?table_name=LiteLLM_EndUserTable").await;
    browser.run("window.showSaveFilePicker = undefined").await;
    // A line so slow that it would take minutes.
    let slow = json!({"offline": false, "latency": 0, "downloadThroughput": 10_000, "uploadThroughput": -1});
    browser.command("/goog/cdp/execute", json!({"cmd": "Network.emulateNetworkConditions", "params": slow})).await;
    browser.follow("JSON lines").await;
    let bar = "document.getElementById('exported')";
    browser.until(&format!("{bar}.value > 0 && {bar}.value < {bar}.max && {bar}.max >= 1500")).await;
    browser.is_accessible().await;
    browser.follow("Cancel").await;
    browser.until_said("Cancelled after").await;
    browser.until_said("Nothing was saved.").await;
    browser.until("document.getElementById('export').hidden").await;
    // The keyboard goes on where it was.
    browser.until("document.activeElement.dataset.export === 'audit-log.jsonl'").await;
    assert_eq!(browser.downloads.path().read_dir().unwrap().count(), 0);
    browser.is_quiet().await;
});

served!(the_log_is_read_with_the_keyboard_alone, async |app: &TestApp| {
    let Some(browser) = Browser::open(app).await else { return };
    make_team(app, "t-1").await;
    browser.sign_in(MASTER_KEY).await;
    browser.until("document.getElementById('lines')").await;
    browser.press("/").await;
    browser.until("document.activeElement.id === 'search'").await;
    for letter in ["7", "\u{e007}"] {
        browser.press(letter).await;
    }
    browser.until("location.search.includes('q=7')").await;
    browser.press("j").await;
    browser.until("document.querySelector('li.at')").await;
    browser.press("\u{e007}").await;
    browser.until("location.pathname.startsWith('/ui/entries/')").await;
    browser.has("tpm_limit").await;
});

served!(a_team_called_script_is_text, async |app: &TestApp| {
    let Some(browser) = Browser::open(app).await else { return };
    let script = "<script>document.title = 'evil'</script>";
    let team = json!({"team_id": "t", "team_alias": script, "metadata": {"long": "x".repeat(10_000)}});
    app.master().header("litellm-changed-by", &"y".repeat(250)).post("/team/new", team).await.ok();
    browser.sign_in(MASTER_KEY).await;
    browser.until("document.getElementById('lines')").await;
    browser.has("<script>").await;
    browser.follow("created team").await;
    browser.until("location.pathname.startsWith('/ui/entries/')").await;
    browser.has(script).await;
    // Nothing is wider than the window.
    browser.until("document.documentElement.scrollWidth <= document.documentElement.clientWidth").await;
    assert_ne!(browser.run("return document.title").await, "evil");
    browser.is_quiet().await;
});

served!(who_may_not_read_the_log_does_not_get_in, async |app: &TestApp| {
    let Some(browser) = Browser::open(app).await else { return };
    let master = app.master();
    let ordinary = master.post("/key/generate", json!({})).await.ok()["key"].as_str().unwrap().to_owned();
    let viewer = json!({"user_id": "viewer", "user_role": "proxy_admin_viewer"});
    let viewer = master.post("/user/new", viewer).await.ok()["key"].as_str().unwrap().to_owned();
    browser.sign_in(&ordinary).await;
    browser.until("document.body.innerText.includes('This key may not read the log')").await;
    browser.is_accessible().await;
    browser.sign_in(&viewer).await;
    browser.until("document.getElementById('lines')").await;
});

/// `cargo xtask screenshots`: each page, light, dark and narrow, of an empty log, of a short one and of a long one, into the folder
/// that `DAYBOOK_SCREENSHOTS` names. The long one is served where `DAYBOOK_SCREENSHOTS_LONG` says.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "makes pictures: cargo xtask screenshots"]
async fn screenshots() {
    let Some(folder) = std::env::var_os("DAYBOOK_SCREENSHOTS").map(std::path::PathBuf::from) else { return };
    std::fs::create_dir_all(&folder).unwrap();
    for entries in [0, 12] {
        let app = TestApp::start(daybook::testing::TestDb::sqlite()).await;
        if entries > 0 {
            make_team(&app, "t-1").await;
            for number in 0..3 {
                let body = json!({"key_alias": format!("service-{number}"), "team_id": "t-1", "max_budget": 50});
                app.master().header("litellm-changed-by", "ana@example.com").post("/key/generate", body).await.ok();
            }
            for budget in [1500, 1200, 2500, 2200] {
                let body = json!({"team_id": "t-1", "max_budget": budget});
                app.master().header("litellm-changed-by", "krrish@berri.ai").post("/team/update", body).await.ok();
            }
        }
        pictures(&folder, &format!("http://{}", app.address), MASTER_KEY, entries).await;
        app.stop().await;
    }
    if let Ok(site) = std::env::var("DAYBOOK_SCREENSHOTS_LONG") {
        pictures(&folder, &site, "sk-bench", 1_000_000).await;
    }
}

/// The pictures of one log.
async fn pictures(folder: &std::path::Path, site: &str, key: &str, entries: u64) {
    let browser = Browser::open_at(site).await.expect("there is no browser");
    let asked = browser.http.get(format!("{site}/audit?changed_field=max_budget&action=updated&page_size=1"));
    let found = asked.bearer_auth(key).send().await.unwrap().text().await.unwrap();
    let found: Value = serde_json::from_str(&found).unwrap();
    let mut pages = vec![
        ("log", "/ui".to_owned()),
        ("filtered", "/ui?action=updated&changed_field=max_budget".to_owned()),
        ("nothing", "/ui?changed_by=nobody%40example.com".to_owned()),
        ("integrity", "/ui/integrity".to_owned()),
        ("live", "/ui/live".to_owned()),
    ];
    if let Some(entry) = found["audit_logs"].get(0) {
        let text = |name: &str| entry[name].as_str().unwrap();
        pages.push(("entry", format!("/ui/entries/{}", text("id"))));
        pages.push(("object", format!("/ui/objects/{}/{}", text("table_name"), text("object_id"))));
    }
    browser.visit("/ui/login").await;
    browser.picture(folder, &format!("login-{entries}")).await;
    browser.sign_in(key).await;
    browser.until("location.pathname === '/ui'").await;
    for (name, address) in pages {
        browser.visit(&address).await;
        browser.picture(folder, &format!("{name}-{entries}")).await;
    }
}

impl Browser {
    /// The page, light, dark and on a phone.
    async fn picture(&self, folder: &std::path::Path, name: &str) {
        use base64::Engine as _;
        for (look, scheme, width) in [("light", "light", 1280), ("dark", "dark", 1280), ("narrow", "light", 390)] {
            let features = json!([{"name": "prefers-color-scheme", "value": scheme}]);
            let media = json!({"cmd": "Emulation.setEmulatedMedia", "params": {"features": features}});
            self.command("/goog/cdp/execute", media).await;
            let size = json!({"width": width, "height": 860, "deviceScaleFactor": 1, "mobile": false});
            self.command("/goog/cdp/execute", json!({"cmd": "Emulation.setDeviceMetricsOverride", "params": size}))
                .await;
            let taken = json!({"cmd": "Page.captureScreenshot", "params": {"format": "png"}});
            let taken = self.command("/goog/cdp/execute", taken).await;
            let bytes = base64::engine::general_purpose::STANDARD.decode(taken["data"].as_str().unwrap()).unwrap();
            std::fs::write(folder.join(format!("{name}-{look}.png")), bytes).unwrap();
        }
    }
}
