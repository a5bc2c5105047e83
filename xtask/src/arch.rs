//! `cargo xtask arch`: which module may know which. The rules are in `ARCHITECTURE.md`; this is where they bite.

use std::path::Path;
use std::process::Command;

use anyhow::Context as _;

use crate::root;
use crate::source::Source;

/// The modules of the library, and which of its others each may name. One that is not listed may name all.
const LIBRARY: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("config", &[]),
    ("store", &["model"]),
    ("manage", &["model", "store"]),
    ("query", &["model", "store"]),
    ("ledger", &["model", "store"]),
    ("export", &["model", "store"]),
];

/// A word of the code, and the only places where it may stand.
const WORDS: &[(&str, &[&str])] = &[
    ("sqlx", &["crates/daybook/src/store/", "crates/daybook/src/testing/"]),
    ("axum", &["crates/server/", "crates/daybook/src/router", "crates/bench/src/figures/floor"]),
    ("StatusCode", &["crates/server/src/api/error.rs", "crates/server/src/web/page.rs", "crates/daybook/src/router"]),
    ("SystemTime::now", &["crates/daybook/src/model/time.rs"]),
    ("Timestamp::now", &["crates/daybook/src/model/time.rs"]),
    ("Zoned::now", &["crates/daybook/src/model/time.rs"]),
    ("Utc::now", &["crates/daybook/src/model/time.rs"]),
];

/// What an SQL statement begins with.
const STATEMENTS: &[&str] = &[
    "SELECT ",
    "INSERT INTO ",
    "UPDATE ",
    "DELETE FROM ",
    "CREATE ",
    "ALTER ",
    "DROP ",
    "TRUNCATE ",
    "WITH ",
    "COPY ",
];
const SQL: &[&str] = &["crates/daybook/src/store/", "crates/daybook/src/testing/"];

/// Features of the library that no product may have, and the one manifest that may name each.
const FEATURES: &[(&str, &str)] = &[("bench", "crates/bench/Cargo.toml")];

/// Folders at the root of any Linux machine; a path into another one is a path of somebody's own machine.
const USUAL: &[&str] = &[
    "bin", "boot", "builds", "dev", "etc", "home", "lib", "lib64", "media", "mnt", "opt", "proc", "root", "run",
    "sbin", "srv", "sys", "tmp", "usr", "var",
];

pub fn run() -> anyhow::Result<()> {
    let mut wrong = Vec::new();
    let files = tracked_files()?;
    for file in &files {
        // A link or a file that is gone has nothing to read; nor has a picture.
        let Ok(text) = std::fs::read_to_string(root().join(file)) else { continue };
        check_machine(file, &text, &mut wrong);
        if file.ends_with("Cargo.toml") {
            check_features(file, &text, &mut wrong);
        }
        if file.ends_with(".rs") && !is_test(file) && !file.starts_with("xtask/") {
            let source = Source::of_product(&text);
            check_words(file, &source, &mut wrong);
            check_directions(file, &source, &mut wrong);
            check_sql(file, &source, &mut wrong);
        }
    }
    anyhow::ensure!(!files.is_empty(), "git lists no files");
    anyhow::ensure!(wrong.is_empty(), "the architecture does not hold:\n  {}", wrong.join("\n  "));
    eprintln!("xtask: arch: {} files, as they should be", files.len());
    Ok(())
}

/// What git keeps, and what it would.
fn tracked_files() -> anyhow::Result<Vec<String>> {
    let mut git = Command::new("git");
    git.args(["ls-files", "--cached", "--others", "--exclude-standard"]).current_dir(root());
    let output = git.output().context("cannot run git")?;
    anyhow::ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr).trim());
    Ok(String::from_utf8(output.stdout)?.lines().map(str::to_owned).collect())
}

fn is_test(file: &str) -> bool {
    let mut folders = Path::new(file).components().map(|part| part.as_os_str().to_string_lossy());
    // An example is another program, which has its own house.
    let elsewhere = ["tests", "benches", "fuzz", "examples"];
    file.ends_with("/tests.rs") || folders.any(|folder| elsewhere.contains(&folder.as_ref()))
}

fn allowed(file: &str, places: &[&str]) -> bool {
    places.iter().any(|place| file.starts_with(place))
}

fn check_words(file: &str, source: &Source, wrong: &mut Vec<String>) {
    for (word, places) in WORDS.iter().filter(|(_, places)| !allowed(file, places)) {
        for line in source.lines_with(word) {
            wrong.push(format!("{file}:{line}: {word} belongs in {}", places.join(", ")));
        }
    }
}

/// A feature stands in the manifest that declares it, and in the one that may switch it on.
fn check_features(file: &str, text: &str, wrong: &mut Vec<String>) {
    for (feature, place) in FEATURES.iter().filter(|(_, place)| *place != file) {
        for (number, line) in (1..).zip(text.lines()) {
            let code = line.split('#').next().unwrap_or_default();
            if code.contains(&format!("\"{feature}\"")) || code.contains(&format!("daybook/{feature}\"")) {
                wrong.push(format!("{file}:{number}: only {place} may switch on the feature {feature}"));
            }
        }
    }
}

fn check_sql(file: &str, source: &Source, wrong: &mut Vec<String>) {
    if allowed(file, SQL) {
        return;
    }
    for (line, text) in &source.literals {
        if STATEMENTS.iter().any(|statement| text.trim_start().starts_with(statement)) {
            wrong.push(format!("{file}:{line}: SQL belongs in {}", SQL[0]));
        }
    }
}

