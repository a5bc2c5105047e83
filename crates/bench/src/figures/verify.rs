//! The check of a whole log, against the hashing of the same bytes.

use std::hint::black_box;
use std::time::Instant;

use daybook::model::leaf::{Disclosure, Leaf, Part, Salts};
use daybook::model::row::{Row, RowExt as _};
use daybook::store::{Store, list_entries};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::Bench;
use crate::Scale;
use crate::data;
use crate::measure::{Line, Round};

/// Entries that are held in memory at a time.
const SLICE: u64 = 20_000;

pub async fn run(bench: &Bench<'_>) -> anyhow::Result<Vec<Line>> {
    if bench.scale == Scale::TenMillion {
        return Ok(Vec::new());
    }
    let n = bench.scale.rows();
    let store = data::rows(bench.place, bench.scale.name(), n).await?;
    let count = n.min(SLICE);
    let mut checked = bench.line("verify", "leaf parsed, five digests, root", "rows/s", count as usize);
    let mut read = bench.line("verify", "the same, with the reading", "rows/s", count as usize);
    let mut hashed = bench.line("verify", "SHA-256 of the same bytes", "rows/s", count as usize);
    for round in 0..bench.rounds {
        // Another slice each time.
        let from = (n - count) / bench.rounds.max(1) as u64 * round as u64;
        let begin = Instant::now();
        let entries = slice(&store, from, count).await?;
        let reading = begin.elapsed();
        let begin = Instant::now();
        check(&entries)?;
        let checking = begin.elapsed();
        let begin = Instant::now();
        hash(&entries);
        let hashing = begin.elapsed();
        let rate = |took: std::time::Duration| Round::of_value(entries.len() as f64 / took.as_secs_f64());
        checked.rounds.push(rate(checking));
        read.rounds.push(rate(reading + checking));
        hashed.rounds.push(rate(hashing));
    }
    store.close().await;
    Ok(vec![checked.against(&hashed), read.against(&hashed), hashed])
}

/// An entry as a reader gets it: its ledger row, and its audit row with the text of what is in it.
struct Shown {
    ledger: Row,
    audit: Row,
    bytes: Vec<u8>,
}

async fn slice(store: &Store, from: u64, count: u64) -> anyhow::Result<Vec<Shown>> {
    let mut session = store.read().await?;
    let entries = list_entries(&mut session, i64::try_from(from)?, i64::try_from(from + count)?).await?;
    let mut shown = Vec::with_capacity(entries.len());
    for (ledger, audit) in entries {
        let audit = audit.ok_or_else(|| anyhow::anyhow!("an audit row is missing"))?;
        shown.push(Shown { bytes: Vec::new(), ledger, audit });
    }
    // Outside of what is timed as checking; the texts are what was read.
    for entry in &mut shown {
        entry.bytes = format!("{:?}{:?}", entry.ledger, entry.audit).into_bytes();
    }
    Ok(shown)
}

fn check(entries: &[Shown]) -> anyhow::Result<()> {
    let mut leaves = Vec::with_capacity(entries.len());
    for Shown { ledger, audit, .. } in entries {
        let text = ledger.text("leaf").unwrap_or_default();
        let leaf = Leaf::parse(text)?;
        let parse = |name: &str| serde_json::from_str::<Value>(ledger.text(name).unwrap_or_default());
        let salts = Salts::from_json(&parse("salts")?)?;
        anyhow::ensure!(Some(leaf.id.as_str()) == audit.text("id"), "another row");
        for (part, shown) in [
            (Part::Actor, parse("actor")?),
            (Part::Object, audit.value("object_id")),
            (Part::Before, audit.value("before_value")),
            (Part::After, audit.value("updated_values")),
            (Part::Context, parse("context")?),
        ] {
            anyhow::ensure!(leaf.check(part, &salts, Some(&shown))? == Disclosure::Genuine, "{part} is altered");
        }
        leaves.push(tlog::leaf_hash(text.as_bytes()));
    }
    black_box(tlog::root_of_leaves(leaves));
    Ok(())
}

fn hash(entries: &[Shown]) {
    for entry in entries {
        black_box(Sha256::digest(&entry.bytes));
    }
}
