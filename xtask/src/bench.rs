//! `cargo xtask bench`: the figures, in a release build, with a PostgreSQL of their own that writes as durably as one in use.

use std::path::PathBuf;
use std::process::Command;

use crate::postgres::Postgres;
use crate::{cargo, root, step};

pub fn run(database: &str, arguments: &[String]) -> anyhow::Result<()> {
    // Nothing of `target/debug` is touched, and no product binary is built: the features of this build are not theirs.
    let mut build = cargo();
    build.args(["build", "--locked", "--release", "--package", "daybook-bench", "--features", "run"]);
    step(build.args(["--bin", "daybook-bench"]))?;
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
    let folder = target.join("bench");
    let mut bench = Command::new(target.join("release/daybook-bench"));
    bench.arg("--folder").arg(&folder).args(["--database", database]).args(arguments).current_dir(root());
    let server = match database {
        "sqlite" => None,
        _ => Some(Postgres::start_kept(&folder.join("postgres"))?),
    };
    if let Some(server) = &server {
        bench.env("DAYBOOK_BENCH_POSTGRES_URL", server.url());
    }
    step(&mut bench)
}
