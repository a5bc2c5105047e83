//! `cargo xtask test`

use std::process::Stdio;

use crate::postgres::Postgres;
use crate::{cargo, step, tools};

pub fn run(arguments: &[String]) -> anyhow::Result<()> {
    tools::python()?;
    let server = Postgres::start()?;
    let mut tests = cargo();
    if has_nextest() {
        tests.args(["nextest", "run"]);
    } else {
        tests.args(["test"]);
    }
    tests.args(["--locked", "--workspace"]).args(arguments).env("DAYBOOK_TEST_POSTGRES_URL", server.url());
    step(&mut tests)?;
    if arguments.is_empty() {
        if has_nextest() {
            step(cargo().args(["test", "--locked", "--workspace", "--doc"]))?;
        }
        step(cargo().args(["build", "--locked", "--workspace", "--examples"]))?;
    }
    Ok(())
}

fn has_nextest() -> bool {
    let asked = cargo().args(["nextest", "--version"]).stdout(Stdio::null()).stderr(Stdio::null()).status();
    asked.is_ok_and(|status| status.success())
}