fn check_directions(file: &str, source: &Source, wrong: &mut Vec<String>) {
    let Some((krate, module)) = module_of(file) else { return };
    let Some(own) = module.first() else { return };
    for (line, path) in source.paths() {
        let Some(other) = top_module(&module, &path) else { continue };
        if other == own {
            continue;
        }
        let forbidden = match krate {
            "daybook" => {
                // What a test needs, the product may name under its feature.
                let known =
                    |name: &str| name == "testing" || name == "router" || LIBRARY.iter().any(|(have, _)| *have == name);
                let may = LIBRARY.iter().find(|(name, _)| name == own).map(|(_, may)| *may);
                known(other) && may.is_some_and(|may| !may.contains(&other))
            }
            "server" => matches!((own.as_str(), other), ("api", "web") | ("web", "api")),
            _ => false,
        };
        if forbidden {
            wrong.push(format!("{file}:{line}: {own} may not know {other} ({})", path.join("::")));
        }
    }
}

/// The crate's folder and the module's path: `crates/daybook/src/manage/keys/mod.rs` is `daybook`, `[manage, keys]`.
fn module_of(file: &str) -> Option<(&str, Vec<String>)> {
    let (krate, path) = file.strip_prefix("crates/")?.split_once("/src/")?;
    let mut module: Vec<String> = path.strip_suffix(".rs")?.split('/').map(str::to_owned).collect();
    if module.last().is_some_and(|last| matches!(last.as_str(), "mod" | "lib" | "main")) {
        module.pop();
    }
    Some((krate, module))
}

/// The first module below the crate that a path names, seen from `module`.
fn top_module<'a>(module: &'a [String], path: &[&'a str]) -> Option<&'a str> {
    let supers = path.iter().take_while(|segment| **segment == "super").count();
    match supers {
        0 => path.get(1).copied(),
        _ if supers < module.len() => module.first().map(String::as_str),
        _ => path.get(supers).copied(),
    }
}

fn check_machine(file: &str, text: &str, wrong: &mut Vec<String>) {
    let root = root();
    let mut own = vec![format!("{}/", root.display())];
    let top = root.iter().nth(1).map(|folder| folder.to_string_lossy().into_owned());
    own.extend(top.filter(|top| !USUAL.contains(&top.as_str())).map(|top| format!("/{top}/")));
    for (number, line) in (1..).zip(text.lines()) {
        // At the beginning of a path: a longer one may well have such a folder in its middle.
        let begins = |at: usize| !line[..at].ends_with(|c: char| c.is_alphanumeric() || "._-}*".contains(c));
        if own.iter().any(|path| line.match_indices(path.as_str()).any(|(at, _)| begins(at))) {
            wrong.push(format!("{file}:{number}: a path of this machine"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaints(file: &str, text: &str) -> Vec<String> {
        let mut wrong = Vec::new();
        let source = Source::of_product(text);
        check_words(file, &source, &mut wrong);
        check_directions(file, &source, &mut wrong);
        check_sql(file, &source, &mut wrong);
        check_machine(file, text, &mut wrong);
        check_features(file, text, &mut wrong);
        wrong
    }

    #[test]
    fn a_wrong_direction_is_found() {
        for (file, text) in [
            ("crates/daybook/src/manage/keys.rs", "use crate::query::Filter;"),
            ("crates/daybook/src/manage/keys/mod.rs", "use super::super::query::Filter;"),
            ("crates/daybook/src/store/keys.rs", "use crate::{model::row::Row, manage::Ask};"),
            ("crates/daybook/src/model/row.rs", "fn f() { crate::store::by(); }"),
            ("crates/daybook/src/config/mod.rs", "use crate::model::time;"),
            ("crates/server/src/api/key/mod.rs", "use crate::web::page;"),
            ("crates/server/src/run.rs", "use sqlx::Row;"),
            ("crates/daybook/src/manage/keys.rs", "use axum::Router;"),
            ("crates/server/src/api/key/info.rs", "use axum::http::StatusCode;"),
            ("crates/server/src/api/key/info.rs", "let sql = \"SELECT 1\";"),
            ("crates/daybook/src/store/keys.rs", "let now = jiff::Timestamp::now();"),
            ("crates/server/Cargo.toml", r#"daybook = { workspace = true, features = ["router", "bench"] }"#),
            ("crates/daybook/Cargo.toml", r#"default = ["bench"]"#),
            ("Cargo.toml", r#"fast = ["daybook/bench"]"#),
        ] {
            assert_eq!(complaints(file, text).len(), 1, "{file}: {text}");
        }
        let path = format!("// see {}/notes.md", root().display());
        assert_eq!(complaints("crates/server/src/run.rs", &path).len(), 1);
    }

    #[test]
    fn a_right_direction_is_none() {
        for (file, text) in [
            ("crates/bench/Cargo.toml", r#"daybook = { workspace = true, features = ["bench"], optional = true }"#),
            ("crates/daybook/Cargo.toml", "bench = [] # not \"bench\""),
            ("crates/daybook/src/manage/keys/mod.rs", "use super::Refusal; use crate::store::Change; use crate::row;"),
            ("crates/daybook/src/store/db.rs", "use sqlx::Row; // see crate::manage\nlet sql = \"SELECT 1\";"),
            ("crates/server/src/api/key/info.rs", "// SELECT, StatusCode\nlet text = \"Select a key\";"),
            (
                "crates/daybook/src/query/mod.rs",
                "use a;\n\n#[cfg(test)]\nmod tests {\n    use crate::testing::TestDb;\n}",
            ),
        ] {
            assert_eq!(complaints(file, text), Vec::<String>::new(), "{file}: {text}");
        }
    }
}
