//! `GET /ledger/tile/...`: hash tiles and entry bundles, [C2SP tlog-tiles](https://c2sp.org/tlog-tiles).
//!
//! A path names bytes that never change: hashes that the tree has by now, and those of a partial tile are the beginning of the
//! full one. Caches are told so once the bytes are signed for; after a new origin (the database went back) those that hold tiles of
//! the earlier one must be emptied.

use axum::extract::State;
use axum::response::Response;
use daybook::store::{find_head, list_leaves, read_tiles};
use tlog::{Bundle, HASH_LEN, TILE_WIDTH, Tile};

use super::{kept, missing};
use crate::api::error::ApiError;
use crate::app::App;
use crate::auth::LedgerReader;

pub async fn handle(State(app): State<App>, reader: LedgerReader) -> Result<Response, ApiError> {
    let path = reader.path.strip_prefix("/ledger/").unwrap_or_default();
    let none = || missing("There is no such tile in the log");
    let mut session = app.signer().read().await?;
    let size = find_head(&mut session).await?.map_or(0, |head| head.size);
    let signed = app.signer().newest().map_or(0, |newest| newest.head().size);
    if let Some(bundle) = Bundle::from_path(path) {
        let first = bundle.n.checked_mul(TILE_WIDTH as u64).ok_or_else(none)?;
        let end = first.checked_add(bundle.width() as u64).filter(|end| *end <= size).ok_or_else(none)?;
        let leaves = list_leaves(&mut session, first, end).await?;
        let bytes = bundle.format(leaves).map_err(|_| none())?;
        return Ok(kept(&app, bytes, end <= signed, false));
    }
    let tile = Tile::from_path(path).ok_or_else(none)?;
    // Not beyond what the tree has: the row of a tile on the edge is the tree's of this very snapshot.
    let there = tile.id.in_tree(size).ok_or_else(none)?;
    if tile.width() > there.width() {
        return Err(none());
    }
    let mut found = read_tiles(&mut session, [tile.id]).await?;
    let mut hashes = found.remove(&tile.id).ok_or_else(none)?;
    hashes.truncate(tile.width() * HASH_LEN);
    let end = (tile.id.n * TILE_WIDTH as u64 + tile.width() as u64) << (8 * u32::from(tile.id.level));
    Ok(kept(&app, hashes, end <= signed, true))
}
