//! What a question to the log takes: `GET /audit` and its kin over HTTP, each beside the floor ([`super::floor`]) and, on more
//! rows than a hundred thousand, beside the same question to a hundred thousand, all in turns.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use daybook_bench::survey::Survey;
use daybook_bench::workload::{self, DEPTHS, Item, PUBLISHED, Total};
use serde_json::Value;

use super::served::Served;
use super::{Bench, floor};
use crate::load::{self, Burst, Connection, Limit, burst, on_own_thread};
use crate::measure::{Line, Part, Round};
use crate::place::MASTER_KEY;
use crate::report::note;
use crate::{Scale, data};

/// Connections.
const CLIENTS: [usize; 2] = [1, 8];

/// Of one item in one round.
const LIMIT: Limit = Limit { requests: 300, time: Duration::from_millis(300) };

/// What takes longer, with as many at once, is asked in the first round alone.
const SLOW: Duration = Duration::from_millis(1500);

/// Nobody waits longer.
const PATIENCE: Duration = Duration::from_secs(90);

/// Where an item is asked, and its floor.
#[derive(Clone, Debug)]
pub struct Target {
    pub address: SocketAddr,
    pub request: Arc<[u8]>,
    pub floor_address: SocketAddr,
    pub floor_request: Arc<[u8]>,
}

/// An item and what its first answer said.
#[derive(Clone, Debug)]
pub struct Probed {
    pub item: Item,
    pub target: Target,
    pub took: Duration,
    pub rows: usize,
    pub bytes: usize,
    pub total: Option<u64>,
    /// Why it is not measured.
    pub trouble: Option<String>,
}

pub async fn run(bench: &Bench<'_>) -> anyhow::Result<Vec<Line>> {
    bench.data().await?;
    let served = Served::product(bench.place, bench.scale.name()).await?;
    let probed = probe(&served, bench.scale.rows()).await?;
    let least = Scale::HundredThousand;
    let small = if bench.scale == least {
        None
    } else {
        data::rows(bench.place, least.name(), least.rows()).await?.close().await;
        let small = Served::product(bench.place, least.name()).await?;
        let probed = probe(&small, least.rows()).await?;
        Some((small, probed))
    };
    let small_targets: Option<Vec<Probed>> = small.as_ref().map(|(_, probed)| probed.clone());
    let (asked, rounds) = (probed.clone(), bench.rounds);
    let measured = on_own_thread(move || async move {
        let mut measured = Vec::new();
        for clients in CLIENTS {
            measured.push(in_turns(&asked, small_targets.as_deref(), clients, rounds).await?);
        }
        Ok(measured)
    });
    let measured = measured.await?;
    let mut lines = Vec::new();
    for (clients, measured) in CLIENTS.into_iter().zip(measured) {
        lines.extend(lines_of(bench, clients, &probed, measured));
    }
    served.stop().await?;
    if let Some((small, _)) = small {
        small.stop().await?;
    }
    Ok(lines)
}

/// Asks every item once. The ids of its answer are its floor from then on.
pub async fn probe(served: &Served, n: u64) -> anyhow::Result<Vec<Probed>> {
    let survey = tokio::task::spawn_blocking(move || Survey::of(n)).await?;
    let (address, floor_address, pages) = (served.address, served.floor.address, served.floor.pages.clone());
    let entries = served.entries;
    on_own_thread(move || async move {
        let mut probed = Vec::new();
        for item in workload::items(&survey) {
            let request = load::get(&item.path, MASTER_KEY);
            let floor_request = load::get(&floor::path(item.name), MASTER_KEY);
            let target = Target { address, request, floor_address, floor_request };
            let mut connection = Connection::open(address).await?;
            let begin = Instant::now();
            let answer = tokio::time::timeout(PATIENCE, connection.ask(&target.request)).await;
            let took = begin.elapsed();
            let (mut trouble, mut body, mut bytes) = (None, Value::Null, 0);
            match answer {
                Err(_) => trouble = Some(format!("no answer within {} s", PATIENCE.as_secs())),
                Ok(Err(error)) => trouble = Some(format!("no answer: {error:#}")),
                Ok(Ok(answer)) if answer.status != 200 => trouble = Some(format!("answered {}", answer.status)),
                Ok(Ok(answer)) => {
                    bytes = answer.length();
                    body = serde_json::from_slice(connection.body(answer))?;
                }
            }
            let ids = ids(&body);
            let total = body["total"].as_u64();
            trouble = trouble.or_else(|| misunderstood(&item, &body, total, entries));
            if trouble.is_some() && PUBLISHED.contains(&item.name) {
                note(&format!("{}: {}", item.name, trouble.as_deref().unwrap_or_default()));
            }
            let rows = ids.len();
            // What shows no rows is held against the fetch of one.
            pages.set(item.name, if ids.is_empty() { vec![survey.id.clone()] } else { ids });
            let found = Connection::open(floor_address).await?.ask(&target.floor_request).await?;
            anyhow::ensure!(found.status == 200, "the floor of {}: {}", item.name, found.status);
            probed.push(Probed { item, target, took, rows, bytes, total, trouble });
        }
        Ok(probed)
    })
    .await
}

