//! Histories for tests of questions, and random questions about them: rows that LiteLLM wrote, some of them adopted, changes of
//! Daybook's own, and erasures in both.

use proptest::prelude::*;
use proptest::sample::{Index, select, subsequence};
use serde_json::{Value, json};

use super::oracle::Known;
use super::{FakeClock, execute};
use crate::model::actor::{Actor, Context, Principal, Verdict};
use crate::model::histogram::{Division, Interval};
use crate::model::leaf::Part;
use crate::model::question::{
    Bound, Column, Comparison, Direction, Excluded, Filter, Page, Question, Scope, Search, Sort, Words,
};
use crate::model::row::{Row, RowExt as _};
use crate::model::table::TEAMS;
use crate::model::time;
use crate::model::words;
use crate::store::{Change, Store, StoreError, by, list_entries, text};

const PEOPLE: &[&str] = &["default_user_id", "ada", "Ada", "grace@example.com", "", "élan", "a'b", "50%", "a_b"];
const KEYS: &[&str] = &["litellm_proxy_master_key", "88dc", "k1", ""];
const ACTIONS: &[&str] = &["created", "create", "updated", "deleted", "rotated", "kill_switch_fired"];
const TABLES: &[&str] = &[
    "LiteLLM_TeamTable",
    "LiteLLM_VerificationToken",
    "LiteLLM_UserTable",
    "LiteLLM_BudgetTable",
    "LiteLLM_ObjectPermissionTable",
];
const OBJECTS: &[&str] = &["t1", "t2", "h1", "h2", "u1", "T1"];
const TEAM_IDS: &[&str] = &["t1", "t2", "T1", "t%", "%", "[1]", "7"];
const HASHES: &[&str] = &["h1", "h2", "h"];
pub(crate) const INSTANTS: &[&str] =
    &["2026-11-21T20:00:00.000Z", "2026-11-21T20:00:00.001Z", "2026-11-21T20:00:00.010Z", "2025-01-01T00:00:00.000Z"];

/// What LiteLLM stores in its JSON columns, and what a reader sees of it.
fn stored_values() -> Vec<(Option<String>, Value)> {
    let plain = |value: Value| (Some(value.to_string()), value);
    let text_of = |value: Value| (Some(Value::String(value.to_string()).to_string()), value);
    vec![
        (None, Value::Null),
        plain(json!({})),
        plain(json!({"team_id": "t1"})),
        plain(json!({"team_id": "t2", "token": "h1"})),
        plain(json!({"token": "h2", "team_id": null})),
        plain(json!({"team_id": 7, "token": ["h1"]})),
        plain(json!({"nested": {"team_id": "t1", "token": "h1"}})),
        plain(json!([{"team_id": "t1"}])),
        plain(json!("t1")),
        plain(json!("{not json")),
        plain(json!(7)),
        text_of(json!({"team_id": "t1", "token": "h2", "note": "its quotes: \" and '"})),
        text_of(json!({"team_id": "T1"})),
        text_of(json!(["t1"])),
        plain(json!({"organization_id": "o1", "team_id": "t2"})),
        plain(json!({"organization_id": "o2", "team_id": "t1"})),
        plain(json!({"organization_id": null, "team_id": "t2"})),
        text_of(json!({"organization_id": "o1"})),
        plain(json!({"max_budget": 1500, "team_id": "t1", "note": "Größe: MAX_budget, ÉLAN 東京 x-1"})),
        plain(json!({"max_budget": 1500.5, "models": ["gpt-4o", {"deep": true}]})),
        plain(json!({"max_budget": "1500", "tpm_limit": 0.30000000000000004})),
        text_of(json!({"max_budget": -7, "tpm_limit": 30, "token": "h1"})),
        plain(json!({"tpm_limit": i64::MIN, "note": "ΟΔΟΣ İstanbul"})),
    ]
}

