//! A JSON value against a [`Model`]: coerced members, or every problem, in the order and the words of pydantic.
//! Scalars are read in `scalar.rs` and `datetime.rs`.
//!
//! Beyond pydantic: a text with U+0000 is refused, because neither database can store it.

use serde_json::{Map, Value};

use super::{
    datetime,
    fields::Fields,
    model::{Collection, Extra, Field, Kind, Model, Several},
    problem::{Loc, Problem},
    scalar,
};

impl Model {
    /// Checks a body. All problems are collected; the model's own check runs only when there is none.
    ///
    /// # Errors
    /// Every problem, with `loc` beginning at `body`.
    pub fn parse(&self, body: &Value) -> Result<Fields, Vec<Problem>> {
        let mut walk = Walk::at("body");
        match walk.model(self, body) {
            Some(fields) => Ok(fields),
            None => Err(walk.problems),
        }
    }

    /// The same for a body that may be missing.
    ///
    /// # Errors
    /// `missing` at `["body"]`, or as [`Model::parse`].
    pub fn parse_body(&self, body: Option<&Value>) -> Result<Fields, Vec<Problem>> {
        match body {
            Some(body) => self.parse(body),
            None => Err(vec![Problem::missing().at("body")]),
        }
    }

    /// The problems an object has as this model, with places relative to it. For `before` checks that build a nested
    /// model early, as LiteLLM's own `__init__`s do.
    pub fn problems_of(&self, value: &Value) -> Vec<Problem> {
        let mut walk = Walk { loc: Vec::new(), problems: Vec::new(), attributes: true };
        walk.model(self, value);
        walk.problems
    }
}

/// The way to the first member that holds U+0000, in a text or in a name (then the way to the object with that name).
pub fn contains_nul(value: &Value) -> Option<Vec<Loc>> {
    match value {
        Value::String(text) => text.contains('\0').then(Vec::new),
        Value::Array(items) => items.iter().enumerate().find_map(|(index, item)| {
            let mut path = contains_nul(item)?;
            path.insert(0, Loc::Index(index));
            Some(path)
        }),
        Value::Object(members) => members.iter().find_map(|(name, member)| {
            if name.contains('\0') {
                return Some(Vec::new());
            }
            let mut path = contains_nul(member)?;
            path.insert(0, Loc::Name(name.clone()));
            Some(path)
        }),
        _ => None,
    }
}

fn nul() -> Problem {
    Problem::value_error("NUL characters are not allowed")
}

/// One pass over a value: where it is, and what it found.
pub(super) struct Walk {
    loc: Vec<Loc>,
    pub(super) problems: Vec<Problem>,
    /// FastAPI's `from_attributes`: only changes the wording for a nested value that is not an object.
    attributes: bool,
}

impl Walk {
    pub(super) fn at(root: &str) -> Self {
        Self { loc: vec![root.into()], problems: Vec::new(), attributes: true }
    }

    fn report(&mut self, problem: Problem) {
        let Problem { kind, loc, msg } = problem;
        let mut whole = self.loc.clone();
        whole.extend(loc);
        self.problems.push(Problem { kind, loc: whole, msg });
    }

    fn inside<T>(&mut self, step: Loc, act: impl FnOnce(&mut Self) -> T) -> T {
        self.loc.push(step);
        let result = act(self);
        self.loc.pop();
        result
    }

    fn model(&mut self, model: &Model, value: &Value) -> Option<Fields> {
        let Value::Object(members) = value else {
            self.report(if self.attributes {
                Problem::new(
                    "model_attributes_type",
                    "Input should be a valid dictionary or object to extract fields from",
                )
            } else {
                Problem::new("model_type", format!("Input should be a valid dictionary or instance of {}", model.name))
            });
            return None;
        };
        if model.renamed.iter().any(|(old, _)| members.contains_key(*old)) {
            return self.object(model, &renamed(model, members));
        }
        self.object(model, members)
    }

    fn object(&mut self, model: &Model, members: &Map<String, Value>) -> Option<Fields> {
        if let Some(Err(problems)) = model.before.map(|check| check(members)) {
            problems.into_iter().for_each(|problem| self.report(problem));
            return None;
        }
        let outer = self.attributes;
        self.attributes &= !model.own_init;
        let before = self.problems.len();
        let mut fields = Fields::new(model.fields);
        for field in model.fields {
            self.member(field, members.get(field.name), &mut fields);
        }
        if model.extra != Extra::Ignore {
            for (name, value) in members.iter().filter(|(name, _)| model.field(name).is_none()) {
                self.inside(Loc::Name(name.clone()), |walk| walk.extra(model.extra, name, value, &mut fields));
            }
        }
        self.attributes = outer;
        if self.problems.len() > before {
            return None;
        }
        if let Some(Err(problem)) = model.check.map(|check| check(&fields)) {
            self.report(problem);
            return None;
        }
        Some(fields)
    }

    fn extra(&mut self, extra: Extra, name: &str, value: &Value, fields: &mut Fields) {
        if extra == Extra::Forbid {
            self.report(Problem::new("extra_forbidden", "Extra inputs are not permitted"));
        } else if name.contains('\0') {
            self.report(nul());
        } else if let Some(value) = self.raw(value) {
            fields.insert(name, value);
        }
    }

    /// One member or parameter; `None` is "not sent".
    pub(super) fn member(&mut self, field: &Field, value: Option<&Value>, into: &mut Fields) {
        self.inside(field.name.into(), |walk| match value {
            None if field.required => walk.report(Problem::missing()),
            None => {}
            Some(Value::Null) if field.nullable => into.insert(field.name, Value::Null),
            Some(value) => {
                if let Some(value) = walk.kind(&field.kind, value) {
                    into.insert(field.name, value);
                }
            }
        });
    }

