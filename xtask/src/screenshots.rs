//! `cargo xtask screenshots`: pictures of every page, light, dark and narrow, into `target/screenshots`.

use crate::browser::Browser;
use crate::{cargo, root, step};

pub fn run() -> anyhow::Result<()> {
    let folder = root().join("target/screenshots");
    let mut tests = cargo();
    tests.args([
        "test",
        "--locked",
        "-p",
        "daybook-server",
        "--test",
        "it",
        "--",
        "--ignored",
        "web::browser::screenshots",
    ]);
    Browser::fetch()?.give_to(&mut tests);
    step(tests.env("DAYBOOK_SCREENSHOTS", &folder))?;
    eprintln!("xtask: {}", folder.display());
    Ok(())
}
