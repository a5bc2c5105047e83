//! kill -9, again and again, at moments drawn from a seed: what was acknowledged is there, nothing is there without its
//! entry, the log is sound after each, and every checkpoint that anybody got is one of it.
//!
//! A replica lives, is killed at the moment that was drawn for this life, and is started again, while clients of its own
//! call it; on PostgreSQL there are two replicas on one database, each of which is killed while the other goes on, and now
//! and then both at once. Nobody sleeps: a moment is an acknowledgement, a number of bytes of a request, or a statement
//! that has reached the database (the server's log names each), which may be one of its start.
//!
//! `DAYBOOK_CRASH_KILLS` and `DAYBOOK_CRASH_SEED` set how many, and other moments; `cargo xtask crash` does.

mod check;
mod client;
mod moment;
mod process;

use std::sync::Arc;

use daybook::testing::TestDb;
use serde_json::json;
use tokio::task::JoinSet;

use check::Checker;
use client::{Answered, Replica};
use moment::{Dice, Moment};
use process::{Launch, Process};

/// Kills on each database in an ordinary test run.
const KILLS: usize = 200;

const SEED: u64 = 20_261_122;

/// Clients of each replica.
const CLIENTS: usize = 4;

const TEAMS: usize = 8;

fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{name} must be a number")))
}

/// What the replicas of one database share.
struct Run {
    db: TestDb,
    folder: tempfile::TempDir,
    replicas: Vec<Arc<Replica>>,
    checker: tokio::sync::Mutex<Checker>,
    tally: std::sync::Mutex<Tally>,
    kills: usize,
}

/// What has happened, so that a run that shows nothing is noticed.
#[derive(Debug, Default)]
struct Tally {
    kills: usize,
    /// Before the server listened.
    starting: usize,
    by_moment: [usize; 3],
    together: usize,
}

async fn kill_again_and_again(db: TestDb) {
    let seed = setting("DAYBOOK_CRASH_SEED").unwrap_or(SEED);
    let kills = setting("DAYBOOK_CRASH_KILLS").map_or(KILLS, |kills| usize::try_from(kills).unwrap());
    let mut dice = Dice::new(seed);
    let replicas = if matches!(db.location, daybook::store::Location::Sqlite { .. }) { 1 } else { 2 };
    let run = Arc::new(Run {
        checker: tokio::sync::Mutex::new(Checker::new(&db)),
        folder: tempfile::tempdir().unwrap(),
        replicas: (0..replicas).map(|_| Arc::new(Replica::default())).collect(),
        tally: std::sync::Mutex::default(),
        kills,
        db,
    });

    // A first start that nobody disturbs makes what the clients change.
    let first = run.launch(0, None).await.expect("the server starts");
    for team in 0..TEAMS {
        let made = client::call(first.address, "POST", "/team/new", &json!({"team_id": format!("t{team}")})).await;
        assert_eq!(made.unwrap().status, 200, "the server works before it is killed");
    }
    first.kill();
    first.wait().await;

    let mut tasks = JoinSet::new();
    for (number, replica) in run.replicas.iter().enumerate() {
        for client in 0..CLIENTS {
            tasks.spawn(client::work(replica.clone(), Dice::new(dice.next()), number * CLIENTS + client));
        }
    }
    let mut lives = JoinSet::new();
    for number in 0..run.replicas.len() {
        lives.spawn(live(run.clone(), number, Dice::new(dice.next())));
    }
    while let Some(life) = lives.join_next().await {
        life.unwrap_or_else(|error| panic!("seed {seed}: {error}"));
    }
    for replica in &run.replicas {
        replica.end();
    }
    while let Some(client) = tasks.join_next().await {
        client.unwrap_or_else(|error| panic!("seed {seed}: {error}"));
    }

    let answered = run.answered();
    let size = run.checker.lock().await.check_everything(answered).await;
    let tally = std::mem::take(&mut *run.tally.lock().unwrap());
    let said = run.checker.lock().await.said();
    assert!(tally.kills >= kills, "{tally:?}");
    if kills >= 40 {
        assert!(tally.by_moment.iter().all(|count| *count > kills / 20), "moments of each kind: {tally:?}");
        assert!(tally.starting > 0, "some were killed while they started: {tally:?}");
        assert!(replicas == 1 || tally.together > 0, "some were killed together: {tally:?}");
        assert!(said.unacknowledged > 0, "some changes were made whose answer was lost: {tally:?} {said:?}");
        assert!(said.checkpoints > 0, "checkpoints were signed: {tally:?} {said:?}");
        assert!(said.acknowledged > kills, "changes between the kills: {tally:?} {said:?}");
    }

    // And it goes on.
    let again = run.launch(0, None).await.expect("the server starts once more");
    let body = json!({"team_id": "t0", "max_budget": 0.5});
    let answer = client::call(again.address, "POST", "/team/update", &body).await.unwrap();
    assert_eq!(answer.header("x-daybook-audit-seq").as_deref(), Some(size.to_string().as_str()), "{answer:?}");
    again.kill();
    again.wait().await;
}

/// The lives of one replica, each until its moment.
async fn live(run: Arc<Run>, number: usize, mut dice: Dice) {
    let replica = &run.replicas[number];
    while run.tally.lock().unwrap().kills < run.kills {
        let moment = Moment::draw(&mut dice);
        let statements = if let Moment::Statement(nth) = moment { Some(nth) } else { None };
        let launched = run.launch(number, statements).await;
        let up = launched.is_some();
        if let Some(process) = launched {
            let process = Arc::new(process);
            replica.serve(process.clone(), moment);
            process.wait().await;
            replica.gone();
        }
        {
            let mut tally = run.tally.lock().unwrap();
            tally.kills += 1;
            tally.starting += usize::from(!up);
            tally.by_moment[moment.kind()] += 1;
        }
        // Every tenth takes the other one with it.
        if run.replicas.len() > 1 && dice.below(10) == 0 && run.replicas[1 - number].kill() {
            run.tally.lock().unwrap().together += 1;
        }
        // By turns: the next start finds what the kill has left, or what a reader has already opened.
        if dice.below(2) == 0 {
            let answered = run.answered();
            run.checker.lock().await.check(answered).await;
        }
    }
    replica.kill();
}

impl Run {
    /// `None` when it was killed before it listened.
    async fn launch(&self, number: usize, kill_at_statement: Option<u64>) -> Option<Process> {
        let data = self.folder.path().join(format!("replica{number}"));
        let signing_key = self.folder.path().join("signing_key");
        let location = &self.db.location;
        Process::start(Launch { location, data: &data, signing_key: &signing_key, kill_at_statement }).await
    }

    /// What has been answered since the last time this was asked, by all replicas.
    fn answered(&self) -> Answered {
        self.replicas.iter().map(|replica| replica.take_answered()).collect()
    }
}

daybook::both!(a_killed_server_has_lost_nothing_that_it_acknowledged, kill_again_and_again);
