//! What questions to the data set find, counted without a database: an answer with another total is not measured as one.

use std::ops::RangeInclusive;

use jiff::Timestamp;

use crate::rows::{self, Outline, TEAMS, USERS};

/// Parameters of questions, taken from a data set of `n` rows, and how many rows they find.
#[derive(Clone, Debug, PartialEq)]
pub struct Survey {
    pub n: u64,
    /// The actor with the fewest rows.
    pub rare_actor: String,
    pub token: String,
    pub team: String,
    /// Of the first row after a year.
    pub id: String,
    pub counts: Counts,
    /// Rows of the rarest actor.
    pub by_rare: u64,
}

/// Rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// In either spelling.
    pub updated: u64,
    pub deleted: u64,
    pub teams_deleted: u64,
    pub by_frequent: u64,
    /// About the key with the token.
    pub about_token: u64,
    /// With the token in a value.
    pub showing_token: u64,
    pub of_team: u64,
    pub on_day: u64,
    pub in_year: u64,
    pub budget_changed: u64,
    pub budget_above_900: u64,
    pub quarterly: u64,
}

pub const DAY: [&str; 2] = ["2026-03-15T00:00:00Z", "2026-03-15T23:59:59.999Z"];
pub const YEAR: [&str; 2] = ["2025-06-01T00:00:00Z", "2026-05-31T23:59:59.999Z"];

/// The team that is asked for.
const TEAM: i64 = 1000;

impl Survey {
    /// Looks at every row, on all cores: some seconds for ten million.
    pub fn of(n: u64) -> Survey {
        // At a hundred thousand rows no key has many entries, so that the one with more is asked for.
        let object = if n <= 100_000 { 4116 } else { 3291 };
        let parts = std::thread::available_parallelism().map_or(2, std::num::NonZero::get) as u64;
        let width = n.div_ceil(parts);
        let (mut counts, mut actors) = (Counts::default(), vec![0; 501]);
        std::thread::scope(|scope| {
            let parts: Vec<_> = (0..parts)
                .map(|part| part * width + 1..=n.min((part + 1) * width))
                .map(|rows| scope.spawn(move || count(rows, n, object)))
                .collect();
            for part in parts {
                let (some, of_actors) = part.join().expect("counting does not panic");
                counts.add(&some);
                actors.iter_mut().zip(of_actors).for_each(|(all, some)| *all += some);
            }
        });
        let rare = (1..).zip(actors.iter().skip(1)).filter(|(_, count)| **count > 0).min_by_key(|(_, count)| **count);
        let (rare, by_rare) = rare.map_or((1, 0), |(actor, count)| (actor, *count));
        let middle = n / 2 + 1;
        Survey {
            n,
            rare_actor: rows::actor_name(rare),
            token: rows::token(object),
            team: rows::team_id(TEAM),
            id: rows::row(middle, n).id,
            counts,
            by_rare,
        }
    }
}

impl Counts {
    fn add(&mut self, other: &Counts) {
        for (mine, theirs) in [
            (&mut self.updated, other.updated),
            (&mut self.deleted, other.deleted),
            (&mut self.teams_deleted, other.teams_deleted),
            (&mut self.by_frequent, other.by_frequent),
            (&mut self.about_token, other.about_token),
            (&mut self.showing_token, other.showing_token),
            (&mut self.of_team, other.of_team),
            (&mut self.on_day, other.on_day),
            (&mut self.in_year, other.in_year),
            (&mut self.budget_changed, other.budget_changed),
            (&mut self.budget_above_900, other.budget_above_900),
            (&mut self.quarterly, other.quarterly),
        ] {
            *mine += theirs;
        }
    }
}

/// Counts in a part, and rows by actor.
fn count(rows: RangeInclusive<u64>, n: u64, object: i64) -> (Counts, Vec<u64>) {
    let within = |range: [&str; 2]| {
        let [from, until]: [Timestamp; 2] = range.map(|text| text.parse().expect("the constants are times"));
        move |at: Timestamp| u64::from(from <= at && at <= until)
    };
    let (on_day, in_year) = (within(DAY), within(YEAR));
    let (mut counts, mut actors) = (Counts::default(), vec![0; 501]);
    for (i, at) in rows.clone().zip(rows::recorded_at(rows, n)) {
        let row = Outline::of(i);
        let has_token = row.table_name != TEAMS && row.table_name != USERS && row.object == object;
        let above = row.changes_budget() && row.budget_after.is_some_and(|budget| budget > 900.0);
        counts.add(&Counts {
            updated: u64::from(matches!(row.action, "updated" | "update")),
            deleted: u64::from(row.action == "deleted"),
            teams_deleted: u64::from(row.action == "deleted" && row.table_name == TEAMS),
            by_frequent: u64::from(row.actor == 1),
            about_token: u64::from(has_token && row.table_name == rows::KEYS),
            showing_token: u64::from(has_token),
            of_team: u64::from(row.team == TEAM && row.table_name != USERS),
            on_day: on_day(at),
            in_year: in_year(at),
            budget_changed: u64::from(row.changes_budget()),
            budget_above_900: u64::from(above),
            quarterly: u64::from(row.overwrites()),
        });
        actors[row.actor as usize] += 1;
    }
    (counts, actors)
}
