//! The product's server, in this process, on a database of its own.

use std::net::SocketAddr;
use std::path::Path;
use std::time::{Duration, Instant};

use daybook::config::{Config, Environment, Overrides};
use daybook::ledger::publish::{Publisher, Timing};
use daybook::ledger::{Keyring, LastSigned, Signer};
use daybook::manage::Rules;
use daybook::model::actor::Actor;
use daybook::model::random::SystemRandom;
use daybook::model::secret::hash_key;
use daybook::store::{Store, find_head};
use daybook_server::app::{App, Settings};
use daybook_server::run as server;
use serde_json::Value;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::floor::Floor;
use crate::place::{MASTER_KEY, Place};

/// How long an index may take.
const PATIENCE: Duration = Duration::from_secs(600);

pub struct Served {
    pub address: SocketAddr,
    /// What its answers are held against.
    pub floor: Floor,
    /// Entries of the log.
    pub entries: u64,
    stop: oneshot::Sender<()>,
    running: JoinHandle<anyhow::Result<()>>,
    /// The signing key and what was signed last.
    _files: Option<TempDir>,
}

impl Served {
    /// A store of the product that is opened as no product opens one.
    pub async fn start(store: Store, folder: &Path) -> anyhow::Result<Served> {
        let files = tempfile::tempdir_in(folder)?;
        let head = find_head(&mut store.read().await?).await?;
        let origin = head.ok_or_else(|| anyhow::anyhow!("the log has no head"))?.origin;
        let keys = Keyring::generate(&origin, &SystemRandom)?;
        let last = LastSigned::new(files.path().join("last_signed"));
        let signer = Signer::open(store.clone(), keys, last, &Actor::system("bench")).await?;
        let rules = Rules { master_key_hash: hash_key(MASTER_KEY), ..Rules::default() };
        // As in use, but for somebody to give checkpoints to.
        let publisher = Publisher::new(store.clone(), signer, Vec::new(), Timing::default());
        Served::serve(App::new(store, publisher, rules, Settings::default()), Some(files)).await
    }

    /// The product as it is started, with its own defaults, on a database that is kept.
    pub async fn product(place: &Place, name: &str) -> anyhow::Result<Served> {
        let environment: Environment = place.environment(name).await?.into_iter().collect();
        let config = Config::load(&Overrides::default(), &environment)?;
        let prepared = server::prepare(&config).await?;
        Served::serve(prepared.app, None).await
    }

    async fn serve(app: App, files: Option<TempDir>) -> anyhow::Result<Served> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let floor = Floor::start(app.clone()).await?;
        let head = find_head(&mut app.store().read().await?).await?;
        let entries = head.map_or(0, |head| head.size);
        let (stop, stopped) = oneshot::channel::<()>();
        let until = async {
            let _ = stopped.await;
        };
        let running = tokio::spawn(server::serve(app, listener, until, Duration::from_secs(5)));
        let served = Served { address, floor, entries, stop, running, _files: files };
        wait_for_index(served.address, entries).await?;
        Ok(served)
    }

    pub async fn stop(self) -> anyhow::Result<()> {
        self.floor.stop();
        let _ = self.stop.send(());
        self.running.await?
    }
}

/// What `/metrics` says of the index in memory; empty when there is none.
pub async fn index_gauges(address: SocketAddr) -> anyhow::Result<Vec<(String, f64)>> {
    let page = get(&client()?, address, "/metrics").await?;
    let page = String::from_utf8_lossy(&page).into_owned();
    let lines = page.lines().filter_map(|line| line.strip_prefix("daybook_index_")?.split_once(' '));
    Ok(lines.filter_map(|(name, value)| Some((name.to_owned(), value.parse().ok()?))).collect())
}

/// Until the index in memory has every entry, if there is one.
pub async fn wait_for_index(address: SocketAddr, entries: u64) -> anyhow::Result<()> {
    let begin = Instant::now();
    loop {
        let gauges = index_gauges(address).await?;
        let gauge = |wanted: &str| gauges.iter().find(|(name, _)| name == wanted).map(|(_, value)| *value);
        let (rows, ready) = (gauge("rows"), gauge("ready").is_none_or(|ready| ready > 0.0));
        if ready && rows.is_none_or(|rows| rows >= entries as f64) {
            return Ok(());
        }
        anyhow::ensure!(begin.elapsed() < PATIENCE, "the index has {rows:?} of {entries} rows after {PATIENCE:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Until a gauge of the index has got so far.
pub async fn wait_for_gauge(address: SocketAddr, gauge: &str, wanted: u64) -> anyhow::Result<()> {
    let begin = Instant::now();
    loop {
        let value = index_gauges(address).await?.into_iter().find(|(name, _)| name == gauge).map(|(_, value)| value);
        if value.is_some_and(|value| value >= wanted as f64) {
            return Ok(());
        }
        anyhow::ensure!(
            begin.elapsed() < PATIENCE,
            "{gauge} of the index is {value:?}, not {wanted}, after {PATIENCE:?}"
        );
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

pub fn client() -> anyhow::Result<reqwest::Client> {
    Ok(reqwest::Client::builder().no_proxy().build()?)
}

pub async fn post(
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

/// The whole body.
pub async fn get(http: &reqwest::Client, address: SocketAddr, path: &str) -> anyhow::Result<Vec<u8>> {
    let response = http.get(format!("http://{address}{path}")).bearer_auth(MASTER_KEY).send().await?;
    anyhow::ensure!(response.status().is_success(), "{path}: {}", response.status());
    Ok(response.bytes().await?.to_vec())
}
