//! `GET /audit?cursor=`: the log from one end to the other, for those who follow it.
//!
//! A cursor is a position in the log. The log has no gaps and grows at its end alone, so that whoever goes from cursor to cursor
//! has seen everything that matches once.

use serde_json::{Value, json};

use super::parse::{Rejected, not_allowed};
use crate::model::question::Filter;
use crate::model::row::Row;
use crate::store::{Session, StoreError, audit, find_head, text};

/// Where to go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cursor {
    /// Before the entry with this sequence number.
    At(i64),
    /// After everything that is there.
    End,
}

impl Cursor {
    /// Reads `cursor`, if it is there. A cursor goes in the order of the log, so that nothing that asks for another one, or for a
    /// page, goes with it.
    pub fn read<'a>(parameters: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Option<Cursor>, Rejected> {
        let parameters: Vec<(&str, &str)> = parameters.into_iter().collect();
        let last = |name: &str| {
            let found = parameters.iter().rev().find(|(have, _)| *have == name);
            found.map(|(_, value)| *value).filter(|value| !value.is_empty())
        };
        let Some(text) = last("cursor") else { return Ok(None) };
        for name in ["page", "sort_by", "sort_order"] {
            if last(name).is_some() {
                let message = format!("{name} and cursor exclude each other: a cursor follows the order of the log.");
                return Err(Rejected::Meaning(message));
            }
        }
        let allowed = "begin, end, or the next_cursor of an answer";
        Cursor::parse(text).map(Some).ok_or_else(|| not_allowed("cursor", text, allowed))
    }

    fn parse(text: &str) -> Option<Cursor> {
        match text {
            "begin" => Some(Cursor::At(0)),
            "end" => Some(Cursor::End),
            _ => {
                let digits =
                    text.strip_prefix("s-").filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
                i64::from_str_radix(digits, 16).ok().map(Cursor::At)
            }
        }
    }

    fn text(seq: i64) -> String {
        format!("s-{seq:x}")
    }
}

/// What there is from a cursor on.
#[derive(Clone, Debug, PartialEq)]
pub struct Polled {
    /// Entries with their sequence numbers, ascending.
    pub entries: Vec<(i64, Row)>,
    /// The sequence number at which to go on.
    pub next: i64,
    /// Everything that will ever match below this sequence number is there by now.
    pub complete_through: i64,
    /// Whether more is there already.
    pub has_more: bool,
}

impl Polled {
    /// Of entries from a sequence number on, one more than the limit if there are as many.
    pub(super) fn of(mut entries: Vec<(i64, Row)>, from: i64, complete: i64, limit: i64) -> Polled {
        let more = usize::try_from(limit).ok().filter(|limit| entries.len() > *limit);
        let next = match more {
            Some(limit) => entries[limit].0,
            None => from.max(complete),
        };
        entries.truncate(more.unwrap_or(usize::MAX));
        Polled { entries, next, complete_through: complete, has_more: more.is_some() }
    }

    /// The body of the response.
    pub fn to_json(self) -> Value {
        let entry = |(seq, mut row): (i64, Row)| {
            row.insert("seq".to_owned(), seq.into());
            row
        };
        json!({
            "audit_logs": self.entries.into_iter().map(entry).collect::<Vec<_>>(),
            "next_cursor": Cursor::text(self.next),
            "complete_through": self.complete_through,
            "has_more": self.has_more,
        })
    }
}

/// The next entries, at most `limit`. `None` for a cursor past the end of the log: it is of another log, or this one went back.
///
/// What does not match is passed over too, so that nobody reads it again.
pub async fn poll(
    session: &mut Session,
    filter: &Filter,
    cursor: Cursor,
    limit: i64,
) -> Result<Option<Polled>, StoreError> {
    let Some((from, complete)) = bounds(session, filter, cursor).await? else { return Ok(None) };
    let entries = audit::stretch(session, filter, from, complete, limit.saturating_add(1)).await?;
    Ok(Some(Polled::of(entries, from, complete, limit)))
}

/// Where a cursor is, and the sequence number below which nothing is missing. `None` past the end of the log.
pub(super) async fn bounds(
    session: &mut Session,
    filter: &Filter,
    cursor: Cursor,
) -> Result<Option<(i64, i64)>, StoreError> {
    let size = find_head(session).await?.map_or(0, |head| head.size);
    let size = i64::try_from(size).map_err(|_| StoreError::Corrupt("the log is too long".to_owned()))?;
    // An entry whose words nobody has put into the table yet will match later.
    let complete = if filter.words.is_some() { text::covered(session).await?.min(size) } else { size };
    Ok(match cursor {
        Cursor::At(seq) if seq > size => None,
        Cursor::At(seq) => Some((seq, complete)),
        Cursor::End => Some((complete, complete)),
    })
}

/// What the response to such a cursor says.
pub fn past_the_end() -> Rejected {
    Rejected::Meaning("Invalid cursor: it is past the end of this log.".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<Option<Cursor>, Rejected> {
        Cursor::read(pairs.iter().copied())
    }

    #[test]
    fn a_cursor_is_one_of_two_words_or_what_an_answer_gave() {
        assert_eq!(read(&[]), Ok(None));
        assert_eq!(read(&[("cursor", ""), ("page", "2"), ("sort_by", "id")]), Ok(None));
        assert_eq!(read(&[("cursor", "begin"), ("page", ""), ("page_size", "5")]), Ok(Some(Cursor::At(0))));
        assert_eq!(read(&[("cursor", "begin"), ("cursor", "end")]), Ok(Some(Cursor::End)));
        for seq in [0, 1, 255, i64::MAX] {
            assert_eq!(read(&[("cursor", &Cursor::text(seq))]), Ok(Some(Cursor::At(seq))));
        }
        for text in ["7", "s-", "s--1", "s-+1", "s-g", "s-ffffffffffffffff", "BEGIN"] {
            let expected = format!("Invalid cursor '{text}'. Allowed: begin, end, or the next_cursor of an answer.");
            assert_eq!(read(&[("cursor", text)]), Err(Rejected::Meaning(expected)));
        }
    }

    #[test]
    fn a_cursor_has_its_own_order_and_no_pages() {
        for name in ["page", "sort_by", "sort_order"] {
            let expected = format!("{name} and cursor exclude each other: a cursor follows the order of the log.");
            assert_eq!(read(&[("cursor", "end"), (name, "1")]), Err(Rejected::Meaning(expected)));
        }
    }
}
