//! Random questions, answered by the database and by a loop over the same entries.

use proptest::prelude::*;
use proptest::sample::{Index, select, subsequence};
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};
use serde_json::json;

use super::super::*;
use crate::both;
use crate::model::actor::{Actor, Context, Principal, Verdict};
use crate::model::question::{Page, Scope, Search};
use crate::model::table::{BUDGETS, OBJECT_PERMISSIONS, TEAMS, Table};
use crate::store::{Change, Options, Store, by, list_entries};
use crate::testing::{FakeClock, TestDb, execute};

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
const INSTANTS: &[&str] =
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
    ]
}

/// An entry and its place in the log; -1 for LiteLLM's.
struct Known {
    row: Row,
    seq: i64,
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// `count` rows as LiteLLM would write them, all over the pools.
async fn play_litellm(store: &Store, count: usize) -> Vec<Known> {
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
        known.push(Known { row, seq: -1 });
    }
    let sql = format!(r#"INSERT INTO "LiteLLM_AuditLog" VALUES {}"#, rows.join(", "));
    assert_eq!(execute(store, &sql).await.unwrap(), count as u64);
    known
}

/// Changes of three teams by several people, several of them in the same millisecond.
async fn play_daybook(store: &Store, clock: &FakeClock, count: usize) -> Vec<Known> {
    for number in 0..count {
        clock.set(INSTANTS[number * 3 / count]);
        let principal = Principal {
            user_id: Some(PEOPLE[number % 2].to_owned()),
            key_hash: KEYS[1 + number % 2].to_owned(),
            key_alias: None,
            service_account_id: None,
            is_master: false,
            is_admin: true,
            may_assert: false,
        };
        let actor = Actor { principal, asserted: None, verdict: Verdict::None, context: Context::default() };
        let work = async move |change: &mut Change| -> Result<(), StoreError> {
            let id = format!("t{}", number % 3);
            let budget = crate::row! { "max_budget": number };
            if change.update(&TEAMS, &by("team_id", &id), budget).await?.is_none() {
                change.insert(&TEAMS, crate::row! { "team_id": id }).await?;
            }
            Ok(())
        };
        store.change(&actor, work).await.unwrap();
    }
    let mut known = Vec::new();
    let mut session = store.read().await.unwrap();
    for (ledger, row) in list_entries(&mut session, 0, i64::MAX).await.unwrap() {
        let row = row.unwrap();
        let row = Column::ALL.iter().map(|column| (column.as_str().to_owned(), row.value(column.as_str()))).collect();
        known.push(Known { row, seq: ledger.int("seq").unwrap() });
    }
    assert_eq!(known.len(), count);
    known
}

fn holds(filter: &Filter, row: &Row) -> bool {
    let is = |name: &str, values: &[String]| values.iter().any(|value| row.text(name) == Some(value));
    let member = |name: &str, values: &[String]| {
        ["before_value", "updated_values"].iter().any(|column| {
            let text = row.object(column).and_then(|object| object.text(name));
            values.iter().any(|value| text == Some(value))
        })
    };
    let at = row.time("updated_at").unwrap();
    let search = &filter.search;
    let found = ["id", "changed_by", "object_id"].iter().any(|name| is(name, &search.texts))
        || is("changed_by_api_key", &search.api_keys)
        || is("object_id", &search.key_hashes)
        || member("token", &search.key_hashes);
    (filter.changed_by.is_empty() || is("changed_by", &filter.changed_by))
        && (filter.changed_by_api_key.is_empty() || is("changed_by_api_key", &filter.changed_by_api_key))
        && (filter.action.is_empty() || is("action", &filter.action))
        && (filter.table_name.is_empty() || is("table_name", &filter.table_name))
        && (filter.object_id.is_empty() || is("object_id", &filter.object_id))
        && (filter.team_id.is_empty() || member("team_id", &filter.team_id))
        && (filter.key_hash.is_empty() || member("token", &filter.key_hash))
        && filter.from.is_none_or(|from| at >= from)
        && filter.until.is_none_or(|until| at <= until)
        && (search.is_empty() || found)
        && filter.scope.as_ref().is_none_or(|scope| is_in(scope, row))
}

fn is_in(scope: &Scope, row: &Row) -> bool {
    let members = |name: &str| -> Vec<&str> {
        let objects = ["before_value", "updated_values"].into_iter().filter_map(|column| row.object(column));
        objects.filter_map(|object| object.text(name)).collect()
    };
    let one_of = |values: &[String], text: &str| values.iter().any(|value| value == text);
    let organizations = members("organization_id");
    let is_row = |table: &Table, ids: &[String]| {
        row.text("table_name") == Some(table.name) && row.text("object_id").is_some_and(|id| one_of(ids, id))
    };
    let of_team = members("team_id").into_iter().any(|id| one_of(&scope.teams, id)) || is_row(&TEAMS, &scope.teams);
    organizations.iter().any(|id| one_of(&scope.organizations, id))
        || (of_team && organizations.is_empty())
        || is_row(&BUDGETS, &scope.budgets)
        || is_row(&OBJECT_PERMISSIONS, &scope.object_permissions)
}

/// The entries that a question asks for, in order. Of the JSON columns it knows only where null stands.
fn answer<'a>(question: &Question, known: &'a [Known]) -> Vec<&'a Row> {
    let mut found: Vec<&Known> = known.iter().filter(|known| holds(&question.filter, &known.row)).collect();
    found.sort_by_key(|known| {
        let row = &known.row;
        let name = question.sort.column.as_str();
        // The wire form of a time does not sort as time does.
        let text = row.text(name).filter(|_| question.sort.column != Column::UpdatedAt);
        let first = (row.value(name).is_null(), text);
        (first, row.time("updated_at"), known.seq, row.text("id"))
    });
    if question.sort.direction == Direction::Descending {
        found.reverse();
    }
    found.into_iter().map(|known| &known.row).collect()
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

