//! `daybook serve`.

use std::io::Write as _;

use anyhow::Context as _;
use daybook::config::{Config, Environment, Overrides};

use super::banner::Banner;
use crate::run;

pub async fn run(overrides: Overrides) -> anyhow::Result<()> {
    let config = Config::load(&overrides, &Environment::from_process())?;
    for warning in config.warnings() {
        tracing::warn!("{warning}");
    }
    if !config.litellm.store_audit_logs {
        tracing::warn!("the audit log is OFF: changes will be carried out and not recorded");
    }
    let stop = run::stop_signal()?;
    let listener = run::listen(&config).await?;
    let prepared = run::prepare(&config).await?;
    let banner = Banner::new(&config, &prepared, listener.local_addr()?).await?;
    // The only place that a new master key is ever shown: a start that cannot show it must not go on as if it had.
    let mut out = std::io::stdout().lock();
    write!(out, "{banner}").and_then(|()| out.flush()).context("cannot write to the standard output")?;
    drop(out);
    run::serve(prepared.app, listener, stop, config.daybook.shutdown_timeout).await
}
