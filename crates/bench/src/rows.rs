//! Row *i* of a data set of *n*: an audit log of two years, 500 actors of Zipf-like weight, 5,000 keys, up to 200,000
//! objects, with the JSON that LiteLLM writes.
//!
//! Everything in a row is a hash of its number. `tests/rows.sql` says the same in PostgreSQL's words, and a test compares
//! the two; the arithmetic here is therefore PostgreSQL's, down to how it rounds.

use std::ops::RangeInclusive;

use jiff::Timestamp;
use md5::{Digest as _, Md5};
use serde_json::{Map, Value, json};
use sha2::Sha256;

/// Changes when the rows do.
pub const VERSION: u32 = 1;

/// 2024-11-01T00:00:00Z.
const FIRST_SECOND: i64 = 1_730_419_200;

const DAYS: f64 = 730.0;

/// A row of `LiteLLM_AuditLog`.
#[derive(Clone, Debug, PartialEq)]
pub struct AuditRow {
    pub id: String,
    pub updated_at: Timestamp,
    pub changed_by: String,
    pub changed_by_api_key: String,
    pub action: &'static str,
    pub table_name: &'static str,
    pub object_id: String,
    pub before_value: Option<Value>,
    pub updated_values: Value,
}

pub const KEYS: &str = "LiteLLM_VerificationToken";
pub const TEAMS: &str = "LiteLLM_TeamTable";
pub const USERS: &str = "LiteLLM_UserTable";

/// Row `i` of a data set of `n`, from 1.
pub fn row(i: u64, n: u64) -> AuditRow {
    let m = md5_hex(&format!("row{i}"));
    let share = |salt: &str| share(salt, i);
    let draw = Draw {
        r2: share("b"),
        r3: share("c"),
        r4: share("d"),
        r5: share("e"),
        actor: actor((share("g") * 501_f64.ln()).exp()),
        object: floor(200_000.0 * share("o").powf(1.5)),
        team: team_id(floor(2000.0 * share("o").powf(1.5))),
    };
    let action = action(share("x"));
    let table_name = table(share("t"));
    let object_id = match table_name {
        KEYS => token(draw.object),
        TEAMS => draw.team.clone(),
        USERS => format!("user-{}", md5_hex(&format!("u{}", draw.object))),
        _ => uuid(&format!("o{}", draw.object)),
    };
    let object = match table_name {
        TEAMS => draw.team_row(),
        USERS => draw.user_row(),
        _ => draw.key_row(&m),
    };
    let (before_value, updated_values) = match action {
        "created" => (None, object),
        "deleted" => (Some(object), json!({})),
        "blocked" | "unblocked" => (Some(object), json!({"token": object_id, "blocked": action == "blocked"})),
        _ => (Some(object), draw.update(table_name, &object_id)),
    };
    AuditRow {
        id: format!("{}-{}-4{}-a{}-{}", &m[..8], &m[8..12], &m[13..16], &m[17..20], &m[20..32]),
        updated_at: updated_at(i, n),
        changed_by: actor_name(draw.actor),
        changed_by_api_key: sha256_hex(&format!("key{}", floor(share("k") * 5000.0))),
        action,
        table_name,
        object_id,
        before_value,
        updated_values,
    }
}

/// When row `i` was written. Rises with `i` but for the seconds that are drawn on top, up to a minute of them.
pub fn updated_at(i: u64, n: u64) -> Timestamp {
    const DAY: f64 = 86_400.0;
    const MICROS: f64 = 1_000_000.0;
    let factor = (i - 1) as f64 / n as f64;
    // PostgreSQL multiplies an interval's days by whole days first, then the rest of a day rounded to microseconds.
    let days = (DAYS * factor).trunc();
    let rest = ((DAYS * factor - days) * DAY * MICROS).round_ties_even() / MICROS;
    let drawn = (MICROS * (share("f", i) * 60.0)).round_ties_even();
    let micros = (days * DAY * MICROS) as i64 + (rest * MICROS).round_ties_even() as i64 + drawn as i64;
    let millis = (micros + 500).div_euclid(1000);
    Timestamp::from_millisecond(FIRST_SECOND * 1000 + millis).expect("two years from 2024 on are within range")
}

