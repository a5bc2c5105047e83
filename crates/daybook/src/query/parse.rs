//! From the parameters of `GET /audit` to a [`Question`].
//!
//! An empty parameter is an absent one. A filter that is given several times means any of its values; of the others the
//! last counts. Unknown parameters are ignored, as LiteLLM ignores them.
//!
//! What LiteLLM has not got (`changed_field`, `after_*`, `q`, `after_seq`, `before_seq`, and a name with `!` for what must not
//! be) is read by the same rules.

use serde_json::{Value, json};

use super::form::{self, Item};
use super::{actions, dates};
use crate::model::question::{Bound, Column, Comparison, Direction, Excluded, Filter, Question, Search, Sort, Words};
use crate::model::secret::{MASTER_KEY_NAME, hash_key};
use crate::model::words;

/// So many words may be searched for at once.
const MOST_WORDS: usize = 32;

/// The bounds on a number after the change.
const BOUNDS: [(&str, Comparison); 4] = [
    ("after_gt", Comparison::Greater),
    ("after_gte", Comparison::AtLeast),
    ("after_lt", Comparison::Less),
    ("after_lte", Comparison::AtMost),
];

/// Why parameters are no question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rejected {
    /// They do not have the declared form: 422, one item each.
    Form(Vec<Item>),
    /// They have the form, but mean nothing: 400, and what would.
    Meaning(String),
}

impl Rejected {
    /// The body of the response.
    pub fn to_json(&self) -> Value {
        match self {
            Rejected::Form(items) => json!({"detail": items.iter().map(Item::to_json).collect::<Vec<_>>()}),
            Rejected::Meaning(message) => json!({"detail": {"error": message}}),
        }
    }
}

/// Reads decoded parameters. `master_key_hash` is the SHA-256 of the key that LiteLLM's rows call
/// `litellm_proxy_master_key`; empty when there is none.
pub fn parse<'a>(
    parameters: impl IntoIterator<Item = (&'a str, &'a str)>,
    master_key_hash: &str,
) -> Result<Question, Rejected> {
    let parameters: Vec<(&str, &str)> = parameters.into_iter().collect();
    let last = |name: &str| parameters.iter().rev().find(|(have, _)| *have == name).map(|(_, value)| *value);
    let mut items = Vec::new();
    let page = form::page(last("page"), last("page_size"), &mut items);
    let mut checked = |name: &'static str, values: Vec<&str>| -> Vec<String> {
        if values.iter().any(|value| value.contains('\0')) {
            items.push(form::nul(name));
        }
        let mut distinct: Vec<String> = Vec::new();
        for value in values.into_iter().filter(|value| !value.is_empty()) {
            if !distinct.iter().any(|have| have == value) {
                distinct.push(value.to_owned());
            }
        }
        distinct
    };
    let all = |name: &str| parameters.iter().filter(|(have, _)| *have == name).map(|(_, value)| *value).collect();
    let one = |name: &str| last(name).into_iter().collect();
    // In the declared order, which is the order of the items.
    let changed_by = checked("changed_by", all("changed_by"));
    let api_keys = checked("changed_by_api_key", all("changed_by_api_key"));
    let action = checked("action", all("action"));
    let table_name = checked("table_name", all("table_name"));
    let object_id = checked("object_id", all("object_id"));
    let start_date = checked("start_date", one("start_date")).pop();
    let end_date = checked("end_date", one("end_date")).pop();
    let team_id = checked("object_team_id", all("object_team_id"));
    let key_hash = checked("object_key_hash", all("object_key_hash"));
    let search = checked("search", all("search"));
    let sort_by = checked("sort_by", one("sort_by")).pop();
    let sort_order = checked("sort_order", one("sort_order")).pop();
    let changed_field = checked("changed_field", all("changed_field"));
    let bounds = BOUNDS.map(|(name, comparison)| (name, comparison, checked(name, one(name)).pop()));
    let not = Excluded {
        changed_by: checked("changed_by!", all("changed_by!")),
        changed_by_api_key: with_master_names(
            checked("changed_by_api_key!", all("changed_by_api_key!")),
            master_key_hash,
        ),
        action: actions::spellings(checked("action!", all("action!"))),
        table_name: checked("table_name!", all("table_name!")),
        object_id: checked("object_id!", all("object_id!")),
        team_id: checked("object_team_id!", all("object_team_id!")),
        key_hash: checked("object_key_hash!", all("object_key_hash!")),
        changed_field: checked("changed_field!", all("changed_field!")),
    };
    let text = checked("q", one("q")).pop();
    let after_seq = checked("after_seq", one("after_seq")).pop();
    let before_seq = checked("before_seq", one("before_seq")).pop();
    if !items.is_empty() {
        return Err(Rejected::Form(items));
    }
    let filter = Filter {
        changed_by,
        changed_by_api_key: with_master_names(api_keys, master_key_hash),
        action: actions::spellings(action),
        table_name,
        object_id,
        team_id,
        key_hash,
        from: date("start_date", start_date, dates::from)?,
        until: date("end_date", end_date, dates::until)?,
        search: read_search(search, master_key_hash),
        scope: None,
        after: read_bounds(bounds, &changed_field)?,
        changed_field,
        not,
        words: text.map(|text| read_words(&text)).transpose()?,
        after_seq: after_seq.map(|text| sequence("after_seq", &text)).transpose()?,
        before_seq: before_seq.map(|text| sequence("before_seq", &text)).transpose()?,
    };
    Ok(Question { filter, sort: sort(sort_by.as_deref(), sort_order.as_deref())?, page })
}

