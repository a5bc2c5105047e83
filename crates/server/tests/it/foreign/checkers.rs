//! The checkers, by the commands of VERIFY.md.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tlog::{ProofFile, VerifierKey};

pub const GO: &str = "Go";
pub const PYTHON: &str = "Python";
pub const OPENSSL: &str = "openssl";
pub const DAYBOOK: &str = "daybook verify";

#[derive(Debug)]
pub struct Verdict {
    pub accepted: bool,
    pub said: String,
}

/// The sections of a bundle's VERIFY.md, and the folder in which they put what they make.
pub struct Checkers {
    bundle: PathBuf,
    work: PathBuf,
    sections: Vec<(String, String)>,
}

impl Checkers {
    pub fn of(bundle: &Path, work: PathBuf) -> Checkers {
        std::fs::create_dir(&work).unwrap();
        let guide = std::fs::read_to_string(bundle.join("VERIFY.md")).unwrap();
        Checkers { bundle: bundle.to_owned(), work, sections: sections(&guide) }
    }

    /// Runs every command of the guide, one section after the other, and gives what they say.
    pub fn follow_the_guide(&self, kept: &Path) -> String {
        let everything: String = self.sections.iter().map(|(_, commands)| commands.as_str()).collect();
        let Verdict { accepted, said } = self.run(&self.bundle, Some(kept), &everything);
        assert!(accepted, "{said}");
        said
    }

    /// Each checker on a bundle, with the keys and the programs of the untouched one.
    pub fn check(&self, folder: &Path, kept: Option<&Path>) -> Vec<(&'static str, Verdict)> {
        let commands = [
            (GO, r#""$WORK/check" . "$WORK/trusted.vkey" $OLD"#),
            (PYTHON, r#""$WORK/venv/bin/python" "$WORK/check.py" . "$WORK/trusted.vkey" $OLD"#),
            (OPENSSL, self.section("## With openssl")),
            (DAYBOOK, self.section("## With `daybook verify`")),
        ];
        // Side by side: what takes time is Python.
        std::thread::scope(|scope| {
            let running: Vec<_> = commands
                .into_iter()
                .map(|(name, commands)| (name, scope.spawn(move || self.run(folder, kept, commands))))
                .collect();
            running.into_iter().map(|(name, verdict)| (name, verdict.join().unwrap())).collect()
        })
    }

    /// The file that Python made of the sample entry is, byte for byte, the one that we make, and holds.
    pub fn proof_file_is_ours(&self, bundle: &Path, key: &VerifierKey) {
        let file = std::fs::read(self.work.join("69999.tlog-proof")).unwrap();
        let proof = ProofFile::parse(&file).unwrap();
        let read = |id: tlog::TileId| std::fs::read(bundle.join(id.in_tree(70_000).unwrap().path())).ok();
        let ours = tlog::inclusion_proof(69_999, 70_000, read).unwrap();
        let ours = ProofFile::new(69_999, ours, proof.checkpoint().clone()).unwrap();
        assert_eq!(String::from_utf8_lossy(&file), ours.to_string());
        let last = tlog::bundles(70_000).last().unwrap();
        let leaves = std::fs::read(bundle.join(last.path())).unwrap();
        proof.verify(last.parse(&leaves).unwrap().last().unwrap(), [key]).unwrap();
    }

    fn section(&self, heading: &str) -> &str {
        let found = self.sections.iter().find(|(name, _)| name.starts_with(heading));
        &found.unwrap_or_else(|| panic!("VERIFY.md has no section {heading}")).1
    }

    fn run(&self, folder: &Path, kept: Option<&Path>, commands: &str) -> Verdict {
        let program = Path::new(env!("CARGO_BIN_EXE_daybook")).parent().unwrap();
        let path = std::env::var_os("PATH").unwrap_or_default();
        let path = std::env::join_paths([program.to_owned()].into_iter().chain(std::env::split_paths(&path))).unwrap();
        let mut shell = Command::new("sh");
        shell.args(["-e", "-u", "-c", commands]).current_dir(folder).env("PATH", path).env("WORK", &self.work);
        shell.env("OLD", kept.map(Path::as_os_str).unwrap_or_default());
        let Output { status, stdout, stderr } = shell.output().unwrap();
        let said = [stdout, stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
        Verdict { accepted: status.success(), said }
    }
}

/// The commands under each heading.
fn sections(guide: &str) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    let mut inside = false;
    for line in guide.lines() {
        match line {
            "```sh" => inside = true,
            "```" => inside = false,
            command if inside => {
                let (_, commands) = found.last_mut().expect("commands stand under a heading");
                commands.push_str(command);
                commands.push('\n');
            }
            heading if heading.starts_with('#') => found.push((heading.to_owned(), String::new())),
            _ => {}
        }
    }
    found
}
