//! What `daybook verify` and `daybook-verify` have in common.

use std::io::{IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};

use clap::Args;
use tlog::VerifierKey;

use crate::proof;
use crate::report::Report;
use crate::source::{Directory, Options, Source, Url, verify};

/// What is looked for and how it is said.
#[derive(Clone, Debug, Args)]
pub struct Checks {
    /// A public key of the log that you trust; several while keys change. Without it: those that the source names.
    #[arg(long, value_name = "VKEY")]
    pub vkey: Vec<String>,
    /// An earlier checkpoint that you kept, a file: the log must extend it.
    #[arg(long, value_name = "FILE", conflicts_with = "proof")]
    pub checkpoint: Vec<PathBuf>,
    /// Check tiles and checkpoints only, not the entries.
    #[arg(long, conflicts_with = "proof")]
    pub tree_only: bool,
    /// Report as JSON.
    #[arg(long)]
    pub json: bool,
}

/// Sources that need no database.
#[derive(Clone, Debug, Args)]
pub struct Place {
    /// An evidence bundle, a folder.
    #[arg(long, value_name = "DIR")]
    pub bundle: Option<PathBuf>,
    /// A running server, by its address.
    #[arg(long, value_name = "URL", conflicts_with = "bundle")]
    pub url: Option<String>,
    /// The key to ask the server with; else DAYBOOK_KEY. An ordinary one may read the tree, an admin's the entries too.
    #[arg(long, value_name = "KEY", requires = "url")]
    pub key: Option<String>,
    /// The proof of one entry, a .tlog-proof file. It needs --vkey, for the file names no key.
    #[arg(long, value_name = "FILE", requires = "leaf", conflicts_with_all = ["bundle", "url"])]
    pub proof: Option<PathBuf>,
    /// The leaf that the proof is about, a file with the text that was hashed.
    #[arg(long, value_name = "FILE", requires = "proof")]
    pub leaf: Option<PathBuf>,
}

impl Place {
    /// The report on the source that is named; `None` when none is.
    pub fn verify(self, checks: &Checks) -> Option<Report> {
        if let (Some(file), Some(leaf)) = (&self.proof, &self.leaf) {
            return Some(one(file, leaf, checks));
        }
        let mut source: Box<dyn Source> = match (self.bundle, self.url) {
            (Some(folder), _) => Box::new(Directory::new(folder)),
            (None, Some(url)) => {
                let key = self.key.or_else(|| std::env::var("DAYBOOK_KEY").ok().filter(|key| !key.is_empty()));
                Box::new(Url::new(&url, key))
            }
            (None, None) => return None,
        };
        let name = source.name();
        let mut progress = Progress::default();
        let report = match checks.options() {
            Ok(options) => verify(source.as_mut(), &options, &mut |done, all| progress.show(done, all)),
            Err(problem) => Report::unreachable(&name, &problem),
        };
        progress.clear();
        Some(report)
    }
}

/// The report on the proof of one entry.
fn one(file: &Path, leaf: &Path, checks: &Checks) -> Report {
    let name = file.display().to_string();
    let read = |path: &Path| std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()));
    let given = checks.options().and_then(|options| Ok((options, read(file)?, read(leaf)?)));
    match given {
        // A leaf is one line; whoever copies it to a file may well end it.
        Ok((options, file, leaf)) => {
            let leaf = leaf.strip_suffix(b"\n").unwrap_or(&leaf);
            proof::verify(&name, &file, leaf, &options.trusted)
        }
        Err(problem) => Report::unreachable(&name, &problem),
    }
}

impl Checks {
    /// Reads keys and files.
    ///
    /// # Errors
    ///
    /// One that cannot be read.
    pub fn options(&self) -> Result<Options, String> {
        let key = |vkey: &String| VerifierKey::parse(vkey).map_err(|error| format!("--vkey {vkey}: {error}"));
        let file = |path: &PathBuf| {
            let note = std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
            Ok::<_, String>((path.display().to_string(), note))
        };
        Ok(Options {
            trusted: self.vkey.iter().map(key).collect::<Result<_, _>>()?,
            kept: self.checkpoint.iter().map(file).collect::<Result<_, _>>()?,
            tree_only: self.tree_only,
        })
    }

    /// Writes the report to the standard output, and gives the exit code.
    pub fn print(&self, report: &Report) -> u8 {
        let mut out = std::io::stdout().lock();
        let written = match self.json {
            true => writeln!(out, "{:#}", report.to_json()),
            false => write!(out, "{report}"),
        };
        // A report that nobody can read is none.
        if written.and_then(|()| out.flush()).is_ok() { report.verdict.exit_code() } else { 2 }
    }
}

/// A line on the terminal that says how far it is.
#[derive(Debug, Default)]
pub struct Progress {
    shown: Option<u64>,
}

impl Progress {
    pub fn show(&mut self, done: u64, all: u64) {
        let percent = done.saturating_mul(100).checked_div(all).unwrap_or(100);
        let mut error = std::io::stderr().lock();
        if self.shown != Some(percent) && error.is_terminal() {
            self.shown = Some(percent);
            let bar = "#".repeat(usize::try_from(percent / 4).unwrap_or_default());
            let _ = write!(error, "\r[{bar:25}] {percent:3} %  {done} of {all} entries");
            let _ = error.flush();
        }
    }

    /// Takes the line away again.
    pub fn clear(&mut self) {
        if self.shown.take().is_some() {
            let _ = write!(std::io::stderr(), "\r\x1b[K");
        }
    }
}