const FIELDS: &[&str] = &["max_budget", "tpm_limit", "team_id", "token", "note", "models", "nobody"];
const NUMBERS: &[f64] = &[-7.0, 0.0, 0.30000000000000004, 5.5, 30.0, 1500.0, 1500.25];
const WORDS: &[&str] = &[
    "t1",
    "max",
    "budget",
    "note",
    "größe",
    "élan",
    "東京",
    "x",
    "true",
    "quotes",
    "nested",
    "7",
    "οδος",
    "İstanbul",
    "nobody",
];

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// `count` rows as LiteLLM would write them, all over the pools.
pub(crate) async fn play_litellm(store: &Store, count: usize) -> Vec<Known> {
    let values = stored_values();
    let mut rows = Vec::new();
    let mut known = Vec::new();
    for number in 0..count {
        // Strides without a common factor, so that every value meets every other.
        let pick = |pool: &[&str], stride: usize| pool[number / stride % pool.len()].to_owned();
        let (before, after) = (&values[number % values.len()], &values[number / 3 % values.len()]);
        let texts = [
            ("id", format!("{:02x}-litellm-{number}", number * 89 % 256)),
            ("updated_at", pick(INSTANTS, 5)),
            ("changed_by", pick(PEOPLE, 1)),
            ("changed_by_api_key", pick(KEYS, 2)),
            ("action", pick(ACTIONS, 7)),
            ("table_name", pick(TABLES, 11)),
            ("object_id", pick(OBJECTS, 13)),
        ];
        let mut columns: Vec<String> = texts.iter().map(|(_, text)| quoted(text)).collect();
        columns.extend([before, after].map(|(text, _)| text.as_deref().map_or("NULL".to_owned(), quoted)));
        rows.push(format!("({})", columns.join(", ")));
        let mut row: Row = texts.into_iter().map(|(name, text)| (name.to_owned(), Value::String(text))).collect();
        let instant = row.time("updated_at").unwrap();
        row.insert("updated_at".to_owned(), time::wire(instant).into());
        row.insert("before_value".to_owned(), before.1.clone());
        row.insert("updated_values".to_owned(), after.1.clone());
        known.push(Known { row, seq: None, changed_fields: Vec::new() });
    }
    let sql = format!(r#"INSERT INTO "LiteLLM_AuditLog" VALUES {}"#, rows.join(", "));
    assert_eq!(execute(store, &sql).await.unwrap(), count as u64);
    known
}

/// Changes of three teams by several people, several of them in the same millisecond.
pub(crate) async fn play_daybook(store: &Store, clock: &FakeClock, count: usize) {
    for number in 0..count {
        clock.set(INSTANTS[number * 3 / count]);
        let work = async move |change: &mut Change| -> Result<(), StoreError> {
            let id = format!("t{}", number % 3);
            let budget = crate::row! { "max_budget": number };
            if change.update(&TEAMS, &by("team_id", &id), budget).await?.is_none() {
                change.insert(&TEAMS, crate::row! { "team_id": id }).await?;
            }
            Ok(())
        };
        store.change(&person(number), work).await.unwrap();
    }
}

fn person(number: usize) -> Actor {
    let principal = Principal {
        user_id: Some(PEOPLE[number % 2].to_owned()),
        key_hash: KEYS[1 + number % 2].to_owned(),
        key_alias: None,
        service_account_id: None,
        is_master: false,
        is_admin: true,
        may_assert: false,
    };
    Actor { principal, asserted: None, verdict: Verdict::None, context: Context::default() }
}

/// Takes parts out of every seventh entry; every part comes up.
pub(crate) async fn play_erasures(store: &Store) {
    let entries = list_entries(&mut store.read().await.unwrap(), 0, i64::MAX).await.unwrap();
    let sets =
        [&[Part::After][..], &[Part::Before], &[Part::Before, Part::After], &[Part::Actor, Part::Object], &Part::ALL];
    for (number, (ledger, _)) in entries.iter().step_by(7).enumerate() {
        let (id, parts) = (ledger.text("audit_id").unwrap().to_owned(), sets[number % sets.len()].to_vec());
        let work = async move |change: &mut Change| change.erase(&id, &parts, "request 17").await;
        store.change::<_, StoreError, _>(&person(0), work).await.unwrap();
    }
}

/// What the log has, and the rows among `written` that are not in it.
pub(crate) async fn known(store: &Store, written: Vec<Known>) -> Vec<Known> {
    let mut known = Vec::new();
    for (ledger, row) in list_entries(&mut store.read().await.unwrap(), 0, i64::MAX).await.unwrap() {
        let row = row.unwrap();
        let row = Column::ALL.iter().map(|column| (column.as_str().to_owned(), row.value(column.as_str()))).collect();
        let changed_fields = serde_json::from_str(ledger.text("changed_fields").unwrap()).unwrap();
        known.push(Known { row, seq: ledger.int("seq"), changed_fields });
    }
    let in_the_log: Vec<String> = known.iter().map(|known| known.row.text("id").unwrap().to_owned()).collect();
    let outside = |known: &Known| !in_the_log.iter().any(|id| known.row.text("id") == Some(id));
    known.extend(written.into_iter().filter(outside));
    known
}

/// A history of everything that may happen to the log: about 400 entries.
pub(crate) async fn play(store: &Store, clock: &FakeClock) -> Vec<Known> {
    let written = play_litellm(store, 240).await;
    let adopted = store.adopt(&person(0), None, 100).await.unwrap();
    assert_eq!(adopted.adopted, 100);
    play_daybook(store, clock, 60).await;
    // What is erased has to leave what is there, and what is only read later.
    text::catch_up(store).await.unwrap();
    play_daybook(store, clock, 60).await;
    play_erasures(store).await;
    text::catch_up(store).await.unwrap();
    known(store, written).await
}

fn some_of(pool: &'static [&'static str]) -> impl Strategy<Value = Vec<String>> {
    let some = subsequence(pool, 1..=3.min(pool.len()));
    prop_oneof![3 => Just(Vec::new()), 1 => some.prop_map(|some| some.into_iter().map(str::to_owned).collect())]
}

fn maybe_instant() -> impl Strategy<Value = Option<jiff::Timestamp>> {
    proptest::option::weighted(0.25, select(INSTANTS).prop_map(|text| text.parse().unwrap()))
}

