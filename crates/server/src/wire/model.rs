//! The schema types: what a request may look like, as constant data. Reading order: [`Model`], [`Field`], [`Kind`].
//! Knows nothing of how a value is checked; that is `parse.rs`.

use serde_json::{Map, Value, json};

use super::{fields::Fields, problem::Problem};

/// A check before the members are read; its problems replace all others (a pydantic `mode="before"` validator).
/// Problems carry places relative to the model.
pub type Before = fn(&Map<String, Value>) -> Result<(), Vec<Problem>>;

/// A check of the members once each is right by itself (a pydantic `mode="after"` validator).
pub type Check = fn(&Fields) -> Result<(), Problem>;

/// What happens to a member the model does not name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extra {
    /// It is dropped.
    Ignore,
    /// It is a problem.
    Forbid,
    /// It is kept as it is.
    Keep,
}

/// The shape of a JSON object that LiteLLM accepts.
#[derive(Debug)]
pub struct Model {
    /// LiteLLM's class name; the OpenAPI component has it too.
    pub name: &'static str,
    /// The members, in the order problems are reported.
    pub fields: &'static [Field],
    /// What happens to others.
    pub extra: Extra,
    /// Old names that LiteLLM still takes: `(old, new)`.
    pub renamed: &'static [(&'static str, &'static str)],
    /// Runs before the members are read.
    pub before: Option<Before>,
    /// Runs after, when there was no problem.
    pub check: Option<Check>,
    /// The Python class has its own `__init__`; pydantic words the problem of a nested non-object differently then.
    pub own_init: bool,
}

impl Model {
    /// A model that drops what it does not know and has no check of its own.
    pub const fn new(name: &'static str, fields: &'static [Field]) -> Self {
        Self { name, fields, extra: Extra::Ignore, renamed: &[], before: None, check: None, own_init: false }
    }

    /// Unknown members are a problem.
    pub const fn forbid(mut self) -> Self {
        self.extra = Extra::Forbid;
        self
    }

    /// Unknown members are kept.
    pub const fn keep(mut self) -> Self {
        self.extra = Extra::Keep;
        self
    }

    /// Old names are understood.
    pub const fn renamed(mut self, names: &'static [(&'static str, &'static str)]) -> Self {
        self.renamed = names;
        self
    }

    /// With a check before.
    pub const fn before(mut self, check: Before) -> Self {
        self.before = Some(check);
        self
    }

    /// With a check after.
    pub const fn check(mut self, check: Check) -> Self {
        self.check = Some(check);
        self
    }

    /// Marks a Python class with its own `__init__`.
    pub const fn own_init(mut self) -> Self {
        self.own_init = true;
        self
    }

    /// The member of this name.
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.name == name)
    }
}

/// The types of members, as lax as pydantic reads them.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// Anything.
    Any,
    /// Text; never made from a number.
    Str,
    /// A whole number that fits 64 bits; numeric text and `3.0` count.
    Int(Bounds),
    /// A finite number, kept as a float even when sent as an int.
    Float(Bounds),
    /// A truth value; 0, 1, `yes`, `off` and their like count.
    Bool,
    /// A moment or a local time, kept as Python's `isoformat()`.
    DateTime,
    /// A list of anything.
    List,
    /// A list of one kind.
    ListOf(&'static Kind),
    /// A list of one kind that Python does not call `list`.
    Several(&'static Several),
    /// An object of anything.
    Object,
    /// An object whose values are of one kind.
    MapOf(&'static Kind),
    /// A Python `Enum` of strings.
    Enum(&'static [&'static str]),
    /// A Python `Literal` of strings.
    Literal(&'static [&'static str]),
    /// A Python `Literal` of members of an `Enum`: `(NAME, value)`. The message shows their reprs.
    Members(&'static str, &'static [(&'static str, &'static str)]),
    /// A nested model.
    Model(&'static Model),
    /// A union: label as pydantic names the choice, and the choice. The first that fits is taken.
    OneOf(&'static [(&'static str, Kind)]),
}

impl Kind {
    /// A whole number without bounds.
    pub const INT: Kind = Kind::Int(Bounds::NONE);
    /// A number without bounds.
    pub const FLOAT: Kind = Kind::Float(Bounds::NONE);
}

/// A list by another name, and how long it may be.
#[derive(Debug)]
pub struct Several {
    /// What Python has it as, which shows in the messages.
    pub collection: Collection,
    /// What it is a list of.
    pub of: Kind,
    /// At least so many.
    pub least: usize,
    /// At most so many.
    pub most: usize,
}

/// Python's collections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Collection {
    /// `Sequence[T]`
    Sequence,
    /// `tuple[T, ...]`
    Tuple,
}

/// Limits of a number.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// At least.
    pub ge: Option<f64>,
    /// More than.
    pub gt: Option<f64>,
    /// At most.
    pub le: Option<f64>,
}

impl Bounds {
    /// No limit.
    pub const NONE: Bounds = Bounds { ge: None, gt: None, le: None };
    /// At least zero.
    pub const NOT_NEGATIVE: Bounds = Bounds { ge: Some(0.0), ..Bounds::NONE };
    /// More than zero.
    pub const POSITIVE: Bounds = Bounds { gt: Some(0.0), ..Bounds::NONE };

    /// Between the two, both included.
    pub const fn between(least: f64, most: f64) -> Self {
        Bounds { ge: Some(least), gt: None, le: Some(most) }
    }

    /// At least.
    pub const fn at_least(least: f64) -> Self {
        Bounds { ge: Some(least), ..Bounds::NONE }
    }
}