fn sort(by: Option<&str>, order: Option<&str>) -> Result<Sort, Rejected> {
    let default = Sort::default();
    let column = match by {
        None => default.column,
        Some(text) => Column::parse(text).ok_or_else(|| {
            let allowed: Vec<&str> = Column::ALL.iter().map(|column| column.as_str()).collect();
            not_allowed("sort_by", text, &allowed.join(", "))
        })?,
    };
    let direction = match order.map(str::to_ascii_lowercase).as_deref() {
        None => default.direction,
        Some("asc") => Direction::Ascending,
        Some("desc") => Direction::Descending,
        Some(_) => return Err(not_allowed("sort_order", order.unwrap_or_default(), "asc, desc")),
    };
    Ok(Sort { column, direction })
}

fn date(
    name: &str,
    text: Option<String>,
    read: fn(&str) -> Option<jiff::Timestamp>,
) -> Result<Option<jiff::Timestamp>, Rejected> {
    let Some(text) = text else { return Ok(None) };
    let allowed = "a date (2024-06-08), or a date and a time, in UTC when no zone is given (2024-06-08T23:41:14.793Z, \
                   2024-06-08T23:41:14+02:00, 2024-06-08 23:41:14.793)";
    read(&text).map(Some).ok_or_else(|| not_allowed(name, &text, allowed))
}