/// The times of these rows as a log has them: a log's time never runs backwards. Above some million rows the seconds that are
/// drawn would make it, so an entry bears the latest time that any row before it has.
pub fn recorded_at(rows: RangeInclusive<u64>, n: u64) -> impl Iterator<Item = Timestamp> {
    // Those of the last minute are all that can be later.
    let near = (n / (730 * 24 * 60) + 2).min(rows.start() - 1);
    let mut latest = updated_at(1, n);
    for i in rows.start() - near..*rows.start() {
        latest = latest.max(updated_at(i.max(1), n));
    }
    rows.map(move |i| {
        latest = latest.max(updated_at(i, n));
        latest
    })
}

/// What can be said of a row without making it, in a hundredth of the time: enough to count what a question finds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outline {
    pub action: &'static str,
    pub table_name: &'static str,
    pub actor: i64,
    pub object: i64,
    pub team: i64,
    /// `max_budget` of either object.
    pub budget_before: Option<f64>,
    pub budget_after: Option<f64>,
}

impl Outline {
    pub fn of(i: u64) -> Outline {
        let (action, table_name) = (action(share("x", i)), table(share("t", i)));
        let place = share("o", i).powf(1.5);
        let object = Some(budget(table_name, share("c", i)));
        let (budget_before, budget_after) = match action {
            "created" => (None, object),
            "deleted" | "blocked" | "unblocked" => (object, None),
            _ => (object, Some(rounded(share("e", i) * 1000.0, 2))),
        };
        Outline {
            action,
            table_name,
            actor: actor((share("g", i) * 501_f64.ln()).exp()),
            object: floor(200_000.0 * place),
            team: floor(2000.0 * place),
            budget_before,
            budget_after,
        }
    }

    /// Whether the row is of one of the actions that write new values over old ones.
    pub fn overwrites(&self) -> bool {
        !matches!(self.action, "created" | "deleted" | "blocked" | "unblocked")
    }

    /// Whether an entry says that `max_budget` has changed: it came, it went, or it is another one.
    pub fn changes_budget(&self) -> bool {
        match self.action {
            "blocked" | "unblocked" => false,
            _ => self.budget_before != self.budget_after,
        }
    }
}

/// Who acts, by number.
pub fn actor_name(actor: i64) -> String {
    if actor == 1 { "default_user_id".to_owned() } else { email(actor) }
}

/// The token of a key, by its number.
pub fn token(object: i64) -> String {
    sha256_hex(&format!("obj{object}"))
}

/// A team, by its number.
pub fn team_id(team: i64) -> String {
    uuid(&format!("team{team}"))
}

/// The `max_budget` of a table's object.
fn budget(table: &str, r3: f64) -> f64 {
    let most = match table {
        TEAMS => 5000.0,
        USERS => 500.0,
        _ => 1000.0,
    };
    rounded(r3 * most, 2)
}

/// What is drawn once for a row.
struct Draw {
    r2: f64,
    r3: f64,
    r4: f64,
    r5: f64,
    actor: i64,
    object: i64,
    team: String,
}

impl Draw {
    fn team_row(&self) -> Value {
        let members = (1..=1 + integer(self.r4 * 6.0)).map(|g| {
            let user = email((self.actor + g * 7) % 500);
            json!({"role": if g == 1 { "admin" } else { "user" }, "user_id": user, "user_email": user})
        });
        json!({
            "team_id": self.team,
            "team_alias": format!("team-{}", &self.team[..6]),
            "organization_id": uuid(&format!("org{}", integer(self.r5 * 40.0))),
            "admins": [],
            "members": [],
            "members_with_roles": members.collect::<Vec<_>>(),
            "metadata": {"cost_center": format!("CC-{}", integer(self.r3 * 900.0)), "owner": "platform"},
            "tpm_limit": integer(self.r4 * 1_000_000.0),
            "rpm_limit": integer(self.r5 * 10_000.0),
            "max_budget": budget(TEAMS, self.r3),
            "spend": rounded(self.r2 * 900.0, 6),
            "budget_duration": "30d",
            "budget_reset_at": "2026-11-30T00:00:00Z",
            "models": ["gpt-4o", "claude-sonnet-4-5", "gemini-2.5-pro"],
            "blocked": false,
            "router_settings": {},
            "model_spend": {},
            "model_max_budget": {},
            "created_at": "2025-01-04T10:11:12.131000Z",
            "updated_at": "2026-05-06T07:08:09.101000Z",
        })
    }

