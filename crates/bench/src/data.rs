//! The data set in a database, as a log: made once, kept, and used again while rows and schema stay what they are.

use std::collections::VecDeque;
use std::time::Instant;

use anyhow::Context as _;
use daybook::model::leaf::{Disclosure, Leaf, Part, Salts};
use daybook::model::row::RowExt as _;
use daybook::store::bench::{BulkRow, Frozen, schema};
use daybook::store::{Store, find_head, list_entries};
use daybook_bench::rows;
use jiff::Timestamp;
use serde_json::Value;
use tokio::task::{JoinHandle, spawn_blocking};

use crate::place::{self, Place};
use crate::report::note;

/// Rows in one transaction.
const BATCH: u64 = 16_384;

/// Leaves in one transaction, when there is nothing but leaves.
const LEAVES: u64 = 1 << 18;

/// What a row takes with its entry and its indexes, and room for the database to work in.
const BYTES_A_ROW: u64 = 5_000;

/// The setting that says what a database holds. It is written last.
const MARK: &str = "bench_data";

/// A store with `n` rows of the data set as its log.
pub async fn rows(place: &Place, scale: &str, n: u64) -> anyhow::Result<Store> {
    let mark = format!("rows {} {n} {}", rows::VERSION, schema(place.dialect()));
    if let Some(store) = find(place, scale, &mark, n).await? {
        return Ok(store);
    }
    if let Some(free) = place.free_bytes() {
        anyhow::ensure!(
            free > n * BYTES_A_ROW,
            "{n} rows need {} MB, {} are free",
            (n * BYTES_A_ROW) >> 20,
            free >> 20
        );
    }
    let store = place::open_for_loading(place.fresh(scale).await?, rows::updated_at(1, n)).await?;
    let begin = Instant::now();
    let indexes = store.drop_audit_indexes().await?;
    let mut ready: VecDeque<JoinHandle<anyhow::Result<Vec<Frozen>>>> = VecDeque::new();
    let ahead = std::thread::available_parallelism().map_or(2, std::num::NonZero::get) + 1;
    let mut next = 1;
    while next <= n || !ready.is_empty() {
        while next <= n && ready.len() < ahead {
            let batch = next..=n.min(next + BATCH - 1);
            next += BATCH;
            ready.push_back(spawn_blocking(move || freeze(batch, n)));
        }
        if let Some(batch) = ready.pop_front() {
            store.append_in_bulk(batch.await??).await?;
        }
    }
    let loaded = begin.elapsed();
    store.create_indexes(indexes).await?;
    check(&store, n).await.context("what was loaded is not the data set")?;
    store.setting(MARK, || mark).await?;
    let rate = n as f64 / loaded.as_secs_f64();
    note(&format!("{}: {n} rows loaded at {rate:.0} rows/s, with indexes in {:.1?}", place.name(), begin.elapsed()));
    store.close().await;
    reopen(place, scale).await
}

/// A store whose log has `n` leaves, and not one entry: enough to make proofs in.
pub async fn tiles(place: &Place, scale: &str, n: u64) -> anyhow::Result<Store> {
    let mark = format!("tiles {n} {}", schema(place.dialect()));
    let name = format!("{scale}-tiles");
    if let Some(store) = find(place, &name, &mark, n).await? {
        return Ok(store);
    }
    fill_with_leaves(place, &name, n).await?;
    let store = reopen(place, &name).await?;
    store.setting(MARK, || mark).await?;
    Ok(store)
}

/// Makes a database of `n` leaves anew.
pub async fn fill_with_leaves(place: &Place, name: &str, n: u64) -> anyhow::Result<()> {
    let store = place::open_for_loading(place.fresh(name).await?, rows::updated_at(1, n)).await?;
    let begin = Instant::now();
    for first in (0..n).step_by(LEAVES as usize) {
        let end = n.min(first + LEAVES);
        let leaves = spawn_blocking(move || (first..end).map(leaf_of_tiles).collect()).await?;
        store.append_leaves_in_bulk(leaves).await?;
    }
    note(&format!("{}: {n} leaves without entries in {:.1?}", place.name(), begin.elapsed()));
    store.close().await;
    Ok(())
}

