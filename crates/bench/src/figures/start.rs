//! The product's program from its start to its first answer, its memory then and after the questions, how long its index takes to be
//! made, and what that says of itself, against the same on an empty log.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use anyhow::Context as _;
use daybook::query::STRETCH;
use daybook::store::{Store, segment};
use daybook_bench::survey::Survey;
use daybook_bench::workload;

use super::Bench;
use super::process::{Serving, command};
use super::served::{index_gauges, wait_for_gauge, wait_for_index};
use crate::load::{self, Connection, Limit, burst, on_own_thread};
use crate::measure::{Line, Part, Round};
use crate::place::{MASTER_KEY, options};

/// The database with an empty log.
const EMPTY: &str = "start-empty";

const CLIENTS: usize = 8;

const LIMIT: Limit = Limit { requests: usize::MAX / 2, time: Duration::from_secs(10) };

/// How long the index says that it was in the making.
const REBUILT: &str = "rebuild_seconds";

const MIB: f64 = 1024.0 * 1024.0;

pub async fn run(bench: &Bench<'_>) -> anyhow::Result<Vec<Line>> {
    bench.data().await?;
    let (n, name) = (bench.scale.rows(), bench.scale.name());
    bench.place.fresh(EMPTY).await?;
    // The first start makes tables and keys.
    Serving::start(command(bench.place, EMPTY).await?).await?.stop().await?;
    let answer = |of: &str| bench.line("start", format!("from the start to the first GET /audit, {of}"), "ms");
    let resident = |when: &str| bench.line("start", format!("resident memory, {when}"), "MiB");
    let full = format!("{n} rows");
    let [mut full_start, mut empty_start] = [answer(&full), answer("empty log")];
    let [mut full_memory, mut empty_memory] = [resident(&format!("{full}, index there")), resident("empty log")];
    let mut indexes: Vec<Line> = Vec::new();
    let mut last = None;
    // Once with nothing of the index but the rows, once with what the database keeps of it by then; the others find the snapshot that
    // those have left.
    let made = |of: &str| bench.line("start", format!("the index of {full} made of {of}"), "s");
    let took = async |address: SocketAddr| -> anyhow::Result<f64> {
        let took = index_gauges(address).await?.into_iter().find(|(gauge, _)| gauge == REBUILT);
        Ok(took.context("the index says nothing of how it was made")?.1)
    };
    remove_snapshot(&bench.place.files(name))?;
    let store = Store::open(options(bench.place.database(name).await?)).await?;
    segment::forget_all(&store).await?;
    store.close().await;
    let first = Serving::start(command(bench.place, name).await?).await?;
    let without = answer(&format!("{full}, no snapshot of the index")).value(first.took.as_secs_f64() * 1000.0);
    wait_for_index(first.address, n).await?;
    let of_rows = made("the rows").value(took(first.address).await?);
    let rebuilt = resident(&format!("{full}, index rebuilt")).value(first.resident()? as f64 / MIB);
    wait_for_gauge(first.address, "kept_entries", n / STRETCH * STRETCH).await?;
    first.stop().await?;
    remove_snapshot(&bench.place.files(name))?;
    let second = Serving::start(command(bench.place, name).await?).await?;
    wait_for_index(second.address, n).await?;
    let of_kept = made("what the database keeps of it").value(took(second.address).await?);
    second.stop().await?;
    for _ in 0..bench.rounds {
        let empty = Serving::start(command(bench.place, EMPTY).await?).await?;
        empty_start.rounds.push(Round::of_value(empty.took.as_secs_f64() * 1000.0));
        empty_memory.rounds.push(Round::of_value(empty.resident()? as f64 / MIB));
        empty.stop().await?;
        if let Some(before) = last.take() {
            Serving::stop(before).await?;
        }
        let serving = Serving::start(command(bench.place, name).await?).await?;
        full_start.rounds.push(Round::of_value(serving.took.as_secs_f64() * 1000.0));
        wait_for_index(serving.address, n).await?;
        full_memory.rounds.push(Round::of_value(serving.resident()? as f64 / MIB));
        note_gauges(bench, serving.address, &mut indexes).await?;
        last = Some(serving);
    }
    let full_start = full_start.against(&[Part::P50], "empty log", &empty_start);
    let mut lines = vec![full_start, without, empty_start, of_rows, of_kept];
    if let Some(serving) = last {
        let address = serving.address;
        on_own_thread(move || async move {
            let survey = Survey::of(n);
            let requests = workload::items(&survey).into_iter().map(|item| load::get(&item.path, MASTER_KEY)).collect();
            let mut connections = Connection::open_many(address, CLIENTS).await?;
            burst(address, &mut connections, &requests, LIMIT).await
        })
        .await?;
        let after = resident(&format!("{full}, after the questions")).value(serving.resident()? as f64 / MIB);
        serving.stop().await?;
        let more =
            |line: &Line| (line.p50().unwrap_or(f64::NAN) - empty_memory.p50().unwrap_or(f64::NAN)) * MIB / n as f64;
        let a_row = |of: &str, more: f64| bench.line("start", format!("memory a row, {of}"), "bytes").value(more);
        let (at_start, at_end) = (a_row("index there", more(&full_memory)), a_row("after the questions", more(&after)));
        lines.extend([full_memory, rebuilt, after, empty_memory, at_start, at_end]);
    }
    if indexes.is_empty() {
        let mut none = bench.line("start", "daybook_index_*", "");
        none.remark = Some("this build has no index in memory".to_owned());
        indexes.push(none);
    }
    lines.extend(indexes);
    bench.place.remove(EMPTY).await?;
    Ok(lines)
}

/// A line for each gauge of the index, a round for each start that had it: some are there after a load alone, others after a
/// rebuild.
async fn note_gauges(bench: &Bench<'_>, address: SocketAddr, lines: &mut Vec<Line>) -> anyhow::Result<()> {
    for (gauge, value) in index_gauges(address).await?.into_iter().filter(|(gauge, _)| gauge != REBUILT) {
        let case = format!("daybook_index_{gauge}");
        let at = lines.iter().position(|line| line.case == case).unwrap_or_else(|| {
            let unit = if gauge.ends_with("_seconds") { "s" } else { "" };
            lines.push(bench.line("start", case, unit));
            lines.len() - 1
        });
        lines[at].rounds.push(Round::of_value(value));
    }
    Ok(())
}

/// The snapshot is the file in the data folder that is called after the index.
fn remove_snapshot(folder: &Path) -> anyhow::Result<()> {
    for file in std::fs::read_dir(folder)? {
        let path = file?.path();
        if path.is_file() && path.file_name().is_some_and(|name| name.to_string_lossy().contains("-index")) {
            std::fs::remove_file(path)?;
        }
    }
    Ok(())
}