    fn user_row(&self) -> Value {
        json!({
            "user_id": format!("user-{}", md5_hex(&format!("u{}", self.object))),
            "user_email": format!("user{}@example.com", self.object),
            "user_role": "internal_user",
            "teams": [self.team],
            "max_budget": budget(USERS, self.r3),
            "spend": 0.0,
            "models": [],
            "metadata": {},
            "budget_duration": "30d",
            "sso_user_id": null,
            "created_at": "2025-01-04T10:11:12.131000Z",
        })
    }

    fn key_row(&self, m: &str) -> Value {
        let user = email(self.actor);
        json!({
            "token": token(self.object),
            "key_name": format!("sk-...{}", &m[..4]),
            "key_alias": format!("svc-{}-prod", self.object),
            "soft_budget_cooldown": false,
            "spend": rounded(self.r2 * 90.0, 8),
            "expires": "2027-01-31T00:00:00Z",
            "models": ["gpt-4o", "gpt-4o-mini", "claude-sonnet-4-5"],
            "aliases": {},
            "config": {},
            "user_id": user,
            "team_id": self.team,
            "permissions": {},
            "max_parallel_requests": integer(self.r4 * 50.0),
            "metadata": {
                "service": format!("svc-{}", self.object),
                "env": if self.r5 < 0.5 { "prod" } else { "staging" },
                "tags": [format!("team-{}", &self.team[..6]), "billing"],
            },
            "tpm_limit": integer(self.r4 * 100_000.0),
            "rpm_limit": integer(self.r5 * 1000.0),
            "max_budget": budget(KEYS, self.r3),
            "budget_duration": "30d",
            "budget_reset_at": "2026-11-30T00:00:00Z",
            "allowed_cache_controls": [],
            "allowed_routes": [],
            "model_spend": {},
            "model_max_budget": {},
            "blocked": false,
            "created_at": "2025-01-04T10:11:12.131000Z",
            "created_by": user,
            "updated_at": "2026-05-06T07:08:09.101000Z",
        })
    }

    fn update(&self, table: &str, object_id: &str) -> Value {
        let name = match table {
            TEAMS => "team_id",
            USERS => "user_id",
            _ => "key",
        };
        let mut values = Map::new();
        values.insert(name.to_owned(), object_id.into());
        values.insert("max_budget".to_owned(), rounded(self.r5 * 1000.0, 2).into());
        values.insert("tpm_limit".to_owned(), integer(self.r4 * 100_000.0).into());
        let ticket = format!("CHG-{}", integer(self.r3 * 99_999.0));
        values.insert("metadata".to_owned(), json!({"ticket": ticket, "reason": "quarterly budget review"}));
        Value::Object(values)
    }
}

fn action(x: f64) -> &'static str {
    match x {
        x if x < 0.30 => "created",
        x if x < 0.80 => "updated",
        x if x < 0.92 => "deleted",
        x if x < 0.94 => "blocked",
        x if x < 0.955 => "unblocked",
        x if x < 0.985 => "rotated",
        x if x < 0.99 => "regenerated",
        x if x < 0.995 => "update",
        _ => "create",
    }
}

fn table(t: f64) -> &'static str {
    match t {
        t if t < 0.60 => KEYS,
        t if t < 0.80 => TEAMS,
        t if t < 0.92 => USERS,
        t if t < 0.98 => "LiteLLM_ProxyModelTable",
        _ => "LiteLLM_CacheConfig",
    }
}

fn actor(weight: f64) -> i64 {
    floor(weight).clamp(1, 500)
}

fn email(user: i64) -> String {
    format!("user{user:04}@example.com")
}

/// A number in [0, 1) for a row and a salt.
fn share(salt: &str, i: u64) -> f64 {
    let digest = Md5::digest(format!("{salt}{i}"));
    let first = u32::from_be_bytes([digest[0], digest[1], digest[2], digest[3]]);
    f64::from(first) / 4_294_967_296.0
}