/// Leaf `index` of a log of [`tiles`].
pub fn leaf_of_tiles(index: u64) -> tlog::Hash {
    tlog::leaf_hash(&index.to_be_bytes())
}

async fn reopen(place: &Place, name: &str) -> anyhow::Result<Store> {
    Ok(Store::open(place::options(place.database(name).await?)).await?)
}

async fn find(place: &Place, name: &str, mark: &str, n: u64) -> anyhow::Result<Option<Store>> {
    // A database of another schema may be too new to open: then it is made again.
    let Ok(store) = reopen(place, name).await else { return Ok(None) };
    let head = find_head(&mut store.read().await?).await?;
    let same = store.find_setting(MARK).await?.as_deref() == Some(mark) && head.is_some_and(|head| head.size == n);
    if same {
        return Ok(Some(store));
    }
    store.close().await;
    Ok(None)
}

fn freeze(batch: std::ops::RangeInclusive<u64>, n: u64) -> anyhow::Result<Vec<Frozen>> {
    // A log's time never runs backwards. Above some million rows the seconds that are drawn would make it, so an entry
    // bears the latest time that any row before it has: those of the last minute are all that can be later.
    let near = (n / (730 * 24 * 60) + 2).min(batch.start() - 1);
    let mut latest: Timestamp = rows::updated_at(1, n);
    for i in batch.start() - near..*batch.start() {
        latest = latest.max(rows::updated_at(i.max(1), n));
    }
    batch
        .map(|i| {
            let row = rows::row(i, n);
            latest = latest.max(row.updated_at);
            let bulk = BulkRow {
                id: row.id,
                at: latest,
                changed_by: row.changed_by,
                changed_by_api_key: row.changed_by_api_key,
                action: row.action,
                table: row.table_name,
                object_id: row.object_id,
                before: row.before_value,
                after: Some(row.updated_values),
            };
            Ok(bulk.freeze(i - 1)?)
        })
        .collect()
}

/// Reads some hundred entries back: they are the rows, and their leaves commit to them.
async fn check(store: &Store, n: u64) -> anyhow::Result<()> {
    let mut session = store.read().await?;
    for seq in (0..n).step_by((n / 500).max(1) as usize) {
        let from = i64::try_from(seq)?;
        let (ledger, audit) = list_entries(&mut session, from, from + 1).await?.pop().context("an entry is missing")?;
        let audit = audit.context("an audit row is missing")?;
        let row = rows::row(seq + 1, n);
        let before = audit.get("before_value").filter(|value| !value.is_null()).cloned();
        let same = audit.text("id") == Some(&row.id)
            && audit.text("changed_by") == Some(&row.changed_by)
            && audit.text("object_id") == Some(&row.object_id)
            && before == row.before_value
            && audit.get("updated_values") == Some(&row.updated_values);
        anyhow::ensure!(same, "entry {seq} is {audit:?}, not {row:?}");
        let leaf = Leaf::parse(ledger.text("leaf").context("no leaf")?)?;
        let parse = |name: &str| serde_json::from_str::<Value>(ledger.text(name).unwrap_or_default());
        let salts = Salts::from_json(&parse("salts")?)?;
        anyhow::ensure!(audit.time("updated_at") == Some(leaf.at), "entry {seq} has another time than its leaf");
        for (part, shown) in [
            (Part::Actor, parse("actor")?),
            (Part::Object, row.object_id.into()),
            (Part::Before, before.unwrap_or_default()),
            (Part::After, row.updated_values),
            (Part::Context, parse("context")?),
        ] {
            anyhow::ensure!(leaf.check(part, &salts, Some(&shown))? == Disclosure::Genuine, "{part} of entry {seq}");
        }
    }
    Ok(())
}
