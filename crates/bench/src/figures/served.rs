//! The product's server, in this process, on a database of its own.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

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

const MASTER_KEY: &str = "sk-bench";

pub struct Served {
    pub address: SocketAddr,
    stop: oneshot::Sender<()>,
    running: JoinHandle<anyhow::Result<()>>,
    /// The signing key and what was signed last.
    _files: TempDir,
}

impl Served {
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
        let app = App::new(store, publisher, rules, Settings::default());
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let (stop, stopped) = oneshot::channel::<()>();
        let until = async {
            let _ = stopped.await;
        };
        let running = tokio::spawn(server::serve(app, listener, until, Duration::from_secs(5)));
        Ok(Served { address, stop, running, _files: files })
    }

    pub async fn stop(self) -> anyhow::Result<()> {
        let _ = self.stop.send(());
        self.running.await?
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
