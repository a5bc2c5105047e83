//! `daybook keygen`.

use std::io::Write as _;

use anyhow::Context as _;
use clap::Args;
use daybook::ledger::Keyring;
use daybook::model::random::SystemRandom;

use crate::signing;

#[derive(Debug, Args)]
pub struct Arguments {
    /// The log's name, the first line of its checkpoints, such as audit.example.com/log. Without it the host's name and
    /// eight random digits.
    origin: Option<String>,
}

/// Prints what `DAYBOOK_SIGNING_KEY` and the key file take: a comment with the public half, and the key.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let origin = arguments.origin.clone().unwrap_or_else(|| signing::fresh_origin(&SystemRandom));
    let keys = Keyring::generate(&origin, &SystemRandom).with_context(|| format!("{origin} cannot name a log"))?;
    let text = format!("# public: {}\n{}", keys.current().verifier(), keys.to_text());
    std::io::stdout().lock().write_all(text.as_bytes()).context("cannot write to the standard output")
}
