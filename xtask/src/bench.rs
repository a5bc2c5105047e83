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

pub fn run(options: &Options) -> anyhow::Result<()> {
    // Nothing of `target/debug` is touched. Two builds: the features of the one that measures are not the product's.
    let mut product = cargo();
    product.args(["build", "--locked", "--release", "--package", "daybook-server", "--bin", "daybook"]);
    step(&mut product)?;
    let mut build = cargo();
    build.args(["build", "--locked", "--release", "--package", "daybook-bench", "--features", "run"]);
    step(build.args(["--bin", "daybook-bench"]))?;
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
    let folder = target.join("bench");
    let mut bench = Command::new(target.join("release/daybook-bench"));
    bench.arg("--folder").arg(&folder).args(["--database", &options.database, "--scale", &options.scale]);
    bench.args(["--rounds", &options.rounds.to_string()]).current_dir(root());
    if options.drop {
        bench.arg("--drop");
    }
    if let Some(only) = &options.only {
        bench.args(["--only", only]);
    }
    let server = match options.database.as_str() {
        "sqlite" => None,
        _ => Some(Postgres::start_kept(&folder.join("postgres"))?),
    };
    if let Some(server) = &server {
        bench.env("DAYBOOK_BENCH_POSTGRES_URL", server.url());
    }
    step(&mut bench)
}