/// What a member is when it was not sent.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Default {
    /// `null`
    Null,
    /// `[]`
    EmptyList,
    /// `{}`
    EmptyObject,
    /// `true` or `false`
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number.
    Float(f64),
    /// Text.
    Text(&'static str),
}

impl Default {
    /// The JSON value.
    pub fn to_json(self) -> Value {
        match self {
            Default::Null => Value::Null,
            Default::EmptyList => json!([]),
            Default::EmptyObject => json!({}),
            Default::Bool(value) => json!(value),
            Default::Int(value) => json!(value),
            Default::Float(value) => json!(value),
            Default::Text(value) => json!(value),
        }
    }
}

/// One member of a [`Model`], or one parameter of a [`QueryModel`](super::QueryModel).
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// Its name on the wire.
    pub name: &'static str,
    /// Its type.
    pub kind: Kind,
    /// Not sending it is a problem.
    pub required: bool,
    /// An explicit `null` is accepted.
    pub nullable: bool,
    /// Its value when not sent.
    pub default: Default,
}

impl Field {
    /// An optional, nullable member with default null: LiteLLM's usual `x: T|null = null`.
    pub const fn new(name: &'static str, kind: Kind) -> Self {
        Field { name, kind, required: false, nullable: true, default: Default::Null }
    }

    /// Must be sent, and not as null.
    pub const fn required(mut self) -> Self {
        self.required = true;
        self.nullable = false;
        self
    }

    /// Another default than null; null stays allowed.
    pub const fn or(mut self, default: Default) -> Self {
        self.default = default;
        self
    }

    /// Another default than null; null is a problem.
    pub const fn or_not_null(mut self, default: Default) -> Self {
        self.default = default;
        self.nullable = false;
        self
    }
}

/// `name: str|null`
pub const fn text(name: &'static str) -> Field {
    Field::new(name, Kind::Str)
}
/// `name: int|null`
pub const fn int(name: &'static str) -> Field {
    Field::new(name, Kind::INT)
}
/// `name: int|null` with limits
pub const fn int_in(name: &'static str, bounds: Bounds) -> Field {
    Field::new(name, Kind::Int(bounds))
}
/// `name: float|null`
pub const fn float(name: &'static str) -> Field {
    Field::new(name, Kind::FLOAT)
}
/// `name: float|null` with limits
pub const fn float_in(name: &'static str, bounds: Bounds) -> Field {
    Field::new(name, Kind::Float(bounds))
}
/// `name: bool|null`
pub const fn boolean(name: &'static str) -> Field {
    Field::new(name, Kind::Bool)
}
/// `name: datetime|null`
pub const fn datetime(name: &'static str) -> Field {
    Field::new(name, Kind::DateTime)
}
/// `name: list|null`
pub const fn list(name: &'static str) -> Field {
    Field::new(name, Kind::List)
}
/// `name: list[str]|null`
pub const fn texts(name: &'static str) -> Field {
    Field::new(name, Kind::ListOf(&Kind::Str))
}
/// `name: list[T]|null`
pub const fn list_of(name: &'static str, kind: &'static Kind) -> Field {
    Field::new(name, Kind::ListOf(kind))
}
/// `name: dict|null`
pub const fn object(name: &'static str) -> Field {
    Field::new(name, Kind::Object)
}
/// `name: dict[str, T]|null`
pub const fn map_of(name: &'static str, kind: &'static Kind) -> Field {
    Field::new(name, Kind::MapOf(kind))
}
/// `name: SomeModel|null`
pub const fn model(name: &'static str, model: &'static Model) -> Field {
    Field::new(name, Kind::Model(model))
}
/// `name: Literal[...]|null`
pub const fn literal(name: &'static str, values: &'static [&'static str]) -> Field {
    Field::new(name, Kind::Literal(values))
}

/// How many members [`derive()`] yields.
pub const fn derived_len(base: &[Field], changes: &[Field]) -> usize {
    let mut len = base.len();
    let mut i = 0;
    while i < changes.len() {
        if position(base, changes[i].name).is_none() {
            len += 1;
        }
        i += 1;
    }
    len
}

/// A subclass: the base's members, changed ones in the base's place, new ones behind (pydantic's order).
pub const fn derive<const N: usize>(base: &[Field], changes: &[Field]) -> [Field; N] {
    let mut out = [Field::new("", Kind::Any); N];
    let mut len = 0;
    while len < base.len() {
        out[len] = base[len];
        len += 1;
    }
    let mut i = 0;
    while i < changes.len() {
        match position(base, changes[i].name) {
            Some(at) => out[at] = changes[i],
            None => {
                out[len] = changes[i];
                len += 1;
            }
        }
        i += 1;
    }
    out
}

const fn position(fields: &[Field], name: &str) -> Option<usize> {
    let mut i = 0;
    while i < fields.len() {
        if same(fields[i].name.as_bytes(), name.as_bytes()) {
            return Some(i);
        }
        i += 1;
    }
    None
}

const fn same(a: &[u8], b: &[u8]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    let mut i = 0;
    while i < a.len() {
        if a[i] != b[i] {
            return false;
        }
        i += 1;
    }
    true
}

/// Declares the member table of a subclass: `subclass!(NAME = BASE + [field, ...])`.
macro_rules! subclass {
    ($(#[$doc:meta])* $name:ident = $base:ident + $changes:expr) => {
        $(#[$doc])*
        pub const $name: &[$crate::wire::model::Field] = {
            const CHANGES: &[$crate::wire::model::Field] = &$changes;
            const ALL: [$crate::wire::model::Field; $crate::wire::model::derived_len($base, CHANGES)] =
                $crate::wire::model::derive($base, CHANGES);
            &ALL
        };
    };
}
pub(super) use subclass;
