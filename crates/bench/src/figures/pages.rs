//! What a page of the log in a browser takes: from the request of somebody who is signed in to the last byte of the page, beside the
//! first page of `GET /audit` as the API gives it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use daybook_bench::rows::KEYS;
use daybook_bench::survey::Survey;
use reqwest::header::{CONTENT_TYPE, SET_COOKIE};

use super::Bench;
use super::served::Served;
use crate::load::{self, Connection, Limit, burst, on_own_thread};
use crate::measure::{Line, Part, Round};
use crate::place::MASTER_KEY;

/// Of one page in one round.
const LIMIT: Limit = Limit { requests: 100, time: Duration::from_millis(1000) };

struct Measured {
    bytes: usize,
    page: Vec<Round>,
    /// Of `GET /audit`, in turns with it.
    api: Vec<Round>,
}

pub async fn run(bench: &Bench<'_>) -> anyhow::Result<Vec<Line>> {
    bench.data().await?;
    let served = Served::product(bench.place, bench.scale.name()).await?;
    let n = bench.scale.rows();
    let survey = tokio::task::spawn_blocking(move || Survey::of(n)).await?;
    let cookie = sign_in(served.address).await?;
    let pages = pages(&survey);
    let requests: Vec<Arc<[u8]>> = pages.iter().map(|(_, path)| get(path, &cookie)).collect();
    let (address, rounds) = (served.address, bench.rounds);
    let measured = on_own_thread(move || async move {
        let mut connections = Connection::open_many(address, 1).await?;
        let mut measured = Vec::new();
        for request in &requests {
            let connection = connections.first_mut().context("no connection")?;
            let answer = connection.ask(request).await?;
            anyhow::ensure!(answer.status == 200, "a page answers {}", answer.status);
            measured.push(Measured { bytes: answer.length(), page: Vec::new(), api: Vec::new() });
        }
        let api: Arc<[Arc<[u8]>]> = [load::get("/audit", MASTER_KEY)].into();
        for round in 0..rounds {
            for (request, measured) in requests.iter().zip(&mut measured) {
                let page: Arc<[Arc<[u8]>]> = [request.clone()].into();
                for turn in 0..2 {
                    let (asked, rounds) =
                        if (turn + round) % 2 == 0 { (&page, &mut measured.page) } else { (&api, &mut measured.api) };
                    let done = burst(address, &mut connections, asked, LIMIT).await?;
                    anyhow::ensure!(done.errors.is_empty(), "{:?}", done.errors);
                    rounds.push(Round::of_burst(done.samples, done.took));
                }
            }
        }
        Ok(measured)
    })
    .await?;
    served.stop().await?;
    let mut lines = Vec::new();
    for ((case, _), measured) in pages.into_iter().zip(measured) {
        let (mut line, mut api) = (bench.line("pages", case, "ms"), bench.line("pages", "GET /audit", "ms"));
        (line.rounds, api.rounds) = (measured.page, measured.api);
        lines.push(line.against(&[Part::P50], "GET /audit", &api).fact("bytes", measured.bytes));
    }
    Ok(lines)
}

/// What they are called, and where they are.
fn pages(survey: &Survey) -> Vec<(&'static str, String)> {
    let last = survey.n.div_ceil(50);
    vec![
        ("the log", "/ui".to_owned()),
        ("the log, filtered by action", "/ui?action=updated".to_owned()),
        ("the log, filtered by kind and action", format!("/ui?table_name={KEYS}&action=deleted")),
        ("the log, filtered by person", format!("/ui?changed_by={}", survey.rare_actor)),
        ("the log, with words", "/ui?q=quarterly".to_owned()),
        ("the log, in the middle", format!("/ui?page={}", last / 2)),
        ("an entry", format!("/ui/entries/{}", survey.id)),
        ("an object", format!("/ui/objects/{KEYS}/{}", survey.token)),
        ("integrity", "/ui/integrity".to_owned()),
        ("live", "/ui/live".to_owned()),
        ("sign in", "/ui/login".to_owned()),
    ]
}

/// The cookie of somebody who has signed in.
async fn sign_in(address: SocketAddr) -> anyhow::Result<String> {
    let http = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build()?;
    let form = format!("key={MASTER_KEY}&next=%2Fui");
    let request = http.post(format!("http://{address}/ui/login")).header("sec-fetch-site", "same-origin");
    let response = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(form).send().await?;
    let cookie = response.headers().get(SET_COOKIE).with_context(|| format!("no cookie: {}", response.status()))?;
    Ok(cookie.to_str()?.split(';').next().unwrap_or_default().to_owned())
}

fn get(path: &str, cookie: &str) -> Arc<[u8]> {
    format!("GET {path} HTTP/1.1\r\nhost: bench\r\ncookie: {cookie}\r\n\r\n").into_bytes().into()
}
