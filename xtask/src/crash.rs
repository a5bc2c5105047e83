//! `cargo xtask crash`: the tests that kill the server, with as many kills as one likes.

use crate::postgres::Postgres;
use crate::{step, test};

pub fn run(kills: u32, seed: Option<u64>) -> anyhow::Result<()> {
    let server = Postgres::start()?;
    let mut tests = test::tests(&server);
    tests.env("DAYBOOK_CRASH_KILLS", kills.to_string());
    if let Some(seed) = seed {
        tests.env("DAYBOOK_CRASH_SEED", seed.to_string());
    }
    step(tests.args(["--package", "daybook-server", "--test", "it", "--", "crash::"]))
}
