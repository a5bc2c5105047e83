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
}

pub fn run(options: &Options) -> anyhow::Result<()> {
    // Nothing of `target/debug` is touched, and no product binary is built: the features of this build are not theirs.
    let mut build = cargo();
    build.args(["build", "--locked", "--release", "--package", "daybook-bench", "--features", "run"]);
    step(build.args(["--bin", "daybook-bench"]))?;
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
    let folder = target.join("bench");
    let mut bench = Command::new(target.join("release/daybook-bench"));
    bench.arg("--folder").arg(&folder).args(["--database", &options.database, "--scale", &options.scale]);
    bench.args(["--rounds", &options.rounds.to_string()]).current_dir(root());
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
