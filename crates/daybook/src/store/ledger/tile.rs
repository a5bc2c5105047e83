//! The rows of the Merkle tree.

use std::collections::BTreeMap;

use tlog::{Frontier, TileId};

use super::unhex;
use crate::model::row::RowExt as _;
use crate::store::db::{Bind, Dialect, Session, Sql};
use crate::store::error::StoreError;

/// The hashes of tiles, 32 bytes each, as they are stored: a tile on the right edge may hold more by now than at the size
/// that the caller goes by. One that is not there is left out.
pub async fn read_tiles(
    session: &mut Session,
    wanted: impl IntoIterator<Item = TileId>,
) -> Result<BTreeMap<TileId, Vec<u8>>, StoreError> {
    let dialect = session.dialect();
    let hashes = match dialect {
        Dialect::Sqlite => "lower(hex(hashes))",
        Dialect::Postgres => "encode(hashes, 'hex')",
    };
    let object = dialect.object(&[("level", "level"), ("n", "n"), ("hashes", hashes)]);
    let mut sql = session.sql(format!("SELECT {object} FROM {} WHERE ", dialect.own("tile")));
    let mut any = false;
    for tile in wanted {
        if any {
            sql.push(" OR ");
        }
        any = true;
        sql.push_with("(level = ? AND n = ?)", [Bind::Int(tile.level.into()), tile_number(tile)?]);
    }
    let mut tiles = BTreeMap::new();
    if !any {
        return Ok(tiles);
    }
    for row in session.objects(sql).await? {
        let corrupt = || StoreError::Corrupt("a tile of the tree cannot be read".to_owned());
        let level = row.int("level").and_then(|level| u8::try_from(level).ok()).ok_or_else(corrupt)?;
        let n = row.int("n").and_then(|n| u64::try_from(n).ok()).ok_or_else(corrupt)?;
        let bytes = row.text("hashes").and_then(unhex).ok_or_else(corrupt)?;
        tiles.insert(TileId { level, n }, bytes);
    }
    Ok(tiles)
}

pub(super) async fn read_frontier(session: &mut Session, size: u64) -> Result<Frontier, StoreError> {
    let tiles = read_tiles(session, Frontier::edge_tiles(size)).await?;
    Frontier::restore(size, tiles).map_err(|error| StoreError::Corrupt(format!("the tree cannot be restored: {error}")))
}

fn tile_number(tile: TileId) -> Result<Bind, StoreError> {
    i64::try_from(tile.n).map(Bind::Int).map_err(|_| StoreError::Corrupt("the log is too long".to_owned()))
}

/// The statement that writes a tile: one row.
pub(super) fn write_tile(sql: &mut Sql, tile: TileId, hashes: Vec<u8>) -> Result<(), StoreError> {
    sql.push(&format!("INSERT INTO {} (level, n, hashes) ", sql.dialect.own("tile")));
    sql.push_with(
        "VALUES (?, ?, ?) ON CONFLICT (level, n) DO UPDATE SET hashes = excluded.hashes",
        [Bind::Int(tile.level.into()), tile_number(tile)?, Bind::Bytes(hashes)],
    );
    Ok(())
}
