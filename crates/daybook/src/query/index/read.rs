//! From a row of the audit table to what the index keeps of it.

use std::collections::BTreeMap;

use serde::Deserialize as _;
use serde_json::Value;
use serde_json::value::RawValue;

use super::segment::{Entry, Field, Id};
use crate::store::audit::LONGEST_INDEXED;
use crate::store::audit::feed::Fed;

/// The members of an object, without a look at their values. Of a name that stands twice the last one counts.
type Members<'a> = BTreeMap<std::borrow::Cow<'a, str>, &'a RawValue>;

pub fn entry(row: Fed) -> Entry {
    let (mut before_text, mut after_text) = (String::new(), String::new());
    let before = row.before_value.as_deref().and_then(|json| members(json, &mut before_text));
    let after = row.updated_values.as_deref().and_then(|json| members(json, &mut after_text));
    let mut values: [Vec<Box<str>>; 9] = Default::default();
    for (field, value) in [
        (Field::ChangedBy, row.changed_by),
        (Field::ChangedByApiKey, row.changed_by_api_key),
        (Field::Action, row.action),
        (Field::TableName, row.table_name),
        (Field::ObjectId, row.object_id),
    ] {
        values[field as usize].push(value.into());
    }
    for (field, name) in [(Field::Team, "team_id"), (Field::Token, "token"), (Field::Organization, "organization_id")] {
        for side in [&before, &after].into_iter().flatten() {
            let value = side.get(name).and_then(|value| text(value)).filter(|value| value.len() <= LONGEST_INDEXED);
            if let Some(value) = value.filter(|value| !values[field as usize].iter().any(|have| **have == **value)) {
                values[field as usize].push(value.into());
            }
        }
    }
    let mut numbers = Vec::new();
    if row.seq.is_some() {
        for name in changed(before.as_ref(), after.as_ref()) {
            let number = after.as_ref().and_then(|after| after.get(name)).and_then(|value| number(value));
            numbers.extend(number.map(|number| (Box::from(name), number)));
            values[Field::Changed as usize].push(name.into());
        }
    }
    Entry { at: row.at, seq: row.seq, id: Id::new(&row.id), values, numbers }
}

/// The number at a member of `updated_values`.
pub fn number_after(row: &Fed, member: &str) -> Option<f64> {
    let mut text = String::new();
    let after = members(row.updated_values.as_deref()?, &mut text)?;
    after.get(member).and_then(|value| number(value))
}

/// LiteLLM stores some objects as the text of their JSON, which is looked into as well: `inner` is where that text stays.
fn members<'a>(json: &'a str, inner: &'a mut String) -> Option<Members<'a>> {
    match json.trim_start().as_bytes().first()? {
        b'{' => serde_json::from_str(json).ok(),
        b'"' => {
            *inner = serde_json::from_str(json).ok()?;
            serde_json::from_str(inner).ok()
        }
        _ => None,
    }
}

fn text(value: &RawValue) -> Option<std::borrow::Cow<'_, str>> {
    match value.get().strip_prefix('"')?.strip_suffix('"')? {
        plain if !plain.contains('\\') => Some(plain.into()),
        _ => serde_json::from_str::<String>(value.get()).ok().map(Into::into),
    }
}

fn number(value: &RawValue) -> Option<f64> {
    let first = value.get().as_bytes().first()?;
    if !(first.is_ascii_digit() || *first == b'-') {
        return None;
    }
    f64::deserialize(&mut serde_json::Deserializer::from_str(value.get())).ok().filter(|number| number.is_finite())
}

/// The rule of [`daybook_verify::changed`], on values that are not read unless their texts differ.
fn changed<'a>(before: Option<&'a Members<'_>>, after: Option<&'a Members<'_>>) -> Vec<&'a str> {
    let before = before.filter(|members| !members.is_empty());
    let after = after.filter(|members| !members.is_empty());
    match (before, after) {
        (None, None) => Vec::new(),
        (Some(all), None) | (None, Some(all)) => all.keys().map(AsRef::as_ref).collect(),
        (Some(before), Some(after)) => after
            .iter()
            .filter(|(name, value)| before.get(*name).is_none_or(|before| !same(before, value)))
            .map(|(name, _)| name.as_ref())
            .collect(),
    }
}

fn same(one: &RawValue, other: &RawValue) -> bool {
    let parse = |value: &RawValue| serde_json::from_str::<Value>(value.get()).ok();
    one.get() == other.get() || parse(one) == parse(other)
}