fn search() -> impl Strategy<Value = Search> {
    let texts = prop_oneof![some_of(PEOPLE), some_of(OBJECTS), some_of(&["59-litellm-1", "b2-litellm-2"])];
    (texts, some_of(KEYS), some_of(HASHES)).prop_map(|(texts, api_keys, key_hashes)| Search {
        texts,
        api_keys,
        key_hashes,
    })
}

fn scope() -> impl Strategy<Value = Scope> {
    let organizations = subsequence(&["o1", "o2", "o3"][..], 1..=2);
    let organizations = organizations.prop_map(|some| some.into_iter().map(str::to_owned).collect());
    (organizations, some_of(TEAM_IDS), some_of(OBJECTS), some_of(OBJECTS)).prop_map(
        |(organizations, teams, budgets, object_permissions)| Scope {
            organizations,
            teams,
            budgets,
            object_permissions,
        },
    )
}

pub(crate) fn filter() -> impl Strategy<Value = Filter> {
    (plain_filter(), new_conditions()).prop_map(|(plain, new)| Filter {
        changed_field: new.changed_field,
        after: new.after,
        not: new.not,
        words: new.words,
        after_seq: new.after_seq,
        before_seq: new.before_seq,
        ..plain
    })
}

/// LiteLLM's conditions; the more of them, the fewer entries are left, so that most questions have none or few.
fn plain_filter() -> impl Strategy<Value = Filter> {
    prop_oneof![1 => Just(Filter::default()), 2 => litellms_filter()]
}

fn new_conditions() -> impl Strategy<Value = Filter> {
    let bound = (
        select(&[Comparison::Greater, Comparison::AtLeast, Comparison::Less, Comparison::AtMost][..]),
        select(NUMBERS),
    )
        .prop_map(|(comparison, number)| Bound { comparison, number });
    let changed = (subsequence(FIELDS, 1..=3), proptest::collection::vec(bound, 0..=2)).prop_map(|(fields, after)| {
        Filter { changed_field: fields.into_iter().map(str::to_owned).collect(), after, ..Filter::default() }
    });
    let changed = prop_oneof![2 => Just(Filter::default()), 1 => changed];
    let words = subsequence(WORDS, 1..=2).prop_map(|some| Words(words::of_text(&some.join(" "))));
    let seq = || proptest::option::weighted(0.15, -1..300_i64);
    (changed, excluded(), proptest::option::weighted(0.3, words), seq(), seq()).prop_map(
        |(changed, not, words, after_seq, before_seq)| Filter { not, words, after_seq, before_seq, ..changed },
    )
}

fn excluded() -> impl Strategy<Value = Excluded> {
    let some = (
        (some_of(PEOPLE), some_of(KEYS), some_of(ACTIONS), some_of(TABLES)),
        (some_of(OBJECTS), some_of(TEAM_IDS), some_of(HASHES), some_of(FIELDS)),
    );
    let some = some.prop_map(|((changed_by, changed_by_api_key, action, table_name), rest)| {
        let (object_id, team_id, key_hash, changed_field) = rest;
        Excluded { changed_by, changed_by_api_key, action, table_name, object_id, team_id, key_hash, changed_field }
    });
    prop_oneof![1 => Just(Excluded::default()), 1 => some]
}

pub(crate) fn division() -> impl Strategy<Value = Division> {
    prop_oneof![
        Just(Division::Automatic),
        select(&Interval::ALL[..]).prop_map(Division::By),
        (1..=30_i64).prop_map(Division::Into),
        Just(Division::Into(1000)),
    ]
}

fn litellms_filter() -> impl Strategy<Value = Filter> {
    (
        (some_of(PEOPLE), some_of(KEYS), some_of(ACTIONS), some_of(TABLES), some_of(OBJECTS)),
        (some_of(TEAM_IDS), some_of(HASHES), maybe_instant(), maybe_instant()),
        prop_oneof![2 => Just(Search::default()), 1 => search()],
        proptest::option::weighted(0.3, scope()),
    )
        .prop_map(|((changed_by, changed_by_api_key, action, table_name, object_id), rest, search, scope)| {
            let (team_id, key_hash, from, until) = rest;
            Filter {
                changed_by,
                changed_by_api_key,
                action,
                table_name,
                object_id,
                team_id,
                key_hash,
                from,
                until,
                search,
                scope,
                ..Filter::default()
            }
        })
}

pub(crate) fn question() -> impl Strategy<Value = Question> {
    let direction = select(&[Direction::Ascending, Direction::Descending][..]);
    let sort = (select(&Column::ALL[..]), direction).prop_map(|(column, direction)| Sort { column, direction });
    let sort = prop_oneof![Just(Sort::default()), sort];
    (filter(), sort, 1..100_i64, any::<Index>()).prop_map(|(filter, sort, size, index)| {
        // Any page up to one past the end of everything.
        let number = index.index(usize::try_from(480 / size + 2).unwrap()) as i64 + 1;
        Question { filter, sort, page: Page { number, size } }
    })
}
