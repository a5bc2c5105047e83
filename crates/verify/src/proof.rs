//! One entry: a `.tlog-proof` file ([C2SP](https://c2sp.org/tlog-proof)) held against the leaf that it is about.
//!
//! Such a file names neither its leaf nor a key of the log: both are the caller's.

use tlog::{ProofFile, VerifierKey};

use crate::report::{Problem, Report, Verdict, entry};

/// What there is to say of a proof file. `name` is the file's, `leaf` the text that was hashed, `trusted` the keys of the log
/// and of witnesses that the caller trusts.
pub fn verify(name: &str, file: &[u8], leaf: &[u8], trusted: &[VerifierKey]) -> Report {
    let mut report = Report::nothing(name);
    let proof = match ProofFile::parse(file) {
        Ok(proof) => proof,
        Err(error) => return report.tampered(None, error.to_string()),
    };
    let (index, checkpoint) = (proof.index(), proof.checkpoint().checkpoint());
    report.size = checkpoint.head().size;
    report.range = (index, index.saturating_add(1));
    report.origin = Some(checkpoint.origin().to_owned());
    report.root = Some(checkpoint.head().root.to_base64());
    report.checkpoint = Some(checkpoint.head().size);
    report.keys_given = !trusted.is_empty();
    if let Err(error) = proof.verify_inclusion(leaf) {
        return report.tampered(Some(index), format!("its leaf is not the one that the proof is about: {error}"));
    }
    report.counts.entries = 1;
    if trusted.is_empty() {
        report.missing.push("a proof file names no key: give the log's with --vkey".to_owned());
        return report;
    }
    match proof.checkpoint().verify(trusted) {
        Ok(signed) => {
            report.keys = signed.iter().map(|by| by.key.to_string()).collect();
            report.verdict = Verdict::Sound;
            report
        }
        Err(error) => report.tampered(None, format!("its checkpoint: {error}")),
    }
}

impl Report {
    fn tampered(mut self, position: Option<u64>, what: String) -> Report {
        let place = position.map_or_else(|| self.source.clone(), entry);
        self.problems = vec![Problem { position, place, what }];
        self.problems_found = 1;
        self.verdict = Verdict::Tampered;
        self
    }
}
