//! `cargo xtask bench`: the figures, in a release build, with a PostgreSQL of their own that writes as durably as one in use.

use std::path::PathBuf;
use std::process::Command;

use crate::postgres::Postgres;
use crate::{cargo, root, step};

#[derive(clap::Args)]
pub struct Options {
    /// Rows of the data set: 100k, 1m or 10m.
    #[arg(long, default_value = "100k")]
    scale: String,
    /// sqlite, postgres or both.
    #[arg(long, default_value = "both")]
    database: String,
    /// These figures instead of all, with commas between them.
    #[arg(long)]
    only: Option<String>,
    /// How often everything is measured.
    #[arg(long, default_value_t = 5)]
    rounds: u32,
    /// Removes the data set of the scale from the databases instead, and measures nothing: ten million rows take 32 GB on SQLite, 43 on PostgreSQL.
    #[arg(long)]
    drop: bool,
}

/// Builds what measures. Nothing of `target/debug` is touched.
pub fn build() -> anyhow::Result<()> {
    let mut build = cargo();
    build.args(["build", "--locked", "--release", "--package", "daybook-bench", "--features", "run"]);
    step(build.args(["--bin", "daybook-bench"]))
}

fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// What was built, with its folder.
pub fn program() -> Command {
    let mut bench = Command::new(target().join("release/daybook-bench"));
    bench.arg("--folder").arg(target().join("bench")).current_dir(root());
    bench
}

pub fn run(options: &Options) -> anyhow::Result<()> {
    // Two builds: the features of the one that measures are not the product's.
    let mut product = cargo();
    product.args(["build", "--locked", "--release", "--package", "daybook-server", "--bin", "daybook"]);
    step(&mut product)?;
    build()?;
    let mut bench = program();
    bench.args(["--database", &options.database, "--scale", &options.scale]);
    bench.args(["--rounds", &options.rounds.to_string()]);
    if options.drop {
        bench.arg("--drop");
    }
    if let Some(only) = &options.only {
        bench.args(["--only", only]);
    }
    let server = match options.database.as_str() {
        "sqlite" => None,
        _ => Some(Postgres::start_kept(&target().join("bench/postgres"))?),
    };
    if let Some(server) = &server {
        bench.env("DAYBOOK_BENCH_POSTGRES_URL", server.url());
    }
    step(&mut bench)
}
