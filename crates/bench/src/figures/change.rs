//! What the log costs a change: the same change with nothing recorded, with the audit row alone, and with its leaf.
//!
//! Measured at the store, where nothing else takes time: over HTTP the share is smaller ([`super::request`]).

use std::sync::Arc;
use std::time::{Duration, Instant};

use daybook::model::actor::Actor;
use daybook::model::table::TEAMS;
use daybook::row;
use daybook::store::{Change, Options, Store, StoreError, by};
use tokio::task::JoinSet;

use super::Bench;
use crate::Scale;
use crate::measure::{Line, Part, Round};
use crate::place;

/// How a change is recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recording {
    Off,
    RowAlone,
    RowAndLeaf,
}

impl Recording {
    pub const ALL: [Recording; 3] = [Recording::Off, Recording::RowAlone, Recording::RowAndLeaf];

    pub fn name(self) -> &'static str {
        match self {
            Recording::Off => "nothing recorded",
            Recording::RowAlone => "audit row alone",
            Recording::RowAndLeaf => "audit row and leaf",
        }
    }

    /// The database of a variant, new.
    pub async fn options(self, bench: &Bench<'_>) -> anyhow::Result<Options> {
        let location = bench.place.fresh(self.database()).await?;
        Ok(Options { audit: self != Recording::Off, ledger: self == Recording::RowAndLeaf, ..place::options(location) })
    }

    pub fn database(self) -> &'static str {
        match self {
            Recording::Off => "change-off",
            Recording::RowAlone => "change-row",
            Recording::RowAndLeaf => "change-leaf",
        }
    }
}

/// Clients, and the changes of all of them together in one round.
pub const LOADS: [(usize, usize); 3] = [(1, 200), (8, 800), (64, 1600)];

pub async fn run(bench: &Bench<'_>) -> anyhow::Result<Vec<Line>> {
    if bench.scale == Scale::TenMillion {
        return Ok(Vec::new());
    }
    let mut stores = Vec::new();
    for recording in Recording::ALL {
        let store = Store::open(recording.options(bench).await?).await?;
        for team in 0..64 {
            let work = async move |change: &mut Change| {
                change.insert(&TEAMS, row! { "team_id": format!("t{team}"), "max_budget": 0.0 }).await
            };
            store.change::<_, StoreError, _>(&Actor::system("bench"), work).await?;
        }
        stores.push(store);
    }
    let mut lines = Vec::new();
    for (clients, changes) in LOADS {
        let one = stores.clone();
        let rounds = in_turns(bench.rounds, async |variant, round| burst(&one[variant], clients, changes, round).await);
        lines.extend(compare(bench, "change", clients, rounds.await?));
    }
    for (store, recording) in stores.into_iter().zip(Recording::ALL) {
        store.close().await;
        bench.place.remove(recording.database()).await?;
    }
    Ok(lines)
}

/// What one round of one variant gave: every latency, and how long it took in all.
pub type Burst = (Vec<Duration>, Duration);

/// Each variant in every round, another one first each time. One round more than is counted comes before.
pub async fn in_turns(
    rounds: usize,
    run: impl AsyncFn(usize, usize) -> anyhow::Result<Burst>,
) -> anyhow::Result<[Vec<Burst>; 3]> {
    let mut bursts = [const { Vec::new() }; 3];
    for round in 0..=rounds {
        for turn in 0..3 {
            let variant = (turn + round) % 3;
            let burst = run(variant, round).await?;
            if round > 0 {
                bursts[variant].push(burst);
            }
        }
    }
    Ok(bursts)
}

/// A line for each variant, against each lesser one: against the row alone, what the leaf costs; against nothing recorded,
/// what the whole log costs.
pub fn compare(bench: &Bench<'_>, figure: &'static str, clients: usize, bursts: [Vec<Burst>; 3]) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    for (recording, bursts) in Recording::ALL.into_iter().zip(bursts) {
        let case = format!("{clients} client{}, {}", if clients == 1 { "" } else { "s" }, recording.name());
        let mut line = bench.line(figure, case, "ms");
        line.rounds = bursts.into_iter().map(|(samples, took)| Round::of_burst(samples, took)).collect();
        for (lesser, other) in Recording::ALL.into_iter().zip(&lines) {
            line = line.against(&[Part::P50, Part::Rate], lesser.name(), other);
        }
        lines.push(line);
    }
    lines
}

/// `changes` changes by `clients` at once, each on a team of its own, so that they meet at the log alone.
async fn burst(store: &Store, clients: usize, changes: usize, round: usize) -> anyhow::Result<Burst> {
    let actor = Arc::new(Actor::system("bench"));
    let begin = Instant::now();
    let mut tasks = JoinSet::new();
    for client in 0..clients {
        let (store, actor) = (store.clone(), actor.clone());
        tasks.spawn(async move {
            let mut samples = Vec::new();
            for number in 0..changes / clients {
                let budget = (round * 1_000_000 + number + 1) as f64;
                let begin = Instant::now();
                let work = async move |change: &mut Change| {
                    let team = by("team_id", &format!("t{client}"));
                    change.update(&TEAMS, &team, row! { "max_budget": budget }).await
                };
                store.change::<_, StoreError, _>(&actor, work).await?;
                samples.push(begin.elapsed());
            }
            Ok::<_, StoreError>(samples)
        });
    }
    let mut samples = Vec::with_capacity(changes);
    while let Some(done) = tasks.join_next().await {
        samples.extend(done??);
    }
    Ok((samples, begin.elapsed()))
}
