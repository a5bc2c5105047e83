//! Medians over rounds, percentiles within one, ratios between two things that were measured in turns.

use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};

/// One round of one thing.
#[derive(Clone, Copy, Debug)]
pub struct Round {
    pub p50: f64,
    pub p95: Option<f64>,
    pub p99: Option<f64>,
    /// Operations in a second, of all clients together.
    pub rate: Option<f64>,
    /// What the percentiles are of; 1 of a value.
    pub operations: usize,
}

impl Round {
    /// Latencies, in milliseconds.
    pub fn of_latencies(mut samples: Vec<Duration>) -> Round {
        samples.sort_unstable();
        let [p50, p95, p99] = [50, 95, 99].map(|percent| percentile(&samples, percent));
        Round { p50, p95: Some(p95), p99: Some(p99), rate: None, operations: samples.len() }
    }

    /// Latencies of clients that worked side by side, and how long they worked.
    pub fn of_burst(samples: Vec<Duration>, took: Duration) -> Round {
        let rate = samples.len() as f64 / took.as_secs_f64();
        Round { rate: Some(rate), ..Round::of_latencies(samples) }
    }

    pub fn of_value(value: f64) -> Round {
        Round { p50: value, p95: None, p99: None, rate: None, operations: 1 }
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
    pub rounds: Vec<Round>,
    pub ratios: Vec<Ratio>,
    /// What else is to be known, a column each.
    pub facts: Vec<(&'static str, Value)>,
    /// Why there is no figure, or why not to believe it.
    pub remark: Option<String>,
}

/// Round by round, this over that.
#[derive(Clone, Debug)]
pub struct Ratio {
    /// The heading of its column.
    pub name: String,
    pub rounds: Vec<f64>,
}

/// What is compared of two lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    P50,
    P99,
    Rate,
}

impl Part {
    fn name(self) -> &'static str {
        match self {
            Part::P50 => "p50",
            Part::P99 => "p99",
            Part::Rate => "rate",
        }
    }

    fn of(self, round: &Round) -> Option<f64> {
        match self {
            Part::P50 => Some(round.p50),
            Part::P99 => round.p99,
            Part::Rate => round.rate,
        }
    }
}

impl Line {
    /// Compares with another line, round by round.
    #[must_use]
    pub fn against(mut self, parts: &[Part], name: &str, other: &Line) -> Line {
        for part in parts {
            let pairs = self.rounds.iter().zip(&other.rounds);
            let rounds: Vec<f64> = pairs.filter_map(|(one, two)| Some(part.of(one)? / part.of(two)?)).collect();
            if !rounds.is_empty() {
                self.ratios.push(Ratio { name: format!("{} / {name}", part.name()), rounds });
            }
        }
        self
    }

    #[must_use]
    pub fn fact(mut self, name: &'static str, value: impl Into<Value>) -> Line {
        self.facts.push((name, value.into()));
        self
    }

    pub fn value(mut self, value: f64) -> Line {
        self.rounds.push(Round::of_value(value));
        self
    }

    fn median_of(&self, pick: impl Fn(&Round) -> Option<f64>) -> Option<f64> {
        let values: Option<Vec<f64>> = self.rounds.iter().map(pick).collect();
        values.filter(|values| !values.is_empty()).map(median)
    }

    pub fn p50(&self) -> Option<f64> {
        self.median_of(|round| Some(round.p50))
    }

    pub fn p95(&self) -> Option<f64> {
        self.median_of(|round| round.p95)
    }

    pub fn p99(&self) -> Option<f64> {
        self.median_of(|round| round.p99)
    }

    pub fn rate(&self) -> Option<f64> {
        self.median_of(|round| round.rate)
    }

    /// Operations within a round.
    pub fn operations(&self) -> Option<f64> {
        self.median_of(|round| Some(round.operations as f64))
    }

    pub fn to_json(&self) -> Value {
        let rounds = |pick: &dyn Fn(&Round) -> Option<f64>| self.rounds.iter().map(pick).collect::<Vec<_>>();
        let ratio = |ratio: &Ratio| json!({"of": ratio.name, "median": median(ratio.rounds.iter().copied()), "rounds": ratio.rounds});
        let facts: Map<String, Value> =
            self.facts.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        json!({
            "figure": self.figure,
            "database": self.database,
            "case": self.case,
            "unit": self.unit,
            "operations_a_round": self.operations(),
            "p50": self.p50(),
            "p95": self.p95(),
            "p99": self.p99(),
            "per_second": self.rate(),
            "rounds": {
                "p50": rounds(&|round| Some(round.p50)),
                "p95": rounds(&|round| round.p95),
                "p99": rounds(&|round| round.p99),
                "per_second": rounds(&|round| round.rate),
            },
            "ratios": self.ratios.iter().map(ratio).collect::<Vec<_>>(),
            "facts": facts,
            "remark": self.remark,
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
