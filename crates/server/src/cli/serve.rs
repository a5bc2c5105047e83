//! `daybook serve`.

use std::io::Write as _;

use anyhow::Context as _;
use daybook::config::{Config, Environment, Overrides};
use tokio::net::TcpListener;

use crate::run;

pub async fn run(overrides: Overrides) -> anyhow::Result<()> {
    let config = Config::load(&overrides, &Environment::from_process())?;
    for warning in config.warnings() {
        tracing::warn!("{warning}");
    }
    let prepared = run::prepare(&config).await?;
    let address = format!("{}:{}", config.daybook.host, config.daybook.port);
    let listener = TcpListener::bind(&address).await.with_context(|| format!("cannot listen on {address}"))?;
    let bound = listener.local_addr()?;
    let mut out = std::io::stdout().lock();
    writeln!(out, "Daybook listens on http://{bound}")?;
    if let Some(key) = &prepared.new_master_key {
        writeln!(out, "Master key: {key}")?;
    }
    drop(out);
    run::serve(prepared.app, listener, run::stop_signal(), config.daybook.shutdown_timeout).await
}
