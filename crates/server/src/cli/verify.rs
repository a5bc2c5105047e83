//! `daybook verify`: the exit code is the verdict, so nothing here fails in another way.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use daybook::config::{Config, Database, Environment, Overrides};
use daybook::ledger::verify;
use daybook::store::{Onlooker, Pooling};
use daybook_verify::cli::{Checks, Place, Progress};
use daybook_verify::report::Report;

use crate::run;

/// Longest wait for one statement: counting a large table takes its time, and nobody else waits for it.
const PATIENCE: Duration = Duration::from_secs(600);

#[derive(Debug, Args)]
pub struct Arguments {
    #[command(flatten)]
    place: Place,
    /// A database: `sqlite:PATH` or `postgresql://...`. Without any source, the configured one.
    #[arg(long, value_name = "URL", conflicts_with_all = ["bundle", "url", "proof"])]
    db: Option<String>,
    #[command(flatten)]
    checks: Checks,
    /// A LiteLLM config.yaml.
    #[arg(long, short)]
    config: Option<PathBuf>,
    /// Where the SQLite database lives.
    #[arg(long)]
    data_dir: Option<PathBuf>,
}

pub async fn run(arguments: Arguments) -> ExitCode {
    let Arguments { place, db, checks, config, data_dir } = arguments;
    let database = match db {
        Some(url) => Database::parse(&url).map_err(|problem| format!("--db: {problem}")),
        None => {
            let shared = checks.clone();
            // Reading files and asking a server block.
            let elsewhere = tokio::task::spawn_blocking(move || place.verify(&shared)).await;
            match elsewhere {
                Ok(Some(report)) => return ExitCode::from(checks.print(&report)),
                Ok(None) => {
                    let overrides = Overrides { config, data_dir, ..Overrides::default() };
                    Config::load(&overrides, &Environment::from_process())
                        .map(|config| config.database)
                        .map_err(|error| error.to_string())
                }
                Err(panic) => std::panic::resume_unwind(panic.into_panic()),
            }
        }
    };
    let report = match database {
        Ok(database) => look(&database, &checks).await,
        Err(problem) => Report::unreachable("the configured database", &problem),
    };
    ExitCode::from(checks.print(&report))
}

async fn look(database: &Database, checks: &Checks) -> Report {
    let name = database.describe();
    let options = match checks.options() {
        Ok(options) => options,
        Err(problem) => return Report::unreachable(&name, &problem),
    };
    let pooling = Pooling { connections: 1, timeout: PATIENCE };
    let onlooker = match tokio::time::timeout(CONNECTING, Onlooker::open(&run::location_of(database), &pooling)).await {
        Ok(Ok(onlooker)) => onlooker,
        Ok(Err(error)) => return Report::unreachable(&name, &format!("{:#}", anyhow::Error::new(error))),
        Err(_) => return Report::unreachable(&name, "the database did not answer in time"),
    };
    let mut progress = Progress::default();
    let report = verify::verify(&onlooker, &name, &options, &mut |done, all| progress.show(done, all)).await;
    progress.clear();
    onlooker.close().await;
    report
}

const CONNECTING: Duration = Duration::from_secs(15);