/// Why an answer is none to the question: a server that does not know a parameter leaves it out.
fn misunderstood(item: &Item, body: &Value, total: Option<u64>, entries: u64) -> Option<String> {
    if body.is_null() {
        return None;
    }
    if body.get(item.member).is_none() {
        return Some(format!("answered without {}", item.member));
    }
    if item.total == Total::Fewer {
        return total.is_none_or(|total| total >= entries).then(|| "answered with all entries".to_owned());
    }
    let expected = item.total.among(entries)?;
    (total != Some(expected)).then(|| format!("answered {} entries, not {expected}", total.unwrap_or_default()))
}

fn ids(body: &Value) -> Vec<String> {
    let one = body.get("id").and_then(Value::as_str).map(str::to_owned);
    let many = body["audit_logs"].as_array().into_iter().flatten();
    many.filter_map(|entry| entry["id"].as_str().map(str::to_owned)).chain(one).collect()
}

/// What was measured of an item: itself, its floor, itself among a hundred thousand.
#[derive(Debug, Default)]
struct Measured {
    item: Vec<Round>,
    floor: Vec<Round>,
    small: Vec<Round>,
    errors: Vec<String>,
}

async fn in_turns(
    asked: &[Probed],
    small: Option<&[Probed]>,
    clients: usize,
    rounds: usize,
) -> anyhow::Result<Vec<Measured>> {
    let Some(first) = asked.first() else { return Ok(Vec::new()) };
    let connect = |address| Connection::open_many(address, clients);
    let mut connections = connect(first.target.address).await?;
    let mut floors = connect(first.target.floor_address).await?;
    let mut smalls = match small.and_then(<[Probed]>::first) {
        Some(first) => connect(first.target.address).await?,
        None => Vec::new(),
    };
    let mut measured: Vec<Measured> = asked.iter().map(|_| Measured::default()).collect();
    for round in 0..rounds {
        note(&format!("questions, {clients} at once, round {} of {rounds}", round + 1));
        for (at, (probed, measured)) in asked.iter().zip(&mut measured).enumerate() {
            if probed.trouble.is_some() || (round > 0 && probed.took * clients as u32 > SLOW) {
                continue;
            }
            // Another one first each time.
            for turn in 0..3 {
                match (turn + round) % 3 {
                    0 => {
                        let target = &probed.target;
                        let done = one(target.address, &mut connections, &target.request, measured).await?;
                        measured.item.push(done);
                    }
                    1 => {
                        let target = &probed.target;
                        let done = one(target.floor_address, &mut floors, &target.floor_request, measured).await?;
                        measured.floor.push(done);
                    }
                    _ => {
                        let Some(small) = small.map(|small| &small[at]) else { continue };
                        if small.trouble.is_none() {
                            let target = &small.target;
                            let done = one(target.address, &mut smalls, &target.request, measured).await?;
                            measured.small.push(done);
                        }
                    }
                }
            }
        }
    }
    Ok(measured)
}

async fn one(
    address: SocketAddr,
    connections: &mut Vec<Connection>,
    request: &Arc<[u8]>,
    measured: &mut Measured,
) -> anyhow::Result<Round> {
    let Burst { samples, took, errors } = burst(address, connections, &[request.clone()].into(), LIMIT).await?;
    measured.errors.extend(errors.into_iter().map(|(what, count)| format!("{count} x {what}")));
    Ok(Round::of_burst(samples, took))
}

fn lines_of(bench: &Bench<'_>, clients: usize, probed: &[Probed], measured: Vec<Measured>) -> Vec<Line> {
    let unit = "ms";
    let mut lines: Vec<Line> = Vec::new();
    for (probed, measured) in probed.iter().zip(measured) {
        let case = probed.item.name;
        let rows_of = |rounds: Vec<Round>| {
            let mut line = bench.line("questions", case, unit);
            line.rounds = rounds;
            line
        };
        let (floor, small) = (rows_of(measured.floor), rows_of(measured.small));
        let mut line =
            rows_of(measured.item).fact("at once", clients).fact("rows", probed.rows).fact("bytes", probed.bytes);
        if let Some(total) = probed.total {
            line = line.fact("total", total);
        }
        if let (Some(p50), Some(p99)) = (floor.p50(), floor.p99()) {
            line = line.fact("floor p50", p50).fact("floor p99", p99);
        }
        line = line.against(&[Part::P50, Part::P99], "floor", &floor).against(&[Part::P50], "at 100k", &small);
        let trouble = probed.trouble.clone().or_else(|| {
            let errors = measured.errors;
            (!errors.is_empty()).then(|| format!("errors: {}", errors.join(", ")))
        });
        line.remark = trouble;
        lines.push(line);
    }
    let find = |lines: &[Line], name: &str| {
        probed.iter().position(|probed| probed.item.name == name).map(|at| lines[at].clone())
    };
    let [first, middle, last] = DEPTHS;
    if let Some(first) = find(&lines, first) {
        for name in [middle, last] {
            if let Some(at) = probed.iter().position(|probed| probed.item.name == name) {
                lines[at] = lines[at].clone().against(&[Part::P50], "first page", &first);
            }
        }
    }
    lines
}
