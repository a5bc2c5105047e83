//! The database as a source of the verification: everything in one view, in chunks, examined while the next chunk is read.

use daybook_verify::engine::{self, GivenCheckpoint, Kind, Recomputed, Setup, Verifier};
use daybook_verify::examine::{Examined, examine};
use daybook_verify::report::Report;
use daybook_verify::source::{Options, in_parallel};
use tokio::task::JoinHandle;

use crate::store::{self, Onlooker, Session, StoreError, StoredEntry};

/// Rows that are read at once.
const CHUNK: i64 = 2048;
/// Surplus tiles that a report names.
const NAMED: i64 = 5;

/// Verifies the log in a database. `name` is what the report calls it; `progress` hears how many entries of how many are done.
pub async fn verify(
    database: &Onlooker,
    name: &str,
    options: &Options,
    progress: &mut (dyn FnMut(u64, u64) + Send),
) -> Report {
    let session = match database.read().await {
        Ok(session) => session,
        Err(error) => return Report::unreachable(name, &error.to_string()),
    };
    verify_in(session, name, options, progress).await
}

/// [`verify`] of what a session sees.
pub async fn verify_in(
    mut session: Session,
    name: &str,
    options: &Options,
    progress: &mut (dyn FnMut(u64, u64) + Send),
) -> Report {
    let verifier = match start(&mut session, name, options).await {
        Ok(Some(verifier)) => verifier,
        Ok(None) => return Report::unreachable(name, "the log has no head"),
        Err(error) => return Report::unreachable(name, &error.to_string()),
    };
    let mut run = Run { session, verifier, rows: 0 };
    if let Err(error) = run.go(options.tree_only, progress).await {
        run.verifier.missing(format!("the database stopped answering: {error}"));
        let size = run.verifier.size();
        run.verifier.pass_to(size, "the entries that follow could not be read");
    }
    run.verifier.finish()
}

async fn start(session: &mut Session, name: &str, options: &Options) -> Result<Option<Verifier>, StoreError> {
    let Some(head) = store::read_stored_head(session).await? else { return Ok(None) };
    let published = store::list_stored_checkpoints(session).await?;
    let keys = store::list_stored_keys(session).await?;
    let newest = published.last().map(|last| last.size);
    let given = published.into_iter().map(|one| GivenCheckpoint {
        name: format!("checkpoint {}", one.size),
        // A size that is none can be no note's.
        size: Some(u64::try_from(one.size).unwrap_or(u64::MAX)),
        note: one.note.into_bytes(),
        kind: if Some(one.size) == newest { Kind::Newest } else { Kind::Published },
    });
    let mut verifier = Verifier::new(Setup {
        source: name.to_owned(),
        size: u64::try_from(head.size).unwrap_or(0),
        range: None,
        head: Some(engine::StoredHead { origin: head.origin, root: head.root, last_at: head.last_at }),
        vkeys: keys.iter().map(|key| key.vkey.clone()).collect(),
        key_rows: Some(keys),
        trusted: options.trusted.clone(),
        checkpoints: given.chain(options.kept()).collect(),
        tree_only: options.tree_only,
    });
    if head.size < 0 {
        verifier.problem(None, "head", format!("its size is {}", head.size));
    }
    Ok(Some(verifier))
}

/// Entries that have been examined, with their sequence numbers.
type Chunk = Vec<(i64, bool, Examined)>;

struct Run {
    session: Session,
    verifier: Verifier,
    /// Audit rows that the ledger knows.
    rows: u64,
}