fn floor(number: f64) -> i64 {
    number.floor() as i64
}

/// PostgreSQL's cast of a float to an integer.
fn integer(number: f64) -> i64 {
    number.round_ties_even() as i64
}

/// PostgreSQL's `round(x::numeric, places)`: first to 15 significant digits, then half away from zero.
fn rounded(number: f64, places: i32) -> f64 {
    let text = format!("{number:.14e}");
    let (digits, exponent) = text.split_once('e').expect("an exponent is asked for");
    let digits: i64 = digits.replace('.', "").parse().expect("15 digits");
    let exponent: i32 = exponent.parse().expect("an exponent is a number");
    // number = digits * 10^(exponent - 14)
    let drop = 14 - exponent - places;
    let kept = match u32::try_from(drop) {
        Ok(drop @ 1..=18) => {
            let unit = 10_i64.pow(drop);
            (digits + unit / 2) / unit
        }
        Ok(0) => digits,
        Ok(_) => 0,
        Err(_) => digits * 10_i64.pow(drop.unsigned_abs()),
    };
    format!("{kept}e-{places}").parse().expect("digits and an exponent are a number")
}

fn md5_hex(text: &str) -> String {
    hex(&Md5::digest(text))
}

fn sha256_hex(text: &str) -> String {
    hex(&Sha256::digest(text))
}

/// PostgreSQL's `md5(text)::uuid::text`.
fn uuid(text: &str) -> String {
    let hex = md5_hex(text);
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits = bytes.iter().flat_map(|byte| [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
    digits.map(char::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_float_is_rounded_as_postgresql_rounds_it() {
        // select round((x)::float8::numeric, places)
        for (number, places, expected) in [
            (0.125, 2, 0.13),
            (2.5, 0, 3.0),
            (499.99999999999999, 2, 500.0),
            (0.000_000_004_999, 8, 0.0),
            (0.000_000_005, 8, 0.000_000_01),
            (0.0, 2, 0.0),
            (123.455, 2, 123.46),
        ] {
            assert_eq!(rounded(number, places), expected, "round({number}, {places})");
        }
        assert_eq!([0.5, 1.5, 2.5].map(integer), [0, 2, 2]);
    }

    #[test]
    fn an_outline_is_that_of_the_row() {
        let budget = |value: Option<&Value>| value.and_then(|value| value["max_budget"].as_f64());
        for i in 1..=3000 {
            let (row, outline) = (row(i, 3000), Outline::of(i));
            let said = (outline.action, outline.table_name, actor_name(outline.actor));
            assert_eq!(said, (row.action, row.table_name, row.changed_by.clone()), "row {i}");
            match row.table_name {
                KEYS => assert_eq!(row.object_id, token(outline.object), "row {i}"),
                TEAMS => assert_eq!(row.object_id, team_id(outline.team), "row {i}"),
                _ => {}
            }
            assert_eq!(outline.budget_before, budget(row.before_value.as_ref()), "row {i}");
            assert_eq!(outline.budget_after, budget(Some(&row.updated_values)), "row {i}");
            assert_eq!(outline.overwrites(), row.updated_values["metadata"]["reason"].is_string(), "row {i}");
        }
    }

    #[test]
    fn the_times_of_a_log_never_run_backwards_wherever_one_begins_to_look() {
        const N: u64 = 10_000_000;
        let begin = 5_000_000;
        let all: Vec<Timestamp> = recorded_at(begin..=begin + 999, N).collect();
        assert!(all.is_sorted());
        assert!((begin..begin + 1000).any(|i| updated_at(i, N) > updated_at(i + 1, N)), "nothing was to be held back");
        assert_eq!(recorded_at(begin + 500..=begin + 999, N).collect::<Vec<_>>(), all[500..]);
    }

    #[test]
    fn the_data_set_is_what_its_version_says() {
        let mut hash = Sha256::new();
        for i in 1..=1000 {
            hash.update(format!("{:?}", row(i, 100_000)));
        }
        assert_eq!(VERSION, 1);
        assert_eq!(hex(&hash.finalize())[..16], *"186c476d0497d625");
    }
}
