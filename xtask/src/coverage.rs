//! `cargo xtask coverage`: what is served of LiteLLM's management plane, what each route leaves on the record, and what tests it.
//!
//! The routes that there are to be stand in `crates/server/tests/contract.txt`. What is served, and what it leaves, is what the
//! walk of the integration tests finds when it calls every route.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::Context as _;

use crate::source::Source;
use crate::{cargo, root};

const CONTRACT: &str = include_str!("../../crates/server/tests/contract.txt");

/// The test that walks.
const WALK: &str = "every_read_leaves_no_entry_and_every_write_exactly_its_own::sqlite";

pub fn run() -> anyhow::Result<()> {
    let report = root().join("target/coverage.tsv");
    let _ = std::fs::remove_file(&report);
    eprintln!("xtask: cargo test {WALK}");
    let mut walk = cargo();
    walk.args(["test", "--quiet", "--locked", "--workspace", "--", WALK]).env("DAYBOOK_COVERAGE_REPORT", &report);
    let walked = walk.stderr(Stdio::inherit()).output().context("cannot run cargo")?;
    anyhow::ensure!(walked.status.success(), "the walk failed:\n{}", String::from_utf8_lossy(&walked.stdout));
    let served = std::fs::read_to_string(&report).with_context(|| format!("the walk left no {}", report.display()))?;
    let served: Vec<Served> = served.lines().map(Served::parse).collect::<anyhow::Result<_>>()?;
    let tests = Tests::read()?;
    let contract: Vec<Line> = CONTRACT.lines().filter(|line| !line.trim().is_empty()).filter_map(Line::parse).collect();

    let mut wrong = Vec::new();
    let mut counts = (0, 0);
    for line in &contract {
        let Line::Route(wanted) = line else {
            if let Line::Heading(text) = line {
                println!("\n{text}");
            }
            continue;
        };
        let found = served.iter().find(|served| served.is(wanted));
        let name = format!("{} {}", wanted.method, wanted.path);
        let state = match (found, wanted.why) {
            (None, Some(why)) => format!("not served: {why}"),
            (None, None) => {
                wrong.push(format!("{name} is not served"));
                "MISSING".to_owned()
            }
            (Some(served), _) => served.state(),
        };
        if wanted.why.is_none() {
            counts = (counts.0 + usize::from(found.is_some()), counts.1 + 1);
        }
        println!("  {name:<58} {state}");
        if found.is_some() {
            println!("  {:<58}   {}", "", tests.of(wanted, &served));
        }
    }
    println!("\nServed besides");
    for served in served.iter().filter(|served| !contract.iter().any(|line| line.wants(served))) {
        println!("  {:<58} {}", format!("{} {}", served.method, served.path), served.state());
    }
    for served in served.iter().filter(|served| served.writes && served.left == "no scenario") {
        wrong.push(format!("{} {} writes and has no scenario", served.method, served.path));
    }
    println!("\n{} of {} routes of the management plane are served", counts.0, counts.1);
    anyhow::ensure!(wrong.is_empty(), "the coverage has holes:\n  {}", wrong.join("\n  "));
    Ok(())
}

/// A line of the contract.
enum Line {
    Heading(&'static str),
    Route(Wanted),
}

struct Wanted {
    method: &'static str,
    path: &'static str,
    /// The name of the call in LiteLLM's Python client.
    call: Option<&'static str>,
    /// Why it need not be served.
    why: Option<&'static str>,
}

impl Line {
    fn parse(line: &'static str) -> Option<Line> {
        if let Some(text) = line.strip_prefix('#') {
            // The comment at the top is no heading: it says what the file is.
            let text = text.strip_prefix(' ')?;
            return (!text.contains(['.', ',', '`', '[']))
                .then_some(Line::Heading(text))
                .filter(|_| !text.starts_with(' '));
        }
        let (line, optional) = line.strip_prefix("- ").map_or((line, false), |line| (line, true));
        let (route, note) = line.split_once("  ").map_or((line, None), |(route, note)| (route, Some(note.trim())));
        let (method, path) = route.split_once(' ')?;
        let (call, why) = if optional { (None, note.or(Some(""))) } else { (note, None) };
        Some(Line::Route(Wanted { method, path: path.trim(), call, why }))
    }

    fn wants(&self, served: &Served) -> bool {
        matches!(self, Line::Route(wanted) if served.is(wanted))
    }
}

/// A line of the walk's report.
struct Served {
    method: String,
    path: String,
    writes: bool,
    left: String,
}

impl Served {
    fn parse(line: &str) -> anyhow::Result<Served> {
        let parts: Vec<&str> = line.split('\t').collect();
        let [method, path, effect, left] = parts[..] else { anyhow::bail!("the walk's report has the line {line:?}") };
        Ok(Served {
            method: method.to_owned(),
            path: path.to_owned(),
            writes: effect == "Writes",
            left: left.to_owned(),
        })
    }

    /// The name of a segment in braces is nobody's business.
    fn is(&self, wanted: &Wanted) -> bool {
        let segments = |path: &str| -> Vec<String> {
            path.split('/').map(|part| if part.starts_with('{') { "{}".to_owned() } else { part.to_owned() }).collect()
        };
        self.method == wanted.method && segments(&self.path) == segments(wanted.path)
    }

