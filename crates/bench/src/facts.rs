//! The machine, as far as a figure depends on it.

use std::io::Write as _;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use anyhow::Context as _;
use serde_json::{Map, Value, json};

use crate::measure::Round;
use crate::place::Place;

/// Writes and syncs of one page, in the folder of the databases.
const SYNCS: usize = 200;

pub async fn gather(folder: &Path, places: &[Place]) -> anyhow::Result<Map<String, Value>> {
    let mut facts = Map::new();
    // The folder is whoever's it is.
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    if let Some(at) = arguments.iter().position(|argument| argument == "--folder") {
        arguments.drain(at..(at + 2).min(arguments.len()));
    }
    facts.insert("command".to_owned(), json!(format!("cargo xtask bench {}", arguments.join(" ")).trim_end()));
    facts.insert("revision".to_owned(), json!(output("git", &["describe", "--always", "--dirty"])));
    facts.insert(
        "build".to_owned(),
        json!(if cfg!(debug_assertions) { "dev: NOT the figures to quote" } else { "release" }),
    );
    facts.insert("processor".to_owned(), json!(first("/proc/cpuinfo", "model name")));
    facts.insert("cores".to_owned(), json!(std::thread::available_parallelism().map_or(0, std::num::NonZero::get)));
    facts.insert("memory".to_owned(), json!(first("/proc/meminfo", "MemTotal")));
    facts.insert("kernel".to_owned(), json!(output("uname", &["-sr"])));
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    facts.insert("load before".to_owned(), json!(load.split(' ').take(3).collect::<Vec<_>>().join(" ")));
    let file_system = output("stat", &["-f", "-c", "%T", &folder.display().to_string()]);
    facts.insert("file system".to_owned(), json!(file_system));
    let sync = sync_latency(folder)?;
    facts.insert("write and fsync of 4 KiB, ms".to_owned(), json!({"p50": sync.p50, "p99": sync.p99, "times": SYNCS}));
    for place in places {
        if let Place::Postgres { url, .. } = place {
            facts.insert("server".to_owned(), json!(daybook::store::bench::describe_server(url).await?));
        }
    }
    Ok(facts)
}

fn sync_latency(folder: &Path) -> anyhow::Result<Round> {
    let path = folder.join("fsync.tmp");
    let mut file = std::fs::File::create(&path).with_context(|| format!("cannot write in {}", folder.display()))?;
    let mut samples = Vec::with_capacity(SYNCS);
    for _ in 0..SYNCS {
        let begin = Instant::now();
        file.write_all(&[7; 4096])?;
        file.sync_data()?;
        samples.push(begin.elapsed());
    }
    std::fs::remove_file(&path)?;
    Ok(Round::of_latencies(samples))
}

fn first(file: &str, name: &str) -> String {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.trim_start().strip_prefix(':'));
    line.unwrap_or("unknown").trim().to_owned()
}

fn output(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output();
    output.map_or_else(|_| "unknown".to_owned(), |output| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
