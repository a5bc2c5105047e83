//! Every route, walked: whoever has no key is refused, what reads leaves no entry, and what writes leaves exactly the
//! entries that its scenario names.
//!
//! A new route that writes needs a scenario in its family's file here. `coverage_exceptions.txt` lists the routes that have
//! none yet; it may only become shorter.

mod audit;
mod budget;
mod config;
mod customer;
mod key;
mod management;
mod model;
mod organization;
mod team;
mod user;
pub mod world;

use std::collections::BTreeSet;

use daybook_server::api::{Access, Effect, Route, routes};
use serde_json::{Value, json};

use crate::harness::{Entry, MASTER_KEY, TestApp};

const EXCEPTIONS: &str = include_str!("../coverage_exceptions.txt");

/// A request that should succeed, in a world that has been made ready for it.
pub struct Ask {
    /// The path with its query.
    pub path: String,
    pub body: Option<Value>,
    /// Whose key makes it; the master key's holder when it says nothing.
    pub key: Option<String>,
    /// `created LiteLLM_TeamTable` for each entry that it leaves, in any order.
    pub leaves: Vec<&'static str>,
}

impl Ask {
    /// A request with a body.
    pub fn send(path: impl Into<String>, body: Value, leaves: &[&'static str]) -> Ask {
        Ask { path: path.into(), body: Some(body), key: None, leaves: leaves.to_vec() }
    }

    /// A question, which leaves nothing.
    pub fn get(path: impl Into<String>) -> Ask {
        Ask { path: path.into(), body: None, key: None, leaves: Vec::new() }
    }
}

/// A request to a route that should succeed. `None`: it writes, and nobody has thought of one.
pub async fn prepare(app: &TestApp, route: &Route) -> Option<Ask> {
    let made = scenario(app, route).await;
    made.or_else(|| (route.effect == Effect::Reads).then(|| Ask::get(filled(route))))
}

/// Makes the world ready for a route's request.
async fn scenario(app: &TestApp, route: &Route) -> Option<Ask> {
    let (method, path) = (route.method, route.path);
    let family = path.split('/').nth(1).unwrap_or_default();
    let family = if matches!(family, "v1" | "v2") { path.split('/').nth(2).unwrap_or_default() } else { family };
    match family {
        "add" | "cache" | "config" | "config_overrides" | "delete" | "invitation" | "update" => {
            config::scenario(app, method, path).await
        }
        "audit" | "ledger" => audit::scenario(app, method, path).await,
        "credentials" | "model" | "models" => model::scenario(app, method, path).await,
        "key" => key::scenario(app, method, path).await,
        "budget" => budget::scenario(app, method, path).await,
        "customer" | "end_user" => customer::scenario(app, method, path).await,
        "management" => management::scenario(app, method, path).await,
        "organization" => organization::scenario(app, method, path).await,
        "team" => team::scenario(app, method, path).await,
        "user" => user::scenario(app, method, path).await,
        _ => None,
    }
}

pub fn name(route: &Route) -> String {
    format!("{} {}", route.method, route.path)
}

/// The path with something in its braces.
fn filled(route: &Route) -> String {
    let segments = route.path.split('/').map(|segment| if segment.starts_with('{') { "x" } else { segment });
    segments.collect::<Vec<_>>().join("/")
}

served!(every_route_that_is_not_public_refuses_whoever_has_no_key, async |app: &TestApp| {
    let mut wrong = Vec::new();
    for route in routes() {
        let body = (route.method != "GET").then(|| json!({}));
        for (who, client) in [("nobody", app.anonymous()), ("a stranger", app.with_key("sk-nobody-has-this-key"))] {
            let answer = client.send(route.method, &filled(route), body.clone()).await;
            let refused = answer.status == 401;
            if refused != (route.access == Access::Key) {
                wrong.push(format!("{} answers {who} with {} {}", name(route), answer.status, answer.text));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(app.entries().await.is_empty(), "a refused request left an entry");
});

/// Every route's request once more, for tests that ask what is left of the database afterwards. What a scenario adds by a fixed
/// name may be there already.
pub async fn visit(app: &TestApp) {
    for route in routes() {
        let Some(ask) = prepare(app, route).await else { continue };
        let key = ask.key.as_deref().unwrap_or(MASTER_KEY);
        let answer = app.with_key(key).send(route.method, &ask.path, ask.body.clone()).await;
        assert!(answer.status == 200 || answer.text.contains("already exists"), "{} {}", answer.request, answer.text);
    }
}

/// What the walk found, a line each route, for `cargo xtask coverage`: method, path, effect, and the entries that it left or
/// `no scenario`, with tabs between.
#[derive(Default)]
struct Report(String);

impl Report {
    fn add(&mut self, route: &Route, left: Option<&[Entry]>) {
        let left = match left {
            Some(entries) => entries.iter().map(Entry::name).collect::<Vec<_>>().join(", "),
            None => "no scenario".to_owned(),
        };
        self.0.push_str(&format!("{}\t{}\t{:?}\t{left}\n", route.method, route.path, route.effect));
    }

    /// To the file that `DAYBOOK_COVERAGE_REPORT` names, if it does.
    fn write(&self) {
        if let Some(file) = std::env::var_os("DAYBOOK_COVERAGE_REPORT") {
            std::fs::write(file, &self.0).unwrap();
        }
    }
}

served!(every_read_leaves_no_entry_and_every_write_exactly_its_own, async |app: &TestApp| {
    let exceptions: BTreeSet<&str> = EXCEPTIONS.lines().filter(|line| !line.is_empty()).collect();
    let mut excepted = BTreeSet::new();
    let mut wrong = Vec::new();
    let mut report = Report::default();
    for route in routes() {
        let Some(ask) = prepare(app, route).await else {
            report.add(route, None);
            excepted.insert(name(route));
            continue;
        };
        app.entries().await;
        let key = ask.key.as_deref().unwrap_or(MASTER_KEY);
        let answer = app.with_key(key).send(route.method, &ask.path, ask.body.clone()).await;
        if answer.status != 200 {
            wrong.push(format!("{} answers {} {}", name(route), answer.status, answer.text));
            continue;
        }
        let entries = app.entries().await;
        report.add(route, Some(&entries));
        let mut left: Vec<String> = entries.iter().map(|entry| entry.name()).collect();
        left.sort();
        let mut expected = ask.leaves.clone();
        expected.sort_unstable();
        if left != expected {
            wrong.push(format!("{} leaves {left:?} and should leave {expected:?}", name(route)));
        }
        if (route.effect == Effect::Writes) == ask.leaves.is_empty() {
            wrong.push(format!("{} is declared to be what its scenario is not", name(route)));
        }
        let receipt = ["id", "seq", "count"].map(|part| answer.header(&format!("x-daybook-audit-{part}")).to_owned());
        let due = match entries.first() {
            Some(first) => [first.id.clone(), first.seq.to_string(), entries.len().to_string()],
            None => Default::default(),
        };
        if receipt != due {
            wrong.push(format!("{} gives the receipt {receipt:?} for {due:?}", name(route)));
        }
        for entry in &entries {
            if entry.changed_by_api_key != daybook::model::secret::hash_key(key) {
                wrong.push(format!("{} leaves an entry by {}", name(route), entry.changed_by_api_key));
            }
        }
    }
    report.write();
    let excepted: BTreeSet<&str> = excepted.iter().map(String::as_str).collect();
    for line in exceptions.difference(&excepted) {
        wrong.push(format!("{line} has a scenario or is gone: take it out of coverage_exceptions.txt"));
    }
    for route in excepted.difference(&exceptions) {
        wrong.push(format!("{route} writes and has no scenario in tests/it/coverage"));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
});
