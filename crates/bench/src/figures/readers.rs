//! Three hundred readers at once, each with a connection of its own, over the questions of the workload, and over all questions of
//! [`super::questions`], in turns with as many over their floors.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use daybook_bench::workload::PUBLISHED;

use super::Bench;
use super::questions::{Probed, probe};
use super::served::Served;
use crate::load::{Burst, Connection, Limit, burst, on_own_thread};
use crate::measure::{Line, Part, Ratio, Round};

const READERS: usize = 300;

const LIMIT: Limit = Limit { requests: usize::MAX / 2, time: Duration::from_secs(4) };

/// What takes one reader longer is no question that three hundred ask at once.
const SLOW: Duration = Duration::from_millis(300);

type Requests = Arc<[Arc<[u8]>]>;

pub async fn run(bench: &Bench<'_>) -> anyhow::Result<Vec<Line>> {
    bench.data().await?;
    let served = Served::product(bench.place, bench.scale.name()).await?;
    let probed = probe(&served, bench.scale.rows()).await?;
    let (quick, slow): (Vec<&Probed>, Vec<&Probed>) =
        probed.iter().partition(|one| one.trouble.is_none() && one.took < SLOW);
    let workload = quick.iter().copied().filter(|one| PUBLISHED.contains(&one.item.name)).collect();
    let mut lines = measure(bench, &served, "the workload's questions", workload).await?;
    let mut all = measure(bench, &served, "all questions", quick).await?;
    if !slow.is_empty() {
        let names: Vec<&str> = slow.iter().map(|one| one.item.name).collect();
        all[0].remark = Some(format!("without {}", names.join(", ")));
    }
    lines.append(&mut all);
    served.stop().await?;
    Ok(lines)
}

async fn measure(bench: &Bench<'_>, served: &Served, of: &str, mix: Vec<&Probed>) -> anyhow::Result<Vec<Line>> {
    let requests: Requests = mix.iter().map(|one| one.target.request.clone()).collect();
    let floors: Requests = mix.iter().map(|one| one.target.floor_request.clone()).collect();
    let (address, floor_address, rounds) = (served.address, served.floor.address, bench.rounds.min(3));
    anyhow::ensure!(!mix.is_empty(), "no question is answered");
    let measured = on_own_thread(move || async move {
        let mut measured = [Vec::new(), Vec::new()];
        let mut sides = [(address, requests, Vec::new()), (floor_address, floors, Vec::new())];
        for (address, _, connections) in &mut sides {
            *connections = Connection::open_many(*address, READERS).await?;
        }
        for round in 0..rounds {
            for turn in 0..2 {
                let side = (turn + round) % 2;
                let (address, requests, connections): &mut (SocketAddr, Requests, Vec<Connection>) = &mut sides[side];
                measured[side].push(burst(*address, connections, requests, LIMIT).await?);
            }
        }
        Ok(measured)
    });
    let [questions, floors] = measured.await?;
    let mut line = bench.line("readers", format!("{READERS} readers, {of} in turn ({})", mix.len()), "ms");
    let mut floor = bench.line("readers", format!("{READERS} readers, floors of {of}"), "ms");
    fill(&mut line, questions);
    fill(&mut floor, floors);
    // With so many at once a reader's share of what the floor can do is a time: that of one request, for each of them.
    let shares = line.rounds.iter().zip(&floor.rounds).filter_map(|(one, other)| {
        let share = READERS as f64 / other.rate? * 1000.0;
        Some(one.p95? / share)
    });
    let shares = Ratio { name: "p95 / share of the floor".to_owned(), rounds: shares.collect() };
    let mut line = line.against(&[Part::P50, Part::Rate], "floor", &floor);
    line.ratios.push(shares);
    Ok(vec![line, floor])
}

fn fill(line: &mut Line, bursts: Vec<Burst>) {
    let mut errors: Vec<String> = Vec::new();
    let mut count = 0;
    for Burst { samples, took, errors: some } in bursts {
        line.rounds.push(Round::of_burst(samples, took));
        count += some.values().sum::<usize>();
        errors.extend(some.into_iter().map(|(what, count)| format!("{count} x {what}")));
    }
    if let Some(p95) = line.p95() {
        line.facts.push(("p95", p95.into()));
    }
    line.facts.push(("errors", count.into()));
    if !errors.is_empty() {
        line.facts.push(("which", errors.join(", ").into()));
    }
}
