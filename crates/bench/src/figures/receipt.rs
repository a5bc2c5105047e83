//! From the receipt of a change to its proof: `GET /audit/{id}/proof` right after, so that a checkpoint is signed for it,
//! against `GET /audit/{id}` of the same entry.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use daybook::store::Store;
use serde_json::json;
use tokio::task::JoinSet;

use super::Bench;
use super::served::{Served, client, get, post};
use crate::measure::{Line, Part, Round};
use crate::{data, place};

/// Clients, and the changes of all of them together in one round.
const LOADS: [(usize, usize); 2] = [(1, 400), (8, 800)];

pub async fn run(bench: &Bench<'_>) -> anyhow::Result<Vec<Line>> {
    let n = bench.scale.rows();
    let http = client()?;
    // The log grows while it is measured, so it is not the one that is kept. What came before is there as tiles alone.
    let name = format!("{}-served", bench.scale.name());
    data::fill_with_leaves(bench.place, &name, n).await?;
    let store = Store::open(place::options(bench.place.database(&name).await?)).await?;
    let server = Served::start(store, bench.folder).await?;
    for team in 0..8 {
        post(&http, server.address, "/team/new", &json!({"team_id": format!("t{team}")})).await?;
    }
    let mut lines = Vec::new();
    for (clients, changes) in LOADS {
        let who = format!("{clients} client{}", if clients == 1 { "" } else { "s" });
        let case = format!("{who}, receipt to proof, {n} leaves before (tiles alone)");
        let mut proofs = bench.line("receipt", case, "ms");
        let mut reads = bench.line("receipt", format!("{who}, the entry itself"), "ms");
        for round in 0..=bench.rounds {
            let (proof, read) = burst(&http, server.address, clients, changes, round).await?;
            if round > 0 {
                proofs.rounds.push(Round::of_latencies(proof));
                reads.rounds.push(Round::of_latencies(read));
            }
        }
        lines.extend([proofs.against(&[Part::P50], "the entry itself", &reads), reads]);
    }
    server.stop().await?;
    bench.place.remove(&name).await?;
    Ok(lines)
}

type Latencies = Vec<Duration>;

/// Each client changes a team of its own, then asks for the proof, then for the entry.
async fn burst(
    http: &reqwest::Client,
    address: SocketAddr,
    clients: usize,
    changes: usize,
    round: usize,
) -> anyhow::Result<(Latencies, Latencies)> {
    let mut tasks = JoinSet::new();
    for client in 0..clients {
        let http = http.clone();
        tasks.spawn(async move {
            let (mut proofs, mut reads) = (Vec::new(), Vec::new());
            for number in 0..changes / clients {
                let budget = round * 1_000_000 + number + 1;
                let body = json!({"team_id": format!("t{client}"), "max_budget": budget});
                let receipt = post(&http, address, "/team/update", &body).await?;
                let id = receipt.headers().get("x-daybook-audit-id").and_then(|id| id.to_str().ok());
                let id = id.ok_or_else(|| anyhow::anyhow!("a change without a receipt"))?.to_owned();
                receipt.bytes().await?;
                let begin = Instant::now();
                let proof = get(&http, address, &format!("/audit/{id}/proof")).await?;
                proofs.push(begin.elapsed());
                let begin = Instant::now();
                get(&http, address, &format!("/audit/{id}")).await?;
                reads.push(begin.elapsed());
                anyhow::ensure!(
                    serde_json::from_slice::<serde_json::Value>(&proof)?["checkpoint"].is_string(),
                    "no proof"
                );
            }
            anyhow::Ok((proofs, reads))
        });
    }
    let (mut proofs, mut reads) = (Vec::new(), Vec::new());
    while let Some(done) = tasks.join_next().await {
        let (some_proofs, some_reads) = done??;
        proofs.extend(some_proofs);
        reads.extend(some_reads);
    }
    Ok((proofs, reads))
}
