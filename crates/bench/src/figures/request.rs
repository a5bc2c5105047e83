//! The same as [`super::change`], as a client sees it: `POST /team/update` over HTTP on this machine.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use daybook::manage::Rules;
use daybook::model::secret::hash_key;
use daybook::store::Store;
use daybook_server::app::{App, Settings};
use daybook_server::run as server;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::{JoinHandle, JoinSet};

use super::Bench;
use super::change::{Burst, LOADS, Recording, compare, in_turns};
use crate::Scale;
use crate::measure::Line;

const MASTER_KEY: &str = "sk-bench";

/// The product's server, in this process, on a database of its own.
pub struct Served {
    pub address: SocketAddr,
    stop: oneshot::Sender<()>,
    running: JoinHandle<anyhow::Result<()>>,
}

impl Served {
    pub async fn start(store: Store) -> anyhow::Result<Served> {
        let rules = Rules { master_key_hash: hash_key(MASTER_KEY), ..Rules::default() };
        let app = App::new(store, rules, Settings::default());
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let (stop, stopped) = oneshot::channel::<()>();
        let until = async {
            let _ = stopped.await;
        };
        let running = tokio::spawn(server::serve(app, listener, until, Duration::from_secs(5)));
        Ok(Served { address, stop, running })
    }

    pub async fn stop(self) -> anyhow::Result<()> {
        let _ = self.stop.send(());
        self.running.await?
    }

    pub async fn post(&self, http: &reqwest::Client, path: &str, body: &Value) -> anyhow::Result<reqwest::Response> {
        post(http, self.address, path, body).await
    }
}

async fn post(
    http: &reqwest::Client,
    address: SocketAddr,
    path: &str,
    body: &Value,
) -> anyhow::Result<reqwest::Response> {
    let request = http.post(format!("http://{address}{path}")).bearer_auth(MASTER_KEY).json(body);
    let response = request.send().await?;
    anyhow::ensure!(response.status().is_success(), "{path}: {}", response.status());
    Ok(response)
}

pub async fn run(bench: &Bench<'_>) -> anyhow::Result<Vec<Line>> {
    if bench.scale == Scale::TenMillion {
        return Ok(Vec::new());
    }
    let http = reqwest::Client::builder().no_proxy().build()?;
    let mut servers = Vec::new();
    for recording in Recording::ALL {
        let server = Served::start(Store::open(recording.options(bench).await?).await?).await?;
        for team in 0..64 {
            server.post(&http, "/team/new", &json!({"team_id": format!("t{team}")})).await?;
        }
        servers.push(server);
    }
    let mut lines = Vec::new();
    for (clients, changes) in LOADS {
        let addresses: Vec<SocketAddr> = servers.iter().map(|server| server.address).collect();
        let rounds = in_turns(bench.rounds, async |variant, round| {
            burst(&http, addresses[variant], clients, changes, round).await
        });
        lines.extend(compare(bench, "request", clients, changes, rounds.await?));
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
