//! From a row of the audit table to what the index keeps of it.

use std::borrow::Cow;

use serde::Deserialize as _;
use serde_json::Value;
use serde_json::value::RawValue;

use super::members::Members;
use super::segment::{Entry, Field, Id};
use crate::store::audit::LONGEST_INDEXED;
use crate::store::audit::feed::Fed;

/// Takes what is read of a row.
pub trait Take {
    fn value(&mut self, field: Field, value: &str);
    /// A member that has changed, and the number that it has after the change.
    fn changed(&mut self, member: &str, number: Option<f64>);
}

impl Take for Entry {
    fn value(&mut self, field: Field, value: &str) {
        self.values[field as usize].push(value.into());
    }

    fn changed(&mut self, member: &str, number: Option<f64>) {
        self.value(Field::Changed, member);
        self.numbers.extend(number.map(|number| (member.into(), number)));
    }
}

pub fn entry(row: Fed) -> Entry {
    let id = Id::new(&row.id);
    let mut entry = Entry { at: row.at, seq: row.seq, id, values: Default::default(), numbers: Vec::new() };
    facts(&row, &mut entry);
    entry
}

/// What a row says, beside its time, number and id.
pub fn facts(row: &Fed, take: &mut impl Take) {
    let (mut before_text, mut after_text) = (String::new(), String::new());
    let before = row.before_value.as_deref().and_then(|json| members(json, &mut before_text));
    let after = row.updated_values.as_deref().and_then(|json| members(json, &mut after_text));
    for (field, value) in [
        (Field::ChangedBy, &row.changed_by),
        (Field::ChangedByApiKey, &row.changed_by_api_key),
        (Field::Action, &row.action),
        (Field::TableName, &row.table_name),
        (Field::ObjectId, &row.object_id),
    ] {
        take.value(field, value);
    }
    for (field, name) in [(Field::Team, "team_id"), (Field::Token, "token"), (Field::Organization, "organization_id")] {
        let values = (text_at(&before, name), text_at(&after, name));
        if let Some(value) = &values.0 {
            take.value(field, value);
        }
        if let Some(value) = values.1.as_ref().filter(|value| values.0.as_ref() != Some(value)) {
            take.value(field, value);
        }
    }
    if row.seq.is_some() {
        changed(before.as_ref(), after.as_ref(), |name, value| take.changed(name, value.and_then(number)));
    }
}

/// The number at a member of `updated_values`.
pub fn number_after(row: &Fed, member: &str) -> Option<f64> {
    let mut text = String::new();
    let after = members(row.updated_values.as_deref()?, &mut text)?;
    after.get(member).and_then(number)
}

/// LiteLLM stores some objects as the text of their JSON, which is looked into as well: `inner` is where that text stays.
fn members<'a>(json: &'a str, inner: &'a mut String) -> Option<Members<'a>> {
    match json.trim_start().as_bytes().first()? {
        b'{' => Members::read(json),
        b'"' => {
            *inner = serde_json::from_str(json).ok()?;
            // Anything may stand in a text.
            serde_json::from_str::<&RawValue>(inner).ok().and_then(|json| Members::read(json.get()))
        }
        _ => None,
    }
}

fn text_at<'a>(side: &Option<Members<'a>>, name: &str) -> Option<Cow<'a, str>> {
    text(side.as_ref()?.get(name)?).filter(|value| value.len() <= LONGEST_INDEXED)
}

fn text(value: &str) -> Option<Cow<'_, str>> {
    match value.strip_prefix('"')?.strip_suffix('"')? {
        plain if !plain.contains('\\') => Some(plain.into()),
        _ => serde_json::from_str::<String>(value).ok().map(Into::into),
    }
}

fn number(value: &str) -> Option<f64> {
    let first = value.as_bytes().first()?;
    if !(first.is_ascii_digit() || *first == b'-') {
        return None;
    }
    f64::deserialize(&mut serde_json::Deserializer::from_str(value)).ok().filter(|number| number.is_finite())
}

/// The rule of [`daybook_verify::changed`], on values that are not read unless their texts differ: hands over the names of members
/// that have changed, with what they are after the change.
fn changed<'a>(
    before: Option<&'a Members<'_>>,
    after: Option<&'a Members<'_>>,
    mut name_it: impl FnMut(&'a str, Option<&'a str>),
) {
    let before = before.filter(|members| !members.is_empty());
    let after = after.filter(|members| !members.is_empty());
    match (before, after) {
        (None, None) => {}
        (Some(all), None) => all.iter().for_each(|(_, name, _)| name_it(name, None)),
        (None, Some(all)) => all.iter().for_each(|(_, name, value)| name_it(name, Some(value))),
        (Some(before), Some(after)) => after
            .iter()
            .filter(|(place, name, value)| before.get_near(*place, name).is_none_or(|before| !same(before, value)))
            .for_each(|(_, name, value)| name_it(name, Some(value))),
    }
}

fn same(one: &str, other: &str) -> bool {
    let parse = |value| serde_json::from_str::<Value>(value).ok();
    // Texts without escapes are what they look like, and most values are texts.
    let plain = |value: &str| value.starts_with('"') && !value.contains('\\');
    one == other || !(plain(one) && plain(other)) && parse(one) == parse(other)
}
