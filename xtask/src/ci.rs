//! `cargo xtask ci`

use crate::{arch, cargo, fuzz, step, test};

pub fn run(long: bool) -> anyhow::Result<()> {
    step(cargo().args(["fmt", "--all", "--check"]))?;
    step(cargo().args(["clippy", "--locked", "--workspace", "--all-targets", "--", "-D", "warnings"]))?;
    arch::run()?;
    test::run(&[])?;
    if long { fuzz::run(60) } else { Ok(()) }
}
