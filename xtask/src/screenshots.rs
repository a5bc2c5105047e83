//! `cargo xtask screenshots`: pictures of every page, light, dark and narrow, of no entries, of twelve and of a million, into
//! `target/screenshots`.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Stdio};

use anyhow::Context as _;

use crate::browser::Browser;
use crate::{bench, cargo, root, step};

pub fn run() -> anyhow::Result<()> {
    let folder = root().join("target/screenshots");
    let long = Long::serve()?;
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
    step(tests.env("DAYBOOK_SCREENSHOTS", &folder).env("DAYBOOK_SCREENSHOTS_LONG", &long.site))?;
    eprintln!("xtask: {}", folder.display());
    Ok(())
}

/// The bench's data set of a million rows, served for as long as this is there.
struct Long {
    server: Child,
    site: String,
}

impl Long {
    fn serve() -> anyhow::Result<Long> {
        bench::build()?;
        let mut command = bench::program();
        command.args(["--database", "sqlite", "--scale", "1m", "--serve"]);
        let mut server = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let output = server.stdout.take().context("the server has no output")?;
        let mut lines = BufReader::new(output).lines().map_while(Result::ok);
        let site = lines.find_map(|line| Some(line.strip_prefix("listens on ")?.to_owned()));
        Ok(Long { server, site: site.context("the server does not listen")? })
    }
}

impl Drop for Long {
    fn drop(&mut self) {
        // It ends when its input does.
        drop(self.server.stdin.take());
        let _ = self.server.wait();
    }
}
