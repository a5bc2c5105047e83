//! Bytes an entry, table by table.

use daybook::store::bench::sizes;

use super::Bench;
use crate::Scale;
use crate::data;
use crate::measure::Line;

pub async fn run(bench: &Bench<'_>) -> anyhow::Result<Vec<Line>> {
    let n = bench.scale.rows();
    if bench.scale == Scale::TenMillion {
        // What ten million entries take is ten times what one million take; the rows are not made for this.
        return Ok(Vec::new());
    }
    let store = data::rows(bench.place, bench.scale.name(), n).await?;
    let sizes = sizes(&mut store.read().await?).await?;
    store.close().await;
    let mut lines = Vec::new();
    for size in sizes {
        for (what, bytes) in [("rows", size.rows), ("indexes", size.indexes)] {
            let line = bench.line("bytes", format!("{} {what}", size.table), "bytes an entry");
            lines.push(line.value(bytes as f64 / n as f64));
        }
    }
    Ok(lines)
}
