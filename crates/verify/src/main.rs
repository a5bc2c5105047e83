//! `daybook-verify`: checks an evidence bundle, a running server or the proof of one entry, with neither server nor database inside.

use std::process::ExitCode;

use clap::{CommandFactory as _, Parser, error::ErrorKind};
use daybook_verify::cli::{Checks, Place};

/// Checks Daybook's audit log: signatures, tree, and what readers see of every entry. Exit code 0: sound, 1: tampered,
/// 2: incomplete or unreachable.
#[derive(Debug, Parser)]
#[command(name = "daybook-verify", version)]
struct Cli {
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    checks: Checks,
}

fn main() -> ExitCode {
    let Cli { place, checks } = Cli::parse();
    match place.verify(&checks) {
        Some(report) => ExitCode::from(checks.print(&report)),
        None => {
            Cli::command().error(ErrorKind::MissingRequiredArgument, "name one of --bundle, --url and --proof").exit()
        }
    }
}
