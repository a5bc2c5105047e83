//! One failed check: the three members LiteLLM keeps of a pydantic error, with pydantic's message texts.

use serde_json::{Value, json};

/// One step of the way to the wrong member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Loc {
    /// A member's name, `body`, `query`, or the label of a union's choice.
    Name(String),
    /// A position in a list, or an offset in the text of the body.
    Index(usize),
}

impl From<&str> for Loc {
    fn from(name: &str) -> Self {
        Self::Name(name.to_owned())
    }
}

/// One item of a 422 body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// pydantic's error type, `missing` for example.
    pub kind: &'static str,
    /// Where; begins with `body` or `query` once [`Model::parse`](super::Model::parse) hands it out.
    pub loc: Vec<Loc>,
    /// The message a client reads.
    pub msg: String,
}

impl Problem {
    /// A problem at the place itself (its `loc` is empty until the place is known).
    pub fn new(kind: &'static str, msg: impl Into<String>) -> Self {
        Self { kind, loc: Vec::new(), msg: msg.into() }
    }

    /// What a Python `ValueError(text)` in a validator becomes.
    pub fn value_error(text: &str) -> Self {
        Self::new("value_error", format!("Value error, {text}"))
    }

    /// A required member that was not sent.
    pub fn missing() -> Self {
        Self::new("missing", "Field required")
    }

    /// A body that is not JSON; `offset` counts characters, as Python does.
    pub fn json_invalid(offset: usize) -> Self {
        let mut problem = Self::new("json_invalid", "JSON decode error");
        problem.loc = vec!["body".into(), Loc::Index(offset)];
        problem
    }

    /// The same problem one member deeper.
    #[must_use]
    pub fn at(mut self, name: &str) -> Self {
        self.loc.insert(0, name.into());
        self
    }

    /// As a problem document says it: the way without its first step, and the message.
    pub fn in_words(&self) -> String {
        let way: Vec<String> = self
            .loc
            .iter()
            .skip(1)
            .map(|step| match step {
                Loc::Name(name) => name.clone(),
                Loc::Index(index) => index.to_string(),
            })
            .collect();
        format!("{}: {}", way.join("."), self.msg)
    }

    /// The item of the 422 body.
    pub fn to_json(&self) -> Value {
        let loc: Vec<Value> = self
            .loc
            .iter()
            .map(|step| match step {
                Loc::Name(name) => json!(name),
                Loc::Index(index) => json!(index),
            })
            .collect();
        json!({"type": self.kind, "loc": loc, "msg": self.msg})
    }
}

/// The whole 422 body: `{"detail": [...]}`.
pub fn problems_to_json(problems: &[Problem]) -> Value {
    json!({"detail": problems.iter().map(Problem::to_json).collect::<Vec<_>>()})
}
