//! Medians over rounds, percentiles within one, ratios between two things that were measured in turns.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// One round of one thing.
#[derive(Clone, Copy, Debug)]
pub struct Round {
    pub p50: f64,
    pub p99: Option<f64>,
}

impl Round {
    /// Latencies, in milliseconds.
    pub fn of_latencies(mut samples: Vec<Duration>) -> Round {
        samples.sort_unstable();
        Round { p50: percentile(&samples, 50), p99: Some(percentile(&samples, 99)) }
    }

    pub fn of_value(value: f64) -> Round {
        Round { p50: value, p99: None }
    }
}

/// Nearest rank.
fn percentile(sorted: &[Duration], percent: usize) -> f64 {
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).map_or(f64::NAN, |sample| sample.as_secs_f64() * 1000.0)
}

/// The middle one; of an even number, the mean of the two in the middle.
pub fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_unstable_by(f64::total_cmp);
    match values.len() {
        0 => f64::NAN,
        n if n.is_multiple_of(2) => f64::midpoint(values[n / 2 - 1], values[n / 2]),
        n => values[n / 2],
    }
}

/// A figure in one case on one database.
#[derive(Clone, Debug)]
pub struct Line {
    pub figure: &'static str,
    pub database: &'static str,
    pub case: String,
    pub unit: &'static str,
    /// Operations within a round.
    pub operations: usize,
    pub rounds: Vec<Round>,
    pub ratio: Option<Ratio>,
}

/// Round by round, this over that.
#[derive(Clone, Debug)]
pub struct Ratio {
    pub against: String,
    pub rounds: Vec<f64>,
}

impl Line {
    /// Compares the rounds' medians with those of another line.
    #[must_use]
    pub fn against(mut self, other: &Line) -> Line {
        let rounds = self.rounds.iter().zip(&other.rounds).map(|(one, two)| one.p50 / two.p50).collect();
        self.ratio = Some(Ratio { against: other.case.clone(), rounds });
        self
    }

    pub fn p50(&self) -> f64 {
        median(self.rounds.iter().map(|round| round.p50))
    }

    pub fn p99(&self) -> Option<f64> {
        self.rounds.iter().map(|round| round.p99).collect::<Option<Vec<f64>>>().map(median)
    }

    pub fn to_json(&self) -> Value {
        let rounds = |pick: &dyn Fn(&Round) -> Option<f64>| self.rounds.iter().map(pick).collect::<Vec<_>>();
        let ratio = self.ratio.as_ref().map(|ratio| {
            json!({"against": ratio.against, "median": median(ratio.rounds.iter().copied()), "rounds": ratio.rounds})
        });
        json!({
            "figure": self.figure,
            "database": self.database,
            "case": self.case,
            "unit": self.unit,
            "operations_a_round": self.operations,
            "p50": self.p50(),
            "p99": self.p99(),
            "rounds": {"p50": rounds(&|round| Some(round.p50)), "p99": rounds(&|round| round.p99)},
            "ratio": ratio,
        })
    }
}

/// How long something took, and what it gave.
pub async fn timed<T>(work: impl Future<Output = T>) -> (Duration, T) {
    let begin = Instant::now();
    let value = work.await;
    (begin.elapsed(), value)
}

/// The same numbers in every run.
#[derive(Debug)]
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Dice {
        Dice(seed)
    }

    /// Below `end`.
    pub fn below(&mut self, end: u64) -> u64 {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % end.max(1)
    }
}