fn read_bounds(
    bounds: [(&'static str, Comparison, Option<String>); 4],
    changed_field: &[String],
) -> Result<Vec<Bound>, Rejected> {
    let mut read = Vec::new();
    for (name, comparison, text) in bounds {
        let Some(text) = text else { continue };
        let number = text.trim().parse().ok().filter(|number: &f64| number.is_finite());
        let number = number.ok_or_else(|| not_allowed(name, &text, "a finite number (1000, 0.5, 1e6)"))?;
        if changed_field.is_empty() {
            let message = format!("{name} needs changed_field: the name of the field that the bound is about.");
            return Err(Rejected::Meaning(message));
        }
        read.push(Bound { comparison, number });
    }
    Ok(read)
}

fn read_words(text: &str) -> Result<Words, Rejected> {
    let words = words::of_text(text);
    if words.is_empty() {
        return Err(not_allowed("q", text, "words, which are runs of letters and digits"));
    }
    if words.len() > MOST_WORDS {
        let message = format!("Invalid q: {} words. Allowed: up to {MOST_WORDS} different words.", words.len());
        return Err(Rejected::Meaning(message));
    }
    Ok(Words(words))
}

fn sequence(name: &str, text: &str) -> Result<i64, Rejected> {
    text.trim().parse().map_err(|_| not_allowed(name, text, "a sequence number, which is a whole number"))
}

/// Shows no more of the value than a reader needs to recognise it.
pub(super) fn not_allowed(name: &str, value: &str, allowed: &str) -> Rejected {
    let shown: String = value.chars().take(64).collect();
    Rejected::Meaning(format!("Invalid {name} '{shown}'. Allowed: {allowed}."))
}

/// The master key goes by two names: LiteLLM's word and the hash. Whoever asks for one means both.
fn with_master_names(mut keys: Vec<String>, master_key_hash: &str) -> Vec<String> {
    let names = [MASTER_KEY_NAME, master_key_hash];
    if !master_key_hash.is_empty() && keys.iter().any(|key| names.contains(&key.as_str())) {
        for name in names {
            if !keys.iter().any(|key| key == name) {
                keys.push(name.to_owned());
            }
        }
    }
    keys
}

/// A raw key is searched for by its hash too: entries never hold the key itself.
fn read_search(texts: Vec<String>, master_key_hash: &str) -> Search {
    let key_hashes: Vec<String> =
        texts.iter().filter(|text| text.starts_with("sk-")).map(|raw| hash_key(raw)).collect();
    let api_keys = texts.iter().chain(&key_hashes).cloned().collect();
    Search { api_keys: with_master_names(api_keys, master_key_hash), texts, key_hashes }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MASTER: &str = "88dc28d0f030c55ed4ab77ed8faf098196cb1c05df778539800c9f1243fe6b4b";

    fn ask(pairs: &[(&str, &str)]) -> Result<Question, Rejected> {
        parse(pairs.iter().copied(), MASTER)
    }

    fn refusal(pairs: &[(&str, &str)]) -> String {
        ask(pairs).unwrap_err().to_json().to_string()
    }

    #[test]
    fn an_empty_parameter_is_an_absent_one() {
        let names = [
            "changed_by",
            "changed_by_api_key",
            "action",
            "table_name",
            "object_id",
            "start_date",
            "end_date",
            "object_team_id",
            "object_key_hash",
            "search",
            "sort_by",
            "sort_order",
            "changed_field",
            "after_gt",
            "after_gte",
            "after_lt",
            "after_lte",
            "changed_by!",
            "changed_by_api_key!",
            "action!",
            "table_name!",
            "object_id!",
            "object_team_id!",
            "object_key_hash!",
            "changed_field!",
            "q",
            "after_seq",
            "before_seq",
            "unknown",
        ];
        for name in names {
            assert_eq!(ask(&[(name, "")]), Ok(Question::default()), "{name}");
        }
    }

    #[test]
    fn repeated_filters_mean_any_of_and_of_the_rest_the_last_counts() {
        let question = ask(&[
            ("changed_by", "a"),
            ("changed_by", ""),
            ("changed_by", "b"),
            ("changed_by", "a"),
            ("page", "0"),
            ("page", "2"),
            ("sort_order", "bogus"),
            ("sort_order", "AsC"),
            ("start_date", "2024-06-08"),
            ("start_date", ""),
        ])
        .unwrap();
        assert_eq!(question.filter.changed_by, ["a", "b"]);
        assert_eq!((question.page.number, question.sort.direction), (2, Direction::Ascending));
        assert_eq!(question.filter.from, None);
    }

    #[test]
    fn a_question_without_meaning_is_answered_with_what_is_allowed() {
        assert_eq!(
            refusal(&[("sort_by", "bogus")]),
            r#"{"detail":{"error":"Invalid sort_by 'bogus'. Allowed: id, updated_at, changed_by, changed_by_api_key, action, table_name, object_id, before_value, updated_values."}}"#
        );
        assert_eq!(
            refusal(&[("sort_order", "up")]),
            r#"{"detail":{"error":"Invalid sort_order 'up'. Allowed: asc, desc."}}"#
        );
        assert_eq!(
            refusal(&[("end_date", "garbage")]),
            r#"{"detail":{"error":"Invalid end_date 'garbage'. Allowed: a date (2024-06-08), or a date and a time, in UTC when no zone is given (2024-06-08T23:41:14.793Z, 2024-06-08T23:41:14+02:00, 2024-06-08 23:41:14.793)."}}"#
        );
    }

    #[test]
    fn the_form_is_checked_before_the_meaning_and_all_of_it_at_once() {
        assert_eq!(
            refusal(&[("search", "a\0"), ("page", "0"), ("sort_by", "bogus")]),
            r#"{"detail":[{"type":"greater_than_equal","loc":["query","page"],"msg":"Input should be greater than or equal to 1"},{"type":"value_error","loc":["query","search"],"msg":"Value error, NUL characters are not allowed"}]}"#
        );
    }

    #[test]
    fn the_master_key_is_asked_for_by_either_of_its_names() {
        for name in [MASTER_KEY_NAME, MASTER] {
            let filter = ask(&[("changed_by_api_key", name), ("search", name)]).unwrap().filter;
            for keys in [filter.changed_by_api_key, filter.search.api_keys] {
                assert!(keys.len() == 2 && keys.contains(&MASTER.to_owned()), "{keys:?}");
            }
            assert_eq!(filter.search.texts, [name]);
        }
        let alone = parse([("changed_by_api_key", MASTER_KEY_NAME)], "").unwrap();
        assert_eq!(alone.filter.changed_by_api_key, [MASTER_KEY_NAME]);
    }

    #[test]
    fn what_must_not_be_is_read_as_what_must_be() {
        let not = ask(&[
            ("action!", "delete"),
            ("action!", ""),
            ("changed_by!", "a"),
            ("changed_by!", "b"),
            ("changed_by_api_key!", MASTER_KEY_NAME),
            ("table_name!", "T"),
            ("object_id!", "o"),
            ("object_team_id!", "t"),
            ("object_key_hash!", "h"),
            ("changed_field!", "spend"),
        ])
        .unwrap();
        let one = |text: &str| vec![text.to_owned()];
        let expected = Excluded {
            changed_by: vec!["a".to_owned(), "b".to_owned()],
            changed_by_api_key: vec![MASTER_KEY_NAME.to_owned(), MASTER.to_owned()],
            action: ["deleted", "delete", "deletes"].map(str::to_owned).to_vec(),
            table_name: one("T"),
            object_id: one("o"),
            team_id: one("t"),
            key_hash: one("h"),
            changed_field: one("spend"),
        };
        assert_eq!(not.filter, Filter { not: expected, ..Filter::default() });
        assert!(refusal(&[("object_id!", "a\0")]).contains(r#""loc":["query","object_id!"]"#));
    }

    #[test]
    fn bounds_are_finite_numbers_about_a_changed_field() {
        let filter = ask(&[
            ("changed_field", "max_budget"),
            ("changed_field", "tpm_limit"),
            ("after_gt", " 1e3 "),
            ("after_lte", "-0.5"),
            ("after_lte", "2000"),
            ("after_gte", ""),
        ])
        .unwrap()
        .filter;
        assert_eq!(filter.changed_field, ["max_budget", "tpm_limit"]);
        let bound = |comparison, number| Bound { comparison, number };
        assert_eq!(filter.after, [bound(Comparison::Greater, 1000.0), bound(Comparison::AtMost, 2000.0)]);
        assert_eq!(
            refusal(&[("after_gt", "1")]),
            r#"{"detail":{"error":"after_gt needs changed_field: the name of the field that the bound is about."}}"#
        );
        for text in ["many", "inf", "NaN", "1e999", "1,5", "0x10"] {
            let expected = format!("Invalid after_lt '{text}'. Allowed: a finite number (1000, 0.5, 1e6).");
            let refused = ask(&[("changed_field", "a"), ("after_lt", text)]);
            assert_eq!(refused, Err(Rejected::Meaning(expected)));
        }
    }

    #[test]
    fn a_text_is_searched_for_by_its_words() {
        let filter = ask(&[("q", "ignored"), ("q", "Raise_the BUDGET, the 3rd")]).unwrap().filter;
        let words = ["raise", "the", "budget", "3rd"].map(str::to_owned).to_vec();
        assert_eq!(filter.words, Some(Words(words)));
        assert_eq!(
            refusal(&[("q", "-- ?")]),
            r#"{"detail":{"error":"Invalid q '-- ?'. Allowed: words, which are runs of letters and digits."}}"#
        );
        let many: Vec<String> = (0..33).map(|number| number.to_string()).collect();
        assert!(ask(&[("q", &many[..32].join(" "))]).is_ok());
        assert!(refusal(&[("q", &many.join(" "))]).contains("33 words"));
    }

    #[test]
    fn sequence_numbers_are_whole_numbers() {
        let filter = ask(&[("after_seq", "-1"), ("before_seq", "9223372036854775807")]).unwrap().filter;
        assert_eq!((filter.after_seq, filter.before_seq), (Some(-1), Some(i64::MAX)));
        assert_eq!(
            refusal(&[("before_seq", "1.5")]),
            r#"{"detail":{"error":"Invalid before_seq '1.5'. Allowed: a sequence number, which is a whole number."}}"#
        );
    }

    #[test]
    fn a_raw_key_is_searched_for_by_its_hash() {
        let search = ask(&[("search", "sk-1234")]).unwrap().filter.search;
        assert_eq!(search.texts, ["sk-1234"]);
        assert_eq!(search.key_hashes, [MASTER]);
        assert_eq!(search.api_keys, ["sk-1234", MASTER, MASTER_KEY_NAME]);
    }
}