fn question() -> impl Strategy<Value = Question> {
    let filter = (
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
        });
    let direction = select(&[Direction::Ascending, Direction::Descending][..]);
    let sort = (select(&Column::ALL[..]), direction).prop_map(|(column, direction)| Sort { column, direction });
    let sort = prop_oneof![Just(Sort::default()), sort];
    (filter, sort, 1..100_i64, any::<Index>()).prop_map(|(filter, sort, size, index)| {
        // Any page up to one past the end of everything.
        let number = index.index(usize::try_from(320 / size + 2).unwrap()) as i64 + 1;
        Question { filter, sort, page: Page { number, size } }
    })
}

both!(the_database_answers_as_a_loop_over_the_entries_does, async |db: TestDb| {
    let clock = FakeClock::at(INSTANTS[0]);
    let store = Store::open(Options { clock: clock.clone(), ..db.options() }).await.unwrap();
    let mut known = play_litellm(&store, 240).await;
    known.extend(play_daybook(&store, &clock, 60).await);
    let ask = async |question: &Question| -> Result<(), TestCaseError> {
        let expected = answer(question, &known);
        let mut session = store.read().await.unwrap();
        let total = count(&mut session, &question.filter).await.unwrap();
        prop_assert_eq!(total, expected.len() as i64);
        let start = usize::try_from(question.page.offset()).unwrap().min(expected.len());
        let page: Vec<&Row> = expected[start..].iter().copied().take(question.page.size as usize).collect();
        // Collected, and walked.
        for few in [i64::MAX, -1] {
            let found = page_of(&mut session, question, total, few).await.unwrap();
            if matches!(question.sort.column, Column::BeforeValue | Column::UpdatedValues) {
                let name = question.sort.column.as_str();
                let nulls = |rows: &[&Row]| rows.iter().map(|row| row.value(name).is_null()).collect::<Vec<_>>();
                prop_assert_eq!(nulls(&found.iter().collect::<Vec<_>>()), nulls(&page));
            } else {
                prop_assert_eq!(found.iter().collect::<Vec<_>>(), page.clone(), "few: {}", few);
            }
        }
        Ok(())
    };
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner =
        TestRunner::new_with_rng(Config { cases: 400, failure_persistence: None, ..Config::default() }, rng);
    let handle = tokio::runtime::Handle::current();
    let outcome = tokio::task::block_in_place(|| runner.run(&question(), |question| handle.block_on(ask(&question))));
    outcome.unwrap();
});

both!(the_pages_of_one_millisecond_neither_overlap_nor_leave_anything_out, async |db: TestDb| {
    let clock = FakeClock::at(INSTANTS[0]);
    let store = Store::open(Options { clock: clock.clone(), ..db.options() }).await.unwrap();
    let mut known = play_litellm(&store, 40).await;
    known.extend(play_daybook(&store, &clock, 30).await);
    let mut session = store.read().await.unwrap();
    for column in Column::ALL {
        for (few, size) in [(i64::MAX, 7), (-1, 7), (-1, 1)] {
            let mut ids = Vec::new();
            for number in 1..=71 {
                let sort = Sort { column, direction: Direction::Descending };
                let question = Question { sort, page: Page { number, size }, ..Question::default() };
                let page = page_of(&mut session, &question, 70, few).await.unwrap();
                ids.extend(page.iter().map(|row| row.text("id").unwrap().to_owned()));
            }
            assert_eq!(ids.len(), 70, "{column:?}");
            ids.sort();
            ids.dedup();
            assert_eq!(ids.len(), 70, "{column:?}");
        }
    }
});
