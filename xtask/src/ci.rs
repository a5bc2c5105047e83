//! `cargo xtask ci`

use crate::{arch, cargo, step, test};

pub fn run() -> anyhow::Result<()> {
    step(cargo().args(["fmt", "--all", "--check"]))?;
    step(cargo().args(["clippy", "--locked", "--workspace", "--all-targets", "--", "-D", "warnings"]))?;
    arch::run()?;
    test::run(&[])
}
