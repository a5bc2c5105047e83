//! What a word is, in a text that is searched for and in the values of an entry.
//!
//! Lower case first, then runs of letters and digits ([`char::is_alphanumeric`]): a character whose small form is more than
//! one falls apart alike on both sides. Databases are given the words that are made here and make none of their own.

use std::collections::HashSet;

use serde_json::Value;

/// So many characters of a word count.
pub const LONGEST: usize = 128;

/// So many bytes of an entry's distinct words are kept, in the order in which they stand: PostgreSQL's `tsvector` holds no more
/// than a megabyte.
pub const MOST_BYTES: usize = 500_000;

/// Tells the words of this program from those of another one: the library's tables of letters are of a version of Unicode.
pub fn version() -> String {
    let (major, minor, update) = char::UNICODE_VERSION;
    format!("1/{major}.{minor}.{update}")
}

/// The distinct words of a text, in their order.
pub fn of_text(text: &str) -> Vec<String> {
    let mut words = Gathered::default();
    words.text(text);
    words.words
}

/// The distinct words of an entry's two values, names and values of members at any depth, in their order.
pub fn of_values(before: Option<&Value>, after: Option<&Value>) -> Vec<String> {
    let mut words = Gathered::default();
    for value in [before, after].into_iter().flatten() {
        words.value(value);
    }
    words.words
}

#[derive(Default)]
struct Gathered<'a> {
    words: Vec<String>,
    known: HashSet<String>,
    /// Texts that have been taken apart: most of what stands before a change stands after it.
    texts: HashSet<&'a str>,
    bytes: usize,
    full: bool,
}

impl<'a> Gathered<'a> {
    fn value(&mut self, value: &'a Value) {
        match value {
            Value::Null => {}
            Value::Bool(flag) => self.text(if *flag { "true" } else { "false" }),
            Value::Number(number) => self.parts(&number.to_string()),
            Value::String(text) => self.text(text),
            Value::Array(items) => items.iter().for_each(|item| self.value(item)),
            Value::Object(members) => {
                for (name, value) in members {
                    self.text(name);
                    self.value(value);
                }
            }
        }
    }

    fn text(&mut self, text: &'a str) {
        if self.texts.insert(text) {
            self.parts(text);
        }
    }

    fn parts(&mut self, text: &str) {
        for run in text.to_lowercase().split(|c: char| !c.is_alphanumeric()).filter(|run| !run.is_empty()) {
            let end = run.char_indices().nth(LONGEST).map_or(run.len(), |(at, _)| at);
            self.word(&run[..end]);
        }
    }

    fn word(&mut self, word: &str) {
        if self.full || self.known.contains(word) {
            return;
        }
        if self.bytes + word.len() > MOST_BYTES {
            self.full = true;
            return;
        }
        self.bytes += word.len();
        self.known.insert(word.to_owned());
        self.words.push(word.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn words_are_runs_of_letters_and_digits_in_lower_case_each_once() {
        assert_eq!(
            of_text("Max_budget=1000.5, ÉLAN élan 東京-tower"),
            ["max", "budget", "1000", "5", "élan", "東京", "tower"]
        );
        assert_eq!(of_text(" -_. \u{307}"), [""; 0]);
        assert_eq!(of_text("ΟΔΟΣ İx"), ["οδος", "i", "x"]);
        assert_eq!(of_text(&"é".repeat(200)), ["é".repeat(128)]);
    }

    #[test]
    fn names_and_values_at_any_depth_are_words_and_null_is_none() {
        let before = json!({"team_id": "t-1", "more": [{"deep": true}, null, 7]});
        let after = json!("plain t-1");
        let words = of_values(Some(&before), Some(&after));
        assert_eq!(words, ["team", "id", "t", "1", "more", "deep", "true", "7", "plain"]);
        assert_eq!(of_values(None, Some(&Value::Null)), [""; 0]);
    }

    #[test]
    fn an_entry_has_so_many_words_and_no_more() {
        let text: Vec<String> = (0..200_000).map(|number| format!("w{number}")).collect();
        let words = of_text(&text.join(" "));
        assert_eq!(words, text[..words.len()]);
        let bytes: usize = words.iter().map(String::len).sum();
        assert!(bytes <= MOST_BYTES && bytes > MOST_BYTES - 10, "{bytes}");
    }

    proptest! {
        #[test]
        fn words_of_words_are_the_words(text in any::<String>()) {
            let words = of_text(&text);
            prop_assert_eq!(of_text(&words.join(" ")), words.clone());
            prop_assert!(words.iter().all(|word| word.chars().all(char::is_alphanumeric)));
        }
    }
}
