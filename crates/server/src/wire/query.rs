//! The query string, and models for it. A parameter is text, so everything is read by the same lax rules as numeric text
//! in a body; only the places begin with `query`.

use serde_json::Value;

use super::{
    fields::Fields,
    model::{Field, Kind},
    parse::Walk,
    problem::Problem,
};

/// The parameters of a request in their order, decoded; broken UTF-8 is replaced.
#[derive(Debug, Clone, Default)]
pub struct Query {
    pairs: Vec<(String, String)>,
}

impl Query {
    /// Reads what stands behind the `?`.
    pub fn new(raw: &str) -> Self {
        Self { pairs: form_urlencoded::parse(raw.as_bytes()).into_owned().collect() }
    }

    /// The last value of a name, which is the one that counts.
    pub fn last(&self, name: &str) -> Option<&str> {
        self.all(name).last()
    }

    /// Every value of a name.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.pairs.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Every pair.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

/// The parameters an endpoint reads. Unknown ones are ignored. A list kind takes every value of its name, any other kind
/// the last.
#[derive(Debug)]
pub struct QueryModel {
    /// The endpoint, for the OpenAPI document.
    pub name: &'static str,
    /// The parameters, in the order problems are reported.
    pub params: &'static [Field],
}

impl QueryModel {
    /// The parameters of an endpoint.
    pub const fn new(name: &'static str, params: &'static [Field]) -> Self {
        Self { name, params }
    }

    /// Checks a query string.
    ///
    /// # Errors
    /// Every problem, in declaration order, with `loc` `["query", name]`.
    pub fn parse(&self, query: &Query) -> Result<Fields, Vec<Problem>> {
        let mut walk = Walk::at("query");
        let mut fields = Fields::new(self.params);
        for param in self.params {
            let value = match param.kind {
                Kind::List | Kind::ListOf(_) => {
                    let all: Vec<Value> = query.all(param.name).map(Value::from).collect();
                    (!all.is_empty()).then_some(Value::Array(all))
                }
                _ => query.last(param.name).map(Value::from),
            };
            walk.member(param, value.as_ref(), &mut fields);
        }
        if walk.problems.is_empty() { Ok(fields) } else { Err(walk.problems) }
    }
}
