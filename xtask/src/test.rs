//! `cargo xtask test`

use std::process::{Command, Stdio};

use crate::browser::Browser;
use crate::postgres::Postgres;
use crate::{cargo, clients, foreign, litellm, step, tools};

/// The tests that are run once more on a database that LiteLLM's migrations made: parts of their names. Of a killed server,
/// of an edited log and of who may call what another schema says nothing new, and they take longest.
const ON_LITELLM: &[&str] =
    &["postgres", "replay::", "beside_litellm::", "--skip", "crash::", "--skip", "tamper::", "--skip", "matrix::"];

pub fn run(arguments: &[String]) -> anyhow::Result<()> {
    tools::python()?;
    let server = Postgres::start()?;
    let mut whole = tests(&server);
    with_what_others_make("the journeys in a browser", Browser::fetch(), |browser| {
        browser.give_to(&mut whole);
        Ok(())
    })?;
    step(whole.args(arguments))?;
    if arguments.is_empty() {
        with_litellm("the tests on LiteLLM's database", || on_litellm(&server, &[]))?;
        with_litellm("LiteLLM's clients", || clients::on(&server))?;
        with_what_others_make("the checks of evidence by foreign programs", foreign::fetch(), |wheels| {
            foreign::with(&wheels)
        })?;
        if has_nextest() {
            step(cargo().args(["test", "--locked", "--workspace", "--doc"]))?;
        }
        step(cargo().args(["build", "--locked", "--workspace", "--examples"]))?;
    }
    Ok(())
}

/// `cargo xtask beside-litellm`
pub fn run_beside_litellm(filters: &[String]) -> anyhow::Result<()> {
    on_litellm(&Postgres::start()?, filters)
}

pub fn tests(server: &Postgres) -> Command {
    let mut tests = cargo();
    if has_nextest() {
        tests.args(["nextest", "run"]);
    } else {
        tests.args(["test"]);
    }
    tests.args(["--locked", "--workspace"]).env("DAYBOOK_TEST_POSTGRES_URL", server.url());
    tests
}

fn on_litellm(server: &Postgres, filters: &[String]) -> anyhow::Result<()> {
    let template = litellm::migrate(server)?;
    let mut tests = tests(server);
    tests.env("DAYBOOK_TEST_POSTGRES_TEMPLATE", template).arg("--");
    if filters.is_empty() {
        tests.args(ON_LITELLM);
    }
    step(tests.args(filters))
}

/// What needs LiteLLM's packages.
fn with_litellm(what: &str, run: impl FnOnce() -> anyhow::Result<()>) -> anyhow::Result<()> {
    with_what_others_make(what, litellm::fetch(), |()| run())
}

/// Without a package index there is nothing of others; in CI that is a failure like any other.
fn with_what_others_make<T>(
    what: &str,
    fetched: anyhow::Result<T>,
    run: impl FnOnce(T) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    match fetched {
        Ok(fetched) => run(fetched),
        Err(error) if std::env::var_os("CI").is_some() => Err(error),
        Err(error) => {
            eprintln!("xtask: *** {what}: NOT RUN, because what it needs cannot be had: {error:#} ***");
            Ok(())
        }
    }
}

pub fn has_nextest() -> bool {
    let asked = cargo().args(["nextest", "--version"]).stdout(Stdio::null()).stderr(Stdio::null()).status();
    asked.is_ok_and(|status| status.success())
}
