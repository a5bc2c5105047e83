//! `cargo xtask fuzz`: libFuzzer on the targets of `fuzz/`.
//!
//! `cargo fuzz` wants a nightly toolchain for the address sanitizer. Our crates have no unsafe code for it to watch, and
//! the coverage counters that guide the fuzzer are there on stable, so we set the flags and do without. The layout is
//! that of `cargo fuzz` all the same, for those who have it. What libFuzzer needs besides is a C++ compiler.

use std::path::Path;
use std::process::Command;

use anyhow::Context as _;

use crate::{cargo, root, step};

/// What `cargo fuzz` sets, but for the sanitizer.
const FLAGS: &[&str] = &[
    "--cfg=fuzzing",
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
    "-Ccodegen-units=1",
];

pub fn run(seconds: u64) -> anyhow::Result<()> {
    let folder = root().join("fuzz");
    // With a target named, build scripts are built without the flags.
    let target = host()?;
    let mut build = cargo();
    build.args(["build", "--locked", "--release", "--target", &target, "--target-dir", "target"]).current_dir(&folder);
    step(build.env("RUSTFLAGS", FLAGS.join(" ")).env_remove("CARGO_ENCODED_RUSTFLAGS"))?;

    let mut targets = Vec::new();
    for file in std::fs::read_dir(folder.join("fuzz_targets"))? {
        targets.extend(file?.path().file_stem().map(|name| name.to_string_lossy().into_owned()));
    }
    targets.sort();
    for name in targets {
        // What one run has found is where the next one begins.
        let [corpus, artifacts] = ["corpus", "artifacts"].map(|kind| Path::new(kind).join(&name));
        std::fs::create_dir_all(folder.join(&corpus))?;
        std::fs::create_dir_all(folder.join(&artifacts))?;
        let mut fuzz = Command::new(folder.join("target").join(&target).join("release").join(&name));
        fuzz.arg(format!("-max_total_time={seconds}")).args(["-timeout=10", "-print_funcs=0", "-print_final_stats=1"]);
        fuzz.arg("-verbosity=0");
        fuzz.arg(format!("-artifact_prefix={}/", artifacts.display()));
        step(fuzz.arg(corpus).arg(Path::new("seeds").join(&name)).current_dir(&folder))?;
    }
    Ok(())
}

fn host() -> anyhow::Result<String> {
    let mut rustc = Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    let output = rustc.arg("-vV").output().context("cannot run rustc")?;
    let version = String::from_utf8(output.stdout)?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.context("rustc does not say its host")?.to_owned())
}
