//! What LiteLLM checks of the query string before it looks at meanings: the two numbers, and texts that a database can
//! hold. The words are FastAPI's, because a 422 is the same from every server that speaks this API.

use serde_json::{Value, json};

use crate::model::question::Page;

/// One item of a 422 body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    pub kind: &'static str,
    pub parameter: &'static str,
    pub message: String,
}

impl Item {
    fn new(kind: &'static str, parameter: &'static str, message: impl Into<String>) -> Item {
        Item { kind, parameter, message: message.into() }
    }

    pub fn to_json(&self) -> Value {
        json!({"type": self.kind, "loc": ["query", self.parameter], "msg": self.message})
    }
}

/// The page that was asked for. Of a parameter that is given several times the last counts.
pub(super) fn page(number: Option<&str>, size: Option<&str>, items: &mut Vec<Item>) -> Page {
    let default = Page::default();
    Page {
        number: whole("page", number, default.number, i64::MAX, items),
        size: whole("page_size", size, default.size, 100, items),
    }
}

/// A whole number from 1.
fn whole(name: &'static str, text: Option<&str>, default: i64, most: i64, items: &mut Vec<Item>) -> i64 {
    let Some(text) = text else { return default };
    let item = match read(text) {
        Ok(number) if number < 1 => Item::new("greater_than_equal", name, "Input should be greater than or equal to 1"),
        Ok(number) if number > most => {
            Item::new("less_than_equal", name, format!("Input should be less than or equal to {most}"))
        }
        Ok(number) => return number,
        Err((kind, message)) => Item::new(kind, name, message),
    };
    items.push(item);
    default
}

/// Pydantic's lax integer: blanks around it, a sign, underscores between digits, and `.0` at its end are allowed.
fn read(text: &str) -> Result<i64, (&'static str, &'static str)> {
    let unparsable = ("int_parsing", "Input should be a valid integer, unable to parse string as an integer");
    let too_long = ("int_parsing_size", "Unable to parse input string as an integer, exceeded maximum size");
    let text = text.trim();
    if text.len() > 4300 {
        return Err(too_long);
    }
    let (sign, digits) = match text.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    let whole = match digits.split_once('.') {
        Some((whole, zeros)) if !zeros.is_empty() && zeros.bytes().all(|byte| byte == b'0') => whole,
        _ => digits,
    };
    let is_number = |group: &str| !group.is_empty() && group.bytes().all(|byte| byte.is_ascii_digit());
    if !whole.split('_').all(is_number) {
        return Err(unparsable);
    }
    format!("{sign}{}", whole.replace('_', "")).parse().map_err(|_| too_long)
}

/// For U+0000, which PostgreSQL has no text with.
pub(super) fn nul(name: &'static str) -> Item {
    Item::new("value_error", name, "Value error, NUL characters are not allowed")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(number: &str, size: &str) -> Vec<(&'static str, &'static str)> {
        let mut items = Vec::new();
        page(Some(number), Some(size), &mut items);
        items.iter().map(|item| (item.kind, item.parameter)).collect()
    }

    #[test]
    fn numbers_are_read_as_laxly_as_pydantic_reads_them() {
        for text in ["7", " 7 ", "+7", "7.0", "7.000", "0_7", "007"] {
            let mut items = Vec::new();
            assert_eq!(page(Some(text), None, &mut items), Page { number: 7, size: 10 }, "{text:?}");
            assert!(items.is_empty(), "{text:?}");
        }
    }

    #[test]
    fn what_is_no_page_is_refused_with_every_reason() {
        assert_eq!(kinds("0", "101"), [("greater_than_equal", "page"), ("less_than_equal", "page_size")]);
        for text in ["", "abc", "1.5", "7.", "1__0", "_1", "1e3", "٣"] {
            assert_eq!(kinds(text, "10"), [("int_parsing", "page")], "{text:?}");
        }
        assert_eq!(kinds("9223372036854775808", "10"), [("int_parsing_size", "page")]);
        assert_eq!(kinds("9223372036854775807", "100"), []);
    }
}
