//! An inclusion proof from the tiles in the database, against the reading of one row by its primary key.

use daybook::model::table::AUDIT_LOG;
use daybook::store::{Lock, Store, by, find_head, read_tiles};
use daybook_bench::rows;
use tlog::TileId;

use super::Bench;
use crate::measure::{Dice, Line, Part, Round, timed};
use crate::{Scale, data};

/// Of each kind in one round.
const OPERATIONS: usize = 2000;

pub async fn run(bench: &Bench<'_>) -> anyhow::Result<Vec<Line>> {
    let n = bench.scale.rows();
    // Ten million whole rows would take 40 GB; a proof reads tiles alone.
    let rows = bench.scale != Scale::TenMillion;
    let store = if rows {
        data::rows(bench.place, bench.scale.name(), n).await?
    } else {
        data::tiles(bench.place, bench.scale.name(), n).await?
    };
    let among = if rows { "entries" } else { "leaves (tiles alone)" };
    let mut by_key = bench.line("proof", "one tile by its key", "ms");
    let mut by_id = bench.line("proof", "one audit row by its id", "ms");
    let mut proofs = bench.line("proof", format!("inclusion proof among {n} {among}"), "ms");
    let mut dice = Dice::new(1);
    for _ in 0..bench.rounds {
        let [mut one, mut two, mut three] = [const { Vec::new() }; 3];
        for _ in 0..OPERATIONS {
            let index = dice.below(n);
            let tile = TileId { level: 0, n: dice.below(n / 256) };
            let (took, found) = timed(async { read_tiles(&mut store.read().await?, [tile]).await }).await;
            anyhow::ensure!(found?.len() == 1, "a tile is missing");
            one.push(took);
            let (took, proof) = timed(prove(&store, index)).await;
            let (head, proof) = proof?;
            three.push(took);
            if rows {
                let id = by("id", &rows::row(index + 1, n).id);
                let (took, row) = timed(async { store.read().await?.row(&AUDIT_LOG, &id, Lock::No).await }).await;
                anyhow::ensure!(row?.is_some(), "a row is missing");
                two.push(took);
            } else {
                // Only there is the leaf known without reading it.
                tlog::verify_inclusion(&data::leaf_of_tiles(index), index, &proof, &head)?;
            }
        }
        by_key.rounds.push(Round::of_latencies(one));
        proofs.rounds.push(Round::of_latencies(three));
        if rows {
            by_id.rounds.push(Round::of_latencies(two));
        }
    }
    store.close().await;
    let mut proofs = proofs.against(&[Part::P50], "tile by its key", &by_key);
    let mut lines = Vec::new();
    if rows {
        proofs = proofs.against(&[Part::P50], "row by its id", &by_id);
        lines.push(by_id);
    }
    lines.push(by_key);
    lines.insert(0, proofs);
    Ok(lines)
}

/// Head, tiles, proof: what an answer needs besides its signature.
async fn prove(store: &Store, index: u64) -> anyhow::Result<(tlog::TreeHead, Vec<tlog::Hash>)> {
    let mut session = store.read().await?;
    let head = find_head(&mut session).await?.ok_or_else(|| anyhow::anyhow!("the log has no head"))?;
    let wanted = tlog::inclusion_tiles(index, head.size)?;
    let tiles = read_tiles(&mut session, wanted.into_iter().map(|tile| tile.id)).await?;
    let proof = tlog::inclusion_proof(index, head.size, |id| tiles.get(&id))?;
    Ok((head.tree(), proof))
}
