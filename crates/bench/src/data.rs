//! The data set in a database, as a log: made once, kept, and used again while rows and schema stay what they are.

use std::collections::VecDeque;
use std::ops::RangeInclusive;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use daybook::model::leaf::{Disclosure, Leaf, Part, Salts};
use daybook::model::row::RowExt as _;
use daybook::store::bench::{BulkRow, Frozen, schema};
use daybook::store::{Dialect, Store, find_head, list_entries, text};
use daybook_bench::rows;
use serde_json::Value;
use tokio::task::{JoinHandle, spawn_blocking};

use crate::figures::served::Served;
use crate::place::{self, Place};
use crate::report::note;

/// Rows in one transaction. Ids are random, so a transaction writes as many pages of their indexes as it has rows, until it
/// has as many as there are pages: the longer, the fewer in all.
const BATCH: u64 = 131_072;

/// Rows that are frozen at a time.
const PORTION: u64 = 8_192;

/// Leaves in one transaction, when there is nothing but leaves.
const LEAVES: u64 = 1 << 18;

/// What a row takes with its entry, its words, its indexes and its share of the tree, and room for the database to work in.
fn bytes_a_row(dialect: Dialect) -> u64 {
    match dialect {
        Dialect::Sqlite => 3_500,
        Dialect::Postgres => 4_800,
    }
}

/// The setting that says what a database holds. It is written last.
const MARK: &str = "bench_data";

/// What a log may have besides the rows: what a start puts on the record.
const MORE: u64 = 16;

/// A store with `n` rows of the data set as its log, which has its key.
pub async fn rows(place: &Place, scale: &str, n: u64) -> anyhow::Result<Store> {
    let mark = format!("rows {} {n} {}", rows::VERSION, schema(place.dialect()));
    if let Some(store) = find(place, scale, &mark, n).await? {
        return Ok(store);
    }
    place.remove(scale).await?;
    let needed = n * bytes_a_row(place.dialect());
    if let Some(free) = place.free_bytes() {
        let (needed, free) = (needed >> 20, free >> 20);
        anyhow::ensure!(
            free > needed,
            "{n} rows need {needed} MB, {free} are free: `cargo xtask bench --drop` with a scale and a database makes room"
        );
    }
    let store = place::open_for_loading(place.fresh(scale).await?, rows::updated_at(1, n)).await?;
    let begin = Instant::now();
    let indexes = store.drop_indexes().await?;
    let (waiting, writing) = load(&store, place, n).await?;
    let loaded = begin.elapsed();
    text::catch_up(&store).await?;
    let worded = begin.elapsed() - loaded;
    store.create_indexes(indexes).await?;
    check(&store, n).await.context("what was loaded is not the data set")?;
    store.setting(MARK, || mark).await?;
    store.close().await;
    // Its first start gives the log a key.
    Served::product(place, scale).await?.stop().await?;
    let rate = n as f64 / loaded.as_secs_f64();
    note(&format!(
        "{}: {n} rows loaded at {rate:.0} rows/s ({waiting:.1?} waiting for rows, {writing:.1?} for the database), \
         words in {worded:.1?}, with indexes and checks in {:.1?}",
        place.name(),
        begin.elapsed()
    ));
    reopen(place, scale).await
}

/// Rows are made on all cores while others are written. Gives how long the one waited for the other.
async fn load(store: &Store, place: &Place, n: u64) -> anyhow::Result<(Duration, Duration)> {
    let mut ready: VecDeque<JoinHandle<anyhow::Result<Vec<Frozen>>>> = VecDeque::new();
    let ahead = std::thread::available_parallelism().map_or(2, std::num::NonZero::get) as u64 + BATCH / PORTION;
    let (mut waiting, mut writing) = (Duration::ZERO, Duration::ZERO);
    let (mut next, mut batch, mut said) = (1, Vec::new(), 0);
    while next <= n || !ready.is_empty() {
        while next <= n && (ready.len() as u64) < ahead {
            let portion = next..=n.min(next + PORTION - 1);
            next += PORTION;
            ready.push_back(spawn_blocking(move || freeze(portion, n)));
        }
        let begin = Instant::now();
        if let Some(portion) = ready.pop_front() {
            batch.extend(portion.await??);
        }
        waiting += begin.elapsed();
        if batch.len() as u64 >= BATCH || ready.is_empty() {
            let begin = Instant::now();
            store.append_in_bulk(std::mem::take(&mut batch)).await?;
            writing += begin.elapsed();
            if next / 1_000_000 > said {
                said = next / 1_000_000;
                note(&format!("{}: {said} million rows", place.name()));
            }
        }
    }
    Ok((waiting, writing))
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
    let same = store.find_setting(MARK).await?.as_deref() == Some(mark)
        && head.is_some_and(|head| (n..=n + MORE).contains(&head.size));
    if same {
        return Ok(Some(store));
    }
    store.close().await;
    Ok(None)
}

fn freeze(batch: RangeInclusive<u64>, n: u64) -> anyhow::Result<Vec<Frozen>> {
    let entries = batch.clone().zip(rows::recorded_at(batch, n)).map(|(i, at)| {
        let row = rows::row(i, n);
        let bulk = BulkRow {
            id: row.id,
            at,
            changed_by: row.changed_by,
            changed_by_api_key: row.changed_by_api_key,
            action: row.action,
            table: row.table_name,
            object_id: row.object_id,
            before: row.before_value,
            after: Some(row.updated_values),
        };
        Ok(bulk.freeze(i - 1)?)
    });
    entries.collect()
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