    fn kind(&mut self, kind: &Kind, value: &Value) -> Option<Value> {
        let read = match (kind, value) {
            (Kind::Any, value) => return self.raw(value),
            (Kind::Str, Value::String(text)) if text.contains('\0') => Err(nul()),
            (Kind::Str, Value::String(_)) => Ok(value.clone()),
            (Kind::Str, _) => Err(Problem::new("string_type", "Input should be a valid string")),
            (Kind::Int(bounds), value) => scalar::int(value, *bounds),
            (Kind::Float(bounds), value) => scalar::float(value, *bounds),
            (Kind::Bool, value) => scalar::bool(value),
            (Kind::DateTime, value) => datetime::read(value),
            (Kind::List, Value::Array(_)) | (Kind::Object, Value::Object(_)) => return self.raw(value),
            (Kind::ListOf(inner), Value::Array(items)) => return self.list(inner, items),
            (Kind::Several(several), Value::Array(items)) => return self.several(several, items),
            (Kind::MapOf(inner), Value::Object(members)) => return self.map(inner, members),
            (Kind::List | Kind::ListOf(_), _) => Err(Problem::new("list_type", "Input should be a valid list")),
            (Kind::Several(several), value) => Err(not_several(several.collection, value)),
            (Kind::Object | Kind::MapOf(_), _) => Err(Problem::new("dict_type", "Input should be a valid dictionary")),
            (Kind::Enum(values), value) => scalar::one_of("enum", values.iter().copied(), quoted(values), value),
            (Kind::Literal(values), value) => {
                scalar::one_of("literal_error", values.iter().copied(), quoted(values), value)
            }
            (Kind::Members(class, members), value) => {
                let shown = members.iter().map(|(name, value)| format!("<{class}.{name}: '{value}'>")).collect();
                scalar::one_of("literal_error", members.iter().map(|(_, value)| *value), shown, value)
            }
            (Kind::Model(model), value) => {
                return self.model(model, value).map(|fields| Value::Object(fields.into_map()));
            }
            (Kind::OneOf(choices), value) => return self.one_of(choices, value),
        };
        match read {
            Ok(value) => Some(value),
            Err(problem) => {
                self.report(problem);
                None
            }
        }
    }

    /// A value taken as it is.
    fn raw(&mut self, value: &Value) -> Option<Value> {
        let Some(path) = contains_nul(value) else { return Some(value.clone()) };
        self.report(Problem { loc: path, ..nul() });
        None
    }

    fn list(&mut self, inner: &Kind, items: &[Value]) -> Option<Value> {
        let before = self.problems.len();
        let read: Vec<Value> = items
            .iter()
            .enumerate()
            .filter_map(|(index, item)| self.inside(Loc::Index(index), |walk| walk.kind(inner, item)))
            .collect();
        (self.problems.len() == before).then_some(Value::Array(read))
    }

    /// A tuple that is too long is not looked into; a sequence is measured when its elements are right.
    fn several(&mut self, several: &Several, items: &[Value]) -> Option<Value> {
        let plural = |count: usize| if count == 1 { "item" } else { "items" };
        let noun = match several.collection {
            Collection::Sequence => "Value",
            Collection::Tuple => "Tuple",
        };
        let (count, least, most) = (items.len(), several.least, several.most);
        let too_long = || {
            let limit = format!("{noun} should have at most {most} {}", plural(most));
            Problem::new("too_long", format!("{limit} after validation, not {count}"))
        };
        if several.collection == Collection::Tuple && count > most {
            self.report(too_long());
            return None;
        }
        let read = self.list(&several.of, items)?;
        if count < least {
            let limit = format!("{noun} should have at least {least} {}", plural(least));
            self.report(Problem::new("too_short", format!("{limit} after validation, not {count}")));
            return None;
        }
        if count > most {
            self.report(too_long());
            return None;
        }
        Some(read)
    }

    fn map(&mut self, inner: &Kind, members: &Map<String, Value>) -> Option<Value> {
        let before = self.problems.len();
        let mut read = Map::new();
        for (name, member) in members {
            if name.contains('\0') {
                self.report(nul());
            } else if let Some(value) = self.inside(Loc::Name(name.clone()), |walk| walk.kind(inner, member)) {
                read.insert(name.clone(), value);
            }
        }
        (self.problems.len() == before).then_some(Value::Object(read))
    }

    fn one_of(&mut self, choices: &[(&str, Kind)], value: &Value) -> Option<Value> {
        let before = self.problems.len();
        for (label, kind) in choices {
            if let Some(value) = self.inside((*label).into(), |walk| walk.kind(kind, value)) {
                self.problems.truncate(before);
                return Some(value);
            }
        }
        None
    }
}

fn not_several(collection: Collection, value: &Value) -> Problem {
    match (collection, value) {
        (Collection::Tuple, _) => Problem::new("tuple_type", "Input should be a valid tuple"),
        (Collection::Sequence, Value::String(_)) => {
            Problem::new("sequence_str", "'str' instances are not allowed as a Sequence value")
        }
        (Collection::Sequence, _) => Problem::new("is_instance_of", "Input should be an instance of Sequence"),
    }
}

fn quoted(values: &[&str]) -> Vec<String> {
    values.iter().map(|value| format!("'{value}'")).collect()
}

fn renamed(model: &Model, members: &Map<String, Value>) -> Map<String, Value> {
    let mut members = members.clone();
    for (old, new) in model.renamed {
        if let Some(value) = members.shift_remove(*old) {
            members.insert((*new).to_owned(), value);
        }
    }
    members
}
