//! The whole log leaves as evidence: `daybook export` as a program of its own, against the reading of the same entries.

use std::time::Instant;

use daybook::store::{Store, list_entries};

use super::Bench;
use super::process::{command, run as run_program};
use crate::Scale;
use crate::measure::{Line, Part, Round};
use crate::place;

/// A bundle is as large as its entries: of ten million so many are shown.
const MOST: u64 = 1_000_000;

const ROUNDS: usize = 3;

/// Entries that are read at a time.
const BATCH: i64 = 1024;

const MIB: f64 = 1024.0 * 1024.0;

pub async fn run(bench: &Bench<'_>) -> anyhow::Result<Vec<Line>> {
    bench.data().await?;
    let n = bench.scale.rows();
    let shown = n.min(MOST);
    let of = if bench.scale == Scale::TenMillion { format!("the first {shown} of {n}") } else { format!("all {n}") };
    let mut exported = bench.line("export", format!("daybook export --evidence, {of} rows"), "rows/s");
    let mut most = bench.line("export", "the most memory that it had", "MiB");
    let mut read = bench.line("export", "the same entries read and dropped", "rows/s");
    let mut bytes = bench.line("export", "bytes of the bundle a row", "bytes");
    let folder = bench.place.files("export");
    let store = Store::open(place::options(bench.place.database(bench.scale.name()).await?)).await?;
    for _ in 0..bench.rounds.min(ROUNDS) {
        let begin = Instant::now();
        let mut session = store.read().await?;
        let mut from = 0;
        while from < shown as i64 {
            let entries = list_entries(&mut session, from, (from + BATCH).min(shown as i64)).await?;
            from += entries.len() as i64;
            anyhow::ensure!(!entries.is_empty(), "entries are missing");
        }
        drop(session);
        read.rounds.push(Round::of_value(shown as f64 / begin.elapsed().as_secs_f64()));

        if folder.exists() {
            std::fs::remove_dir_all(&folder)?;
        }
        let mut command = command(bench.place, bench.scale.name()).await?;
        command.arg("export").arg("--evidence").arg(&folder);
        if shown < n {
            command.args(["--from", "0", "--to", &(shown - 1).to_string()]);
        }
        let (took, memory) = run_program(command).await?;
        exported.rounds.push(Round::of_value(shown as f64 / took.as_secs_f64()));
        most.rounds.push(Round::of_value(memory as f64 / MIB));
    }
    store.close().await;
    let size = std::process::Command::new("du").arg("-sb").arg(&folder).output()?;
    let size: f64 = String::from_utf8_lossy(&size.stdout).split_whitespace().next().unwrap_or_default().parse()?;
    bytes.rounds.push(Round::of_value(size / shown as f64));
    std::fs::remove_dir_all(&folder)?;
    Ok(vec![exported.against(&[Part::P50], "read", &read), read, most, bytes])
}