impl Run {
    async fn go(&mut self, tree_only: bool, progress: &mut (dyn FnMut(u64, u64) + Send)) -> Result<(), StoreError> {
        let mut after = i64::MIN;
        let (mut limit, mut ended) = (CHUNK, false);
        let mut working: Option<JoinHandle<Result<Chunk, StoreError>>> = None;
        loop {
            // The next chunk is read while the last one is examined.
            let read = match ended {
                true => Ok(Vec::new()),
                false => store::read_stored_entries(&mut self.session, after, limit).await,
            };
            let rows = match read {
                Err(error @ StoreError::Unavailable { .. }) => return Err(error),
                // Bytes that are no text, say: down to the one row.
                Err(_) if limit > 1 => {
                    limit = (limit / 8).max(1);
                    continue;
                }
                Err(error) => {
                    self.done(working.take()).await?;
                    let seq = store::next_stored_entry(&mut self.session, after).await?;
                    let Some(seq) = seq else { break };
                    self.unreadable(seq, &error);
                    after = seq;
                    continue;
                }
                Ok(rows) => rows,
            };
            ended = (rows.len() as i64) < limit;
            limit = (limit * 2).min(CHUNK);
            let next = match rows.last() {
                Some(last) => Some(last.seq()?),
                None => None,
            };
            self.done(working.take()).await?;
            self.compare_tiles(Vec::new()).await?;
            progress(self.verifier.position().min(self.verifier.size()), self.verifier.size());
            let Some(next) = next else { break };
            after = next;
            working = Some(tokio::task::spawn_blocking(move || {
                in_parallel(rows, move |row: StoredEntry| examine_stored(&row, tree_only)).into_iter().collect()
            }));
        }
        let size = self.verifier.size();
        self.verifier.skip_to(size, "it is missing from the ledger");
        let edge = self.verifier.edge_tiles();
        self.compare_tiles(edge).await?;
        for (level, n) in store::list_surplus_tiles(&mut self.session, size, NAMED).await? {
            self.verifier.problem(
                None,
                &store::tile_name(level, n),
                format!("a log of {size} entries has no such tile"),
            );
        }
        if let Some((count, id)) = store::find_unknown_row(&mut self.session, self.rows).await? {
            self.verifier.unadopted(count);
            let more = if count > 1 { format!(", and so are {} others", count - 1) } else { String::new() };
            let what = format!(
                "it is in the audit table and not in the log{more}: adopt it with `daybook ledger adopt` if LiteLLM wrote \
                 it, else find out who put it there"
            );
            self.verifier.problem(None, &format!("row {id:?}"), what);
        }
        Ok(())
    }

    /// Waits for a chunk that is being examined, and pushes it.
    async fn done(&mut self, working: Option<JoinHandle<Result<Chunk, StoreError>>>) -> Result<(), StoreError> {
        let Some(working) = working else { return Ok(()) };
        let chunk = match working.await {
            Ok(chunk) => chunk?,
            Err(panic) => std::panic::resume_unwind(panic.into_panic()),
        };
        for (seq, has_row, examined) in chunk {
            self.rows += u64::from(has_row);
            if self.reaches(seq) {
                self.verifier.push(examined);
            }
        }
        Ok(())
    }

    /// Goes to the place of an entry, if the log has one for it.
    fn reaches(&mut self, seq: i64) -> bool {
        let size = self.verifier.size();
        match u64::try_from(seq) {
            Ok(position) if position < size => {
                self.verifier.skip_to(position, "it is missing from the ledger");
                true
            }
            other => {
                let what = format!("the ledger has it, and the head knows {size} entries");
                self.verifier.problem(other.ok().map(|_| size), &format!("entry {seq}"), what);
                false
            }
        }
    }

    fn unreadable(&mut self, seq: i64, error: &StoreError) {
        if self.reaches(seq) {
            let position = self.verifier.position();
            self.verifier.skip_to(position + 1, &format!("it cannot be read: {error}"));
            // Its audit row may be there and is no news.
            self.rows += 1;
        }
    }

    /// Compares stored tiles with those that have become full, and these.
    async fn compare_tiles(&mut self, edge: Vec<Recomputed>) -> Result<(), StoreError> {
        let mut tiles = self.verifier.take_tiles();
        tiles.extend(edge);
        for tiles in tiles.chunks(16) {
            let stored = store::read_tiles(&mut self.session, tiles.iter().map(|tile| tile.id)).await?;
            for tile in tiles {
                self.verifier.compare(tile, stored.get(&tile.id).map(Vec::as_slice));
            }
        }
        Ok(())
    }
}

fn examine_stored(row: &StoredEntry, tree_only: bool) -> Result<(i64, bool, Examined), StoreError> {
    let (seq, leaf, has_row, shown) = row.take_apart()?;
    // An entry with a number that no position has is not examined any further than this.
    let position = u64::try_from(seq).unwrap_or(u64::MAX);
    let shown = if tree_only { Ok(None) } else { shown.map(Some) };
    Ok((seq, has_row, examine(position, leaf.as_bytes(), shown)))
}
