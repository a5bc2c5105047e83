//! From the parameters of `GET /audit` to a [`Question`].
//!
//! An empty parameter is an absent one. A filter that is given several times means any of its values; of the others the
//! last counts. Unknown parameters are ignored, as LiteLLM ignores them.

use serde_json::{Value, json};

use super::form::{self, Item};
use super::{actions, dates};
use crate::model::question::{Column, Direction, Filter, Question, Search, Sort};
use crate::model::secret::{MASTER_KEY_NAME, hash_key};

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
        ..Filter::default()
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

/// Shows no more of the value than a reader needs to recognise it.
fn not_allowed(name: &str, value: &str, allowed: &str) -> Rejected {
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
    fn a_raw_key_is_searched_for_by_its_hash() {
        let search = ask(&[("search", "sk-1234")]).unwrap().filter.search;
        assert_eq!(search.texts, ["sk-1234"]);
        assert_eq!(search.key_hashes, [MASTER]);
        assert_eq!(search.api_keys, ["sk-1234", MASTER, MASTER_KEY_NAME]);
    }
}
