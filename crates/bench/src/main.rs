//! Measures and prints: a table for people, JSON for the next run. `cargo xtask bench` builds and starts it.
//!
//! A figure stands beside what it is compared with, measured in the same run in turns with it, so that a slow or busy
//! machine slows both. Nothing is asserted about a time.

mod data;
mod facts;
mod figures;
mod load;
mod measure;
mod place;
mod report;

use std::io::Write as _;
use std::path::PathBuf;

use anyhow::Context as _;
use clap::{Parser, ValueEnum};

use figures::FIGURES;
use figures::served::Served;
use place::Place;
use report::Report;

#[derive(Debug, Parser)]
#[command(name = "daybook-bench", about = "What a question, a recorded change, a proof and a check cost")]
pub struct Cli {
    /// Rows of the data set.
    #[arg(long, default_value = "100k")]
    scale: Scale,
    #[arg(long, default_value = "sqlite")]
    database: Databases,
    /// One figure, or several with commas between them, instead of all.
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    /// How often everything is measured; what is printed is the median.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Where databases and reports are kept.
    #[arg(long, default_value = "target/bench")]
    folder: PathBuf,
    /// Removes the data set of the scale from the databases instead, and measures nothing.
    #[arg(long)]
    drop: bool,
    /// Serves the data set instead, until standard input ends, and measures nothing. The master key is `sk-bench`.
    #[arg(long)]
    serve: bool,
    /// A PostgreSQL server to make databases on.
    #[arg(long, env = "DAYBOOK_BENCH_POSTGRES_URL", hide_env_values = true)]
    postgres_url: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Scale {
    #[value(name = "100k")]
    HundredThousand,
    #[value(name = "1m")]
    Million,
    #[value(name = "10m")]
    TenMillion,
}

impl Scale {
    fn rows(self) -> u64 {
        match self {
            Scale::HundredThousand => 100_000,
            Scale::Million => 1_000_000,
            Scale::TenMillion => 10_000_000,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Scale::HundredThousand => "100k",
            Scale::Million => "1m",
            Scale::TenMillion => "10m",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Databases {
    Sqlite,
    Postgres,
    Both,
}

fn main() -> anyhow::Result<()> {
    let cli = Cli::parse();
    for name in &cli.only {
        let known: Vec<&str> = FIGURES.iter().map(|figure| figure.name).collect();
        anyhow::ensure!(known.contains(&name.as_str()), "there is no figure {name}; there are {}", known.join(", "));
    }
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(run(cli))
}

async fn run(cli: Cli) -> anyhow::Result<()> {
    let data = cli.folder.join("data");
    std::fs::create_dir_all(&data).with_context(|| format!("cannot make {}", data.display()))?;
    let mut places = Vec::new();
    if cli.database != Databases::Postgres {
        places.push(Place::Sqlite { folder: data.clone() });
    }
    if cli.database != Databases::Sqlite {
        let url = cli.postgres_url.clone().context("PostgreSQL needs --postgres-url; cargo xtask bench starts one")?;
        places.push(Place::Postgres { url, folder: data.clone() });
    }
    if cli.drop {
        for place in &places {
            place.remove(cli.scale.name()).await?;
        }
        return Ok(());
    }
    if cli.serve {
        for place in &places {
            serve(&cli, place).await?;
        }
        return Ok(());
    }
    let mut report = Report::new(cli.folder.clone(), cli.scale.name(), facts::gather(&data, &places).await?);
    report.say(&report.facts_text());
    for place in &places {
        make_room(&cli, place, &places).await?;
        for figure in FIGURES.iter().filter(|one| cli.only.is_empty() || cli.only.iter().any(|name| name == one.name)) {
            let bench = figures::Bench { place, scale: cli.scale, rounds: cli.rounds, folder: &cli.folder };
            report::note(&format!("{}, {}", figure.name, place.name()));
            let lines = (figure.run)(&bench).await.with_context(|| format!("{} on {}", figure.name, place.name()))?;
            report.add(&lines)?;
        }
    }
    report.finish();
    Ok(())
}

/// Says where the server listens as the product does.
async fn serve(cli: &Cli, place: &Place) -> anyhow::Result<()> {
    let bench = figures::Bench { place, scale: cli.scale, rounds: cli.rounds, folder: &cli.folder };
    bench.data().await?;
    let served = Served::product(place, cli.scale.name()).await?;
    writeln!(std::io::stdout(), "listens on http://{}", served.address)?;
    tokio::task::spawn_blocking(|| std::io::copy(&mut std::io::stdin(), &mut std::io::sink())).await??;
    served.stop().await
}

/// Ten million rows are there once: on the database that is measured.
async fn make_room(cli: &Cli, place: &Place, places: &[Place]) -> anyhow::Result<()> {
    let name = cli.scale.name();
    if cli.scale != Scale::TenMillion || place.has(name).await? {
        return Ok(());
    }
    for other in places.iter().filter(|other| other.name() != place.name()) {
        other.remove(name).await?;
    }
    if let Place::Postgres { folder, .. } = place {
        Place::Sqlite { folder: folder.clone() }.remove(name).await?;
    }
    Ok(())
}
