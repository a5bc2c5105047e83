//! The same as [`super::change`], as a client sees it: `POST /team/update` over HTTP on this machine.

use std::net::SocketAddr;
use std::time::Instant;

use daybook::store::Store;
use serde_json::json;
use tokio::task::JoinSet;

use super::Bench;
use super::change::{Burst, LOADS, Recording, compare, in_turns};
use super::served::{Served, client, post};
use crate::Scale;
use crate::measure::Line;

pub async fn run(bench: &Bench<'_>) -> anyhow::Result<Vec<Line>> {
    if bench.scale == Scale::TenMillion {
        return Ok(Vec::new());
    }
    let http = client()?;
    let mut servers = Vec::new();
    for recording in Recording::ALL {
        let server = Served::start(Store::open(recording.options(bench).await?).await?, bench.folder).await?;
        for team in 0..64 {
            post(&http, server.address, "/team/new", &json!({"team_id": format!("t{team}")})).await?;
        }
        servers.push(server);
    }
    let mut lines = Vec::new();
    for (clients, changes) in LOADS {
        let addresses: Vec<SocketAddr> = servers.iter().map(|server| server.address).collect();
        let rounds = in_turns(bench.rounds, async |variant, round| {
            burst(&http, addresses[variant], clients, changes, round).await
        });
        lines.extend(compare(bench, "request", clients, rounds.await?));
    }
    for (server, recording) in servers.into_iter().zip(Recording::ALL) {
        server.stop().await?;
        bench.place.remove(recording.database()).await?;
    }
    Ok(lines)
}

async fn burst(
    http: &reqwest::Client,
    address: SocketAddr,
    clients: usize,
    changes: usize,
    round: usize,
) -> anyhow::Result<Burst> {
    let begin = Instant::now();
    let mut tasks = JoinSet::new();
    for client in 0..clients {
        let http = http.clone();
        tasks.spawn(async move {
            let mut samples = Vec::new();
            for number in 0..changes / clients {
                let budget = round * 1_000_000 + number + 1;
                let body = json!({"team_id": format!("t{client}"), "max_budget": budget});
                let begin = Instant::now();
                post(&http, address, "/team/update", &body).await?.bytes().await?;
                samples.push(begin.elapsed());
            }
            anyhow::Ok(samples)
        });
    }
    let mut samples = Vec::with_capacity(changes);
    while let Some(done) = tasks.join_next().await {
        samples.extend(done??);
    }
    Ok((samples, begin.elapsed()))
}