    fn state(&self) -> String {
        match (self.writes, self.left.as_str()) {
            (_, "no scenario") => "served, NO SCENARIO".to_owned(),
            (false, _) => "served, reads".to_owned(),
            (true, left) => format!("served, leaves {left}"),
        }
    }
}

/// The paths that tests name, with the files that name them.
struct Tests {
    /// Method where it is known, path without its query, file.
    named: Vec<(Option<String>, String, String)>,
    /// The text of the clients' tests, file by file.
    clients: Vec<(String, String)>,
}

impl Tests {
    fn read() -> anyhow::Result<Tests> {
        let folder = root().join("crates/server/tests");
        let mut tests = Tests { named: Vec::new(), clients: Vec::new() };
        for file in files(&folder)? {
            let name = file.strip_prefix(&folder)?.display().to_string();
            // The walk calls everything; that is the other column.
            if name.starts_with("it/coverage") || name.starts_with("it/harness") {
                continue;
            }
            let text = std::fs::read_to_string(&file).with_context(|| file.display().to_string())?;
            match file.extension().and_then(|extension| extension.to_str()) {
                Some("rs") => {
                    for (_, literal) in
                        Source::parse(&text).literals.into_iter().filter(|(_, text)| text.starts_with('/'))
                    {
                        tests.named.push((None, without_query(&literal), name.clone()));
                    }
                }
                Some("jsonl") => {
                    for line in text.lines() {
                        if let (Some(method), Some(path)) = (member(line, "method"), member(line, "path")) {
                            tests.named.push((Some(method), without_query(&path), name.clone()));
                        }
                    }
                }
                Some("py") if name.starts_with("clients") => tests.clients.push((name, text)),
                _ => {}
            }
        }
        Ok(tests)
    }

    /// The files that ask for a route: the one that mirrors its path first, then how many others, recordings, clients.
    fn of(&self, wanted: &Wanted, served: &[Served]) -> String {
        let asks = |method: &Option<String>, path: &str| {
            // `/team/new` is not a team of that name.
            let other = path != wanted.path && served.iter().any(|served| served.path == path);
            method.as_deref().is_none_or(|method| method == wanted.method) && !other && matches(wanted.path, path)
        };
        let mut by: Vec<&str> = self
            .named
            .iter()
            .filter(|(method, path, _)| asks(method, path))
            .map(|(_, _, file)| file.as_str())
            .collect();
        by.sort_unstable();
        by.dedup();
        let mirror = format!("it{}", wanted.path.replace(['{', '}'], ""));
        let (golden, own): (Vec<&str>, Vec<&str>) = by.into_iter().partition(|file| file.starts_with("golden/"));
        let mut shown: Vec<String> =
            own.iter().filter(|file| is_mirror(file, &mirror)).map(|file| (*file).to_owned()).collect();
        let others = own.len() - shown.len();
        if others > 0 {
            shown.push(if shown.is_empty() { own.join(" ") } else { format!("and {others} more") });
        }
        if !golden.is_empty() {
            let names: Vec<&str> = golden.iter().filter_map(|file| file.strip_prefix("golden/")).collect();
            shown.push(format!("recorded in {}", names.join(" ")));
        }
        let clients = |call: &str| self.clients.iter().any(|(_, text)| text.contains(call));
        if wanted.call.is_some_and(|call| clients(if call == "http.request" { wanted.path } else { call })) {
            shown.push(format!("client {}", wanted.call.unwrap_or_default()));
        }
        if shown.is_empty() { "only the walk".to_owned() } else { shown.join("; ") }
    }
}

/// Whether the file stands where the path says, or in the file of the folder that it ends in.
fn is_mirror(file: &str, mirror: &str) -> bool {
    let file = file.trim_end_matches(".rs").trim_end_matches("/mod");
    mirror.starts_with(file) && file.len() > "it/".len()
}

fn without_query(path: &str) -> String {
    path.split(['?', '#']).next().unwrap_or_default().to_owned()
}

/// A path as a test has it, which may have a segment of braces or of anything where the route has braces.
fn matches(route: &str, path: &str) -> bool {
    let (route, path): (Vec<&str>, Vec<&str>) = (route.split('/').collect(), path.split('/').collect());
    route.len() == path.len()
        && route.iter().zip(&path).all(|(wanted, have)| wanted == have || (wanted.starts_with('{') && !have.is_empty()))
}

/// The text of a member of a recorded exchange.
fn member(line: &str, name: &str) -> Option<String> {
    let start = line.find(&format!("\"{name}\": \""))? + name.len() + 5;
    let end = line[start..].find('"')?;
    Some(line[start..start + end].to_owned())
}

fn files(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(files(&path)?);
        } else {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_contract_is_a_route_a_heading_or_says_what_the_file_is() {
        let mut routes = 0;
        for line in CONTRACT.lines().filter(|line| !line.is_empty()) {
            match Line::parse(line) {
                Some(Line::Route(wanted)) => {
                    assert!(["GET", "POST", "PATCH", "PUT", "DELETE"].contains(&wanted.method), "{line}");
                    assert!(wanted.path.starts_with('/') && !wanted.path.contains(' '), "{line}");
                    routes += 1;
                }
                Some(Line::Heading(_)) => {}
                None => assert!(line.starts_with('#'), "{line}"),
            }
        }
        assert!(routes > 100);
    }

    #[test]
    fn a_path_of_a_test_is_one_of_the_route() {
        assert!(matches("/key/{key}/regenerate", "/key/{token}/regenerate"));
        assert!(matches("/key/{key}/regenerate", "/key/sk-x/regenerate"));
        assert!(!matches("/key/{key}/regenerate", "/key/regenerate"));
        assert!(!matches("/key/update", "/key/{key}"));
        let line = r#"{"as": "master", "method": "POST", "path": "/key/update?x=1", "body": {}}"#;
        assert_eq!(member(line, "path").as_deref(), Some("/key/update?x=1"));
        assert_eq!(without_query("/key/update?x=1"), "/key/update");
    }
}
