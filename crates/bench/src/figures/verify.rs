//! The verification of a whole log in its database, as `daybook verify --db` does it, against the hashing of the same bytes.

use std::hint::black_box;
use std::time::{Duration, Instant};

use daybook::ledger::verify::verify;
use daybook::model::row::RowExt as _;
use daybook::store::{Onlooker, Pooling, Store, list_entries};
use daybook_verify::report::Report;
use daybook_verify::source::Options;
use sha2::{Digest as _, Sha256};

use super::Bench;
use crate::measure::{Line, Part, Round};
use crate::report::note;
use crate::{Scale, data};

/// Entries whose bytes are hashed, to compare with.
const SAMPLE: u64 = 20_000;

/// Reading a million rows takes its time.
const ROUNDS: usize = 3;

pub async fn run(bench: &Bench<'_>) -> anyhow::Result<Vec<Line>> {
    if bench.scale == Scale::TenMillion {
        return Ok(Vec::new());
    }
    let n = bench.scale.rows();
    let store = data::rows(bench.place, bench.scale.name(), n).await?;
    let sample = sample(&store, n.min(SAMPLE)).await?;
    store.close().await;
    let location = bench.place.database(bench.scale.name()).await?;
    let onlooker = Onlooker::open(&location, &Pooling { connections: 2, timeout: Duration::from_secs(60) }).await?;
    let mut whole = bench.line("verify", format!("{n} entries, everything"), "rows/s");
    let mut tree = bench.line("verify", format!("{n} entries, tree alone"), "rows/s");
    let mut hashed = bench.line("verify", "SHA-256 of the same bytes, one core", "rows/s");
    for _ in 0..bench.rounds.min(ROUNDS) {
        for (line, tree_only) in [(&mut whole, false), (&mut tree, true)] {
            let options = Options { tree_only, ..Options::default() };
            let begin = Instant::now();
            let report = verify(&onlooker, bench.place.name(), &options, &mut |_, _| {}).await;
            line.rounds.push(Round::of_value(n as f64 / begin.elapsed().as_secs_f64()));
            sound(&report, n)?;
        }
        let begin = Instant::now();
        for entry in &sample {
            black_box(Sha256::digest(black_box(entry)));
        }
        hashed.rounds.push(Round::of_value(sample.len() as f64 / begin.elapsed().as_secs_f64()));
    }
    onlooker.close().await;
    let name = "SHA-256";
    Ok(vec![whole.against(&[Part::P50], name, &hashed), tree.against(&[Part::P50], name, &hashed), hashed])
}

/// Nothing is wrong, and nothing was left out but a signature, which the data set has none of.
fn sound(report: &Report, n: u64) -> anyhow::Result<()> {
    anyhow::ensure!(report.problems_found == 0, "the data set is not sound: {:?}", report.first());
    anyhow::ensure!(report.counts.entries >= n, "{} of {n} entries were looked at", report.counts.entries);
    if !report.missing.is_empty() {
        note(&format!("verify: not looked at: {}", report.missing.join("; ")));
    }
    Ok(())
}

/// What is hashed of each entry, one text.
async fn sample(store: &Store, count: u64) -> anyhow::Result<Vec<Vec<u8>>> {
    let mut session = store.read().await?;
    let entries = list_entries(&mut session, 0, i64::try_from(count)?).await?;
    let texts = entries.into_iter().map(|(ledger, audit)| {
        let mut text = String::new();
        for name in ["leaf", "actor", "context"] {
            text.push_str(ledger.text(name).unwrap_or_default());
        }
        for name in ["object_id", "before_value", "updated_values"] {
            text.push_str(&audit.as_ref().map(|audit| audit.value(name).to_string()).unwrap_or_default());
        }
        text.into_bytes()
    });
    Ok(texts.collect())
}
