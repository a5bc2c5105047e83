//! `cargo xtask ci`

use crate::{arch, cargo, crash, fuzz, step, test};

/// Kills on each database in the long run; `test` has fewer.
const KILLS: u32 = 500;

pub fn run(long: bool) -> anyhow::Result<()> {
    step(cargo().args(["fmt", "--all", "--check"]))?;
    step(cargo().args(["clippy", "--locked", "--workspace", "--all-targets", "--", "-D", "warnings"]))?;
    arch::run()?;
    test::run(&[])?;
    if long {
        // What no other build has: the program that measures.
        let bench = ["clippy", "--locked", "--package", "daybook-bench", "--features", "run", "--all-targets"];
        step(cargo().args(bench).args(["--", "-D", "warnings"]))?;
        crash::run(KILLS, None)?;
        fuzz::run(60)?;
    }
    Ok(())
}
