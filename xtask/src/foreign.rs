//! `cargo xtask foreign`: an evidence bundle in the hands of Go, Python and openssl.
//!
//! The tests of that name follow the bundle's own instructions. Here is what the instructions take for granted: Debian's
//! packages, and the wheels that pip would fetch, kept in `target/foreign`.

use std::path::PathBuf;
use std::process::Command;

use crate::{cargo, litellm, root, step, test, tools};

/// What pip is to find.
const REQUIREMENTS: &str = "crates/server/tests/foreign/requirements.txt";

pub fn run() -> anyhow::Result<()> {
    let wheels = fetch()?;
    with(&wheels)
}

/// Brings what is not there yet, and says where the wheels are.
pub fn fetch() -> anyhow::Result<PathBuf> {
    tools::openssl()?;
    tools::go()?;
    tools::python()?;
    tools::python_venv()?;
    tools::python_pip()?;
    let wheels = root().join("target/foreign/wheels");
    let wanted = std::fs::read_to_string(root().join(REQUIREMENTS))?;
    let stamp = wheels.join("fetched.txt");
    if !std::fs::read_to_string(&stamp).is_ok_and(|fetched| fetched == wanted) {
        let _ = std::fs::remove_dir_all(&wheels);
        std::fs::create_dir_all(&wheels)?;
        let mut pip = litellm::pip("python3".as_ref(), "download");
        step(pip.arg("--dest").arg(&wheels).arg("-r").arg(root().join(REQUIREMENTS)))?;
        std::fs::write(stamp, wanted)?;
    }
    Ok(wheels)
}

/// The tests, with the wheels of [`fetch`].
pub fn with(wheels: &std::path::Path) -> anyhow::Result<()> {
    let mut tests: Command = cargo();
    if test::has_nextest() {
        tests.args(["nextest", "run", "--locked", "--workspace", "--run-ignored", "only"]);
        tests.args(["--no-capture", "-E", "test(/^foreign::/)"]);
    } else {
        tests.args(["test", "--locked", "--workspace", "--test", "it", "--", "--ignored", "--nocapture", "foreign::"]);
    }
    step(tests.env("PIP_NO_INDEX", "1").env("PIP_FIND_LINKS", wheels))
}
